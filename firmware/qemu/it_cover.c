/*
 * Decides which addresses an IT block governs: a hash table from address to instructions left.
 * It only grows, by one entry for each IT block that a translation block splits.
 */
#include "it_cover.h"

#include <stdlib.h>

struct entry {
    uint32_t pc;
    uint32_t remaining; /* 0: free */
};

static struct entry *entries;
static uint32_t capacity; /* a power of two */
static uint32_t used;

static struct entry *slot_of(struct entry *table, uint32_t size, uint32_t pc) {
    uint32_t i = ((pc >> 1) * 2654435761U) & (size - 1U);
    while (table[i].remaining != 0 && table[i].pc != pc) {
        i = (i + 1U) & (size - 1U);
    }
    return &table[i];
}

static void grow(void) {
    uint32_t size = capacity == 0 ? 256U : capacity * 2U;
    struct entry *table = calloc(size, sizeof *table);
    if (table == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < capacity; i++) {
        if (entries[i].remaining != 0) {
            *slot_of(table, size, entries[i].pc) = entries[i];
        }
    }
    free(entries);
    entries = table;
    capacity = size;
}

void it_cover_add(uint32_t pc, unsigned remaining) {
    if (used * 2U >= capacity) {
        grow();
    }
    struct entry *entry = slot_of(entries, capacity, pc);
    used += entry->remaining == 0 ? 1U : 0U;
    *entry = (struct entry){.pc = pc, .remaining = remaining};
}

unsigned it_cover_find(uint32_t pc) {
    return capacity == 0 ? 0 : slot_of(entries, capacity, pc)->remaining;
}
