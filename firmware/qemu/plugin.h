/*
 * What the plugin was told and what it counts into, shared by both ways of counting.
 * Who fills it is left to plugin.c, by_block.c and by_instruction.c.
 */
#ifndef PIONEER_PLUGIN_H
#define PIONEER_PLUGIN_H

#include "arguments.h"
#include "cost.h"
#include "qemu_plugin.h"
#include "region.h"

extern struct arguments arguments;
extern struct cost_table table; /* all zero without table= */
extern struct region region;

#endif
