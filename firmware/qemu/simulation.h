/*
 * Decides which variants of a board share one run of their caches, and what each of them waits.
 * What passes the caches is left to memory.c and fetch.c.
 *
 * Variants whose caches hold the same at every time differ in what a miss costs only: misses are
 * counted once, and priced by each variant's waits when the region ends.
 */
#ifndef PIONEER_SIMULATION_H
#define PIONEER_SIMULATION_H

#include <stdbool.h>
#include <stdint.h>

#include "memory_model.h"

/* What one memory did for one cause. */
struct tally {
    uint64_t accesses;
    uint64_t misses; /* went to the memory itself where a cache stands before it */
    uint64_t units;  /* went there because none does, each in one go */
    uint64_t bytes;  /* moved from or to the memory */
    uint64_t saved;  /* cycles of the misses' waits in which something else ran */
};

/* Where fetching is. */
struct stream {
    uint64_t part;    /* number of the part that instructions come from */
    uint64_t arrived; /* fetch_clock when that part was there */
    uint64_t ahead;   /* the part that is fetched ahead */
};

struct simulation {
    struct memory_variant *variant; /* the first of those that share it: its caches are run */
    struct stream stream;           /* of instructions */
    struct tally tallies[MEMORY_LIMIT][MEMORY_CAUSES];
};

struct simulations {
    struct simulation of[MEMORY_VARIANT_LIMIT]; /* [0] is the board as stated */
    unsigned count;
    unsigned active; /* those that run in this region */
};

/* Instructions and data each have their own, so that variants of a cache for data fetch once; caches
 * for both are those of the variant that both name. */
extern struct simulations fetch_simulations;
extern struct simulations data_simulations;

/* Makes those of a board, and notes in its ranges of data what they share. */
void simulations_make(struct memory_model *model);

/* A region opens, in which the variants do or do not run beside the board as stated. */
void simulations_begin(bool has_variants);

/* Cycles until `bytes` have come from a memory, beyond the first. */
unsigned simulation_fill_stall(const struct memory_timing *timing, unsigned bytes);

/* What a memory did for a variant by one cause. */
const struct tally *simulation_tally(unsigned variant, unsigned memory, enum memory_cause cause);

/* Cycles that a variant waited for a memory by one cause. */
uint64_t simulation_stalls(unsigned variant, unsigned memory, enum memory_cause cause);

#endif
