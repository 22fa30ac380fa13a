/*
 * Counts code by blocks, decoded once when the emulator translates them.
 * Decoding is left to thumb.c, riscv.c and xtensa.c, charging to cost.c, deciding what a mark does to marks.c.
 *
 * A block is counted when control reaches the next one, so that a mark in its middle splits it
 * exactly. Blocks are never freed: their number is bounded by the firmware's code.
 */
#include "by_block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "exceptions.h"
#include "marks.h"
#include "memory.h"
#include "plugin.h"
#include "profile.h"
#include "riscv.h"
#include "thumb.h"
#include "xtensa.h"

/* Where the processor is: the block entered last, and its first instruction still to count. */
static struct block *current;
static unsigned uncounted;
static struct entry entry;

/* Unaligned instructions of four bytes that come right before the current block, 3 at most. */
static unsigned unaligned_before;

/* Blocks with runs that are not yet in the region's counts. */
static struct block *ran;

static struct {
    uint64_t loaded;
    uint64_t stored;
} audit;

/* The first instruction of the current block that is not fetched yet from the board's memories. */
static unsigned unfetched;

/* Fetches up to an access, so that code and data pass a shared cache in the order they ran in. */
static void fetch_current_until(unsigned stop) {
    for (; unfetched < stop; unfetched++) {
        const struct slot *slot = &current->slots[unfetched];
        if (profile_is_on()) {
            profile_step(slot->pc, &region.counts);
        }
        memory_fetch(slot->pc, slot->insn.size, slot->cycles, &region.counts);
    }
}

static void count_run(struct block *block) {
    if (block->runs++ == 0) {
        block->ran_next = ran;
        ran = block;
    }
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

/* How control went on, where the edge alone does not tell: back from a handler of an exception. */
static enum transfer transfer_of(const struct edge *edge, const struct block *next) {
    const struct slot *end = &current->slots[edge->stop - 1U];
    bool may_return = edge->transfer == TRANSFER_INTERRUPT ||
                      (edge->transfer == TRANSFER_TAKEN && (end->insn.flags & INSN_DIRECT) == 0);
    if (may_return && exceptions_end_at(next->pc)) {
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

static void count_current_until(unsigned stop) {
    uint64_t before = region.counts.value[COUNT_CYCLES];
    if (memory_is_on()) {
        fetch_current_until(stop);
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
        count_run(current);
    } else {
        block_add_part(&region.counts, &table, current, uncounted, uncounted, stop);
    }
}

static void collect_runs(void) {
    while (ran != NULL) {
        struct block *block = ran;
        counts_add_times(&region.counts, &block->once, block->runs);
        block->runs = 0;
        ran = block->ran_next;
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

static void pass_edge(struct block *next) {
    const struct edge *edge = block_edge(next, current, &table);
    uint64_t *value = region.counts.value;
    count_current_until(edge->stop);
    uint64_t before = value[COUNT_CYCLES];
    const enum transfer transfer = transfer_of(edge, next);
    if (pipeline_is_on()) {
        leave_pipeline(edge, transfer);
    }
    const struct slot *end = &current->slots[edge->stop - 1U];
    unsigned trailing = block_trailing_unaligned(current, edge->stop, unaligned_before);
    unaligned_before = next->pc == end->pc + end->insn.size ? trailing : 0;
    entry = edge->entry;
    add_leaving(edge, transfer, &end->insn);
    add_simple(edge->refill_simple);
    value[CLASS_BRANCH_TAKEN] += edge->taken;
    value[COUNT_INTERRUPTED] += transfer == TRANSFER_INTERRUPT;
    if (profile_is_on()) {
        const struct slot *end = &current->slots[edge->stop - 1U];
        profile_stall(STALL_BRANCH, 0, before, &region.counts);
        profile_move(next->pc, end->pc + end->insn.size, &region.counts);
    }
}

static void on_block(unsigned int vcpu, void *userdata) {
    struct block *next = userdata;
    (void)vcpu;
    if (region.open) {
        pass_edge(next);
    }
    current = next;
    uncounted = 0;
    unfetched = 0;
}

static void check_audit(void) {
    const uint64_t *value = region.counts.value;
    if (arguments.audit && (audit.loaded != value[COUNT_BYTES_LOADED] ||
                            audit.stored != value[COUNT_BYTES_STORED])) {
        region_error(&region, "bytes-differ-from-accesses", region.id);
    }
}

/* False for a store that is no mark, or one out of order, which then counts as any other. */
static bool take_mark(const struct slot *slot, uint64_t address) {
    struct mark mark = mark_at(address);
    if (mark.kind == MARK_NONE) {
        return false;
    }
    if (slot->block != current) { /* an instruction re-run alone; no such store is known */
        region_error(&region, "mark-out-of-step", mark.id);
        return false;
    }
    if (mark.kind == MARK_BEGIN) {
        if (!region_begin(&region, mark.id)) {
            return false;
        }
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
        audit.loaded = 0;
        audit.stored = 0;
        return true;
    }
    if (!region_may_end(&region, mark.id)) {
        return false;
    }
    count_current_until(slot->index);
    collect_runs();
    check_audit();
    if (profile_is_on()) {
        profile_end(&region.counts);
    }
    region_finish(&region);
    return true;
}

/* Accesses whose number or existence only the run shows. */
static void on_dynamic_access(struct slot *slot, bool is_store, unsigned bytes) {
    if (slot->insn.flags & (INSN_UNDECODED | INSN_ELEMENTS)) {
        region.counts.value[is_store ? COUNT_BYTES_STORED : COUNT_BYTES_LOADED] += bytes;
        return;
    }
    slot->seen += bytes;
    if (slot->seen >= slot->insn.bytes) {
        slot->seen = 0;
        if (profile_is_on()) {
            profile_step(slot->pc, &region.counts);
        }
        counts_add_run(&region.counts, &table, &slot->insn);
    }
}

/* An exclusive store reads too, inside the emulator. */
static bool is_own_direction(const struct insn *insn, bool is_store) {
    return (insn->flags & INSN_UNDECODED) != 0 ||
           (insn->flags & (is_store ? INSN_STORES : INSN_LOADS)) != 0;
}

/* Its accesses say what the decoder cannot. */
static bool must_follow(const struct insn *insn) {
    return cost_is_dynamic(insn) || (insn->flags & (INSN_UNDECODED | INSN_ELEMENTS)) != 0;
}

static void on_access(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address,
                      void *userdata) {
    struct slot *slot = userdata;
    bool is_store = qemu_plugin_mem_is_store(info);
    unsigned bytes = 1U << qemu_plugin_mem_size_shift(info);
    (void)vcpu;
    if (!is_own_direction(&slot->insn, is_store)) {
        return;
    }
    if (is_store && bytes == 1 && take_mark(slot, address)) {
        return;
    }
    if (region.open) {
        *(is_store ? &audit.stored : &audit.loaded) += bytes;
        if (memory_is_on()) {
            if (slot->block == current) {
                fetch_current_until(slot->index + 1U);
            }
            memory_access((uint32_t)address, bytes, is_store, &region.counts);
        }
        if (must_follow(&slot->insn)) {
            on_dynamic_access(slot, is_store, bytes);
        }
    }
}

/* Only accesses that may be marks or that the decoder cannot foretell cost time at run time. */
static bool must_watch(const struct insn *insn) {
    bool is_access = (insn->flags & (INSN_LOADS | INSN_STORES)) != 0;
    bool may_mark = (insn->flags & INSN_STORES) != 0 && insn->bytes == 1;
    return may_mark || must_follow(insn) ||
           ((arguments.audit || memory_is_on()) && is_access);
}

static struct insn decode(const struct qemu_plugin_insn *insn) {
    uint8_t bytes[4] = {0};
#if QEMU_PLUGIN_API >= 3
    qemu_plugin_insn_data(insn, bytes, sizeof bytes);
#else
    size_t size = qemu_plugin_insn_size(insn);
    memcpy(bytes, qemu_plugin_insn_data(insn), size < sizeof bytes ? size : sizeof bytes);
#endif
    uint16_t first = (uint16_t)(bytes[0] | (unsigned)bytes[1] << 8);
    uint16_t second = (uint16_t)(bytes[2] | (unsigned)bytes[3] << 8);
    uint32_t word = (uint32_t)second << 16 | first;
    switch (arguments.decoder) {
    case DECODER_RISCV:
        return riscv_decode(word);
    case DECODER_XTENSA:
        return xtensa_decode(word, (uint32_t)qemu_plugin_insn_vaddr(insn));
    default:
        return thumb_decode(first, second);
    }
}

/* Without a table every instruction is known. */
static bool is_known(const struct insn *insn) {
    if (arguments.table == NULL) {
        return true;
    }
    return pipeline_is_on() ? pipeline_knows(insn) : cost_knows(&table, insn);
}

void by_block_translate(struct qemu_plugin_tb *tb) {
    unsigned length = (unsigned)qemu_plugin_tb_n_insns(tb);
    if (length == 0) {
        return;
    }
    struct block *block = block_new(length);
    if (block == NULL) {
        fputs("pioneer timing: out of memory\n", stderr);
        abort();
    }
    for (unsigned i = 0; i < length; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        block->slots[i].insn = decode(insn);
        if (!is_known(&block->slots[i].insn)) {
            insn_undecoded(&block->slots[i].insn);
        }
        block->slots[i].pc = (uint32_t)qemu_plugin_insn_vaddr(insn);
    }
    block_complete(block, &table);
    bool is_predecessor = arguments.table != NULL && !pipeline_is_on();
    for (unsigned i = 0; i < length; i++) {
        struct slot *slot = &block->slots[i];
        slot->cycles =
            is_predecessor ? cost_cycles(&table, RULE_VALUE, NULL, &slot->insn) : 1U;
    }
    /* Both directions: QEMU 7.2 calls nothing for a load that is registered as read only. */
    for (unsigned i = 0; i < length; i++) {
        const struct insn *insn = &block->slots[i].insn;
        if (must_watch(insn)) {
            qemu_plugin_register_vcpu_mem_cb(qemu_plugin_tb_get_insn(tb, i), on_access,
                                             QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW,
                                             &block->slots[i]);
        }
    }
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS, block);
}
