/*
 * Runs fetches and accesses through the caches of every variant of a board.
 * Cycles that instructions take by themselves are left to cost.c and scoreboard.c.
 *
 * Waiting is added to those cycles as it is: a load that misses stops an in-order core, whose next
 * instruction waits behind it. Fetching ahead runs while instructions execute, and waits for what is
 * missing of its time. Stores go to a buffer that never fills, unless a variant waits for them.
 */
#include "memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "memory_model.h"

/* What one memory did for one cause, on the board as stated. */
struct tally {
    uint64_t accesses;
    uint64_t misses; /* went to the memory itself where a cache stands before it */
    uint64_t bytes;  /* moved from or to the memory */
    uint64_t stalls;
};

/* Where a variant's fetch is. */
struct stream {
    uint64_t part;      /* number of the part that instructions come from */
    uint64_t arrived;   /* clock when that part was there */
    uint64_t ahead;     /* the part that is fetched ahead */
};

static const uint64_t no_part = UINT64_MAX;

static struct memory_model model;
static bool is_on;
static unsigned active; /* variants that run in this region */
static uint64_t passes;
static struct stream streams[MEMORY_VARIANT_LIMIT];
static uint64_t stalls[MEMORY_VARIANT_LIMIT];
static struct tally tallies[MEMORY_LIMIT][MEMORY_CAUSES];
static uint64_t lines[MEMORY_LIMIT];
static uint64_t *touched[MEMORY_LIMIT]; /* the pass that touched a line last */

struct memory_window memory_window;

int memory_read(const char *path, char *problem, size_t size) {
    if (memory_model_read(&model, path, problem, size) != 0) {
        return -1;
    }
    for (unsigned i = 0; i < model.memory_count; i++) {
        const struct memory *memory = &model.memories[i];
        size_t count = (memory->bytes >> memory->line_shift) + 1U;
        touched[i] = calloc(count, sizeof *touched[i]);
        if (touched[i] == NULL) {
            snprintf(problem, size, "there is no memory for it");
            return -1;
        }
    }
    is_on = true;
    return 0;
}

bool memory_is_on(void) {
    return is_on;
}

void memory_begin(void) {
    active = passes < model.variant_passes ? model.variant_count : 1;
    passes++;
    for (unsigned i = 0; i < model.variant_count; i++) {
        streams[i] = (struct stream){.part = no_part, .ahead = no_part};
        stalls[i] = 0;
    }
    memset(tallies, 0, sizeof tallies);
    memset(lines, 0, sizeof lines);
    memory_window = (struct memory_window){0};
}

static void touch(unsigned memory, uint32_t offset, unsigned bytes) {
    unsigned shift = model.memories[memory].line_shift;
    uint32_t count = (model.memories[memory].bytes >> shift) + 1U;
    uint32_t last = (offset + bytes - 1U) >> shift;
    for (uint32_t line = offset >> shift; line <= last; line++) {
        uint64_t *pass = &touched[memory][line < count ? line : line % count];
        if (*pass != passes) {
            *pass = passes;
            lines[memory]++;
        }
    }
}

/* Cycles until `bytes` have come from the memory, beyond the first. */
static unsigned fill_stall(const struct memory_timing *timing, unsigned bytes) {
    unsigned accesses = (bytes + (1U << timing->access_shift) - 1U) >> timing->access_shift;
    return accesses * (timing->waits + 1U) - 1U;
}

static void add(unsigned variant, unsigned memory, enum memory_cause cause, struct tally one,
                struct counts *counts) {
    stalls[variant] += one.stalls;
    if (variant != 0) {
        return;
    }
    struct tally *tally = &tallies[memory][cause];
    tally->accesses += one.accesses;
    tally->misses += one.misses;
    tally->bytes += one.bytes;
    tally->stalls += one.stalls;
    counts->value[COUNT_FETCH_STALLS + cause] += one.stalls;
    counts->value[COUNT_FETCH_MISSES + cause] += one.misses;
    counts->value[COUNT_BYTES_MOVED] += one.bytes;
}

/* A part that the cache has not: it is put in, and what it costs is given. */
static struct tally fill(struct memory_cache *from, const struct memory_timing *timing,
                         uint32_t address) {
    struct cache *cache = &from->cache;
    bool writes_back = cache_fill(cache, address);
    unsigned part = 1U << cache->part_shift;
    return (struct tally){
        .accesses = 1,
        .misses = 1,
        .bytes = part + (writes_back ? 1U << cache->line_shift : 0U),
        .stalls = fill_stall(timing, part),
    };
}

/* The next part for instructions, through a cache or through none. */
static struct tally fetch_part(struct memory_variant *variant, struct stream *stream,
                               const struct memory_timing *timing, uint32_t address,
                               uint64_t part) {
    int index = timing->cache[MEMORY_FETCH];
    if (index < 0) {
        unsigned bytes = 1U << timing->access_shift;
        return (struct tally){1, 0, bytes, timing->waits};
    }
    struct memory_cache *from = &variant->caches[index];
    struct tally one = {.accesses = 1};
    if (!cache_use(&from->cache, address)) {
        uint64_t elapsed = memory_window.clock - stream->arrived;
        unsigned needed = fill_stall(timing, 1U << from->cache.part_shift) + 1U;
        if (from->prefetches && stream->ahead == part && elapsed >= needed) {
            one.bytes = 1U << from->cache.part_shift; /* in time: it stays outside the lines */
        } else {
            one = fill(from, timing, address);
            if (from->prefetches && stream->ahead == part && needed - elapsed < one.stalls) {
                one.stalls = needed - elapsed;
            }
        }
    }
    stream->ahead = part + 1U;
    return one;
}

static unsigned fetch_shift(const struct memory_variant *variant,
                            const struct memory_timing *timing) {
    int index = timing->cache[MEMORY_FETCH];
    return index < 0 ? timing->access_shift : variant->caches[index].cache.part_shift;
}

/* Leaves the window at what all variants hold around `pc`, which lies at `address` on the board. */
static void narrow_window(const struct memory_range *range, uint32_t pc, uint32_t address,
                          unsigned shift) {
    uint32_t inside = address & ((1U << shift) - 1U);
    uint32_t before = inside < pc - range->begin ? inside : pc - range->begin;
    uint32_t after = (1U << shift) - inside;
    uint32_t rest = range->bytes - (pc - range->begin);
    if (pc - before > memory_window.begin) {
        memory_window.begin = pc - before;
    }
    uint32_t end = pc + (after < rest ? after : rest);
    if (end < memory_window.end) {
        memory_window.end = end;
    }
}

void memory_fetch_part(uint32_t pc, unsigned size, struct counts *counts) {
    static const struct memory_range *range;
    if (range == NULL || pc - range->begin >= range->bytes) {
        range = memory_range_at(model.code, model.code_count, pc);
    }
    memory_window.begin = memory_window.end = 0;
    if (range == NULL) {
        return;
    }
    uint32_t offset = range->offset + (pc - range->begin);
    uint32_t address = model.memories[range->memory].base + offset;
    uint32_t last = address + size - 1U;
    touch(range->memory, offset, size);
    memory_window.end = UINT32_MAX;
    for (unsigned i = 0; i < active; i++) {
        struct memory_variant *variant = &model.variants[i];
        const struct memory_timing *timing = &variant->timings[range->memory];
        unsigned shift = fetch_shift(variant, timing);
        for (uint64_t part = address >> shift; part <= last >> shift; part++) {
            if (part != streams[i].part) {
                uint32_t at = (uint32_t)(part << shift);
                struct tally one = fetch_part(variant, &streams[i], timing, at, part);
                streams[i].part = part;
                streams[i].arrived = memory_window.clock;
                add(i, range->memory, MEMORY_FETCH, one, counts);
            }
        }
        narrow_window(range, pc + size - 1U, last, shift);
    }
}

/* One unit of an access: a cache's part, or what the memory gives at once. */
static struct tally access_unit(struct memory_variant *variant, const struct memory_timing *timing,
                                enum memory_cause cause, uint32_t address) {
    int index = timing->cache[cause];
    struct tally one = {.accesses = 1};
    if (index < 0) {
        one.stalls = timing->waits;
    } else if (!cache_use(&variant->caches[index].cache, address)) {
        one = fill(&variant->caches[index], timing, address);
    }
    if (cause == MEMORY_WRITE) {
        if (index >= 0) {
            cache_write(&variant->caches[index].cache, address);
        }
        one.stalls = variant->waits_for_writes ? one.stalls : 0;
    }
    return one;
}

void memory_access(uint32_t address, unsigned bytes, bool is_store, struct counts *counts) {
    static const struct memory_range *range;
    if (range == NULL || address - range->begin >= range->bytes) {
        range = memory_range_at(model.data, model.data_count, address);
    }
    if (range == NULL) {
        return;
    }
    enum memory_cause cause = is_store ? MEMORY_WRITE : MEMORY_READ;
    uint32_t offset = range->offset + (address - range->begin);
    uint32_t first = model.memories[range->memory].base + offset;
    uint32_t last = first + bytes - 1U;
    touch(range->memory, offset, bytes);
    for (unsigned i = 0; i < active; i++) {
        struct memory_variant *variant = &model.variants[i];
        const struct memory_timing *timing = &variant->timings[range->memory];
        int index = timing->cache[cause];
        unsigned shift = index < 0 ? timing->access_shift : variant->caches[index].cache.part_shift;
        struct tally sum = {.bytes = index < 0 ? bytes : 0};
        for (uint32_t unit = first >> shift; unit <= last >> shift; unit++) {
            struct tally one = access_unit(variant, timing, cause, unit << shift);
            sum.misses += one.misses;
            sum.bytes += one.bytes;
            sum.stalls += one.stalls;
        }
        sum.accesses = 1;
        add(i, range->memory, cause, sum, counts);
    }
}

static void write_tallies(FILE *file) {
    static const char *const causes[MEMORY_CAUSES] = {"fetch", "read", "write"};
    const char *comma = "";
    for (unsigned i = 0; i < model.memory_count; i++) {
        for (int cause = 0; cause < MEMORY_CAUSES; cause++) {
            const struct tally *tally = &tallies[i][cause];
            if (tally->accesses != 0) {
                fprintf(file,
                        "%s{\"memory\":\"%s\",\"cause\":\"%s\",\"accesses\":%" PRIu64
                        ",\"misses\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"stalls\":%" PRIu64 "}",
                        comma, model.memories[i].name, causes[cause], tally->accesses,
                        tally->misses, tally->bytes, tally->stalls);
                comma = ",";
            }
        }
    }
}

void memory_write(FILE *file, const struct counts *counts) {
    fputs("\"memory\":{", file);
    counts_write_memory(file, counts);
    fputs(",\"parts\":[", file);
    write_tallies(file);
    fputs("],\"lines\":{", file);
    for (unsigned i = 0; i < model.memory_count; i++) {
        fprintf(file, "%s\"%s\":%" PRIu64, i == 0 ? "" : ",", model.memories[i].name, lines[i]);
    }
    fputs("},\"variants\":{", file);
    for (unsigned i = 1; i < active; i++) {
        fprintf(file, "%s\"%s\":%" PRIu64, i == 1 ? "" : ",", model.variants[i].name, stalls[i]);
    }
    fputs("}}", file);
}
