/*
 * Counting of code that nothing here decodes: instructions as they start, accesses as they happen.
 * Which code that is is left to plugin.c.
 */
#ifndef PIONEER_BY_INSTRUCTION_H
#define PIONEER_BY_INSTRUCTION_H

#include "qemu_plugin.h"

/* Has every instruction of a block counted when it runs, whatever its instruction set. */
void by_instruction_translate(struct qemu_plugin_tb *tb);

#endif
