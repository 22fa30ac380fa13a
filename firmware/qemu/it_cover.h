/*
 * Decides which addresses an IT block governs, also where a translation block splits it.
 * Decoding the IT itself is left to thumb.c.
 */
#ifndef PIONEER_IT_COVER_H
#define PIONEER_IT_COVER_H

#include <stdint.h>

/* Remembers that `remaining` (1..4) instructions from `pc` on are conditional. */
void it_cover_add(uint32_t pc, unsigned remaining);

/* How many instructions from `pc` on are conditional when execution enters there; 0 if none. */
unsigned it_cover_find(uint32_t pc);

#endif
