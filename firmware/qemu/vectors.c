/*
 * Three pipes, each kept for the beats of one instruction: the next one on another pipe starts a cycle later, and runs
 * beside it.
 */
#include "vectors.h"

static const uint8_t rule_of_result[] = {
    [RESULT_SHORT] = RULE_vectorShort,       [RESULT_LONG] = RULE_vectorLong,
    [RESULT_LENGTHENED] = RULE_vectorLengthened, [RESULT_NARROWED] = RULE_vectorNarrowed,
    [RESULT_LOADED] = RULE_vectorLoad,       [RESULT_GATHERED] = RULE_vectorGather,
    [RESULT_INTERLEAVED] = RULE_vectorInterleaved, [RESULT_REDUCED] = RULE_vectorReduced,
    [RESULT_ACROSS] = RULE_vectorAcross,
};

static bool is_memory(const struct insn *insn) {
    return (insn->flags & (INSN_LOADS | INSN_STORES)) != 0;
}

/* The pipe of an instruction, or of a scalar one that shares it. */
static unsigned pipe_of(const struct scoreboard_rules *rules, const struct insn *insn) {
    if (insn->flags & INSN_VECTOR) {
        return insn->pipe;
    }
    if (is_memory(insn)) {
        return rules->of[RULE_vectorShared] != 0 ? PIPE_MEMORY : PIPE_NONE;
    }
    return insn->flags & INSN_FP ? PIPE_MULTIPLY : PIPE_NONE;
}

static bool can_be_busy(unsigned pipe) {
    return pipe >= PIPE_MEMORY && pipe < PIPE_MEMORY + SCOREBOARD_PIPES;
}

unsigned vectors_ready(const struct scoreboard *board, const struct scoreboard_rules *rules,
                       const struct insn *insn, unsigned cycle) {
    unsigned pipe = pipe_of(rules, insn);
    if (rules->lacks[RULE_vectorBeats]) {
        return cycle;
    }
    if (can_be_busy(pipe) && board->pipe_busy[pipe - PIPE_MEMORY] > cycle) {
        cycle = board->pipe_busy[pipe - PIPE_MEMORY];
    }
    for (uint32_t mask = insn->fp_address; mask != 0; mask &= mask - 1U) {
        unsigned ready = board->fpu[FPU_OPERAND][__builtin_ctz(mask)];
        if (ready != 0 && ready + rules->of[RULE_vectorGatherAddress] > cycle) {
            cycle = ready + rules->of[RULE_vectorGatherAddress];
        }
    }
    if ((insn->flags & INSN_LOADS) != 0 && board->stored != 0 && board->stored == cycle) {
        cycle += rules->of[RULE_vectorLoadAfterStore];
    }
    return cycle;
}

static void set_core(struct scoreboard *board, const uint8_t *rules, const struct insn *insn,
                     unsigned ready) {
    bool is_reduced = insn->result == RESULT_REDUCED;
    for (uint32_t mask = insn->writes & ~insn->updates; mask != 0; mask &= mask - 1U) {
        int i = __builtin_ctz(mask);
        for (int reader = 0; reader < CORE_READERS; reader++) {
            board->core[reader][i] = (uint8_t)(ready + (is_reduced ? rules[RULE_vectorToCore] : 0U));
        }
        board->core[READER_VECTOR][i] = (uint8_t)ready;
    }
}

static void set_vector(struct scoreboard *board, const uint8_t *rules, const struct insn *insn,
                       unsigned ready) {
    unsigned late = insn->result == RESULT_NARROWED ? 0U : rules[RULE_vectorStoreLate];
    for (uint32_t mask = insn->fp_writes; mask != 0; mask &= mask - 1U) {
        int i = __builtin_ctz(mask);
        board->fpu[FPU_OPERAND][i] = (uint8_t)ready;
        board->fpu[FPU_ACCUMULATOR][i] = (uint8_t)ready;
        board->fpu[FPU_STORE][i] = (uint8_t)(ready > late + 1U ? ready - late : 1U);
    }
}

void vectors_issue(struct scoreboard *board, const uint8_t *rules, const struct insn *insn) {
    enum { NEXT_BUT_ONE = 2 };
    unsigned ready = rules[rule_of_result[insn->result]];
    bool is_gather = insn->result == RESULT_GATHERED;
    if (can_be_busy(insn->pipe)) {
        board->pipe_busy[insn->pipe - PIPE_MEMORY] =
            rules[is_gather ? RULE_vectorGatherHold : RULE_vectorBeats];
    }
    if (insn->flags & INSN_STORES) {
        board->stored = NEXT_BUT_ONE;
    }
    set_core(board, rules, insn, ready);
    set_vector(board, rules, insn, ready);
}
