/*
 * Keeps the lines of one cache. Random replacement follows a fixed sequence, so that a run repeats.
 * Counts are left to memory.c and fetch.c, costs to simulation.c.
 */
#include "cache.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

bool cache_create(struct cache *cache) {
    cache->lines = calloc((size_t)cache->sets * cache->ways, sizeof *cache->lines);
    cache->now = 0;
    cache->random = 1;
    cache->fills = 0;
    memset(cache->hints, 0, sizeof cache->hints);
    return cache->lines != NULL;
}

static struct cache_line *set_of(const struct cache *cache, uint32_t number) {
    return &cache->lines[(size_t)(number & (cache->sets - 1U)) * cache->ways];
}

static struct cache_line *find(struct cache *cache, uint32_t number) {
    uint32_t *hint = &cache->hints[number % CACHE_HINTS];
    struct cache_line *met = &cache->lines[*hint];
    if (met->number == number && met->parts != 0) {
        return met;
    }
    struct cache_line *set = set_of(cache, number);
    for (unsigned way = 0; way < cache->ways; way++) {
        if (set[way].number == number && set[way].parts != 0) {
            *hint = (uint32_t)(&set[way] - cache->lines);
            return &set[way];
        }
    }
    return NULL;
}

static uint32_t part_bit(const struct cache *cache, uint32_t address) {
    uint32_t inside = address & ((1U << cache->line_shift) - 1U);
    return 1U << (inside >> cache->part_shift);
}

struct cache_line *cache_find(struct cache *cache, uint32_t address) {
    struct cache_line *line = find(cache, address >> cache->line_shift);
    bool is_there = line != NULL && (line->parts & part_bit(cache, address)) != 0;
    return is_there ? line : NULL;
}

bool cache_use(struct cache *cache, uint32_t address) {
    struct cache_line *line = cache_find(cache, address);
    if (line == NULL) {
        return false;
    }
    if (cache->replacement == REPLACE_LRU) {
        line->stamp = ++cache->now;
    }
    return true;
}

/* Marsaglia's xorshift, 32 bits, never 0. */
static uint32_t next_random(struct cache *cache) {
    uint32_t x = cache->random;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return cache->random = x;
}

static struct cache_line *victim_of(struct cache *cache, struct cache_line *set) {
    struct cache_line *victim = &set[0];
    for (unsigned way = 0; way < cache->ways; way++) {
        if (set[way].parts == 0) {
            return &set[way];
        }
        if (set[way].stamp < victim->stamp) {
            victim = &set[way];
        }
    }
    return cache->replacement == REPLACE_RANDOM ? &set[next_random(cache) % cache->ways] : victim;
}

bool cache_fill(struct cache *cache, uint32_t address) {
    uint32_t number = address >> cache->line_shift;
    struct cache_line *line = find(cache, number);
    bool was_dirty = false;
    cache->fills++;
    if (line == NULL) {
        line = victim_of(cache, set_of(cache, number));
        was_dirty = line->parts != 0 && line->dirty;
        *line = (struct cache_line){.number = number};
        line->stamp = ++cache->now;
    } else if (cache->replacement != REPLACE_FIFO) {
        line->stamp = ++cache->now;
    }
    line->parts |= part_bit(cache, address);
    return was_dirty;
}

void cache_write(struct cache *cache, uint32_t address) {
    struct cache_line *line = find(cache, address >> cache->line_shift);
    if (line != NULL) {
        line->dirty = true;
    }
}
