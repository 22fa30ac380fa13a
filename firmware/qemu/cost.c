/*
 * Decides the charge of one instruction from its kind and the instruction before it.
 * Which instructions ran is left to walk.c; memory waits are not charged.
 */
#include "cost.h"

#include "rules.h"

static const struct rule_name rule_names[COST_RULE_COUNT] = {
#define COST_NAME(name) {#name, false},
#define COST_NAME_MAYBE(name) {#name, true},
    COST_RULES(COST_NAME, COST_NAME_MAYBE)
#undef COST_NAME
#undef COST_NAME_MAYBE
};

int cost_read(struct cost_table *table, const char *path, uint64_t varied, char *problem,
              size_t size) {
    struct rule_values values[COST_RULE_COUNT];
    if (rules_read(path, rule_names, COST_RULE_COUNT, values, problem, size) != 0 ||
        lanes_make(rule_names, values, COST_RULE_COUNT, varied, problem, size) != 0) {
        return -1;
    }
    for (int i = 0; i < COST_RULE_COUNT; i++) {
        for (unsigned lane = 0; lane < lanes_count(); lane++) {
            table->cycles[lane][i] = lanes_value(lane, i, &values[i]);
        }
        table->lacks[i] = !values[i].is_given;
    }
    if (table->lacks[COST_loadUnaligned]) {
        for (unsigned lane = 0; lane < lanes_count(); lane++) {
            table->cycles[lane][COST_loadUnaligned] = table->cycles[lane][COST_loadPipelined];
        }
    }
    return 0;
}

/* What a kind costs first of all. */
static const uint8_t rule_of_kind[KIND_COUNT] = {
    [KIND_ALU] = COST_alu,
    [KIND_MUL] = COST_mul,
    [KIND_MAC] = COST_mac,
    [KIND_DIV] = COST_div,
    [KIND_BRANCH] = COST_branch,
    [KIND_TABLE_BRANCH] = COST_load,
    [KIND_FPU] = COST_fpu,
    [KIND_FPU_ARITHMETIC] = COST_fpuArithmetic,
    [KIND_FPU_MAC] = COST_fpuMac,
    [KIND_FPU_DIV] = COST_fpuDiv,
    [KIND_IT] = COST_it,
    [KIND_OTHER] = COST_other,
    [KIND_LOAD] = COST_load,
    [KIND_STORE] = COST_store,
    [KIND_LOAD_MULTIPLE] = COST_multipleBase,
    [KIND_STORE_MULTIPLE] = COST_multipleBase,
};

bool cost_knows(const struct cost_table *table, const struct insn *insn) {
    bool is_float = (insn->flags & INSN_FP) != 0;
    if (insn->flags & (INSN_VECTOR | INSN_LOW_OVERHEAD)) {
        return false;
    }
    return !table->lacks[is_float ? COST_fpu : rule_of_kind[insn->kind]];
}

static int is_memory(const struct insn *insn) {
    return (insn->flags & (INSN_LOADS | INSN_STORES)) != 0;
}

int cost_is_dynamic(const struct insn *insn) {
    return is_memory(insn) && insn->kind != KIND_TABLE_BRANCH && !(insn->flags & INSN_ELEMENTS) &&
           (insn->flags & (INSN_CONDITIONAL | INSN_EXCLUSIVE)) != 0;
}

int cost_is_assumed(const struct insn *insn) {
    return (insn->flags & INSN_CONDITIONAL) != 0 &&
           (insn->kind == KIND_DIV || insn->kind == KIND_FPU_MAC || insn->kind == KIND_FPU_DIV);
}

/* A transfer of one register that surely ran: the only thing the next one can overlap with. */
static int is_single(const struct insn *insn, unsigned kind) {
    return insn != NULL && insn->kind == kind && !cost_is_dynamic(insn);
}

/* Overlap with FPU transfers is not known, so there is none. */
static int is_single_core(const struct insn *insn, unsigned kind) {
    return is_single(insn, kind) && (insn->flags & INSN_FP) == 0;
}

static int address_depends(const struct insn *previous, const struct insn *insn) {
    return previous != NULL && (previous->writes & insn->address) != 0;
}

static unsigned single_load(const uint8_t *cycles, const struct insn *previous,
                            const struct insn *insn) {
    if (insn->flags & INSN_FP) {
        return cycles[COST_fpuLoad];
    }
    if (!address_depends(previous, insn)) {
        if (is_single_core(previous, KIND_LOAD)) {
            return cycles[insn->unaligned != 0 ? COST_loadUnaligned : COST_loadPipelined];
        }
        if (is_single_core(previous, KIND_STORE)) {
            return cycles[COST_loadAfterStore];
        }
    }
    return cycles[COST_load];
}

static unsigned single_store(const uint8_t *cycles, const struct insn *previous,
                             const struct insn *insn) {
    if (insn->flags & INSN_FP) {
        return cycles[COST_fpuStore];
    }
    if (insn->flags & INSN_REGISTER_OFFSET) {
        return cycles[COST_storeRegisterOffset];
    }
    if (is_single_core(previous, KIND_LOAD) && !address_depends(previous, insn)) {
        return cycles[COST_storeAfterLoad];
    }
    return cycles[COST_store];
}

/* Cycles without stalls on the previous instruction's result. */
static unsigned issue_cycles(const uint8_t *cycles, const struct insn *previous,
                             const struct insn *insn) {
    switch (insn->kind) {
    case KIND_LOAD:
        return single_load(cycles, previous, insn);
    case KIND_STORE:
        return single_store(cycles, previous, insn);
    case KIND_LOAD_MULTIPLE:
    case KIND_STORE_MULTIPLE:
        return cycles[COST_multipleBase] +
               insn->words * (unsigned)cycles[COST_multipleWord];
    default:
        return cycles[rule_of_kind[insn->kind]];
    }
}

/* A loaded register is ready at the end of the load's own cycles; a computed one is late for the
 * address adder. */
/* What comes from memory: neither an address written back nor a sum beside the load. */
static uint32_t loaded_by(const struct insn *insn) {
    return insn->writes & ~insn->updates & ~insn->accumulates;
}

static unsigned stall_cycles(const uint8_t *cycles, const struct insn *previous,
                             const struct insn *insn) {
    unsigned stall = 0;
    if (previous == NULL) {
        return 0;
    }
    if (is_memory(insn) && !is_memory(previous) && address_depends(previous, insn)) {
        stall += cycles[COST_addressAfterResult];
    }
    if ((previous->flags & INSN_LOADS) != 0 && (loaded_by(previous) & insn->reads) != 0) {
        stall += cycles[COST_loadUse];
    }
    if (previous->kind == KIND_FPU_ARITHMETIC && (previous->fp_writes & insn->fp_reads) != 0) {
        stall += cycles[COST_fpuArithmeticResult];
    }
    return stall;
}

unsigned cost_cycles(const struct cost_table *table, unsigned lane, const struct insn *previous,
                     const struct insn *insn) {
    const uint8_t *cycles = table->cycles[lane];
    if (cost_is_dynamic(insn) && (insn->flags & INSN_CONDITIONAL) != 0) {
        return cycles[COST_conditionFailed];
    }
    return issue_cycles(cycles, previous, insn) + stall_cycles(cycles, previous, insn);
}

unsigned cost_of_running(const struct cost_table *table, unsigned lane, const struct insn *insn) {
    const uint8_t *cycles = table->cycles[lane];
    if ((insn->flags & INSN_CONDITIONAL) == 0) {
        return 0;
    }
    unsigned run = issue_cycles(cycles, NULL, insn);
    unsigned skipped = cycles[COST_conditionFailed];
    return run > skipped ? run - skipped : 0;
}

unsigned cost_refill(const struct cost_table *table, unsigned lane, const struct insn *insn) {
    const uint8_t *cycles = table->cycles[lane];
    if (insn->kind == KIND_TABLE_BRANCH) {
        return cycles[COST_tableBranchRefill];
    }
    if (insn->kind == KIND_LOAD) {
        return cycles[COST_loadPcRefill];
    }
    if (insn->kind == KIND_LOAD_MULTIPLE) {
        return cycles[COST_popPcRefill];
    }
    return cycles[insn->flags & INSN_CALL ? COST_callRefill : COST_branchRefill];
}

static unsigned simple_issue(const struct insn *previous, const struct insn *insn) {
    switch (insn->kind) {
    case KIND_LOAD:
        return is_single(previous, KIND_LOAD) || is_single(previous, KIND_STORE) ? 1 : 2;
    case KIND_LOAD_MULTIPLE:
    case KIND_STORE_MULTIPLE:
        return 1U + insn->words;
    default:
        return 1;
    }
}

unsigned cost_simple_cycles(const struct insn *previous, const struct insn *insn) {
    if (cost_is_dynamic(insn) && (insn->flags & INSN_CONDITIONAL) != 0) {
        return 1;
    }
    return simple_issue(previous, insn);
}

unsigned cost_simple_of_running(const struct insn *insn) {
    return insn->flags & INSN_CONDITIONAL ? simple_issue(NULL, insn) - 1U : 0U;
}
