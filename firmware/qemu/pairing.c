/*
 * Decides pairs by what two instructions need of the core: the shifter, the multiplier, the store
 * port, a memory bank.
 * Which of these needs collide is left to the core's table.
 */
#include "pairing.h"

enum trait {
    TRAIT_NARROW = 1 << 0,     /* two bytes */
    TRAIT_SHIFTED = 1 << 1,
    TRAIT_SIMD = 1 << 2,       /* any of the groups SIMD to EXTEND_ADD */
    TRAIT_EXTRACT = 1 << 3,    /* those that use the shifter */
    TRAIT_MULTIPLY = 1 << 4,
    TRAIT_LOAD = 1 << 5,
    TRAIT_STORE = 1 << 6,
    TRAIT_ALONE = 1 << 7,      /* pairs with nothing */
    TRAIT_NOP = 1 << 8,
    TRAIT_FOLDS = 1 << 9,      /* branch or IT */
    TRAIT_FLOAT = 1 << 10,     /* FPU arithmetic */
    TRAIT_FLOAT_MAC = 1 << 11,
    TRAIT_FLOAT_MOVE = 1 << 12, /* FPU transfer or move */
    TRAIT_LIGHT = 1 << 13,      /* INSN_LIGHT, NOP, branch or IT */
};

static unsigned traits_of_group(unsigned group) {
    switch (group) {
    case GROUP_SHIFTED:
        return TRAIT_SHIFTED;
    case GROUP_SIMD:
    case GROUP_SATURATING:
        return TRAIT_SIMD;
    case GROUP_EXTRACT:
    case GROUP_EXTEND_ADD:
        return TRAIT_SIMD | TRAIT_EXTRACT;
    default:
        return 0;
    }
}

static unsigned traits_of_kind(const struct insn *insn) {
    unsigned is_float = insn->flags & INSN_FP;
    switch (insn->kind) {
    case KIND_ALU:
        return traits_of_group(insn->group);
    case KIND_MUL:
    case KIND_MAC:
        return TRAIT_MULTIPLY;
    case KIND_LOAD:
        return is_float ? TRAIT_LOAD | TRAIT_FLOAT_MOVE : TRAIT_LOAD;
    case KIND_STORE:
        return is_float ? TRAIT_STORE | TRAIT_FLOAT_MOVE : TRAIT_STORE;
    case KIND_BRANCH:
    case KIND_IT:
        return TRAIT_FOLDS;
    case KIND_FPU:
        return TRAIT_FLOAT_MOVE;
    case KIND_FPU_ARITHMETIC:
        return TRAIT_FLOAT;
    case KIND_FPU_MAC:
        return TRAIT_FLOAT | TRAIT_FLOAT_MAC;
    case KIND_OTHER:
        return insn->flags & INSN_NOP ? TRAIT_NOP : TRAIT_ALONE;
    default:
        return TRAIT_ALONE;
    }
}

static unsigned traits_of(const struct insn *insn) {
    unsigned alone = insn->flags & (INSN_EXCLUSIVE | INSN_DOUBLE | INSN_UNDECODED | INSN_VECTOR |
                                    INSN_LOW_OVERHEAD);
    unsigned traits = traits_of_kind(insn);
    bool is_light = (insn->flags & INSN_LIGHT) != 0 || (traits & (TRAIT_NOP | TRAIT_FOLDS)) != 0;
    return traits | (insn->size == 2 ? TRAIT_NARROW : 0U) | (alone ? TRAIT_ALONE : 0U) |
           (is_light ? TRAIT_LIGHT : 0U);
}

/* A base register that the offset counts from, 15 when the address is not known from it. */
static uint8_t base_of(const struct insn *insn) {
    bool is_known = (insn->flags & INSN_OFFSET) != 0 && insn->address != 0;
    return (uint8_t)(is_known ? __builtin_ctz(insn->address) : 15);
}

static uint8_t bank_of(const struct insn *insn) {
    return (insn->offset & 4) != 0 ? 1 : 0;
}

static bool loads_wait(const struct scoreboard *board, const struct scoreboard_rules *rules,
                       const struct insn *insn) {
    bool is_known = board->base != 15 && board->base == base_of(insn);
    if (!is_known) {
        return rules->of[RULE_pairLoadsUnknownBank] != 0;
    }
    return board->bank == bank_of(insn) && rules->of[RULE_pairLoadsSameBank] != 0;
}

static bool is_folded(unsigned older, unsigned younger) {
    bool are_narrow = (older & younger & TRAIT_NARROW) != 0;
    return are_narrow && ((younger & TRAIT_FOLDS) != 0 || (older & TRAIT_NOP) != 0);
}

bool pairing_waits(const struct scoreboard *board, const struct scoreboard_rules *rules,
                   const struct insn *insn) {
    unsigned older = board->traits[0] | (unsigned)board->traits[1] << 8;
    unsigned younger = traits_of(insn);
    unsigned both = older & younger;
    unsigned either = older | younger;
    const uint8_t *waits = rules->of;
    if (board->issued == 0 || board->issued >= waits[RULE_issueWidth]) {
        return true;
    }
    if (is_folded(older, younger) && !waits[RULE_pairFolded]) {
        return false;
    }
    if (!rules->lacks[RULE_pairLight] && !waits[RULE_pairLight] && (both & TRAIT_NARROW) != 0 &&
        (either & TRAIT_LIGHT) != 0) {
        return false;
    }
    return waits[RULE_pairAny] || (either & TRAIT_ALONE) != 0 ||
           (waits[RULE_pairShifted] && (both & TRAIT_SHIFTED) != 0) ||
           (waits[RULE_pairExtract] && (either & TRAIT_SHIFTED) != 0 &&
            (either & TRAIT_EXTRACT) != 0) ||
           (waits[RULE_pairSimd] && (younger & TRAIT_SIMD) != 0) ||
           (waits[RULE_pairMultiply] && (both & TRAIT_MULTIPLY) != 0) ||
           (waits[RULE_pairStores] && (both & TRAIT_STORE) != 0) ||
           (waits[RULE_pairMultiplyStore] && (either & TRAIT_MULTIPLY) != 0 &&
            (either & TRAIT_STORE) != 0) ||
           (waits[RULE_pairFloat] && (both & TRAIT_FLOAT) != 0) ||
           (waits[RULE_pairFloatMacMove] && (either & TRAIT_FLOAT_MAC) != 0 &&
            (either & TRAIT_FLOAT_MOVE) != 0) ||
           ((both & TRAIT_LOAD) != 0 && loads_wait(board, rules, insn));
}

void pairing_note(struct scoreboard *board, const struct insn *insn) {
    unsigned traits = traits_of(insn);
    bool is_load = (traits & TRAIT_LOAD) != 0;
    board->issued++;
    board->traits[0] = (uint8_t)traits;
    board->traits[1] = (uint8_t)(traits >> 8);
    board->base = is_load ? base_of(insn) : 15;
    board->bank = is_load ? bank_of(insn) : 0;
}
