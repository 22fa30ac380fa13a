/*
 * Decides whether control went back by a zero-overhead loop, which no instruction at its end shows.
 * What that costs is left to block.c.
 */
#ifndef PIONEER_LOOPS_H
#define PIONEER_LOOPS_H

#include <stdbool.h>
#include <stdint.h>

/* Notes a loop from `begin` up to, not including, `end`. */
void loops_add(uint32_t begin, uint32_t end);

/* True when a loop that was noted ends at `end` and begins at `begin`. */
bool loops_go_back(uint32_t end, uint32_t begin);

#endif
