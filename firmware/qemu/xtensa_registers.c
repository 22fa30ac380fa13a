/*
 * Decodes the three-byte instructions of Xtensa on registers: arithmetic, shifts, products, divisions,
 * moves under a condition, special registers, returns.
 * Those with an immediate are left to xtensa.c.
 */
#include "xtensa.h"

enum { LINK = 0 };

/* Returns, jumps and calls through a register, by t. */
static void decode_control(struct insn *insn, uint32_t word) {
    enum { RETURN = 8, RETURN_WINDOW = 9, JUMP = 10 };
    unsigned t = xtensa_t(word);
    if (t == RETURN || t == RETURN_WINDOW) {
        xtensa_indirect(insn, 1U << LINK);
    } else if (t == JUMP) {
        xtensa_indirect(insn, 1U << xtensa_s(word));
    } else if (t >= 12) { /* CALLX0 to CALLX12 */
        xtensa_indirect(insn, 1U << xtensa_s(word));
        insn->flags |= INSN_CALL;
        insn->writes = 1U << (LINK + 4U * (t & 3U));
    } else {
        insn_undecoded(insn);
    }
}

static void decode_system(struct insn *insn, uint32_t word) {
    enum { CONTROL = 0, MOVSP = 1, SYNC = 2, RFE = 3, BREAK = 4, SYSCALL = 5, RSIL = 6, WAITI = 7 };
    switch (xtensa_r(word)) {
    case CONTROL:
        decode_control(insn, word);
        break;
    case MOVSP:
        xtensa_alu(insn, xtensa_t(word), 1U << xtensa_s(word));
        break;
    case SYNC:
        insn->flags |= xtensa_t(word) == 15 ? INSN_NOP : 0U;
        break;
    case RFE: /* and returns from windows' exceptions */
        insn->flags |= INSN_WRITES_PC;
        break;
    case RSIL:
        insn->writes = 1U << xtensa_t(word);
        break;
    case BREAK:
    case SYSCALL:
    case WAITI:
        break;
    default: /* booleans */
        insn_undecoded(insn);
        break;
    }
}

/* SSR and relatives, NSA, ROTW, external registers. */
static void decode_shift_amount(struct insn *insn, uint32_t word) {
    unsigned r = xtensa_r(word);
    if (r < 4) {
        insn->kind = KIND_ALU;
        insn->reads = 1U << xtensa_s(word);
    } else if (r == 4) {
        insn->kind = KIND_ALU;
    } else if (r >= 14) { /* NSA, NSAU */
        xtensa_alu(insn, xtensa_t(word), 1U << xtensa_s(word));
    } else if (r != 8) {
        insn_undecoded(insn);
    }
}

static void decode_arithmetic(struct insn *insn, uint32_t word) {
    enum { SYSTEM = 0, SHIFT_AMOUNT = 4, NEGATE = 6 };
    unsigned op2 = xtensa_op2(word);
    uint32_t t = 1U << xtensa_t(word);
    if (op2 == SYSTEM) {
        decode_system(insn, word);
    } else if (op2 == SHIFT_AMOUNT) {
        decode_shift_amount(insn, word);
    } else if (op2 == NEGATE && xtensa_s(word) < 2) { /* NEG, ABS */
        xtensa_alu(insn, xtensa_r(word), t);
    } else if (op2 < 4 || op2 >= 8) { /* AND, OR, XOR, ADD to SUBX8 */
        xtensa_alu(insn, xtensa_r(word), 1U << xtensa_s(word) | t);
    } else {
        insn_undecoded(insn);
    }
}

static void decode_shift(struct insn *insn, uint32_t word) {
    uint32_t s = 1U << xtensa_s(word);
    uint32_t t = 1U << xtensa_t(word);
    switch (xtensa_op2(word)) {
    case 0: /* SLLI */
    case 1:
    case 10: /* SLL */
        xtensa_alu(insn, xtensa_r(word), s);
        break;
    case 2: /* SRAI */
    case 3:
    case 4:  /* SRLI */
    case 9:  /* SRL */
    case 11: /* SRA */
        xtensa_alu(insn, xtensa_r(word), t);
        break;
    case 6: /* XSR */
        insn->reads = t;
        insn->writes = t;
        break;
    case 8: /* SRC */
        xtensa_alu(insn, xtensa_r(word), s | t);
        break;
    case 12: /* MUL16U */
    case 13: /* MUL16S */
        xtensa_alu(insn, xtensa_r(word), s | t);
        insn->kind = KIND_MUL;
        break;
    default:
        insn_undecoded(insn);
        break;
    }
}

static void decode_product(struct insn *insn, uint32_t word) {
    enum { MULL = 8, MULUH = 10, MULSH = 11, QUOU = 12 };
    unsigned op2 = xtensa_op2(word);
    xtensa_alu(insn, xtensa_r(word), 1U << xtensa_s(word) | 1U << xtensa_t(word));
    if (op2 >= QUOU) {
        insn->kind = KIND_DIV;
    } else if (op2 == MULL || op2 == MULUH || op2 == MULSH) {
        insn->kind = KIND_MUL;
    } else { /* booleans */
        insn_undecoded(insn);
    }
}

static void decode_special(struct insn *insn, uint32_t word) {
    enum { RSR = 0, WSR = 1, SEXT = 2, CLAMPS = 3, MOVEQZ = 8, MOVF = 12, MOVT = 13, RUR = 14 };
    unsigned op2 = xtensa_op2(word);
    uint32_t s = 1U << xtensa_s(word);
    uint32_t t = 1U << xtensa_t(word);
    uint32_t r = 1U << xtensa_r(word);
    if (op2 == RSR) {
        insn->writes = t;
    } else if (op2 == WSR) {
        insn->reads = t;
    } else if (op2 == SEXT || op2 == CLAMPS) {
        xtensa_alu(insn, xtensa_r(word), s);
    } else if (op2 < MOVEQZ) { /* MIN, MAX and unsigned ones */
        xtensa_alu(insn, xtensa_r(word), s | t);
    } else if (op2 < MOVF) { /* keeps r unless the condition holds */
        xtensa_alu(insn, xtensa_r(word), r | s | t);
    } else if (op2 <= MOVT) {
        xtensa_alu(insn, xtensa_r(word), r | s);
    } else if (op2 == RUR) {
        insn->writes = r;
    } else { /* WUR */
        insn->reads = t;
    }
}

void xtensa_decode_registers(struct insn *insn, uint32_t word) {
    switch (xtensa_op1(word)) {
    case 0:
        decode_arithmetic(insn, word);
        break;
    case 1:
        decode_shift(insn, word);
        break;
    case 2:
        decode_product(insn, word);
        break;
    case 3:
        decode_special(insn, word);
        break;
    case 4: /* EXTUI */
    case 5:
        xtensa_alu(insn, xtensa_r(word), 1U << xtensa_t(word));
        break;
    case 9: /* L32E, S32E: of windows' exceptions */
        xtensa_transfer(insn, xtensa_op2(word) == 0, xtensa_t(word), 1U << xtensa_s(word), 4);
        if (xtensa_op2(word) != 0 && xtensa_op2(word) != 4) {
            insn_undecoded(insn);
        }
        break;
    default:
        insn_undecoded(insn);
        break;
    }
}
