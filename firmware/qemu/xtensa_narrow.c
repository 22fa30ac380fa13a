/*
 * Decodes the two-byte instructions of Xtensa.
 * Their longer forms are left to xtensa.c and xtensa_registers.c.
 */
#include "xtensa.h"

enum { LINK = 0 };

static void decode_constant(struct insn *insn, uint32_t word) {
    unsigned t = xtensa_t(word);
    if (t < 8) { /* MOVI.N */
        xtensa_alu(insn, xtensa_s(word), 0);
    } else { /* BEQZ.N, BNEZ.N: always forward */
        xtensa_branch(insn, 1U << xtensa_s(word), (int32_t)((t & 3U) << 4 | xtensa_r(word)));
    }
}

static void decode_move(struct insn *insn, uint32_t word) {
    enum { RETURN = 0, RETURN_WINDOW = 1, BREAK = 2, NOP = 3 };
    unsigned t = xtensa_t(word);
    if (xtensa_r(word) == 0) { /* MOV.N */
        xtensa_alu(insn, t, 1U << xtensa_s(word));
    } else if (xtensa_r(word) != 15) {
        insn_undecoded(insn);
    } else if (t == RETURN || t == RETURN_WINDOW) {
        xtensa_indirect(insn, 1U << LINK);
    } else if (t == NOP) {
        insn->flags |= INSN_NOP;
    } else if (t != BREAK) {
        insn_undecoded(insn);
    }
}

void xtensa_decode_narrow(struct insn *insn, uint32_t word) {
    unsigned t = xtensa_t(word);
    uint32_t s = 1U << xtensa_s(word);
    switch (insn_bits(word, 3, 0)) {
    case 8: /* L32I.N */
    case 9: /* S32I.N */
        xtensa_transfer(insn, insn_bits(word, 0, 0) == 0, t, s, 4);
        break;
    case 10: /* ADD.N */
        xtensa_alu(insn, xtensa_r(word), s | 1U << t);
        break;
    case 11: /* ADDI.N */
        xtensa_alu(insn, xtensa_r(word), s);
        break;
    case 12:
        decode_constant(insn, word);
        break;
    default:
        decode_move(insn, word);
        break;
    }
}
