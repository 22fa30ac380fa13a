/*
 * Counting of decoded code: classes, bytes and cycles of whole blocks.
 * Which code that is is left to plugin.c.
 */
#ifndef PIONEER_BY_BLOCK_H
#define PIONEER_BY_BLOCK_H

#include "qemu_plugin.h"

/* Decodes a block of Thumb code and has it counted when it runs. */
void by_block_translate(struct qemu_plugin_tb *tb);

#endif
