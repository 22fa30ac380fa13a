/*
 * Runs accesses through the caches of every simulation, and says what a region's fetches and accesses made.
 * Fetching is left to fetch.c, what waiting costs to simulation.c; cycles that instructions take by
 * themselves to cost.c and scoreboard.c.
 *
 * Waiting is added to those cycles as it is: a load that misses stops an in-order core, whose next
 * instruction waits behind it. Stores go to a buffer that never fills, unless a variant waits for them.
 */
#include "memory.h"

#include <inttypes.h>

#include "fetch.h"
#include "simulation.h"
#include "touched.h"

/* Ranges met last, by their addresses' megabytes. */
enum { RECENT = 16, RECENT_SHIFT = 20 };

static struct memory_model model;
static bool is_on;
static bool has_variants; /* in this region */
static const struct memory_range *recent[RECENT];

int memory_read(const char *path, char *problem, size_t size) {
    if (memory_model_read(&model, path, problem, size) != 0) {
        return -1;
    }
    if (!touched_make(&model)) {
        snprintf(problem, size, "there is no memory for it");
        return -1;
    }
    simulations_make(&model);
    fetch_make(&model);
    is_on = true;
    return 0;
}

bool memory_is_on(void) {
    return is_on;
}

void memory_begin(void) {
    has_variants = touched_region < model.variant_passes;
    touched_begin();
    simulations_begin(has_variants);
    fetch_begin();
}

const struct memory_range *memory_data_at(uint32_t address) {
    const struct memory_range **met = &recent[(address >> RECENT_SHIFT) % RECENT];
    if (*met == NULL || address - (*met)->begin >= (*met)->bytes) {
        const struct memory_range *range =
            memory_range_at(model.data, model.data_count, address);
        if (range == NULL) {
            return NULL;
        }
        *met = range;
    }
    return *met;
}

/* One part of an access to a memory with a cache before it. */
static void access_part(struct memory_variant *variant, const struct memory_timing *timing,
                        struct tally *tally, enum memory_cause cause, uint32_t address) {
    struct cache *cache = &variant->caches[timing->cache[cause]].cache;
    if (!cache_use(cache, address)) {
        bool writes_back = cache_fill(cache, address);
        tally->misses++;
        tally->bytes += (1U << cache->part_shift) + (writes_back ? 1U << cache->line_shift : 0U);
    }
    if (cause == MEMORY_WRITE) {
        cache_write(cache, address);
    }
}

/* An access to a memory without one. */
static void access_memory(struct tally *tally, const struct memory_timing *timing, uint32_t first,
                          unsigned bytes) {
    uint32_t last = first + bytes - 1U;
    tally->accesses++;
    tally->bytes += bytes;
    tally->units += (last >> timing->access_shift) - (first >> timing->access_shift) + 1U;
}

void memory_access(const struct memory_range *range, uint32_t address, unsigned bytes,
                   bool is_store) {
    enum memory_cause cause = is_store ? MEMORY_WRITE : MEMORY_READ;
    uint32_t offset = range->offset + (address - range->begin);
    uint32_t first = model.memories[range->memory].base + offset;
    uint32_t last = first + bytes - 1U;
    touched_add(range->memory, offset, bytes);
    if (range->is_direct) { /* [0] tells all */
        struct simulation *simulation = &data_simulations.of[0];
        access_memory(&simulation->tallies[range->memory][cause],
                      &simulation->variant->timings[range->memory], first, bytes);
        return;
    }
    for (unsigned i = 0; i < data_simulations.active; i++) {
        struct memory_variant *variant = data_simulations.of[i].variant;
        const struct memory_timing *timing = &variant->timings[range->memory];
        struct tally *tally = &data_simulations.of[i].tallies[range->memory][cause];
        int index = timing->cache[cause];
        if (index < 0) {
            access_memory(tally, timing, first, bytes);
            continue;
        }
        tally->accesses++;
        unsigned shift = variant->caches[index].cache.part_shift;
        for (uint32_t part = first >> shift; part <= last >> shift; part++) {
            access_part(variant, timing, tally, cause, part << shift);
        }
    }
}

void memory_settle(struct counts *counts) {
    uint64_t *value = counts->value;
    value[COUNT_BYTES_MOVED] = 0;
    for (int cause = 0; cause < MEMORY_CAUSES; cause++) {
        value[COUNT_FETCH_STALLS + cause] = 0;
        value[COUNT_FETCH_MISSES + cause] = 0;
        for (unsigned i = 0; i < model.memory_count; i++) {
            const struct tally *tally = simulation_tally(0, i, (enum memory_cause)cause);
            value[COUNT_FETCH_STALLS + cause] += simulation_stalls(0, i, (enum memory_cause)cause);
            value[COUNT_FETCH_MISSES + cause] += tally->misses;
            value[COUNT_BYTES_MOVED] += tally->bytes;
        }
    }
}

static void write_tallies(FILE *file) {
    static const char *const causes[MEMORY_CAUSES] = {"fetch", "read", "write"};
    const char *comma = "";
    for (unsigned i = 0; i < model.memory_count; i++) {
        for (int cause = 0; cause < MEMORY_CAUSES; cause++) {
            const struct tally *tally = simulation_tally(0, i, (enum memory_cause)cause);
            if (tally->accesses != 0) {
                fprintf(file,
                        "%s{\"memory\":\"%s\",\"cause\":\"%s\",\"accesses\":%" PRIu64
                        ",\"misses\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"stalls\":%" PRIu64 "}",
                        comma, model.memories[i].name, causes[cause], tally->accesses,
                        tally->misses, tally->bytes,
                        simulation_stalls(0, i, (enum memory_cause)cause));
                comma = ",";
            }
        }
    }
}

/* What a variant waited in all. */
static uint64_t stalls_of(unsigned variant) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < model.memory_count; i++) {
        for (int cause = 0; cause < MEMORY_CAUSES; cause++) {
            sum += simulation_stalls(variant, i, (enum memory_cause)cause);
        }
    }
    return sum;
}

void memory_write(FILE *file, const struct counts *counts) {
    fputs("\"memory\":{", file);
    counts_write_memory(file, counts);
    fputs(",\"parts\":[", file);
    write_tallies(file);
    fputs("],\"lines\":{", file);
    for (unsigned i = 0; i < model.memory_count; i++) {
        fprintf(file, "%s\"%s\":%" PRIu64, i == 0 ? "" : ",", model.memories[i].name,
                touched_lines(i));
    }
    fputs("},\"variants\":{", file);
    for (unsigned i = 1; has_variants && i < model.variant_count; i++) {
        fprintf(file, "%s\"%s\":%" PRIu64, i == 1 ? "" : ",", model.variants[i].name,
                stalls_of(i));
    }
    fputs("}}", file);
}
