/*
 * Decodes the four-byte instructions of RV32IM.
 * Those of two bytes are left to riscv_compressed.c.
 */
#include "riscv.h"

static void decode_operation(struct insn *insn, uint32_t word) {
    unsigned function = insn_bits(word, 31, 25);
    unsigned operation = insn_bits(word, 14, 12);
    insn->writes = riscv_register(insn_bits(word, 11, 7));
    insn->reads = riscv_register(insn_bits(word, 19, 15)) | riscv_register(insn_bits(word, 24, 20));
    if (function == 1) { /* M */
        insn->kind = operation < 4 ? KIND_MUL : KIND_DIV;
    } else if (function == 0 || (function == 0x20 && (operation == 0 || operation == 5))) {
        insn->kind = KIND_ALU;
    } else {
        insn_undecoded(insn);
    }
}

static void decode_branch(struct insn *insn, uint32_t word) {
    uint32_t distance = insn_bits(word, 31, 31) << 12 | insn_bits(word, 7, 7) << 11 |
                        insn_bits(word, 30, 25) << 5 | insn_bits(word, 11, 8) << 1;
    riscv_branch(insn, riscv_sign_extend(distance, 13));
    insn->flags |= INSN_CONDITIONAL;
    insn->reads = riscv_register(insn_bits(word, 19, 15)) | riscv_register(insn_bits(word, 24, 20));
}

static void decode_jump(struct insn *insn, uint32_t word) {
    uint32_t distance = insn_bits(word, 31, 31) << 20 | insn_bits(word, 19, 12) << 12 |
                        insn_bits(word, 20, 20) << 11 | insn_bits(word, 30, 21) << 1;
    riscv_branch(insn, riscv_sign_extend(distance, 21));
    insn->flags |= INSN_CALL;
    insn->writes = riscv_register(insn_bits(word, 11, 7));
}

static void decode_system(struct insn *insn, uint32_t word) {
    unsigned operation = insn_bits(word, 14, 12);
    insn->kind = KIND_OTHER;
    if (operation != 0) { /* CSR */
        insn->writes = riscv_register(insn_bits(word, 11, 7));
        insn->reads = operation < 4 ? riscv_register(insn_bits(word, 19, 15)) : 0;
    }
}

static void decode_wide(struct insn *insn, uint32_t word) {
    static const uint8_t bytes[8] = {1, 2, 4, 0, 1, 2, 0, 0};
    unsigned operation = insn_bits(word, 14, 12);
    unsigned source = insn_bits(word, 19, 15);
    switch (insn_bits(word, 6, 0)) {
    case 0x03:
        riscv_transfer(insn, 1, insn_bits(word, 11, 7), source, bytes[operation]);
        break;
    case 0x23:
        riscv_transfer(insn, 0, insn_bits(word, 24, 20), source, bytes[operation]);
        break;
    case 0x0f: /* FENCE */
        insn->kind = KIND_OTHER;
        break;
    case 0x13:
        insn->kind = KIND_ALU;
        insn->reads = riscv_register(source);
        insn->writes = riscv_register(insn_bits(word, 11, 7));
        break;
    case 0x17: /* AUIPC */
    case 0x37: /* LUI */
        insn->kind = KIND_ALU;
        insn->writes = riscv_register(insn_bits(word, 11, 7));
        break;
    case 0x33:
        decode_operation(insn, word);
        break;
    case 0x63:
        decode_branch(insn, word);
        break;
    case 0x67: /* JALR */
        insn->kind = KIND_BRANCH;
        insn->flags |= INSN_WRITES_PC;
        insn->reads = riscv_register(source);
        insn->writes = riscv_register(insn_bits(word, 11, 7));
        break;
    case 0x6f:
        decode_jump(insn, word);
        break;
    case 0x73:
        decode_system(insn, word);
        break;
    default:
        insn_undecoded(insn);
        break;
    }
    if ((insn->flags & (INSN_LOADS | INSN_STORES)) != 0 && insn->bytes == 0) {
        insn_undecoded(insn);
    }
}

struct insn riscv_decode(uint32_t word) {
    int is_wide = (word & 3U) == 3U;
    struct insn insn = {.size = is_wide ? 4 : 2, .kind = KIND_OTHER};
    if (is_wide) {
        decode_wide(&insn, word);
    } else {
        riscv_decode_compressed(&insn, (uint16_t)word);
    }
    insn.operands = insn.reads;
    insn.reads |= insn.address | insn.stores;
    return insn;
}
