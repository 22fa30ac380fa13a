/*
 * Decides the cycle of each instruction from the readiness of what it reads and the pair it may form.
 * Pairs are left to pairing.c, what control flow costs to pipeline.c.
 */
#include "scoreboard.h"

#include "pairing.h"
#include "vectors.h"

static const struct rule_name rule_names[SCOREBOARD_RULE_COUNT] = {
#define SCOREBOARD_NAME(name) {#name, false},
#define SCOREBOARD_NAME_MAYBE(name) {#name, true},
    SCOREBOARD_RULES(SCOREBOARD_NAME, SCOREBOARD_NAME_MAYBE)
#undef SCOREBOARD_NAME
#undef SCOREBOARD_NAME_MAYBE
};

_Static_assert(sizeof(struct scoreboard) ==
                   CORE_READERS * 15 + FPU_READERS * 32 + SCOREBOARD_PIPES + 9,
               "states are compared byte by byte");

int scoreboard_read(struct scoreboard_rules rules[LANE_LIMIT], const char *path, uint64_t varied,
                    char *problem, size_t size) {
    struct rule_values values[SCOREBOARD_RULE_COUNT];
    if (rules_read(path, rule_names, SCOREBOARD_RULE_COUNT, values, problem, size) != 0 ||
        lanes_make(rule_names, values, SCOREBOARD_RULE_COUNT, varied, problem, size) != 0) {
        return -1;
    }
    for (unsigned lane = 0; lane < lanes_count(); lane++) {
        for (int i = 0; i < SCOREBOARD_RULE_COUNT; i++) {
            rules[lane].of[i] = lanes_value(lane, i, &values[i]);
            rules[lane].lacks[i] = !values[i].is_given;
        }
        if (rules[lane].lacks[RULE_earlyAddress]) {
            rules[lane].of[RULE_earlyAddress] = rules[lane].of[RULE_earlyOperand];
        }
    }
    return 0;
}

static unsigned latest(const uint8_t *ready, uint32_t mask, unsigned so_far) {
    for (; mask != 0; mask &= mask - 1U) {
        unsigned cycle = ready[__builtin_ctz(mask)];
        so_far = cycle > so_far ? cycle : so_far;
    }
    return so_far;
}

/* The first cycle in which every operand is ready where it is needed. */
static unsigned operands_ready(const struct scoreboard *board, const struct insn *insn) {
    bool multiplies = insn->kind == KIND_MUL || insn->kind == KIND_MAC;
    bool is_float = (insn->flags & INSN_FP) != 0;
    enum fpu_reader fpu = insn->flags & INSN_STORES ? FPU_STORE : FPU_OPERAND;
    unsigned cycle = is_float ? board->fpu_busy : 0U;
    cycle = latest(board->core[READER_ADDRESS], insn->address, cycle);
    cycle = latest(board->core[READER_EARLY], insn->shifts, cycle);
    if (insn->flags & INSN_VECTOR) {
        cycle = latest(board->core[READER_VECTOR], insn->operands | insn->accumulates, cycle);
        return latest(board->fpu[fpu], insn->fp_reads, cycle);
    }
    cycle = latest(board->core[multiplies ? READER_FACTOR : READER_OPERAND], insn->operands, cycle);
    cycle = latest(board->core[READER_ACCUMULATOR], insn->accumulates, cycle);
    cycle = latest(board->core[READER_STORE], insn->stores, cycle);
    cycle = latest(board->fpu[FPU_ACCUMULATOR], insn->fp_accumulates, cycle);
    return latest(board->fpu[fpu], insn->fp_reads & ~insn->fp_accumulates, cycle);
}

static void pass(uint8_t *ready, size_t count, unsigned cycles) {
    for (size_t i = 0; i < count; i++) {
        ready[i] = (uint8_t)(ready[i] > cycles ? ready[i] - cycles : 0U);
    }
}

void scoreboard_wait(struct scoreboard *board, unsigned cycles) {
    pass(board->core[0], sizeof board->core, cycles);
    pass(board->fpu[0], sizeof board->fpu, cycles);
    pass(&board->fpu_busy, 1, cycles);
    pass(board->pipe_busy, sizeof board->pipe_busy, cycles);
    pass(&board->stored, 1, cycles);
    board->issued = 0;
    board->traits[0] = 0;
    board->traits[1] = 0;
    board->base = 15;
    board->bank = 0;
}

/* MULS and rotated constants take two stages; flags made there keep the next instruction waiting. */
static bool holds_for_flags(const struct insn *insn) {
    bool is_rotated = insn->group == GROUP_SHIFTED && insn->shifts == 0;
    bool is_slow = insn->kind == KIND_MUL || (insn->kind == KIND_ALU && is_rotated);
    return is_slow && (insn->flags & INSN_SETS_FLAGS) != 0 && insn->writes != 0;
}

static unsigned hold_of_double(const uint8_t *rules, const struct insn *insn) {
    switch (insn->kind) {
    case KIND_FPU_ARITHMETIC:
        return rules[RULE_fpuDouble];
    case KIND_FPU_MAC:
        return rules[RULE_fpuDoubleMac];
    case KIND_FPU_DIV:
        return rules[RULE_fpuDoubleDiv];
    default:
        return 1;
    }
}

/* Cycles for which nothing issues behind it, its own included. */
static unsigned hold_of(const uint8_t *rules, const struct insn *insn) {
    unsigned words = rules[RULE_multipleWords] != 0 ? rules[RULE_multipleWords] : 1U;
    if (insn->flags & INSN_DOUBLE) {
        return hold_of_double(rules, insn);
    }
    if (insn->flags & INSN_LOW_OVERHEAD) {
        return rules[RULE_loopStart];
    }
    if (insn->flags & INSN_VECTOR) {
        return 1;
    }
    switch (insn->kind) {
    case KIND_LOAD:
    case KIND_TABLE_BRANCH:
        return rules[RULE_loadHold];
    case KIND_STORE:
        return rules[RULE_storeHold];
    case KIND_LOAD_MULTIPLE:
    case KIND_STORE_MULTIPLE:
        return rules[RULE_multipleBase] + (insn->words + words - 1U) / words;
    case KIND_DIV:
        return rules[RULE_divHold];
    case KIND_FPU_DIV:
        return rules[RULE_fpuDivHold];
    case KIND_OTHER:
        return insn->flags & INSN_NOP ? 1 : rules[RULE_otherHold];
    default:
        return 1U + (holds_for_flags(insn) ? rules[RULE_flagsHold] : 0U);
    }
}

static unsigned less(unsigned cycles, unsigned by) {
    return cycles > by ? cycles - by : 0U;
}

static void set_core(struct scoreboard *board, const uint8_t *rules, uint32_t mask, unsigned cycles,
                     bool is_loaded_word) {
    for (; mask != 0; mask &= mask - 1U) {
        int i = __builtin_ctz(mask);
        unsigned factor = cycles + (is_loaded_word ? rules[RULE_multiplyAfterLoad] : 0U);
        board->core[READER_ADDRESS][i] = (uint8_t)(cycles + rules[RULE_earlyAddress]);
        board->core[READER_EARLY][i] = (uint8_t)(cycles + rules[RULE_earlyOperand]);
        board->core[READER_OPERAND][i] = (uint8_t)cycles;
        board->core[READER_FACTOR][i] = (uint8_t)factor;
        board->core[READER_ACCUMULATOR][i] = (uint8_t)less(cycles, rules[RULE_accumulateLate]);
        board->core[READER_STORE][i] = rules[RULE_storeData];
        board->core[READER_VECTOR][i] = (uint8_t)cycles;
    }
}

static void set_fpu(struct scoreboard *board, const uint8_t *rules, uint32_t mask, unsigned cycles,
                    unsigned accumulator) {
    for (; mask != 0; mask &= mask - 1U) {
        int i = __builtin_ctz(mask);
        board->fpu[FPU_OPERAND][i] = (uint8_t)cycles;
        board->fpu[FPU_ACCUMULATOR][i] = (uint8_t)accumulator;
        board->fpu[FPU_STORE][i] = (uint8_t)less(cycles, rules[RULE_fpuStoreLate]);
    }
}

/* A sum issued first in its cycle, whose operands are ready a stage early, is done there. */
static unsigned sum_result(const struct scoreboard *board, const uint8_t *rules,
                           const struct insn *insn) {
    bool is_early = board->issued == 0 &&
                    latest(board->core[READER_EARLY], insn->operands, 0) == 0;
    return rules[is_early ? RULE_aluEarly : RULE_alu];
}

static unsigned alu_result(const struct scoreboard *board, const uint8_t *rules,
                           const struct insn *insn) {
    static const uint8_t rule_of_group[] = {
        [GROUP_PLAIN] = RULE_alu,           [GROUP_SHIFTED] = RULE_aluShifted,
        [GROUP_SIMD] = RULE_simd,           [GROUP_SATURATING] = RULE_saturating,
        [GROUP_EXTRACT] = RULE_extract,     [GROUP_EXTEND_ADD] = RULE_extendAdd,
    };
    return insn->group == GROUP_SUM ? sum_result(board, rules, insn)
                                    : rules[rule_of_group[insn->group]];
}

static unsigned core_result(const struct scoreboard *board, const uint8_t *rules,
                            const struct insn *insn) {
    switch (insn->kind) {
    case KIND_ALU:
        return alu_result(board, rules, insn);
    case KIND_MUL:
        return rules[RULE_mul];
    case KIND_MAC:
        return rules[RULE_mac];
    case KIND_LOAD:
        return rules[insn->bytes < 4 ? RULE_loadNarrow : RULE_load];
    case KIND_LOAD_MULTIPLE:
        return rules[RULE_load];
    case KIND_FPU:
        return rules[RULE_fpuToCore];
    default:
        return rules[RULE_alu];
    }
}

static void write_core(struct scoreboard *board, const uint8_t *rules,
                       const struct insn *insn) {
    bool is_word = (insn->flags & INSN_LOADS) != 0 && insn->bytes >= 4;
    set_core(board, rules, insn->writes, core_result(board, rules, insn), is_word);
    set_core(board, rules, insn->updates, rules[RULE_baseUpdate], false);
}

static void write_fpu(struct scoreboard *board, const uint8_t *rules,
                      const struct insn *insn) {
    switch (insn->kind) {
    case KIND_LOAD:
    case KIND_LOAD_MULTIPLE:
        set_fpu(board, rules, insn->fp_writes, rules[RULE_fpuLoad], rules[RULE_fpuLoadAccumulate]);
        break;
    case KIND_FPU_ARITHMETIC:
        set_fpu(board, rules, insn->fp_writes, rules[RULE_fpuArithmetic],
                rules[RULE_fpuArithmetic]);
        break;
    case KIND_FPU_MAC:
        set_fpu(board, rules, insn->fp_writes, rules[RULE_fpuMac], rules[RULE_fpuMacAccumulate]);
        board->fpu_busy = rules[RULE_fpuMacBusy];
        break;
    case KIND_FPU_DIV: /* it held the pipeline until it was done */
        set_fpu(board, rules, insn->fp_writes, 1, 1);
        break;
    default:
        set_fpu(board, rules, insn->fp_writes, rules[RULE_fpuMove], rules[RULE_fpuMove]);
        break;
    }
}

unsigned scoreboard_issue(struct scoreboard *board, const struct scoreboard_rules *rules,
                          const struct insn *insn) {
    if (insn_ends_loop(insn)) {
        return 0; /* pipeline.c charges what going back takes */
    }
    unsigned cycle = vectors_ready(board, rules, insn, operands_ready(board, insn));
    unsigned hold = hold_of(rules->of, insn);
    if (cycle == 0 && pairing_waits(board, rules, insn)) {
        cycle = 1;
    }
    if (cycle != 0) {
        scoreboard_wait(board, cycle);
    }
    if (hold > 1) {
        scoreboard_wait(board, hold - 1U);
        cycle += hold - 1U;
    }
    if (insn->flags & INSN_VECTOR) {
        vectors_issue(board, rules->of, insn);
        set_core(board, rules->of, insn->updates, rules->of[RULE_baseUpdate], false);
    } else {
        write_core(board, rules->of, insn);
        write_fpu(board, rules->of, insn);
    }
    pairing_note(board, insn);
    board->follows_flags = insn->kind == KIND_BRANCH ? board->sets_flags : 0;
    board->sets_flags = (insn->flags & INSN_SETS_FLAGS) != 0;
    return cycle;
}

unsigned scoreboard_taken(const struct scoreboard *board, const struct scoreboard_rules *rules,
                          const struct insn *insn) {
    bool is_direct = (insn->flags & INSN_DIRECT) != 0;
    const uint8_t *of = rules->of;
    if (insn->kind == KIND_TABLE_BRANCH) {
        return of[RULE_tableBranch];
    }
    if (insn->kind == KIND_LOAD_MULTIPLE) {
        return of[RULE_popPc];
    }
    if (!is_direct) {
        return of[RULE_indirect];
    }
    if (insn->flags & INSN_CALL) {
        return of[RULE_call];
    }
    return of[RULE_taken] + (board->follows_flags ? of[RULE_takenAfterFlags] : 0U);
}
