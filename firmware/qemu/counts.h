/*
 * Decides which counters a region has and what one instruction adds to each.
 * When an instruction ran is left to walk.c, when a region is open to region.c.
 */
#ifndef PIONEER_COUNTS_H
#define PIONEER_COUNTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cost.h"

/* Counters of the line itself, in the order they are written. */
enum counter {
    COUNT_INSTRUCTIONS,
    COUNT_CYCLES,
    COUNT_CYCLES_SIMPLE,
    COUNT_LOADS,        /* instructions that read memory */
    COUNT_STORES,       /* instructions that wrote memory */
    COUNT_BYTES_LOADED,
    COUNT_BYTES_STORED,
    COUNT_ASSUMED,      /* conditional instructions charged as if they ran */
    COUNT_UNDECODED,
    COUNT_INTERRUPTED,  /* control transfers that no instruction explains */
    COUNT_CYCLES_LOW,   /* with the low and high values of the rules */
    COUNT_CYCLES_HIGH,
    COUNT_LINE_END
};

enum insn_class {
    CLASS_ALU = COUNT_LINE_END,
    CLASS_MAC,
    CLASS_MUL,
    CLASS_DIV,
    CLASS_LOAD,
    CLASS_LOAD_MULTIPLE,
    CLASS_STORE,
    CLASS_STORE_MULTIPLE,
    CLASS_BRANCH,
    CLASS_BRANCH_TAKEN, /* those of CLASS_BRANCH that were taken */
    CLASS_FPU,
    CLASS_OTHER,
    CLASS_END,
    COUNT_FETCH_STALLS = CLASS_END, /* of a board's memories: memory.h's; a cause each, in its order */
    COUNT_READ_STALLS,
    COUNT_WRITE_STALLS,
    COUNT_FETCH_MISSES,
    COUNT_READ_MISSES,
    COUNT_WRITE_MISSES,
    COUNT_BYTES_MOVED,
    COUNTER_COUNT
};

struct counts {
    uint64_t value[COUNTER_COUNT];
    uint64_t lanes[LANE_LIMIT]; /* cycles, of those lanes that are no bound */
};

enum insn_class counts_class(const struct insn *insn);

/* The name of a class in the counts file. */
const char *counts_class_name(enum insn_class class);

/* Adds all of `insn` that does not depend on the run: memory under a condition counts as skipped,
 * a conditional branch as not taken. */
void counts_add(struct counts *counts, const struct cost_table *table,
                const struct insn *previous, const struct insn *insn);

/* Adds the rest of a memory instruction under a condition that did run. */
void counts_add_run(struct counts *counts, const struct cost_table *table,
                    const struct insn *insn);

/* Adds `times` all counters of `part`. */
void counts_add_times(struct counts *counts, const struct counts *part, uint64_t times);

/* Adds `times` the cycles of a rule. */
void counts_add_rule(struct counts *counts, const struct cost_table *table, enum cost_rule rule,
                     int times);

/* Adds a block's, an edge's or an instruction's cycles [lanes_active]. */
void counts_add_cycles(struct counts *counts, const int *cycles);

/* Writes `"instructions":1,...,"classes":{...}` without braces around it; what is not known is null:
 * cycles that `model` does not give, and all that only a decoder tells without has_classes. Without
 * a model there are neither cyclesLow nor cyclesHigh. */
void counts_write(FILE *file, const struct counts *counts, bool has_classes,
                  enum rules_model model);

/* Writes what each unsure rule alone made of `counts`, see lanes.h. */
void counts_write_lanes(FILE *file, const struct counts *counts);

/* Writes `"fetchStalls":1,...`: what a board's memories counted, without braces around it. */
void counts_write_memory(FILE *file, const struct counts *counts);

#endif
