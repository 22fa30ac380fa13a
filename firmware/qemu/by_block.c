/*
 * Counts code by blocks, decoded once when the emulator translates them.
 * Decoding is left to thumb.c, riscv.c and xtensa.c, counting what runs to walk.c, deciding what a mark does to marks.c.
 *
 * Blocks are never freed: their number is bounded by the firmware's code.
 */
#include "by_block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "marks.h"
#include "memory.h"
#include "plugin.h"
#include "profile.h"
#include "riscv.h"
#include "thumb.h"
#include "walk.h"
#include "xtensa.h"

static struct {
    uint64_t loaded;
    uint64_t stored;
} audit;

static void on_block(unsigned int vcpu, void *userdata) {
    (void)vcpu;
    walk_to(userdata);
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
    if (!walk_is_in(slot->block)) { /* an instruction re-run alone; no such store is known */
        region_error(&region, "mark-out-of-step", mark.id);
        return false;
    }
    if (mark.kind == MARK_BEGIN) {
        if (!region_begin(&region, mark.id)) {
            return false;
        }
        walk_begin(slot);
        audit.loaded = 0;
        audit.stored = 0;
        return true;
    }
    if (!region_may_end(&region, mark.id)) {
        return false;
    }
    walk_end(slot);
    check_audit();
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

/* Code and data pass a cache that they share in the order they ran in, and all of it in a profile. */
static void pass_memory(const struct slot *slot, uint32_t address, unsigned bytes, bool is_store) {
    const struct memory_range *range = memory_data_at(address);
    if (profile_is_on() || (range != NULL && range->is_shared)) {
        walk_fetch(slot);
    }
    if (range != NULL) {
        memory_access(range, address, bytes, is_store);
    }
}

static void on_access(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address,
                      void *userdata) {
    struct slot *slot = userdata;
    (void)vcpu;
    if (slot->accessed_bytes == 0 || slot->info != info) {
        slot->info = info;
        slot->is_store = qemu_plugin_mem_is_store(info);
        slot->accessed_bytes = 1U << qemu_plugin_mem_size_shift(info);
    }
    bool is_store = slot->is_store;
    unsigned bytes = slot->accessed_bytes;
    if (!is_own_direction(&slot->insn, is_store)) {
        return;
    }
    if (is_store && bytes == 1 && take_mark(slot, address)) {
        return;
    }
    if (region.open) {
        *(is_store ? &audit.stored : &audit.loaded) += bytes;
        if (memory_is_on()) {
            pass_memory(slot, (uint32_t)address, bytes, is_store);
        }
        if (slot->is_followed) {
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
    unsigned cycles = 0;
    for (unsigned i = 0; i < length; i++) {
        struct slot *slot = &block->slots[i];
        slot->cycles =
            is_predecessor ? cost_cycles(&table, RULE_VALUE, NULL, &slot->insn) : 1U;
        slot->before = cycles;
        slot->is_followed = must_follow(&slot->insn);
        cycles += slot->cycles;
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
