/*
 * Decodes the three-byte instructions of Xtensa with an immediate: memory, branches, calls, loops.
 * Those on registers are left to xtensa_registers.c, those of two bytes to xtensa_narrow.c, products
 * of the accumulator to xtensa_mac16.c.
 */
#include "xtensa.h"

enum { LINK = 0 };

static void decode_immediate(struct insn *insn, uint32_t word) {
    unsigned t = xtensa_t(word);
    uint32_t s = 1U << xtensa_s(word);
    switch (xtensa_r(word)) {
    case 0: /* L8UI */
        xtensa_transfer(insn, 1, t, s, 1);
        break;
    case 1: /* L16UI */
    case 9: /* L16SI */
        xtensa_transfer(insn, 1, t, s, 2);
        break;
    case 2:  /* L32I */
    case 11: /* L32AI */
        xtensa_transfer(insn, 1, t, s, 4);
        break;
    case 4: /* S8I */
        xtensa_transfer(insn, 0, t, s, 1);
        break;
    case 5: /* S16I */
        xtensa_transfer(insn, 0, t, s, 2);
        break;
    case 6:  /* S32I */
    case 15: /* S32RI */
        xtensa_transfer(insn, 0, t, s, 4);
        break;
    case 7: /* caches */
        insn->reads = s;
        break;
    case 10: /* MOVI */
        xtensa_alu(insn, t, 0);
        break;
    case 12: /* ADDI */
    case 13: /* ADDMI */
        xtensa_alu(insn, t, s);
        break;
    default: /* S32C1I, which may store or not, among them */
        insn_undecoded(insn);
        break;
    }
}

/* CALL0 to CALL12: the target counts in words from the word of the call. */
static void decode_call(struct insn *insn, uint32_t word, uint32_t pc) {
    unsigned window = insn_bits(word, 5, 4);
    int32_t distance = xtensa_sign_extend(insn_bits(word, 23, 6), 18) * 4 + 4;
    insn->kind = KIND_BRANCH;
    insn->flags |= INSN_WRITES_PC | INSN_DIRECT | INSN_CALL;
    insn->displacement = distance - (int32_t)(pc & 3U);
    insn->writes = 1U << (LINK + 4U * window);
}

/* ENTRY, LOOP and its relatives, branches on booleans, on unsigned constants. */
static void decode_window_loop(struct insn *insn, uint32_t word) {
    enum { LOOP = 8, LOOPNEZ = 9, LOOPGTZ = 10 };
    uint32_t s = 1U << xtensa_s(word);
    unsigned r = xtensa_r(word);
    unsigned form = insn_bits(word, 7, 6);
    if (form >= 2) { /* BLTUI, BGEUI */
        xtensa_branch(insn, s, xtensa_sign_extend(insn_bits(word, 23, 16), 8));
    } else if (form == 0) { /* ENTRY */
        xtensa_alu(insn, xtensa_s(word), s);
    } else if (r < 2) { /* BF, BT */
        xtensa_branch(insn, 0, xtensa_sign_extend(insn_bits(word, 23, 16), 8));
    } else if (r == LOOPNEZ || r == LOOPGTZ) {
        xtensa_branch(insn, s, (int32_t)insn_bits(word, 23, 16));
        insn->flags |= INSN_LOOP;
    } else if (r == LOOP) {
        insn->kind = KIND_BRANCH;
        insn->flags |= INSN_LOOP;
        insn->reads = s;
        insn->displacement = (int32_t)insn_bits(word, 23, 16) + 4;
    } else {
        insn_undecoded(insn);
    }
}

static void decode_jump(struct insn *insn, uint32_t word) {
    uint32_t s = 1U << xtensa_s(word);
    switch (insn_bits(word, 5, 4)) {
    case 0: /* J */
        xtensa_branch(insn, 0, xtensa_sign_extend(insn_bits(word, 23, 6), 18));
        insn->flags &= ~(uint32_t)INSN_CONDITIONAL;
        break;
    case 1: /* BEQZ, BNEZ, BLTZ, BGEZ */
        xtensa_branch(insn, s, xtensa_sign_extend(insn_bits(word, 23, 12), 12));
        break;
    case 2: /* BEQI, BNEI, BLTI, BGEI */
        xtensa_branch(insn, s, xtensa_sign_extend(insn_bits(word, 23, 16), 8));
        break;
    default:
        decode_window_loop(insn, word);
        break;
    }
}

static void decode_compare(struct insn *insn, uint32_t word) {
    unsigned r = xtensa_r(word);
    int has_constant = (r & 6U) == 6U; /* BBCI, BBSI */
    uint32_t reads = 1U << xtensa_s(word) | (has_constant ? 0U : 1U << xtensa_t(word));
    xtensa_branch(insn, reads, xtensa_sign_extend(insn_bits(word, 23, 16), 8));
}

struct insn xtensa_decode(uint32_t word, uint32_t pc) {
    unsigned space = insn_bits(word, 3, 0);
    struct insn insn = {.size = space >= 8 ? 2 : 3, .kind = KIND_OTHER};
    switch (space) {
    case 0:
        xtensa_decode_registers(&insn, word);
        break;
    case 1: /* L32R */
        xtensa_transfer(&insn, 1, xtensa_t(word), 0, 4);
        break;
    case 2:
        decode_immediate(&insn, word);
        break;
    case 4:
        xtensa_decode_mac16(&insn, word);
        break;
    case 5:
        decode_call(&insn, word, pc);
        break;
    case 6:
        decode_jump(&insn, word);
        break;
    case 7:
        decode_compare(&insn, word);
        break;
    case 3: /* floats */
    case 14:
    case 15:
        insn_undecoded(&insn);
        break;
    default:
        xtensa_decode_narrow(&insn, word);
        break;
    }
    insn.operands = insn.reads;
    insn.reads |= insn.address | insn.stores;
    return insn;
}
