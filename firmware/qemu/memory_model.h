/*
 * Decides whether the description of a board's memories can be used, and keeps it: memories, caches,
 * what lies where, and the variants of all that in which one value is another.
 * What an access does with them is left to memory.c and fetch.c; the text is written by
 * host/workflow/memory-text.ts.
 */
#ifndef PIONEER_MEMORY_MODEL_H
#define PIONEER_MEMORY_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cache.h"

enum {
    MEMORY_LIMIT = 8,
    MEMORY_CACHE_LIMIT = 16,
    MEMORY_RANGE_LIMIT = 256,
    MEMORY_VARIANT_LIMIT = 40,
    MEMORY_NAME_LIMIT = 48
};

/* What an access is for. */
enum memory_cause { MEMORY_FETCH, MEMORY_READ, MEMORY_WRITE, MEMORY_CAUSES };

/* A range of the emulated machine's addresses and where it lies on the board. */
struct memory_range {
    uint32_t begin;
    uint32_t bytes;
    unsigned memory;
    uint32_t offset; /* in that memory */
    /* Of data, by simulation.c: */
    bool is_shared; /* a cache before it is one of instructions, too */
    bool is_direct; /* no variant has a cache before it, and all access it alike */
};

struct memory {
    char name[MEMORY_NAME_LIMIT];
    uint32_t base;
    uint32_t bytes;
    unsigned line_shift; /* granule of the lines touched */
};

/* One variant's timing of a memory. */
struct memory_timing {
    unsigned waits;        /* beyond the first cycle of an access */
    unsigned access_shift; /* bytes of an access, as a power of two */
    int cache[MEMORY_CAUSES]; /* index, or -1: every access goes to the memory */
};

struct memory_cache {
    struct cache cache;
    bool prefetches; /* the next part of straight code is fetched ahead */
};

struct memory_variant {
    char name[MEMORY_NAME_LIMIT];
    bool waits_for_writes;
    struct memory_timing timings[MEMORY_LIMIT];
    struct memory_cache caches[MEMORY_CACHE_LIMIT];
    unsigned cache_count;
};

/* variants[0] is the board as stated; the others run in the first `variant_passes` regions. */
struct memory_model {
    struct memory memories[MEMORY_LIMIT];
    unsigned memory_count;
    struct memory_range code[MEMORY_RANGE_LIMIT];
    struct memory_range data[MEMORY_RANGE_LIMIT];
    unsigned code_count;
    unsigned data_count;
    struct memory_variant variants[MEMORY_VARIANT_LIMIT];
    unsigned variant_count;
    unsigned variant_passes;
};

/* Reads the lines
 *   passes N
 *   memory NAME BASE BYTES LINE
 *   code|data BEGIN BYTES MEMORY OFFSET
 *   variant NAME WAITS-FOR-WRITES
 *   cache LINE PART WAYS SETS lru|fifo|random PREFETCHES
 *   timing MEMORY WAITS ACCESS FETCH-CACHE READ-CACHE WRITE-CACHE
 * with numbers as strtoul reads them, memories and caches by their index, -1 for no cache; cache and
 * timing lines belong to the variant before them, and each variant gives every memory its timing.
 * Ranges of one kind are in order and apart. Returns 0, or -1 with the reason in
 * `problem` [size bytes]. */
int memory_model_read(struct memory_model *model, const char *path, char *problem, size_t size);

/* The range of `ranges` [count] that holds `address`, or NULL. */
const struct memory_range *memory_range_at(const struct memory_range *ranges, unsigned count,
                                           uint32_t address);

#endif
