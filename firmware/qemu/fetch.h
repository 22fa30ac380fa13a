/*
 * Decides what fetching instructions does to a board's caches, and when it waits.
 * What it costs is left to simulation.h, which instructions run to walk.c and by_instruction.c.
 */
#ifndef PIONEER_FETCH_H
#define PIONEER_FETCH_H

#include <stdint.h>

#include "block.h"
#include "memory_model.h"

/* Reads instructions from these memories from now on. */
void fetch_make(const struct memory_model *model);

/* A region opens. */
void fetch_begin(void);

/* The instruction of `size` bytes at `pc` is fetched; it takes `cycles` when nothing waits. */
void fetch_one(uint32_t pc, unsigned size, unsigned cycles);

/* Fetches instructions [from, to) of a block, as fetch_one does one by one. */
void fetch_run(struct block *block, unsigned from, unsigned to);

#endif
