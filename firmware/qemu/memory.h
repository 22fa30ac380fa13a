/*
 * Decides what accessing data does on a board's memories, and what a region says of them: hits and
 * misses of its caches, bytes moved, lines touched, cycles that the core waits, by cause.
 * What the board is like is left to memory_model.c, fetching instructions to fetch.h, when something
 * runs to by_block.c and by_instruction.c.
 *
 * Caches keep what they hold from one region to the next: between regions nothing is simulated, as
 * what runs there depends on the host's time.
 */
#ifndef PIONEER_MEMORY_H
#define PIONEER_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "counts.h"
#include "memory_model.h"

/* Reads the board. Returns 0, or -1 with the reason in `problem` [size bytes]. */
int memory_read(const char *path, char *problem, size_t size);

/* True once a board is read; without one nothing below may be called. */
bool memory_is_on(void);

/* A region opens. */
void memory_begin(void);

/* The range that holds the data at `address`; NULL: none of the board's. */
const struct memory_range *memory_data_at(uint32_t address);

/* A load or store of `bytes` bytes in `range`. */
void memory_access(const struct memory_range *range, uint32_t address, unsigned bytes,
                   bool is_store);

/* Brings what the memories counted in the open region into its counts. */
void memory_settle(struct counts *counts);

/* Writes `"memory":{...}`: the counters of `counts`, each memory's part in them by cause, and the stalls
 * of the variants that ran in this region. */
void memory_write(FILE *file, const struct counts *counts);

#endif
