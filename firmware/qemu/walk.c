/*
 * Works out each path once, instruction by instruction where it has to, and has it looked up from then on.
 * Paths are kept in paths.c; a profile tells instructions apart, so that it works out all of them.
 */
#include "walk.h"

#include <string.h>

#include "exceptions.h"
#include "fetch.h"
#include "memory.h"
#include "paths.h"
#include "plugin.h"
#include "predictor.h"
#include "profile.h"

/* The block entered last, and its first instruction still to count. */
static struct block *current;
static unsigned uncounted;

/* How it was reached, when nothing of it is counted yet; NULL: the state is in entry,
 * unaligned_before and the pipeline. */
static struct arrival *arrival;
static struct entry entry;

/* Unaligned instructions of four bytes that come right before the current block, 3 at most. */
static unsigned unaligned_before;

/* The first instruction of the current block that is not fetched yet from the board's memories. */
static unsigned unfetched;

/* A profile has each instruction's fetch where it belongs. */
static void fetch_until(unsigned stop) {
    for (; profile_is_on() && unfetched < stop; unfetched++) {
        profile_step(current->slots[unfetched].pc, &region.counts);
        fetch_run(current, unfetched, unfetched + 1U);
    }
    if (unfetched < stop) {
        fetch_run(current, unfetched, stop);
        unfetched = stop;
    }
}

void walk_fetch(const struct slot *slot) {
    if (slot->block == current) {
        fetch_until(slot->index + 1U);
    }
}

bool walk_is_in(const struct block *block) {
    return block == current;
}

static void run_pipeline(unsigned stop) {
    int cycles[LANE_LIMIT];
    memset(cycles, 0, lanes_active * sizeof *cycles);
    pipeline_run(current, uncounted, stop, cycles);
    counts_add_cycles(&region.counts, cycles);
}

static void leave_pipeline(const struct edge *edge, enum transfer transfer) {
    const struct slot *end = &current->slots[edge->stop - 1U];
    int cycles[LANE_LIMIT];
    memset(cycles, 0, lanes_active * sizeof *cycles);
    pipeline_leave(&end->insn, end->pc, transfer, cycles);
    counts_add_cycles(&region.counts, cycles);
}

/* True where control may come back from a handler of an exception. */
static bool may_return(const struct edge *edge) {
    const struct slot *end = &current->slots[edge->stop - 1U];
    return edge->transfer == TRANSFER_INTERRUPT ||
           (edge->transfer == TRANSFER_TAKEN && (end->insn.flags & INSN_DIRECT) == 0);
}

/* How control went on, where the edge alone does not tell: back from a handler of an exception. */
static enum transfer transfer_of(const struct edge *edge, const struct block *next) {
    const struct slot *end = &current->slots[edge->stop - 1U];
    if (may_return(edge) && exceptions_end_at(next->pc)) {
        return TRANSFER_RETURN;
    }
    if (edge->transfer == TRANSFER_INTERRUPT) {
        exceptions_enter(end->pc + end->insn.size);
    }
    return edge->transfer;
}

static void add_simple(int cycles) {
    region.counts.value[COUNT_CYCLES_SIMPLE] += (uint64_t)(int64_t)cycles;
}

/* A group of three that the edge splits, or one that was complete before it. */
static void add_group_across(unsigned stop) {
    enum { GROUP = 3 };
    unsigned leading = block_leading_unaligned(current, stop);
    int own = leading >= GROUP;
    int whole = unaligned_before < GROUP && unaligned_before + leading >= GROUP;
    if (unaligned_before != 0 && leading != 0 && own != whole) {
        counts_add_rule(&region.counts, &table, COST_fetchGroup, whole - own);
    }
}

/* What more than one cycle of an instruction is spent on. On a scoreboard a load or store of one
 * register holds the pipeline for one, so that the rest is a wait. */
static enum stall stall_of(const struct insn *insn) {
    bool is_single = insn->kind == KIND_LOAD || insn->kind == KIND_STORE;
    if ((insn->flags & INSN_WRITES_PC) != 0) {
        return STALL_BRANCH;
    }
    switch (insn->kind) {
    case KIND_LOAD:
    case KIND_STORE:
    case KIND_LOAD_MULTIPLE:
    case KIND_STORE_MULTIPLE:
        return is_single && pipeline_is_on() ? STALL_OPERAND : STALL_ACCESS;
    case KIND_DIV:
    case KIND_FPU:
    case KIND_FPU_ARITHMETIC:
    case KIND_FPU_MAC:
    case KIND_FPU_DIV:
    case KIND_OTHER:
        return STALL_LONG;
    default:
        return STALL_OPERAND;
    }
}

/* A profile tells the instructions of a block apart, so that they are counted one by one; since
 * `before` the first has cost what entering the block did. */
static void count_by_place(unsigned stop, uint64_t before) {
    unsigned since = uncounted;
    while (uncounted < stop) {
        const struct slot *slot = &current->slots[uncounted];
        unsigned next = uncounted + 1U;
        profile_step(slot->pc, &region.counts);
        if (pipeline_is_on()) {
            run_pipeline(next);
        }
        block_add_part(&region.counts, &table, current, since, uncounted, next);
        profile_stall(stall_of(&slot->insn), 1, before, &region.counts);
        before = region.counts.value[COUNT_CYCLES];
        uncounted = next;
    }
}

static void count_until(unsigned stop) {
    uint64_t before = region.counts.value[COUNT_CYCLES];
    if (memory_is_on()) {
        fetch_until(stop);
    }
    if (profile_is_on() && uncounted < stop) {
        profile_step(current->slots[uncounted].pc, &region.counts);
    }
    if (uncounted == 0 && stop != 0) {
        counts_add_cycles(&region.counts, entry.cycles);
        add_simple(entry.simple);
        add_group_across(stop);
    }
    if (profile_is_on()) {
        count_by_place(stop, before);
        return;
    }
    if (pipeline_is_on()) {
        run_pipeline(stop);
    }
    if (uncounted == 0 && stop == current->length) {
        counts_add_times(&region.counts, &current->once, 1);
    } else {
        block_add_part(&region.counts, &table, current, uncounted, uncounted, stop);
    }
}

/* What leaving `insn` costs by cost.c. Of a branch without a condition the block holds the refill
 * already, which a return from a handler takes the place of. */
static void add_leaving(const struct edge *edge, enum transfer transfer, const struct insn *insn) {
    if (transfer != TRANSFER_RETURN) {
        int times = transfer == TRANSFER_INTERRUPT;
        counts_add_cycles(&region.counts, edge->refill);
        counts_add_rule(&region.counts, &table, COST_exceptionEntry, times);
        return;
    }
    bool has_refill = (insn->flags & INSN_WRITES_PC) != 0 && (insn->flags & INSN_CONDITIONAL) == 0;
    int cycles[LANE_LIMIT];
    for (unsigned i = 0; i < lanes_active; i++) {
        cycles[i] = has_refill ? -(int)cost_refill(&table, i, insn) : 0;
    }
    counts_add_cycles(&region.counts, cycles);
    counts_add_rule(&region.counts, &table, COST_exceptionReturn, 1);
}

static void pass_edge(const struct block *next, const struct edge *edge, enum transfer transfer) {
    uint64_t *value = region.counts.value;
    uint64_t before = value[COUNT_CYCLES];
    const struct slot *end = &current->slots[edge->stop - 1U];
    uint32_t after = end->pc + end->insn.size;
    if (pipeline_is_on()) {
        leave_pipeline(edge, transfer);
    }
    unsigned trailing = block_trailing_unaligned(current, edge->stop, unaligned_before);
    unaligned_before = next->pc == after ? trailing : 0;
    entry = edge->entry;
    add_leaving(edge, transfer, &end->insn);
    add_simple(edge->refill_simple);
    value[CLASS_BRANCH_TAKEN] += edge->taken;
    value[COUNT_INTERRUPTED] += transfer == TRANSFER_INTERRUPT;
    if (profile_is_on()) {
        profile_stall(STALL_BRANCH, 0, before, &region.counts);
        profile_move(next->pc, after, &region.counts);
    }
}

/* Puts the state of the arrival back where it is worked on. */
static void resume_arrival(void) {
    if (arrival == NULL) {
        return;
    }
    entry = block_entry(current, &arrival->last->insn, &table);
    unaligned_before = arrival->unaligned_before;
    if (pipeline_is_on()) {
        pipeline_resume(arrival->front);
    }
}

/* The arrival in `next` behind `end`; NULL where paths are not kept. */
static struct arrival *arrive(struct block *next, const struct slot *end) {
    struct arrival key = {.block = next, .last = end, .unaligned_before = unaligned_before};
    if (profile_is_on()) {
        return NULL;
    }
    if (pipeline_is_on()) {
        key.front = pipeline_front();
        if (key.front == NULL) {
            return NULL;
        }
    }
    return paths_arrival(&key);
}

/* Works out the path from the current block into `next`, and keeps it where it can repeat. */
static void work_out(struct block *next) {
    resume_arrival();
    const struct edge *edge = block_edge(next, current, &table);
    const struct slot *end = &current->slots[edge->stop - 1U];
    const struct counts before = region.counts;
    bool was_open = exceptions_are_open();
    count_until(edge->stop);
    enum transfer transfer = transfer_of(edge, next);
    struct departure way = {
        .into = next,
        .end = end,
        .is_taken = transfer == TRANSFER_TAKEN,
        .may_return = may_return(edge),
    };
    if (pipeline_is_on() && pipeline_predicts(&end->insn)) {
        way.is_guessed = way.is_taken || transfer == TRANSFER_UNTAKEN;
        way.is_right = predictor_guess(end->pc, end->insn.displacement < 0) == way.is_taken;
    }
    pass_edge(next, edge, transfer);
    struct arrival *from = arrival;
    arrival = arrive(next, end);
    way.arrival = arrival;
    bool is_straight = transfer != TRANSFER_INTERRUPT && transfer != TRANSFER_RETURN;
    bool repeats = is_straight && !(way.may_return && was_open);
    if (from != NULL && arrival != NULL && repeats) {
        paths_add(from, &way, &before, &region.counts);
    }
}

void walk_to(struct block *next) {
    if (region.open) {
        const struct departure *way = arrival == NULL ? NULL : paths_run(arrival, next);
        if (way == NULL) {
            work_out(next);
        } else {
            if (memory_is_on()) {
                fetch_until(way->end->index + 1U);
            }
            arrival = way->arrival;
        }
    }
    current = next;
    uncounted = 0;
    unfetched = 0;
}

void walk_begin(const struct slot *slot) {
    arrival = NULL;
    uncounted = slot->index + 1U;
    unaligned_before = 0;
    unfetched = uncounted;
    exceptions_begin();
    if (memory_is_on()) {
        memory_begin();
    }
    if (pipeline_is_on()) {
        pipeline_begin();
    }
    if (profile_is_on()) {
        profile_begin(slot->pc);
    }
}

void walk_end(const struct slot *slot) {
    resume_arrival();
    count_until(slot->index);
    paths_collect(&region.counts);
    if (profile_is_on()) {
        profile_end(&region.counts);
    }
}
