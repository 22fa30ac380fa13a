/*
 * Keeps arrivals in a hash table and the departures of each in a list, the last one used first.
 * When a path is taken is left to walk.c.
 */
#include "paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exceptions.h"
#include "predictor.h"

enum { BUCKETS = 1 << 14, ARRIVAL_LIMIT = 1 << 15, DEPARTURE_LIMIT = 1 << 16 };

static struct arrival *buckets[BUCKETS];
static unsigned arrival_count;
static unsigned departure_count;

/* Departures with runs that are in no counts yet. */
static struct departure *ran;

static void *allocate(size_t size) {
    void *memory = calloc(1, size);
    if (memory == NULL) {
        fputs("pioneer timing: out of memory\n", stderr);
        abort();
    }
    return memory;
}

static bool is_equal(const struct arrival *a, const struct arrival *b) {
    return a->block == b->block && a->last == b->last && a->front == b->front &&
           a->unaligned_before == b->unaligned_before;
}

/* Addresses are those of allocated objects: their low bits tell nothing. */
static size_t bucket_of(const struct arrival *key) {
    uintptr_t mixed = (uintptr_t)key->block >> 4;
    mixed = mixed * 31U + ((uintptr_t)key->last >> 4);
    mixed = mixed * 31U + ((uintptr_t)key->front >> 4);
    mixed = mixed * 31U + key->unaligned_before;
    return (mixed ^ mixed >> 14) % BUCKETS;
}

struct arrival *paths_arrival(const struct arrival *key) {
    struct arrival **bucket = &buckets[bucket_of(key)];
    for (struct arrival *known = *bucket; known != NULL; known = known->next) {
        if (is_equal(known, key)) {
            return known;
        }
    }
    if (arrival_count == ARRIVAL_LIMIT) {
        return NULL;
    }
    struct arrival *added = allocate(sizeof *added);
    *added = *key;
    added->departures = NULL;
    added->next = *bucket;
    *bucket = added;
    arrival_count++;
    return added;
}

void paths_add(struct arrival *from, const struct departure *like, const struct counts *before,
               const struct counts *counts) {
    if (departure_count == DEPARTURE_LIMIT) {
        return;
    }
    size_t gains = CLASS_END + lanes_active - RULE_BOUNDS;
    struct departure *added = allocate(sizeof *added + gains * sizeof *added->gains);
    *added = *like;
    for (unsigned i = 0; i < CLASS_END; i++) {
        added->gains[i] = counts->value[i] - before->value[i];
    }
    for (unsigned i = RULE_BOUNDS; i < lanes_active; i++) {
        added->gains[CLASS_END + i - RULE_BOUNDS] = counts->lanes[i] - before->lanes[i];
    }
    added->runs = 0;
    added->next = from->departures;
    from->departures = added;
    departure_count++;
}

/* True where this run leaves as `departure` did. */
static bool is_same_way(const struct departure *departure, const struct block *into) {
    if (departure->into != into || (departure->may_return && exceptions_are_open())) {
        return false;
    }
    if (!departure->is_guessed) {
        return true;
    }
    const struct slot *end = departure->end;
    bool guess = predictor_guess(end->pc, end->insn.displacement < 0);
    return (guess == departure->is_taken) == departure->is_right;
}

const struct departure *paths_run(struct arrival *from, const struct block *into) {
    struct departure **link = &from->departures;
    while (*link != NULL && !is_same_way(*link, into)) {
        link = &(*link)->next;
    }
    struct departure *departure = *link;
    if (departure == NULL) {
        return NULL;
    }
    if (link != &from->departures) {
        *link = departure->next;
        departure->next = from->departures;
        from->departures = departure;
    }
    if (departure->is_guessed) {
        const struct slot *end = departure->end;
        predictor_learn(end->pc, end->insn.displacement < 0, departure->is_taken);
    }
    if (departure->runs++ == 0) {
        departure->ran_next = ran;
        ran = departure;
    }
    return departure;
}

void paths_collect(struct counts *counts) {
    for (; ran != NULL; ran = ran->ran_next) {
        for (unsigned i = 0; i < CLASS_END; i++) {
            counts->value[i] += ran->gains[i] * ran->runs;
        }
        for (unsigned i = RULE_BOUNDS; i < lanes_active; i++) {
            counts->lanes[i] += ran->gains[CLASS_END + i - RULE_BOUNDS] * ran->runs;
        }
        ran->runs = 0;
    }
}
