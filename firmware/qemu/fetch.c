/*
 * Takes instructions part by part through the caches of every simulation. Which parts a block lies in
 * is worked out once; parts that a cache still holds, as nothing came in since, are looked up in it once.
 *
 * Fetching ahead runs while instructions execute, and waits for what is missing of its time.
 */
#include "fetch.h"

#include <stdio.h>
#include <stdlib.h>

#include "simulation.h"
#include "touched.h"

/* The parts of a block in one simulation. */
struct plan {
    unsigned shift;
    uint64_t first;    /* number of the part that holds its first byte */
    unsigned *before;  /* cycles of the block's instructions before that which needs a part first */
    struct cache_line **lines; /* where its parts lie */
    uint64_t fills;    /* of the cache when lines were found; never: they are not */
    uint64_t used;     /* its last stamp when parts [from, to) were used last */
    unsigned from;
    unsigned to;
};

struct fetches {
    const struct memory_range *range; /* NULL: not all in one */
    uint32_t address;                 /* on the board */
    uint32_t cycles;                  /* of all instructions */
    uint64_t touched;                 /* the region that touched all its lines last */
    struct plan plans[]; /* [fetch_simulations.active] when they were made */
};

static const uint64_t never = UINT64_MAX;

static const struct memory_model *model;

/* Cycles that fetched instructions took so far, without waiting. */
static uint64_t now;

void fetch_make(const struct memory_model *board) {
    model = board;
}

void fetch_begin(void) {
    now = 0;
}

static struct tally *tally_of(struct simulation *simulation, unsigned memory) {
    return &simulation->tallies[memory][MEMORY_FETCH];
}

/* The cache that a simulation fetches through, or NULL. */
static struct memory_cache *cache_of(struct simulation *simulation, unsigned memory) {
    int index = simulation->variant->timings[memory].cache[MEMORY_FETCH];
    return index < 0 ? NULL : &simulation->variant->caches[index];
}

static unsigned shift_of(struct simulation *simulation, unsigned memory) {
    const struct memory_cache *from = cache_of(simulation, memory);
    return from == NULL ? simulation->variant->timings[memory].access_shift
                        : from->cache.part_shift;
}

/* A part that the cache has not: it is put in, unless it was fetched ahead in time. */
static void miss(struct simulation *simulation, unsigned memory, struct memory_cache *from,
                 uint64_t part, uint64_t clock) {
    const struct stream *stream = &simulation->stream;
    struct tally *tally = tally_of(simulation, memory);
    struct cache *cache = &from->cache;
    unsigned bytes = 1U << cache->part_shift;
    unsigned stall = simulation_fill_stall(&simulation->variant->timings[memory], bytes);
    uint64_t elapsed = clock - stream->arrived;
    bool is_ahead = from->prefetches && stream->ahead == part;
    tally->bytes += bytes;
    if (is_ahead && elapsed > stall) {
        return;
    }
    bool writes_back = cache_fill(cache, (uint32_t)(part << cache->part_shift));
    tally->bytes += writes_back ? 1U << cache->line_shift : 0U;
    tally->misses++;
    tally->saved += is_ahead && elapsed > 1 ? elapsed - 1U : 0U;
}

/* The next part, other than the one that instructions come from. */
static void take_part(struct simulation *simulation, unsigned memory, uint64_t part,
                      uint64_t clock) {
    struct stream *stream = &simulation->stream;
    struct memory_cache *from = cache_of(simulation, memory);
    struct tally *tally = tally_of(simulation, memory);
    tally->accesses++;
    if (from == NULL) {
        tally->units++;
        tally->bytes += 1U << simulation->variant->timings[memory].access_shift;
    } else {
        if (!cache_use(&from->cache, (uint32_t)(part << from->cache.part_shift))) {
            miss(simulation, memory, from, part, clock);
        }
        stream->ahead = part + 1U;
    }
    stream->part = part;
    stream->arrived = clock;
}

void fetch_one(uint32_t pc, unsigned size, unsigned cycles) {
    const struct memory_range *range = memory_range_at(model->code, model->code_count, pc);
    if (range != NULL) {
        uint32_t offset = range->offset + (pc - range->begin);
        uint32_t address = model->memories[range->memory].base + offset;
        uint32_t last = address + size - 1U;
        touched_add(range->memory, offset, size);
        for (unsigned i = 0; i < fetch_simulations.active; i++) {
            unsigned shift = shift_of(&fetch_simulations.of[i], range->memory);
            for (uint64_t part = address >> shift; part <= last >> shift; part++) {
                if (part != fetch_simulations.of[i].stream.part) {
                    take_part(&fetch_simulations.of[i], range->memory, part, now);
                }
            }
        }
    }
    now += cycles;
}

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count, size);
    if (memory == NULL) {
        fputs("pioneer timing: out of memory\n", stderr);
        abort();
    }
    return memory;
}

static uint32_t address_of(const struct fetches *fetches, const struct block *block,
                           unsigned slot) {
    return fetches->address + (block->slots[slot].pc - block->pc);
}

/* Numbers the parts of a block from its first on, and notes when each is needed. */
static void make_plan(struct plan *plan, const struct fetches *fetches, const struct block *block,
                      unsigned shift) {
    uint32_t last = fetches->address + (block->end - block->pc) - 1U;
    plan->shift = shift;
    plan->first = fetches->address >> shift;
    plan->fills = never;
    unsigned count = (unsigned)((last >> shift) - plan->first) + 1U;
    plan->before = allocate(count, sizeof *plan->before);
    plan->lines = allocate(count, sizeof *plan->lines);
    unsigned part = 0;
    for (unsigned i = 0; i < block->length; i++) {
        uint32_t end = address_of(fetches, block, i) + block->slots[i].insn.size - 1U;
        for (; part + plan->first <= end >> shift; part++) {
            plan->before[part] = block->slots[i].before;
        }
    }
}

static struct fetches *make_fetches(const struct block *block) {
    struct fetches *made =
        allocate(1, sizeof *made + fetch_simulations.active * sizeof *made->plans);
    const struct slot *last = &block->slots[block->length - 1U];
    const struct memory_range *range = memory_range_at(model->code, model->code_count, block->pc);
    made->cycles = last->before + last->cycles;
    if (range == NULL ||
        range != memory_range_at(model->code, model->code_count, last->pc)) {
        return made;
    }
    uint32_t offset = range->offset + (block->pc - range->begin);
    made->address = model->memories[range->memory].base + offset;
    if (made->address + (block->end - block->pc) < made->address) {
        return made;
    }
    made->range = range;
    for (unsigned i = 0; i < fetch_simulations.active; i++) {
        make_plan(&made->plans[i], made, block, shift_of(&fetch_simulations.of[i], range->memory));
    }
    return made;
}

/* Finds every part of a block in the cache, if all are there. */
static void find_lines(struct plan *plan, struct cache *cache, const struct fetches *fetches,
                       const struct block *block) {
    uint32_t last = fetches->address + (block->end - block->pc) - 1U;
    for (uint64_t part = plan->first; part <= last >> plan->shift; part++) {
        struct cache_line *line = cache_find(cache, (uint32_t)(part << plan->shift));
        if (line == NULL) {
            return;
        }
        plan->lines[part - plan->first] = line;
    }
    plan->fills = cache->fills;
}

/* Stamps parts in the order they are used; those that were stamped last are in it already. */
static void stamp_lines(struct plan *plan, struct cache *cache, unsigned from, unsigned to) {
    if (plan->used == cache->now && from >= plan->from && to == plan->to) {
        return;
    }
    for (unsigned i = from; i < to; i++) {
        plan->lines[i]->stamp = ++cache->now;
    }
    plan->used = cache->now;
    plan->from = from;
    plan->to = to;
}

/* Parts that the cache holds: it only learns in which order they were used. */
static void use_lines(struct simulation *simulation, struct plan *plan, struct cache *cache,
                      unsigned memory, unsigned from, unsigned to) {
    tally_of(simulation, memory)->accesses += to - from;
    if (cache->replacement == REPLACE_LRU) {
        stamp_lines(plan, cache, from, to);
    }
    simulation->stream.part = plan->first + to - 1U;
    simulation->stream.ahead = plan->first + to;
}

/* When a part of a block is needed whose instructions from `from` on are fetched now. */
static uint64_t clock_of(const struct plan *plan, unsigned part, const struct slot *from) {
    unsigned before = plan->before[part] > from->before ? plan->before[part] : from->before;
    return now - from->before + before;
}

static void run_plan(struct simulation *simulation, struct plan *plan, struct block *block,
                     unsigned from, unsigned to) {
    const struct fetches *fetches = block->fetches;
    const struct slot *slots = block->slots;
    unsigned memory = fetches->range->memory;
    uint32_t last = address_of(fetches, block, to - 1U) + slots[to - 1U].insn.size - 1U;
    unsigned next = (unsigned)((address_of(fetches, block, from) >> plan->shift) - plan->first);
    unsigned end = (unsigned)((last >> plan->shift) - plan->first) + 1U;
    next += simulation->stream.part == plan->first + next;
    if (next >= end) {
        return;
    }
    struct memory_cache *through = cache_of(simulation, memory);
    if (through != NULL && plan->fills == through->cache.fills) {
        use_lines(simulation, plan, &through->cache, memory, next, end);
        simulation->stream.arrived = clock_of(plan, end - 1U, &slots[from]);
        return;
    }
    uint64_t misses = tally_of(simulation, memory)->misses;
    for (; next < end; next++) {
        uint64_t clock = clock_of(plan, next, &slots[from]);
        take_part(simulation, memory, plan->first + next, clock);
    }
    bool is_end = to == block->length;
    if (is_end && through != NULL && misses == tally_of(simulation, memory)->misses) {
        find_lines(plan, &through->cache, fetches, block);
    }
}

void fetch_run(struct block *block, unsigned from, unsigned to) {
    if (from >= to) {
        return;
    }
    const struct slot *slots = block->slots;
    if (block->fetches == NULL) {
        block->fetches = make_fetches(block);
    }
    struct fetches *fetches = block->fetches;
    if (fetches->range == NULL) {
        for (unsigned i = from; i < to; i++) {
            fetch_one(slots[i].pc, slots[i].insn.size, slots[i].cycles);
        }
        return;
    }
    if (fetches->touched != touched_region) {
        uint32_t offset = fetches->range->offset + (slots[from].pc - fetches->range->begin);
        const struct slot *last = &slots[to - 1U];
        touched_add(fetches->range->memory, offset, last->pc + last->insn.size - slots[from].pc);
        fetches->touched = from == 0 && to == block->length ? touched_region : 0;
    }
    for (unsigned i = 0; i < fetch_simulations.active; i++) {
        run_plan(&fetch_simulations.of[i], &fetches->plans[i], block, from, to);
    }
    now += (to == block->length ? fetches->cycles : slots[to].before) - slots[from].before;
}
