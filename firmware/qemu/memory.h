/*
 * Decides what fetching instructions and accessing data costs on a board's memories: hits and misses
 * of its caches, bytes moved, lines touched, cycles that the core waits, by cause.
 * What the board is like is left to memory_model.c, when something runs to by_block.c and
 * by_instruction.c.
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

/* Reads the board. Returns 0, or -1 with the reason in `problem` [size bytes]. */
int memory_read(const char *path, char *problem, size_t size);

/* True once a board is read; without one nothing below may be called. */
bool memory_is_on(void);

/* A region opens. */
void memory_begin(void);

/* Addresses [begin, end) that every variant's current part holds, and the cycles that fetched
 * instructions took so far, without waiting. */
struct memory_window {
    uint32_t begin;
    uint32_t end;
    uint64_t clock;
};
extern struct memory_window memory_window;

/* The instruction at `pc` comes from another part than the one before it. */
void memory_fetch_part(uint32_t pc, unsigned size, struct counts *counts);

/* The instruction of `size` bytes at `pc` is fetched; it takes `cycles` when nothing waits. */
static inline void memory_fetch(uint32_t pc, unsigned size, unsigned cycles,
                                struct counts *counts) {
    if (pc < memory_window.begin || pc + size > memory_window.end) {
        memory_fetch_part(pc, size, counts);
    }
    memory_window.clock += cycles;
}

/* A load or store of `bytes` bytes. */
void memory_access(uint32_t address, unsigned bytes, bool is_store, struct counts *counts);

/* Writes `"memory":{...}`: the counters of `counts`, each memory's part in them by cause, and the stalls
 * of the variants that ran in this region. */
void memory_write(FILE *file, const struct counts *counts);

#endif
