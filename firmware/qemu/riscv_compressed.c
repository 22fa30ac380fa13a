/*
 * Decodes the two-byte instructions of RV32C, floats excepted.
 * What they expand to is left to the manual.
 */
#include "riscv.h"

enum { LINK = 1, STACK = 2 };

/* The registers x8 to x15 that three bits name. */
static unsigned short_register(unsigned bits) {
    return 8U + bits;
}

static void set_alu(struct insn *insn, unsigned destination, uint32_t reads) {
    insn->kind = KIND_ALU;
    insn->writes = riscv_register(destination);
    insn->reads = reads;
}

static void decode_quadrant_0(struct insn *insn, uint16_t op) {
    unsigned data = short_register(insn_bits(op, 4, 2));
    unsigned base = short_register(insn_bits(op, 9, 7));
    switch (insn_bits(op, 15, 13)) {
    case 0: /* C.ADDI4SPN; all zeros is no instruction */
        set_alu(insn, data, riscv_register(STACK));
        if (insn_bits(op, 12, 5) == 0) {
            insn_undecoded(insn);
        }
        break;
    case 2:
    case 6:
        riscv_transfer(insn, insn_bits(op, 15, 15) == 0, data, base, 4);
        break;
    default:
        insn_undecoded(insn);
        break;
    }
}

static void decode_arithmetic(struct insn *insn, uint16_t op) {
    unsigned destination = short_register(insn_bits(op, 9, 7));
    uint32_t reads = riscv_register(destination);
    if (insn_bits(op, 11, 10) == 3) {
        reads |= riscv_register(short_register(insn_bits(op, 4, 2)));
    }
    set_alu(insn, destination, reads);
    if (insn_bits(op, 12, 10) == 7) { /* of RV64 */
        insn_undecoded(insn);
    }
}

static void decode_jump(struct insn *insn, uint16_t op) {
    uint32_t distance = insn_bits(op, 12, 12) << 11 | insn_bits(op, 8, 8) << 10 |
                        insn_bits(op, 10, 9) << 8 | insn_bits(op, 6, 6) << 7 |
                        insn_bits(op, 7, 7) << 6 | insn_bits(op, 2, 2) << 5 |
                        insn_bits(op, 11, 11) << 4 | insn_bits(op, 5, 3) << 1;
    riscv_branch(insn, riscv_sign_extend(distance, 12));
    insn->flags |= INSN_CALL;
}

static void decode_branch(struct insn *insn, uint16_t op) {
    uint32_t distance = insn_bits(op, 12, 12) << 8 | insn_bits(op, 6, 5) << 6 |
                        insn_bits(op, 2, 2) << 5 | insn_bits(op, 11, 10) << 3 |
                        insn_bits(op, 4, 3) << 1;
    riscv_branch(insn, riscv_sign_extend(distance, 9));
    insn->flags |= INSN_CONDITIONAL;
    insn->reads = riscv_register(short_register(insn_bits(op, 9, 7)));
}

static void decode_quadrant_1(struct insn *insn, uint16_t op) {
    unsigned destination = insn_bits(op, 11, 7);
    switch (insn_bits(op, 15, 13)) {
    case 0: /* C.ADDI, C.NOP */
        set_alu(insn, destination, riscv_register(destination));
        break;
    case 1: /* C.JAL */
        decode_jump(insn, op);
        insn->writes = riscv_register(LINK);
        break;
    case 2: /* C.LI */
        set_alu(insn, destination, 0);
        break;
    case 3: /* C.ADDI16SP, C.LUI */
        set_alu(insn, destination, destination == STACK ? riscv_register(STACK) : 0);
        break;
    case 4:
        decode_arithmetic(insn, op);
        break;
    case 5: /* C.J */
        decode_jump(insn, op);
        break;
    default:
        decode_branch(insn, op);
        break;
    }
}

static void decode_quadrant_2(struct insn *insn, uint16_t op) {
    unsigned first = insn_bits(op, 11, 7);
    unsigned second = insn_bits(op, 6, 2);
    int adds_or_links = (int)insn_bits(op, 12, 12);
    switch (insn_bits(op, 15, 13)) {
    case 0: /* C.SLLI */
        set_alu(insn, first, riscv_register(first));
        break;
    case 2: /* C.LWSP */
        riscv_transfer(insn, 1, first, STACK, 4);
        break;
    case 4:
        if (second != 0) { /* C.MV, C.ADD */
            set_alu(insn, first,
                    riscv_register(second) | (adds_or_links ? riscv_register(first) : 0U));
        } else if (first != 0) { /* C.JR, C.JALR */
            insn->kind = KIND_BRANCH;
            insn->flags |= INSN_WRITES_PC;
            insn->reads = riscv_register(first);
            insn->writes = adds_or_links ? riscv_register(LINK) : 0;
        } else if (!adds_or_links) {
            insn_undecoded(insn);
        } /* else C.EBREAK */
        break;
    case 6: /* C.SWSP */
        riscv_transfer(insn, 0, second, STACK, 4);
        break;
    default:
        insn_undecoded(insn);
        break;
    }
}

void riscv_decode_compressed(struct insn *insn, uint16_t op) {
    switch (insn_bits(op, 1, 0)) {
    case 0:
        decode_quadrant_0(insn, op);
        break;
    case 1:
        decode_quadrant_1(insn, op);
        break;
    default:
        decode_quadrant_2(insn, op);
        break;
    }
}
