/*
 * Decides what one instruction adds to the counters, and how counters are written.
 * Cycles are left to cost.c.
 */
#include "counts.h"

#include <inttypes.h>

static const char *const names[COUNTER_COUNT] = {
    [COUNT_INSTRUCTIONS] = "instructions",
    [COUNT_CYCLES] = "cycles",
    [COUNT_CYCLES_SIMPLE] = "cyclesSimple",
    [COUNT_LOADS] = "loads",
    [COUNT_STORES] = "stores",
    [COUNT_BYTES_LOADED] = "bytesLoaded",
    [COUNT_BYTES_STORED] = "bytesStored",
    [COUNT_ASSUMED] = "assumed",
    [COUNT_UNDECODED] = "undecoded",
    [COUNT_INTERRUPTED] = "interrupted",
    [COUNT_CYCLES_LOW] = "cyclesLow",
    [COUNT_CYCLES_HIGH] = "cyclesHigh",
    [CLASS_ALU] = "alu",
    [CLASS_MAC] = "mac",
    [CLASS_MUL] = "mul",
    [CLASS_DIV] = "div",
    [CLASS_LOAD] = "load",
    [CLASS_LOAD_MULTIPLE] = "loadMultiple",
    [CLASS_STORE] = "store",
    [CLASS_STORE_MULTIPLE] = "storeMultiple",
    [CLASS_BRANCH] = "branch",
    [CLASS_BRANCH_TAKEN] = "branchTaken",
    [CLASS_FPU] = "fpu",
    [CLASS_OTHER] = "other",
    [COUNT_FETCH_STALLS] = "fetchStalls",
    [COUNT_READ_STALLS] = "readStalls",
    [COUNT_WRITE_STALLS] = "writeStalls",
    [COUNT_FETCH_MISSES] = "fetchMisses",
    [COUNT_READ_MISSES] = "readMisses",
    [COUNT_WRITE_MISSES] = "writeMisses",
    [COUNT_BYTES_MOVED] = "bytesMoved",
};

/* Which counter the cycles of each bound belong to. */
static const enum counter cycle_counters[RULE_BOUNDS] = {
    [RULE_VALUE] = COUNT_CYCLES,
    [RULE_LOW] = COUNT_CYCLES_LOW,
    [RULE_HIGH] = COUNT_CYCLES_HIGH,
};

enum insn_class counts_class(const struct insn *insn) {
    static const uint8_t class_of_kind[KIND_COUNT] = {
        [KIND_ALU] = CLASS_ALU,
        [KIND_MUL] = CLASS_MUL,
        [KIND_MAC] = CLASS_MAC,
        [KIND_DIV] = CLASS_DIV,
        [KIND_LOAD] = CLASS_LOAD,
        [KIND_LOAD_MULTIPLE] = CLASS_LOAD_MULTIPLE,
        [KIND_STORE] = CLASS_STORE,
        [KIND_STORE_MULTIPLE] = CLASS_STORE_MULTIPLE,
        [KIND_BRANCH] = CLASS_BRANCH,
        [KIND_TABLE_BRANCH] = CLASS_BRANCH,
        [KIND_FPU] = CLASS_FPU,
        [KIND_FPU_ARITHMETIC] = CLASS_FPU,
        [KIND_FPU_MAC] = CLASS_FPU,
        [KIND_FPU_DIV] = CLASS_FPU,
        [KIND_IT] = CLASS_OTHER,
        [KIND_OTHER] = CLASS_OTHER,
    };
    return (enum insn_class)class_of_kind[insn->kind];
}

const char *counts_class_name(enum insn_class class) {
    return names[class];
}

/* The cycles of a lane. */
static uint64_t *lane_of(struct counts *counts, unsigned lane) {
    return lane < RULE_BOUNDS ? &counts->value[cycle_counters[lane]] : &counts->lanes[lane];
}

static void add_access(struct counts *counts, const struct insn *insn) {
    if (insn->flags & INSN_LOADS) {
        counts->value[COUNT_LOADS]++;
        counts->value[COUNT_BYTES_LOADED] += insn->bytes;
    } else if (insn->flags & INSN_STORES) {
        counts->value[COUNT_STORES]++;
        counts->value[COUNT_BYTES_STORED] += insn->bytes;
    }
}

void counts_add(struct counts *counts, const struct cost_table *table,
                const struct insn *previous, const struct insn *insn) {
    enum insn_class class = counts_class(insn);
    counts->value[COUNT_INSTRUCTIONS]++;
    for (unsigned i = 0; i < lanes_active; i++) {
        *lane_of(counts, i) += cost_cycles(table, i, previous, insn);
    }
    counts->value[COUNT_CYCLES_SIMPLE] += cost_simple_cycles(previous, insn);
    counts->value[class]++;
    counts->value[COUNT_ASSUMED] += cost_is_assumed(insn) ? 1 : 0;
    counts->value[COUNT_UNDECODED] += insn->flags & INSN_UNDECODED ? 1 : 0;
    if (!cost_is_dynamic(insn)) {
        add_access(counts, insn);
    }
    if ((insn->flags & INSN_WRITES_PC) != 0 && (insn->flags & INSN_CONDITIONAL) == 0) {
        for (unsigned i = 0; i < lanes_active; i++) {
            *lane_of(counts, i) += cost_refill(table, i, insn);
        }
        counts->value[COUNT_CYCLES_SIMPLE] += COST_SIMPLE_REFILL;
        counts->value[CLASS_BRANCH_TAKEN] += class == CLASS_BRANCH ? 1 : 0;
    }
}

void counts_add_run(struct counts *counts, const struct cost_table *table,
                    const struct insn *insn) {
    for (unsigned i = 0; i < lanes_active; i++) {
        *lane_of(counts, i) += cost_of_running(table, i, insn);
    }
    counts->value[COUNT_CYCLES_SIMPLE] += cost_simple_of_running(insn);
    add_access(counts, insn);
}

void counts_add_cycles(struct counts *counts, const int *cycles) {
    for (unsigned i = 0; i < lanes_active; i++) {
        *lane_of(counts, i) += (uint64_t)(int64_t)cycles[i];
    }
}

void counts_add_rule(struct counts *counts, const struct cost_table *table, enum cost_rule rule,
                     int times) {
    for (unsigned i = 0; i < lanes_active; i++) {
        *lane_of(counts, i) += (uint64_t)(int64_t)(times * table->cycles[i][rule]);
    }
}

void counts_add_times(struct counts *counts, const struct counts *part, uint64_t times) {
    for (int i = 0; i < COUNTER_COUNT; i++) {
        counts->value[i] += part->value[i] * times;
    }
    for (unsigned i = RULE_BOUNDS; i < lanes_active; i++) {
        counts->lanes[i] += part->lanes[i] * times;
    }
}

static bool is_known(enum counter counter, bool has_classes, enum rules_model model) {
    switch (counter) {
    case COUNT_CYCLES:
        return model != RULES_UNKNOWN;
    case COUNT_CYCLES_SIMPLE:
        return model == RULES_PREDECESSOR_SIMPLE;
    case COUNT_ASSUMED:
    case COUNT_UNDECODED:
    case COUNT_INTERRUPTED:
        return has_classes;
    default:
        return true;
    }
}

void counts_write(FILE *file, const struct counts *counts, bool has_classes,
                  enum rules_model model) {
    int end = model == RULES_UNKNOWN ? COUNT_CYCLES_LOW : COUNT_LINE_END;
    for (int i = 0; i < end; i++) {
        fprintf(file, "%s\"%s\":", i == 0 ? "" : ",", names[i]);
        if (is_known((enum counter)i, has_classes, model)) {
            fprintf(file, "%" PRIu64, counts->value[i]);
        } else {
            fputs("null", file);
        }
    }
    fputs(has_classes ? ",\"classes\":{" : ",\"classes\":null", file);
    for (int i = CLASS_ALU; has_classes && i < CLASS_END; i++) {
        fprintf(file, "%s\"%s\":%" PRIu64, i == CLASS_ALU ? "" : ",", names[i], counts->value[i]);
    }
    fputs(has_classes ? "}" : "", file);
}

void counts_write_lanes(FILE *file, const struct counts *counts) {
    uint64_t cycles[LANE_LIMIT];
    for (unsigned i = 0; i < lanes_active; i++) {
        cycles[i] = i < RULE_BOUNDS ? counts->value[cycle_counters[i]] : counts->lanes[i];
    }
    lanes_write(file, cycles);
}

void counts_write_memory(FILE *file, const struct counts *counts) {
    for (int i = COUNT_FETCH_STALLS; i < COUNTER_COUNT; i++) {
        fprintf(file, "%s\"%s\":%" PRIu64, i == COUNT_FETCH_STALLS ? "" : ",", names[i],
                counts->value[i]);
    }
}
