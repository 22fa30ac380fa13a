/*
 * Counts any instruction set: each instruction when the emulator starts it, each access when it is
 * made. An instruction that makes several accesses (a vector's elements) is one load or store.
 * Classes and cycles need a decoder and are left out; deciding what a mark does is left to marks.c.
 */
#include "by_instruction.h"

#include <stdio.h>
#include <stdlib.h>

#include "fetch.h"
#include "marks.h"
#include "memory.h"
#include "plugin.h"
#include "profile.h"

/* What the running instruction has done so far. */
static struct {
    bool has_loaded;
    bool has_stored;
} running;

/* Where an instruction lies; kept as long as the emulator runs. */
struct site {
    uint32_t pc;
    unsigned size;
};

/* The running instruction, until it is known that it is no mark. */
static const struct site *unfetched;

static void fetch_running(void) {
    if (unfetched != NULL && region.open && memory_is_on()) {
        fetch_one(unfetched->pc, unfetched->size, 1);
    }
    unfetched = NULL;
}

/* The last instruction that started, for a profile. */
static const struct site *last;

static void move_profile(const struct site *site) {
    if (region.open) {
        profile_move(site->pc, last->pc + last->size, &region.counts);
    }
    last = site;
}

static void on_instruction(unsigned int vcpu, void *userdata) {
    (void)vcpu;
    fetch_running();
    unfetched = userdata;
    if (profile_is_on()) {
        move_profile(userdata);
    }
    region.counts.value[COUNT_INSTRUCTIONS]++;
    running.has_loaded = false;
    running.has_stored = false;
}

/* False for a store that is no mark, or one out of order, which then counts as any other. */
static bool take_mark(uint64_t address) {
    struct mark mark = mark_at(address);
    if (mark.kind == MARK_BEGIN) {
        bool begins = region_begin(&region, mark.id);
        if (begins) {
            unfetched = NULL;
            if (memory_is_on()) {
                memory_begin();
            }
            if (profile_is_on()) {
                profile_begin(last->pc);
            }
        }
        return begins;
    }
    if (mark.kind == MARK_NONE || !region_may_end(&region, mark.id)) {
        return false;
    }
    unfetched = NULL;
    region.counts.value[COUNT_INSTRUCTIONS]--; /* the mark itself had started */
    if (profile_is_on()) {
        profile_end(&region.counts);
    }
    region_finish(&region);
    return true;
}

static void on_access(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address,
                      void *userdata) {
    (void)vcpu;
    (void)userdata;
    uint64_t *value = region.counts.value;
    unsigned bytes = 1U << qemu_plugin_mem_size_shift(info);
    bool is_store = qemu_plugin_mem_is_store(info);
    if (is_store && bytes == 1 && take_mark(address)) {
        return;
    }
    fetch_running();
    if (region.open && memory_is_on()) {
        const struct memory_range *range = memory_data_at((uint32_t)address);
        if (range != NULL) {
            memory_access(range, (uint32_t)address, bytes, is_store);
        }
    }
    if (is_store) {
        value[COUNT_STORES] += running.has_stored ? 0 : 1;
        value[COUNT_BYTES_STORED] += bytes;
        running.has_stored = true;
    } else {
        value[COUNT_LOADS] += running.has_loaded ? 0 : 1;
        value[COUNT_BYTES_LOADED] += bytes;
        running.has_loaded = true;
    }
}

void by_instruction_translate(struct qemu_plugin_tb *tb) {
    size_t length = qemu_plugin_tb_n_insns(tb);
    struct site *sites = calloc(length, sizeof *sites);
    if (sites == NULL && length != 0) {
        fputs("pioneer timing: out of memory\n", stderr);
        abort();
    }
    for (size_t i = 0; i < length; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        sites[i].pc = (uint32_t)qemu_plugin_insn_vaddr(insn);
        sites[i].size = (unsigned)qemu_plugin_insn_size(insn);
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_instruction, QEMU_PLUGIN_CB_NO_REGS,
                                               &sites[i]);
        /* Both directions: QEMU 7.2 calls nothing for a load that is registered as read only. */
        qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_RW, NULL);
    }
}
