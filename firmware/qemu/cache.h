/*
 * Decides which addresses a cache holds: sets, ways, parts of a line, and what a miss throws out.
 * What a miss costs is left to simulation.c, where the shapes come from to memory_model.c.
 */
#ifndef PIONEER_CACHE_H
#define PIONEER_CACHE_H

#include <stdbool.h>
#include <stdint.h>

enum replacement { REPLACE_LRU, REPLACE_FIFO, REPLACE_RANDOM };

struct cache_line {
    uint32_t number; /* address / line bytes */
    uint32_t parts;  /* bit n: part n is there; 0: the line is free */
    uint64_t stamp;  /* of the last use, or of the fill by REPLACE_FIFO */
    bool dirty;
};

enum { CACHE_HINTS = 256 };

/* A line is filled part by part, each `1 << part_shift` bytes; at most 32 of them. */
struct cache {
    unsigned line_shift;
    unsigned part_shift;
    unsigned ways;
    unsigned sets; /* a power of two */
    enum replacement replacement;
    uint64_t now;
    uint32_t random;
    uint64_t fills; /* so far: while they stay the same, each line stays where it is */
    struct cache_line *lines; /* [sets * ways], a set's ways together */
    /* Where a line of that number, modulo CACHE_HINTS, was met last: looked at before its set. */
    uint32_t hints[CACHE_HINTS];
};

/* Gives `cache`, whose shape is set, its lines, all free. False without memory. */
bool cache_create(struct cache *cache);

/* True when the part that holds `address` is there: a hit, which counts as a use. */
bool cache_use(struct cache *cache, uint32_t address);

/* The line of the part that holds `address`, or NULL when it is not there; no use. */
struct cache_line *cache_find(struct cache *cache, uint32_t address);

/* Puts the part that holds `address` in. True when a dirty line was thrown out for it. */
bool cache_fill(struct cache *cache, uint32_t address);

/* Marks the line of `address`, when it is there, as newer than the memory. */
void cache_write(struct cache *cache, uint32_t address);

#endif
