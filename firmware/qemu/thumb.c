/*
 * Decides the length of an instruction and decodes the two-byte ones.
 * The four-byte ones are left to thumb_wide.c and thumb_fpu.c.
 */
#include "thumb.h"

#include "thumb_mve.h"

int thumb_is_wide(uint16_t first) {
    return (first & 0xf800U) >= 0xe800U;
}

static int32_t sign_extend(unsigned value, unsigned bits) {
    unsigned sign = 1U << (bits - 1U);
    return (int32_t)(value ^ sign) - (int32_t)sign;
}

static unsigned count_bits(unsigned value) {
    unsigned count = 0;
    for (; value != 0; value &= value - 1U) {
        count++;
    }
    return count;
}

static void branch_to(struct insn *insn, int32_t displacement) {
    insn->kind = KIND_BRANCH;
    insn->flags |= INSN_WRITES_PC | INSN_DIRECT;
    insn->displacement = displacement;
}

/* One register to or from [base, ...]. */
static void transfer(struct insn *insn, int is_load, unsigned data, uint16_t address,
                     unsigned bytes) {
    insn->kind = is_load ? KIND_LOAD : KIND_STORE;
    insn->flags |= is_load ? INSN_LOADS : INSN_STORES;
    insn->address = address;
    insn->bytes = (uint8_t)bytes;
    insn->words = 1;
    if (is_load) {
        insn->writes = thumb_register(data);
    } else {
        insn->stores = thumb_register(data);
    }
}

static void transfer_list(struct insn *insn, int is_load, unsigned base, unsigned list,
                          int writes_base) {
    unsigned count = count_bits(list);
    insn->kind = is_load ? KIND_LOAD_MULTIPLE : KIND_STORE_MULTIPLE;
    insn->flags |= is_load ? INSN_LOADS : INSN_STORES;
    insn->address = thumb_register(base);
    insn->words = (uint8_t)count;
    insn->bytes = (uint8_t)(4U * count);
    insn->writes = (uint16_t)((is_load ? list & 0x7fffU : 0U) |
                              (writes_base ? thumb_register(base) : 0U));
    insn->updates = writes_base ? thumb_register(base) : 0;
    insn->stores = is_load ? 0 : (uint16_t)list;
    if (is_load && (list & 0x8000U) != 0) {
        insn->flags |= INSN_WRITES_PC;
    }
}

static void decode_data_processing(struct insn *insn, uint16_t op) {
    enum { TST = 8, RSB = 9, CMP = 10, CMN = 11, MUL = 13, MVN = 15 };
    const unsigned shifts = 0x9cU; /* LSL LSR ASR ROR */
    unsigned operation = insn_bits(op, 9, 6);
    insn->kind = operation == MUL ? KIND_MUL : KIND_ALU;
    insn->group = (shifts >> operation) & 1U ? GROUP_SUM : GROUP_PLAIN;
    insn->flags |= INSN_SETS_FLAGS;
    insn->reads = thumb_register(insn_bits(op, 5, 3));
    if (operation != RSB && operation != MVN) {
        insn->reads |= thumb_register(insn_bits(op, 2, 0));
    }
    if (operation != TST && operation != CMP && operation != CMN) {
        insn->writes = thumb_register(insn_bits(op, 2, 0));
    }
}

static void decode_high_registers(struct insn *insn, uint16_t op) {
    enum { ADD = 0, CMP = 1, BX = 3 };
    unsigned operation = insn_bits(op, 9, 8);
    unsigned destination = insn_bits(op, 2, 0) | (insn_bits(op, 7, 7) << 3);
    int links = (int)insn_bits(op, 7, 7);
    insn->kind = KIND_ALU;
    insn->group = operation == CMP ? GROUP_PLAIN : GROUP_SUM;
    insn->reads = thumb_register(insn_bits(op, 6, 3));
    if (operation == ADD || operation == CMP) {
        insn->reads |= thumb_register(destination);
    }
    if (operation == CMP) {
        insn->flags |= INSN_SETS_FLAGS;
    }
    if (operation == BX) {
        insn->kind = KIND_BRANCH;
        insn->group = GROUP_PLAIN;
        insn->flags |= INSN_WRITES_PC | (links ? INSN_CALL : 0);
        insn->writes = links ? thumb_register(14) : 0;
    } else if (operation != CMP) {
        insn->flags |= operation != ADD ? INSN_LIGHT : 0;
        insn->writes = thumb_register(destination);
        if (destination == 15) {
            insn->kind = KIND_BRANCH;
            insn->flags |= INSN_WRITES_PC;
        }
    }
}

static void decode_register_offset(struct insn *insn, uint16_t op) {
    /* STR STRH STRB LDRSB LDR LDRH LDRB LDRSH */
    static const uint8_t bytes[8] = {4, 2, 1, 1, 4, 2, 1, 2};
    unsigned operation = insn_bits(op, 11, 9);
    uint16_t address = (uint16_t)(thumb_register(insn_bits(op, 5, 3)) |
                                  thumb_register(insn_bits(op, 8, 6)));
    transfer(insn, operation >= 3, insn_bits(op, 2, 0), address, bytes[operation]);
    insn->flags |= INSN_REGISTER_OFFSET;
}

static void decode_immediate_offset(struct insn *insn, uint16_t op) {
    /* by op[15:12]: 6 word, 7 byte, 8 halfword, 9 word on sp */
    unsigned group = insn_bits(op, 15, 12);
    unsigned bytes = group == 7 ? 1 : group == 8 ? 2 : 4;
    int on_stack = group == 9;
    unsigned data = on_stack ? insn_bits(op, 10, 8) : insn_bits(op, 2, 0);
    unsigned base = on_stack ? 13 : insn_bits(op, 5, 3);
    unsigned scaled = bytes * (on_stack ? insn_bits(op, 7, 0) : insn_bits(op, 10, 6));
    transfer(insn, (int)insn_bits(op, 11, 11), data, thumb_register(base), bytes);
    insn->flags |= INSN_OFFSET;
    insn->offset = (int16_t)scaled;
}

static void decode_miscellaneous(struct insn *insn, uint16_t op) {
    unsigned mask = insn_bits(op, 3, 0);
    unsigned lr_or_pc = insn_bits(op, 8, 8);
    if ((op & 0xff00U) == 0xb000U) { /* ADD, SUB sp */
        insn->kind = KIND_ALU;
        insn->group = GROUP_SUM;
        insn->reads = thumb_register(13);
        insn->writes = thumb_register(13);
    } else if ((op & 0xf500U) == 0xb100U) { /* CBZ, CBNZ */
        branch_to(insn, (int32_t)((insn_bits(op, 9, 9) << 6) | (insn_bits(op, 7, 3) << 1)) + 4);
        insn->flags |= INSN_CONDITIONAL;
        insn->reads = thumb_register(insn_bits(op, 2, 0));
    } else if ((op & 0xff00U) == 0xb200U || (op & 0xff00U) == 0xba00U) { /* extends, REV */
        int reverses = (op & 0xff00U) == 0xba00U;
        insn->kind = KIND_ALU;
        insn->flags |= reverses ? 0 : INSN_LIGHT;
        insn->group = reverses ? GROUP_EXTRACT : GROUP_SIMD;
        insn->reads = thumb_register(insn_bits(op, 5, 3));
        insn->shifts = reverses ? insn->reads : 0;
        insn->writes = thumb_register(insn_bits(op, 2, 0));
        if ((op & 0xffc0U) == 0xba80U) {
            insn_undecoded(insn);
        }
    } else if ((op & 0xfe00U) == 0xb400U) {
        transfer_list(insn, 0, 13, insn_bits(op, 7, 0) | (lr_or_pc << 14), 1);
    } else if ((op & 0xfe00U) == 0xbc00U) {
        transfer_list(insn, 1, 13, insn_bits(op, 7, 0) | (lr_or_pc << 15), 1);
    } else if ((op & 0xff00U) == 0xbf00U && mask != 0) {
        insn->kind = KIND_IT;
        insn->it_length = (uint8_t)(4 - __builtin_ctz(mask));
    } else if ((op & 0xff00U) == 0xbf00U || (op & 0xff00U) == 0xbe00U ||
               (op & 0xffe8U) == 0xb660U) { /* hints, BKPT, CPS */
        insn->kind = KIND_OTHER;
        insn->flags |= (op & 0xff00U) == 0xbf00U ? INSN_NOP : 0;
    } else {
        insn_undecoded(insn);
    }
}

static void decode_shift_add_compare(struct insn *insn, uint16_t op) {
    enum { ADD_SUBTRACT = 3, MOVE_IMMEDIATE = 4, COMPARE_IMMEDIATE = 5 };
    unsigned operation = insn_bits(op, 13, 11);
    int is_immediate_sum = operation == ADD_SUBTRACT && insn_bits(op, 10, 10);
    insn->kind = KIND_ALU;
    insn->group = operation == COMPARE_IMMEDIATE ? GROUP_PLAIN : GROUP_SUM;
    insn->flags |= INSN_SETS_FLAGS;
    if (is_immediate_sum || (operation >= MOVE_IMMEDIATE && operation != COMPARE_IMMEDIATE)) {
        insn->flags |= INSN_LIGHT;
    }
    if (operation < MOVE_IMMEDIATE) {
        insn->reads = thumb_register(insn_bits(op, 5, 3));
        if (operation == ADD_SUBTRACT && !is_immediate_sum) {
            insn->reads |= thumb_register(insn_bits(op, 8, 6));
        }
    } else if (operation != MOVE_IMMEDIATE) {
        insn->reads = thumb_register(insn_bits(op, 10, 8));
    }
    if (operation < 4) {
        insn->writes = thumb_register(insn_bits(op, 2, 0));
    } else if (operation != COMPARE_IMMEDIATE) {
        insn->writes = thumb_register(insn_bits(op, 10, 8));
    }
}

void thumb_decode_narrow(struct insn *insn, uint16_t op) {
    unsigned low_register = insn_bits(op, 10, 8);
    switch (insn_bits(op, 15, 12)) {
    case 0x4:
        if (insn_bits(op, 11, 11)) { /* LDR literal */
            transfer(insn, 1, low_register, 0, 4);
        } else if (insn_bits(op, 10, 10)) {
            decode_high_registers(insn, op);
        } else {
            decode_data_processing(insn, op);
        }
        break;
    case 0x5:
        decode_register_offset(insn, op);
        break;
    case 0x6:
    case 0x7:
    case 0x8:
    case 0x9:
        decode_immediate_offset(insn, op);
        break;
    case 0xa: /* ADR, ADD sp */
        insn->kind = KIND_ALU;
        insn->group = GROUP_SUM;
        insn->reads = insn_bits(op, 11, 11) ? thumb_register(13) : 0;
        insn->writes = thumb_register(low_register);
        break;
    case 0xb:
        decode_miscellaneous(insn, op);
        break;
    case 0xc: {
        int is_load = (int)insn_bits(op, 11, 11);
        unsigned list = insn_bits(op, 7, 0);
        int base_in_list = (int)((list >> low_register) & 1U);
        transfer_list(insn, is_load, low_register, list, !(is_load && base_in_list));
        break;
    }
    case 0xd:
        if (insn_bits(op, 11, 8) == 14) {
            insn_undecoded(insn); /* UDF */
        } else if (insn_bits(op, 11, 8) != 15) { /* 15: SVC, KIND_OTHER */
            branch_to(insn, sign_extend(insn_bits(op, 7, 0), 8) * 2 + 4);
            insn->flags |= INSN_CONDITIONAL;
        }
        break;
    case 0xe:
        branch_to(insn, sign_extend(insn_bits(op, 10, 0), 11) * 2 + 4);
        break;
    default:
        decode_shift_add_compare(insn, op);
        break;
    }
}

struct insn thumb_decode(uint16_t first, uint16_t second) {
    struct insn insn = {.size = thumb_is_wide(first) ? 4 : 2, .kind = KIND_OTHER};
    if (insn.size == 2) {
        thumb_decode_narrow(&insn, first);
    } else if ((first & 0xec00U) == 0xec00U) {
        if (thumb_is_mve(first, second)) {
            thumb_decode_mve(&insn, first, second);
        } else {
            thumb_decode_fpu(&insn, first, second);
        }
    } else {
        thumb_decode_wide(&insn, first, second);
    }
    insn.operands = insn.reads;
    insn.reads |= insn.address | insn.shifts | insn.accumulates | insn.stores;
    return insn;
}
