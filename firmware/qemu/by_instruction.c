/*
 * Counts any instruction set: each instruction when the emulator starts it, each access when it is
 * made. An instruction that makes several accesses (a vector's elements) is one load or store.
 * Classes and cycles need a decoder and are left out; deciding what a mark does is left to marks.c.
 */
#include "by_instruction.h"

#include "marks.h"
#include "plugin.h"

/* What the running instruction has done so far. */
static struct {
    bool has_loaded;
    bool has_stored;
} running;

static void on_instruction(unsigned int vcpu, void *userdata) {
    (void)vcpu;
    (void)userdata;
    region.counts.value[COUNT_INSTRUCTIONS]++;
    running.has_loaded = false;
    running.has_stored = false;
}

/* False for a store that is no mark, or one out of order, which then counts as any other. */
static bool take_mark(uint64_t address) {
    struct mark mark = mark_at(address);
    if (mark.kind == MARK_BEGIN) {
        return region_begin(&region, mark.id);
    }
    if (mark.kind == MARK_NONE || !region_may_end(&region, mark.id)) {
        return false;
    }
    region.counts.value[COUNT_INSTRUCTIONS]--; /* the mark itself had started */
    region_finish(&region);
    return true;
}

static void on_access(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address,
                      void *userdata) {
    (void)vcpu;
    (void)userdata;
    uint64_t *value = region.counts.value;
    unsigned bytes = 1U << qemu_plugin_mem_size_shift(info);
    if (qemu_plugin_mem_is_store(info)) {
        if (bytes == 1 && take_mark(address)) {
            return;
        }
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
    for (size_t i = 0; i < length; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_instruction, QEMU_PLUGIN_CB_NO_REGS, NULL);
        /* Both directions: QEMU 7.2 calls nothing for a load that is registered as read only. */
        qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_RW, NULL);
    }
}
