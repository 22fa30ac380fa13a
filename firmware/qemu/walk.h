/*
 * Decides what the open region's counters gain as control goes from block to block.
 * Which instructions a block has is left to by_block.c, what they cost to block.h and pipeline.h.
 *
 * A block is counted when control reaches the next one, so that a mark in its middle splits it
 * exactly.
 */
#ifndef PIONEER_WALK_H
#define PIONEER_WALK_H

#include <stdbool.h>

#include "block.h"

/* Control reaches the first instruction of `next`. */
void walk_to(struct block *next);

/* True while control is in `block`. */
bool walk_is_in(const struct block *block);

/* Fetches up to and with `slot` from the board's memories, if control is in its block. */
void walk_fetch(const struct slot *slot);

/* The region opens behind `slot`, which is in the current block. */
void walk_begin(const struct slot *slot);

/* Completes the region's counts up to, not including, `slot`, which is in the current block. */
void walk_end(const struct slot *slot);

#endif
