/*
 * Decides what one run of a translated block adds to the counters, and what passing from one block
 * to the next adds: stalls across the edge, taken branches, interrupts.
 * Reading the instructions out of the emulator is left to by_block.c.
 */
#ifndef PIONEER_BLOCK_H
#define PIONEER_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "counts.h"
#include "pipeline.h"

struct block;

/* One instruction in its block. */
struct slot {
    struct insn insn;
    uint32_t pc;
    struct block *block;
    unsigned index;
    unsigned seen; /* bytes of the running instruction's accesses so far */
    unsigned cycles; /* without its predecessor: the time in which the next code is fetched ahead */
    uint32_t info; /* the emulator's of its last access, and what that says; accesses are mostly alike */
    bool is_store;
    unsigned accessed_bytes; /* 0: there was none */
    bool is_followed; /* its accesses say what the decoder cannot */
    unsigned before; /* the sum of those of the block's instructions before it */
};

/* Cycles that a block's first instruction takes more behind the last one of another block. */
struct entry {
    int cycles[LANE_LIMIT];
    int simple;
};

/* What entering a block from another one adds. */
struct edge {
    const struct block *from;
    int refill[LANE_LIMIT]; /* cycles of leaving the straight line */
    int refill_simple;
    struct entry entry;
    bool taken;
    bool interrupted;
    enum transfer transfer;
    unsigned stop; /* instructions of `from` that ran: not all when it was left inside */
};

struct block {
    uint32_t pc;
    uint32_t end; /* address after the last instruction */
    unsigned length;
    struct slot *slots;
    struct counts once;   /* one whole run, entered from nowhere */
    struct edge edge;     /* the last one, kept because it mostly repeats */
    struct passage *passages[LANE_LIMIT]; /* pipeline.c's */
    struct fetches *fetches; /* fetch.c's; NULL before its first */
};

/* A block for `length` instructions that the caller fills (insn, pc), or NULL without memory. */
struct block *block_new(unsigned length);

/* Completes a filled block: conditions of IT blocks, addresses, counts of a run. */
void block_complete(struct block *block, const struct cost_table *table);

/* Adds instructions [from, to) of a block, each with its predecessor in the block; the region began
 * at `since`, at `from` or before it. */
void block_add_part(struct counts *counts, const struct cost_table *table,
                    const struct block *block, unsigned since, unsigned from, unsigned to);

/* Instructions that open the part [0, to) of a block and have four bytes at no multiple of 4. */
unsigned block_leading_unaligned(const struct block *block, unsigned to);

/* How many of those, 3 at most, end the part [0, to), `before` of them before the block. */
unsigned block_trailing_unaligned(const struct block *block, unsigned to, unsigned before);

/* What the first instruction of `next` takes more behind `last`. */
struct entry block_entry(const struct block *next, const struct insn *last,
                         const struct cost_table *table);

/* The edge from `last` into `next`. */
const struct edge *block_edge(struct block *next, const struct block *last,
                              const struct cost_table *table);

#endif
