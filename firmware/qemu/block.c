/*
 * Decides counts of blocks and of the edges between them, from decoded instructions.
 * When blocks run is left to walk.c.
 */
#include "block.h"

#include <stdlib.h>
#include <string.h>

#include "it_cover.h"
#include "loops.h"

struct block *block_new(unsigned length) {
    struct block *block = calloc(1, sizeof *block);
    struct slot *slots = calloc(length, sizeof *slots);
    if (block == NULL || slots == NULL) {
        free(block);
        free(slots);
        return NULL;
    }
    block->slots = slots;
    block->length = length;
    for (unsigned i = 0; i < length; i++) {
        slots[i].block = block;
        slots[i].index = i;
    }
    return block;
}

static uint32_t target_of(const struct slot *slot) {
    return slot->pc + (uint32_t)slot->insn.displacement;
}

static void mark_conditional(struct block *block) {
    unsigned remaining = it_cover_find(block->pc);
    for (unsigned i = 0; i < block->length; i++) {
        struct insn *insn = &block->slots[i].insn;
        if (remaining != 0) {
            bool is_compare = insn->writes == 0;
            insn->flags |= INSN_CONDITIONAL;
            if (insn->size == 2 && !is_compare) {
                insn->flags &= ~(uint32_t)INSN_SETS_FLAGS;
            }
            remaining--;
        }
        if (insn->kind == KIND_IT) {
            remaining = insn->it_length;
        }
    }
    if (remaining != 0) {
        it_cover_add(block->end, remaining);
    }
}

enum { GROUP = 3 };

static void mark_unaligned(struct block *block) {
    unsigned run = 0;
    for (unsigned i = 0; i < block->length; i++) {
        struct slot *slot = &block->slots[i];
        bool is_unaligned = slot->insn.size == 4 && (slot->pc & 2U) != 0;
        run = !is_unaligned ? 0 : run < GROUP ? run + 1U : GROUP + 1U;
        slot->insn.unaligned = (uint8_t)run;
    }
}

unsigned block_leading_unaligned(const struct block *block, unsigned to) {
    unsigned count = 0;
    while (count < to && block->slots[count].insn.unaligned != 0) {
        count++;
    }
    return count;
}

unsigned block_trailing_unaligned(const struct block *block, unsigned to, unsigned before) {
    unsigned count = 0;
    while (count < to && block->slots[to - 1U - count].insn.unaligned != 0) {
        count++;
    }
    count += count == to ? before : 0U;
    return count < GROUP ? count : GROUP;
}

/* True for the instruction that makes a group of three, counted from `since` on. */
static bool completes_group(const struct block *block, unsigned since, unsigned i) {
    unsigned run = block->slots[i].insn.unaligned;
    unsigned seen = i - since + 1U;
    return (run == GROUP && seen >= GROUP) || (run > GROUP && seen == GROUP);
}

static void note_loops(const struct block *block) {
    for (unsigned i = 0; i < block->length; i++) {
        const struct slot *slot = &block->slots[i];
        if (slot->insn.flags & INSN_LOOP) {
            loops_add(slot->pc + slot->insn.size, target_of(slot));
        }
    }
}

void block_complete(struct block *block, const struct cost_table *table) {
    const struct slot *last = &block->slots[block->length - 1U];
    block->pc = block->slots[0].pc;
    block->end = last->pc + last->insn.size;
    mark_conditional(block);
    note_loops(block);
    mark_unaligned(block);
    block_add_part(&block->once, table, block, 0, 0, block->length);
}

void block_add_part(struct counts *counts, const struct cost_table *table,
                    const struct block *block, unsigned since, unsigned from, unsigned to) {
    for (unsigned i = from; i < to; i++) {
        const struct insn *previous = i == 0 ? NULL : &block->slots[i - 1U].insn;
        counts_add(counts, table, previous, &block->slots[i].insn);
        if (completes_group(block, since, i)) {
            counts_add_rule(counts, table, COST_fetchGroup, 1);
        }
    }
}

/* Index of the instruction of `block` at `pc`, or its length when there is none. */
static unsigned find_pc(const struct block *block, uint32_t pc) {
    unsigned i = 0;
    while (i < block->length && block->slots[i].pc != pc) {
        i++;
    }
    return i;
}

/* An access to a device under -icount stops its block; the emulator runs that instruction alone,
 * without telling, and goes on after it. */
static unsigned stop_of(const struct block *last, const struct block *next) {
    const struct slot *end = &last->slots[last->length - 1U];
    bool may_go_anywhere = (end->insn.flags & INSN_WRITES_PC) != 0 &&
                           (end->insn.flags & INSN_DIRECT) == 0;
    bool is_target = (end->insn.flags & INSN_DIRECT) != 0 && target_of(end) == next->pc;
    bool is_inside = next->pc > last->pc && next->pc < last->end;
    bool goes_back = loops_go_back(last->end, next->pc);
    return is_inside && !may_go_anywhere && !is_target && !goes_back ? find_pc(last, next->pc) : last->length;
}

struct entry block_entry(const struct block *next, const struct insn *last,
                         const struct cost_table *table) {
    const struct insn *first = &next->slots[0].insn;
    struct entry entry;
    for (unsigned i = 0; i < lanes_active; i++) {
        entry.cycles[i] = (int)cost_cycles(table, i, last, first) -
                          (int)cost_cycles(table, i, NULL, first);
    }
    entry.simple = (int)cost_simple_cycles(last, first) - (int)cost_simple_cycles(NULL, first);
    return entry;
}

const struct edge *block_edge(struct block *next, const struct block *last,
                              const struct cost_table *table) {
    struct edge *edge = &next->edge;
    if (edge->from == last) {
        return edge;
    }
    const struct insn *first = &next->slots[0].insn;
    edge->from = last;
    edge->stop = stop_of(last, next);
    edge->refill_simple = 0;
    edge->taken = false;
    edge->interrupted = false;
    edge->transfer = TRANSFER_NONE;
    const struct slot *end = &last->slots[edge->stop - 1U];
    const struct insn *insn = &end->insn;
    edge->entry = block_entry(next, insn, table);
    memset(edge->refill, 0, lanes_active * sizeof *edge->refill);
    if (edge->stop < last->length) {
        return edge;
    }
    bool leaves = next->pc != last->end;
    bool is_conditional = (insn->flags & INSN_CONDITIONAL) != 0;
    bool writes_pc = (insn->flags & INSN_WRITES_PC) != 0;
    bool is_direct = (insn->flags & INSN_DIRECT) != 0;
    if (!writes_pc || is_direct) {
        bool is_target = is_direct && next->pc == target_of(end);
        bool goes_back = leaves && loops_go_back(last->end, next->pc);
        bool may_fall = is_conditional || !writes_pc;
        edge->interrupted = !is_target && !goes_back && (leaves || !may_fall);
    }
    edge->transfer = edge->interrupted                      ? TRANSFER_INTERRUPT
                     : !writes_pc                           ? TRANSFER_NONE
                     : leaves || !is_conditional            ? TRANSFER_TAKEN
                                                            : TRANSFER_UNTAKEN;
    if (leaves && writes_pc && is_conditional && !edge->interrupted) {
        for (unsigned i = 0; i < lanes_active; i++) {
            edge->refill[i] = (int)cost_refill(table, i, insn);
        }
        edge->refill_simple = COST_SIMPLE_REFILL;
        edge->taken = counts_class(insn) == CLASS_BRANCH;
    }
    if (edge->transfer == TRANSFER_TAKEN && first->unaligned != 0) {
        for (unsigned i = 0; i < lanes_active; i++) {
            edge->refill[i] += table->cycles[i][COST_branchToUnaligned];
        }
    }
    return edge;
}
