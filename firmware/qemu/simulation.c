/*
 * Groups variants by what their caches do for instructions and for data, and prices what was counted.
 * The shapes of caches come from memory_model.c.
 */
#include "simulation.h"

#include <string.h>

struct simulations fetch_simulations;
struct simulations data_simulations;

static struct memory_model *board;
static struct {
    unsigned fetch;
    unsigned data;
} simulation_of[MEMORY_VARIANT_LIMIT];
static bool shares[MEMORY_LIMIT];    /* a cache with instructions */
static bool is_direct[MEMORY_LIMIT]; /* data pass no cache, and are accessed alike in all variants */

enum { FETCHES = 1U << MEMORY_FETCH, DATA = 1U << MEMORY_READ | 1U << MEMORY_WRITE };

static bool is_same_cache(const struct memory_cache *a, const struct memory_cache *b) {
    return a->cache.line_shift == b->cache.line_shift &&
           a->cache.part_shift == b->cache.part_shift && a->cache.ways == b->cache.ways &&
           a->cache.sets == b->cache.sets && a->cache.replacement == b->cache.replacement &&
           a->prefetches == b->prefetches;
}

static bool prefetches(const struct memory_variant *variant, const struct memory_timing *timing) {
    int index = timing->cache[MEMORY_FETCH];
    return index >= 0 && variant->caches[index].prefetches;
}

/* What is fetched ahead in time stays outside the cache, so that waits decide what it holds. */
static bool is_same_fetch(const struct memory_variant *a, const struct memory_variant *b,
                          unsigned memory) {
    const struct memory_timing *of_a = &a->timings[memory];
    const struct memory_timing *of_b = &b->timings[memory];
    return !prefetches(a, of_a) || of_a->waits == of_b->waits;
}

/* True where two variants pass the same for these causes, a bit each. */
static bool is_same_run(const struct memory_variant *a, const struct memory_variant *b,
                        unsigned causes) {
    for (unsigned i = 0; i < board->memory_count; i++) {
        const struct memory_timing *of_a = &a->timings[i];
        const struct memory_timing *of_b = &b->timings[i];
        if (of_a->access_shift != of_b->access_shift ||
            memcmp(of_a->cache, of_b->cache, sizeof of_a->cache) != 0) {
            return false;
        }
        if ((causes & FETCHES) != 0 && !is_same_fetch(a, b, i)) {
            return false;
        }
        for (int cause = 0; cause < MEMORY_CAUSES; cause++) {
            int cache = of_a->cache[cause];
            if ((causes & 1U << cause) != 0 && cache >= 0 &&
                !is_same_cache(&a->caches[cache], &b->caches[cache])) {
                return false;
            }
        }
    }
    return true;
}

/* Memories whose data pass a cache that code of some memory passes, too. */
static bool note_shared(const struct memory_variant *variant) {
    bool any = false;
    for (unsigned data = 0; data < board->memory_count; data++) {
        const int *cache = variant->timings[data].cache;
        for (unsigned code = 0; code < board->memory_count; code++) {
            int fetch = variant->timings[code].cache[MEMORY_FETCH];
            bool is_shared = cache[MEMORY_READ] == fetch || cache[MEMORY_WRITE] == fetch;
            shares[data] = shares[data] || (fetch >= 0 && is_shared);
        }
        any = any || shares[data];
    }
    return any;
}

static void note_direct(void) {
    for (unsigned memory = 0; memory < board->memory_count; memory++) {
        bool is_alike = true;
        for (unsigned i = 0; i < board->variant_count; i++) {
            const struct memory_timing *timing = &board->variants[i].timings[memory];
            is_alike = is_alike && timing->cache[MEMORY_READ] < 0 &&
                       timing->cache[MEMORY_WRITE] < 0 &&
                       timing->access_shift == board->variants[0].timings[memory].access_shift;
        }
        is_direct[memory] = is_alike;
    }
}

/* The simulation that a variant shares, a new one where it shares none. */
static unsigned join(struct simulations *simulations, struct memory_variant *variant,
                     unsigned causes) {
    unsigned found = 0;
    while (found < simulations->count &&
           !is_same_run(simulations->of[found].variant, variant, causes)) {
        found++;
    }
    if (found == simulations->count) {
        simulations->of[simulations->count++].variant = variant;
    }
    return found;
}

void simulations_make(struct memory_model *model) {
    bool is_shared = false;
    board = model;
    for (unsigned i = 0; i < model->variant_count; i++) {
        is_shared |= note_shared(&model->variants[i]);
    }
    note_direct();
    for (unsigned i = 0; i < model->data_count; i++) {
        model->data[i].is_shared = shares[model->data[i].memory];
        model->data[i].is_direct = is_direct[model->data[i].memory];
    }
    for (unsigned i = 0; i < model->variant_count; i++) {
        struct memory_variant *variant = &model->variants[i];
        unsigned both = FETCHES | DATA;
        simulation_of[i].fetch = join(&fetch_simulations, variant, is_shared ? both : FETCHES);
        simulation_of[i].data = join(&data_simulations, variant, is_shared ? both : DATA);
    }
}

static void begin(struct simulations *simulations, bool has_variants) {
    static const struct stream nowhere = {.part = UINT64_MAX, .ahead = UINT64_MAX};
    simulations->active = has_variants ? simulations->count : 1U;
    for (unsigned i = 0; i < simulations->active; i++) {
        simulations->of[i].stream = nowhere;
        memset(simulations->of[i].tallies, 0, sizeof simulations->of[i].tallies);
    }
}

void simulations_begin(bool has_variants) {
    begin(&fetch_simulations, has_variants);
    begin(&data_simulations, has_variants);
}

const struct tally *simulation_tally(unsigned variant, unsigned memory, enum memory_cause cause) {
    const struct simulation *simulation =
        cause == MEMORY_FETCH ? &fetch_simulations.of[simulation_of[variant].fetch]
        : is_direct[memory]   ? &data_simulations.of[0]
                              : &data_simulations.of[simulation_of[variant].data];
    return &simulation->tallies[memory][cause];
}

unsigned simulation_fill_stall(const struct memory_timing *timing, unsigned bytes) {
    unsigned accesses = (bytes + (1U << timing->access_shift) - 1U) >> timing->access_shift;
    return accesses * (timing->waits + 1U) - 1U;
}

uint64_t simulation_stalls(unsigned variant, unsigned memory, enum memory_cause cause) {
    const struct memory_variant *own = &board->variants[variant];
    const struct memory_timing *timing = &own->timings[memory];
    const struct tally *tally = simulation_tally(variant, memory, cause);
    int index = timing->cache[cause];
    if (cause == MEMORY_WRITE && !own->waits_for_writes) {
        return 0;
    }
    if (index < 0) {
        return tally->units * timing->waits;
    }
    unsigned part = 1U << own->caches[index].cache.part_shift;
    return tally->misses * simulation_fill_stall(timing, part) - tally->saved;
}
