/*
 * Keeps what running a block added, for each state it was reached in and each way it was left, so
 * that the same path again is one look-up.
 * What a path adds is left to walk.c, which works each out once; nothing is approximated by it.
 *
 * Paths are never freed. Their number follows from the firmware's code and is bounded: beyond the
 * bound a path is worked out every time.
 */
#ifndef PIONEER_PATHS_H
#define PIONEER_PATHS_H

#include <stdbool.h>
#include <stdint.h>

#include "block.h"

struct departure;

/* All that the cycles of a block and of the way out of it depend on, at its first instruction; equal
 * ones have one address. */
struct arrival {
    struct block *block;
    const struct slot *last;   /* the instruction that ran before it */
    const struct front *front; /* pipeline.h's; NULL without a pipeline */
    unsigned unaligned_before; /* as walk.c counts them */
    struct departure *departures;
    struct arrival *next;
};

/* One way on from an arrival. */
struct departure {
    const struct block *into;
    struct arrival *arrival;       /* there */
    const struct slot *end;        /* the last instruction that ran */
    bool is_guessed;               /* a predictor keeps a counter for `end` */
    bool is_taken;
    bool is_right;                 /* what it guessed */
    bool may_return;               /* from a handler of an exception, when there is one */
    uint64_t runs;                 /* in the open region, not yet in its counts */
    struct departure *next;
    struct departure *ran_next;
    uint64_t gains[]; /* [CLASS_END], then a cycle count a lane that was active and is no bound */
};

/* The arrival that equals `key`, or NULL beyond the bound. */
struct arrival *paths_arrival(const struct arrival *key);

/* Adds a departure from `from`, `like` in all but its gains: what `counts` gained since `before`. */
void paths_add(struct arrival *from, const struct departure *like, const struct counts *before,
               const struct counts *counts);

/* Runs a known way from `from` into `into`, and gives it; NULL when it is not known. */
const struct departure *paths_run(struct arrival *from, const struct block *into);

/* Adds all runs to `counts` and forgets that they were. */
void paths_collect(struct counts *counts);

#endif
