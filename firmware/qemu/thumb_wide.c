/*
 * Decides what the four-byte instructions on core registers are.
 * Coprocessor encodings are left to thumb_fpu.c.
 */
#include "thumb.h"

/* Fields that most wide encodings share: Rn first[3:0], Rt or Ra second[15:12], Rd second[11:8]. */
static unsigned field_n(uint16_t first) { return insn_bits(first, 3, 0); }
static unsigned field_t(uint16_t second) { return insn_bits(second, 15, 12); }
static unsigned field_d(uint16_t second) { return insn_bits(second, 11, 8); }
static unsigned field_m(uint16_t second) { return insn_bits(second, 3, 0); }

static void set_alu(struct insn *insn, unsigned destination) {
    insn->kind = KIND_ALU;
    insn->writes = thumb_register(destination);
}

static void set_transfer(struct insn *insn, int is_load, unsigned bytes) {
    insn->kind = is_load ? KIND_LOAD : KIND_STORE;
    insn->flags |= is_load ? INSN_LOADS : INSN_STORES;
    insn->bytes = (uint8_t)bytes;
    insn->words = 1;
}

static void decode_multiple(struct insn *insn, uint16_t first, uint16_t second) {
    int is_load = (int)insn_bits(first, 4, 4);
    unsigned mode = insn_bits(first, 8, 7);
    unsigned base = field_n(first);
    unsigned count = (unsigned)__builtin_popcount(second);
    if (mode == 0 || mode == 3) { /* SRS, RFE: not on M profile */
        insn_undecoded(insn);
        return;
    }
    if (first == 0xe89f) { /* CLRM */
        set_alu(insn, 15);
        insn->writes = second & 0x5fffU;
        return;
    }
    insn->kind = is_load ? KIND_LOAD_MULTIPLE : KIND_STORE_MULTIPLE;
    insn->flags |= is_load ? INSN_LOADS : INSN_STORES;
    insn->words = (uint8_t)count;
    insn->bytes = (uint8_t)(4U * count);
    insn->address = thumb_register(base);
    insn->writes = (uint16_t)((is_load ? second & 0x7fffU : 0U) |
                              (insn_bits(first, 5, 5) ? thumb_register(base) : 0U));
    insn->updates = insn_bits(first, 5, 5) ? thumb_register(base) : 0;
    insn->stores = is_load ? 0 : second;
    if (is_load && insn_bits(second, 15, 15)) {
        insn->flags |= INSN_WRITES_PC;
    }
}

static void decode_dual(struct insn *insn, uint16_t first, uint16_t second) {
    int is_load = (int)insn_bits(first, 4, 4);
    insn->kind = is_load ? KIND_LOAD_MULTIPLE : KIND_STORE_MULTIPLE;
    insn->flags |= is_load ? INSN_LOADS : INSN_STORES;
    insn->words = 2;
    insn->bytes = 8;
    insn->address = thumb_register(field_n(first));
    insn->writes = (uint16_t)(
        (is_load ? thumb_register(field_t(second)) | thumb_register(field_d(second)) : 0U) |
        (insn_bits(first, 5, 5) ? thumb_register(field_n(first)) : 0U));
    insn->updates = insn_bits(first, 5, 5) ? insn->address : 0;
    insn->stores = (uint16_t)(
        is_load ? 0U : thumb_register(field_t(second)) | thumb_register(field_d(second)));
}

static void decode_exclusive(struct insn *insn, unsigned bytes, int is_load,
                             uint16_t first, uint16_t second) {
    set_transfer(insn, is_load, bytes);
    insn->address = thumb_register(field_n(first));
    if (is_load) {
        insn->writes = thumb_register(field_t(second));
    } else {
        insn->flags |= INSN_EXCLUSIVE;
        insn->stores = thumb_register(field_t(second));
        insn->writes = thumb_register(bytes == 4 ? field_d(second) : insn_bits(second, 3, 0));
    }
}

static void decode_table_branch(struct insn *insn, uint16_t first, uint16_t second) {
    insn->kind = KIND_TABLE_BRANCH;
    insn->flags |= INSN_LOADS | INSN_WRITES_PC;
    insn->bytes = insn_bits(second, 4, 4) ? 2 : 1;
    insn->address = (uint16_t)(thumb_register(field_n(first)) |
                               thumb_register(insn_bits(second, 3, 0)));
}

static void decode_dual_exclusive_table(struct insn *insn, uint16_t first, uint16_t second) {
    int is_load = (int)insn_bits(first, 4, 4);
    int has_write_back_or_index = insn_bits(first, 8, 8) || insn_bits(first, 5, 5);
    unsigned operation = insn_bits(second, 7, 4);
    if (has_write_back_or_index) {
        decode_dual(insn, first, second);
    } else if (!insn_bits(first, 7, 7)) {
        decode_exclusive(insn, 4, is_load, first, second);
    } else if (operation == 4 || operation == 5) {
        decode_exclusive(insn, operation == 4 ? 1 : 2, is_load, first, second);
    } else if (is_load && operation <= 1) {
        decode_table_branch(insn, first, second);
    } else {
        insn_undecoded(insn);
    }
}

/* AND BIC ORR ORN EOR PKH ADD ADC SBC SUB RSB by first[8:5]. */
enum { AND = 0, ORR = 2, ORN = 3, EOR = 4, PKH = 6, ADD = 8, SUB = 13 };

/* True for MOV and MVN: ORR and ORN without first operand. */
static int is_move(unsigned operation, uint16_t first) {
    return (operation == ORR || operation == ORN) && field_n(first) == 15;
}

static unsigned group_of_sum(unsigned operation, uint16_t first) {
    int is_sum = operation == ADD || operation == SUB;
    return is_sum || (operation == ORR && is_move(operation, first)) ? GROUP_SUM : GROUP_PLAIN;
}

/* The second operand of an operation on registers: shifted inline or not. */
static void read_register_operand(struct insn *insn, uint16_t first, uint16_t second) {
    unsigned operation = insn_bits(first, 8, 5);
    unsigned amount = (insn_bits(second, 14, 12) << 2) | insn_bits(second, 7, 6);
    int is_rrx = amount == 0 && insn_bits(second, 5, 4) == 3;
    int is_shift = operation == ORR && is_move(operation, first) && !is_rrx; /* MOV, LSL, ... */
    insn->group = (uint8_t)group_of_sum(operation, first);
    insn->reads |= thumb_register(field_m(second));
    if (operation == PKH) {
        int reads_both_early = (int)insn_bits(second, 5, 5); /* PKHTB */
        insn->group = GROUP_EXTRACT;
        insn->shifts = thumb_register(field_m(second));
        insn->shifts |= reads_both_early ? thumb_register(field_n(first)) : 0;
    } else if ((amount != 0 || is_rrx) && !is_shift) {
        insn->group = GROUP_SHIFTED;
        insn->shifts = thumb_register(field_m(second));
    }
}

/* The second operand made of eight bits: as they are, repeated, or rotated. */
static void read_constant_operand(struct insn *insn, uint16_t first, uint16_t second) {
    int is_rotated = insn_bits(first, 10, 10) || insn_bits(second, 14, 14);
    insn->group = (uint8_t)(is_rotated ? GROUP_SHIFTED
                                       : group_of_sum(insn_bits(first, 8, 5), first));
}

/* Register or modified immediate. */
static void decode_operation(struct insn *insn, uint16_t first, uint16_t second,
                             unsigned allowed) {
    unsigned operation = insn_bits(first, 8, 5);
    int is_test = (operation == AND || operation == EOR || operation == ADD || operation == SUB) &&
                  field_d(second) == 15 && insn_bits(first, 4, 4);
    if (thumb_decode_select_or_shift(insn, first, second)) {
        return;
    }
    if (((allowed >> operation) & 1U) == 0) {
        insn_undecoded(insn);
        return;
    }
    set_alu(insn, is_test ? 15 : field_d(second));
    insn->flags |= insn_bits(first, 4, 4) && operation != PKH ? INSN_SETS_FLAGS : 0;
    insn->reads = is_move(operation, first) ? 0 : thumb_register(field_n(first));
    if (insn_bits(first, 12, 12)) {
        read_constant_operand(insn, first, second);
    } else {
        read_register_operand(insn, first, second);
    }
}

static void decode_plain_immediate(struct insn *insn, uint16_t first, uint16_t second) {
    /* ADD MOVW SUB MOVT SSAT SSAT16 SBFX BFI USAT USAT16 UBFX, by first[8:4] */
    const unsigned allowed = (1U << 0) | (1U << 4) | (1U << 10) | (1U << 12) | (1U << 16) |
                             (1U << 18) | (1U << 20) | (1U << 22) | (1U << 24) | (1U << 26) |
                             (1U << 28);
    enum { MOVW = 4, MOVT = 12, FIRST_FIELD = 16, BFI = 22 };
    unsigned operation = insn_bits(first, 8, 4);
    if (((allowed >> operation) & 1U) == 0) {
        insn_undecoded(insn);
        return;
    }
    set_alu(insn, field_d(second));
    if (operation < FIRST_FIELD) {
        insn->group = GROUP_SUM;
        insn->reads = operation == MOVW ? 0
                      : thumb_register(operation == MOVT ? field_d(second) : field_n(first));
        return;
    }
    int saturates = operation != BFI && (operation & 4U) == 0;
    insn->group = saturates ? GROUP_SATURATING : GROUP_EXTRACT;
    insn->shifts = thumb_register(field_n(first));
    insn->reads = operation == BFI ? thumb_register(field_d(second)) : 0;
}

/* Displacement of B.W and BL: S:I1:I2:imm10:imm11:0, I = NOT(J EOR S). */
static int32_t far_displacement(uint16_t first, uint16_t second) {
    unsigned sign = insn_bits(first, 10, 10);
    unsigned i1 = (insn_bits(second, 13, 13) ^ sign) ^ 1U;
    unsigned i2 = (insn_bits(second, 11, 11) ^ sign) ^ 1U;
    unsigned value = (sign << 24) | (i1 << 23) | (i2 << 22) | (insn_bits(first, 9, 0) << 12) |
                     (insn_bits(second, 10, 0) << 1);
    return (int32_t)value - (int32_t)(sign << 25) + 4;
}

/* Displacement of B<c>.W: S:J2:J1:imm6:imm11:0. */
static int32_t near_displacement(uint16_t first, uint16_t second) {
    unsigned sign = insn_bits(first, 10, 10);
    unsigned value = (sign << 20) | (insn_bits(second, 11, 11) << 19) |
                     (insn_bits(second, 13, 13) << 18) | (insn_bits(first, 5, 0) << 12) |
                     (insn_bits(second, 10, 0) << 1);
    return (int32_t)value - (int32_t)(sign << 21) + 4;
}

static void decode_branch_or_control(struct insn *insn, uint16_t first, uint16_t second) {
    int links = (int)insn_bits(second, 14, 14);
    unsigned operation = insn_bits(first, 10, 4);
    if (insn_bits(second, 12, 12)) { /* B.W, BL */
        insn->kind = KIND_BRANCH;
        insn->flags |= INSN_WRITES_PC | INSN_DIRECT;
        insn->flags |= links ? INSN_CALL : 0;
        insn->writes = links ? thumb_register(14) : 0;
        insn->displacement = far_displacement(first, second);
    } else if (links && !insn_bits(first, 10, 10)) {
        thumb_decode_low_overhead(insn, first, second);
    } else if (links) { /* UDF */
        insn_undecoded(insn);
    } else if ((operation & 0x38U) != 0x38U) { /* B<c>.W */
        insn->kind = KIND_BRANCH;
        insn->flags |= INSN_WRITES_PC | INSN_DIRECT | INSN_CONDITIONAL;
        insn->displacement = near_displacement(first, second);
    } else if (operation == 0x3e || operation == 0x3f) { /* MRS */
        insn->writes = thumb_register(field_d(second));
    } else if (operation < 0x38 || operation > 0x3b) { /* hints and barriers remain */
        insn_undecoded(insn);
    } else if (operation <= 0x39) { /* MSR */
        insn->reads = thumb_register(field_n(first));
    }
}

/* What a transfer adds to its base: 12 bits, 8 with a sign, or nothing before the access. */
static int16_t single_offset(int is_long_form, uint16_t second) {
    int is_indexed = (int)insn_bits(second, 10, 10);
    int adds = (int)insn_bits(second, 9, 9);
    int distance = (int)insn_bits(second, 7, 0);
    if (is_long_form) {
        return (int16_t)insn_bits(second, 11, 0);
    }
    return (int16_t)(!is_indexed ? 0 : adds ? distance : -distance);
}

static void decode_single(struct insn *insn, uint16_t first, uint16_t second) {
    int is_load = (int)insn_bits(first, 4, 4);
    unsigned size = insn_bits(first, 6, 5);
    unsigned base = field_n(first);
    unsigned data = field_t(second);
    int is_literal = is_load && base == 15;
    int is_long_form = is_literal || insn_bits(first, 7, 7);
    int is_register = !is_long_form && !insn_bits(second, 11, 11);
    int writes_base = !is_long_form && !is_register && insn_bits(second, 8, 8);
    if (size == 3 || (insn_bits(first, 8, 8) && (!is_load || size == 2)) ||
        (is_register && insn_bits(second, 10, 6) != 0)) {
        insn_undecoded(insn);
        return;
    }
    if (is_load && data == 15 && size != 2) { /* PLD, PLI and unallocated hints */
        insn->reads = thumb_register(base);
        insn->reads |= is_register ? thumb_register(field_m(second)) : 0;
        return;
    }
    set_transfer(insn, is_load, 1U << size);
    insn->address = thumb_register(base);
    if (is_register) {
        insn->flags |= INSN_REGISTER_OFFSET;
        insn->address |= thumb_register(insn_bits(second, 3, 0));
    }
    insn->writes = (uint16_t)((is_load ? thumb_register(data) : 0U) |
                              (writes_base ? thumb_register(base) : 0U));
    insn->updates = writes_base ? thumb_register(base) : 0;
    insn->stores = is_load ? 0 : thumb_register(data);
    if (!is_register && !is_literal) {
        insn->flags |= INSN_OFFSET;
        insn->offset = single_offset(is_long_form, second);
    }
    if (is_load && data == 15) {
        insn->flags |= INSN_WRITES_PC;
    }
}

/* Extends, with Rn other than pc added to it. */
static void decode_extend(struct insn *insn, uint16_t first, uint16_t second) {
    int adds = field_n(first) != 15;
    insn->group = adds ? GROUP_EXTEND_ADD : GROUP_SIMD;
    insn->reads = (uint16_t)(thumb_register(field_n(first)) | thumb_register(field_m(second)));
    insn->shifts = adds ? thumb_register(field_m(second)) : 0;
}

static void decode_register_operation(struct insn *insn, uint16_t first, uint16_t second) {
    enum { SATURATE = 0, REVERSE = 1 };
    unsigned variant = insn_bits(first, 6, 4);
    unsigned mode = insn_bits(second, 7, 4);
    /* shifts, extends, parallel and saturating arithmetic, REV, SEL, CLZ: all one result in Rd */
    if (field_t(second) != 15) {
        insn_undecoded(insn);
        return;
    }
    set_alu(insn, field_d(second));
    insn->reads = (uint16_t)(thumb_register(field_n(first)) | thumb_register(field_m(second)));
    if (!insn_bits(first, 7, 7)) {
        if (mode >= 8) {
            decode_extend(insn, first, second);
        } else {
            insn->group = GROUP_SUM; /* shift by register */
            insn->flags |= insn_bits(first, 4, 4) ? INSN_SETS_FLAGS : 0;
        }
    } else if (mode < 8) { /* parallel sums, by mode[1:0]: plain, saturating, halving */
        insn->group = (mode & 3U) == 1 ? GROUP_SATURATING : GROUP_SIMD;
    } else if (variant == SATURATE) {
        insn->group = GROUP_SATURATING;
    } else if (variant == REVERSE) {
        insn->group = GROUP_EXTRACT;
        insn->shifts = insn->reads;
    } else {
        insn->group = GROUP_SIMD; /* SEL, CLZ */
    }
}

static void decode_multiply(struct insn *insn, uint16_t first, uint16_t second) {
    enum { MULTIPLY = 0, SUBTRACT_HIGH = 6, ABSOLUTE_DIFFERENCE = 7 };
    unsigned operation = insn_bits(first, 6, 4);
    int accumulates = field_t(second) != 15;
    insn->writes = thumb_register(field_d(second));
    insn->reads = (uint16_t)(thumb_register(field_n(first)) | thumb_register(field_m(second)));
    insn->accumulates = thumb_register(field_t(second));
    if (operation == ABSOLUTE_DIFFERENCE) { /* USAD8, USADA8 multiply nothing */
        insn->kind = KIND_ALU;
        insn->group = GROUP_SATURATING;
    } else {
        int is_subtract = operation == SUBTRACT_HIGH ||
                          (operation == MULTIPLY && insn_bits(second, 4, 4));
        insn->kind = accumulates || is_subtract ? KIND_MAC : KIND_MUL;
    }
    if (insn_bits(second, 7, 6) != 0) {
        insn_undecoded(insn);
    }
}

static void decode_long_multiply(struct insn *insn, uint16_t first, uint16_t second) {
    unsigned operation = insn_bits(first, 6, 4);
    unsigned variant = insn_bits(second, 7, 4);
    insn->writes = (uint16_t)(thumb_register(field_d(second)) | thumb_register(field_t(second)));
    if ((operation == 1 || operation == 3) && variant == 15) { /* SDIV, UDIV */
        insn->kind = KIND_DIV;
        insn->writes = thumb_register(field_d(second));
    } else if ((operation == 0 || operation == 2) && variant == 0) { /* SMULL, UMULL */
        insn->kind = KIND_MUL;
    } else if ((operation == 4 && (variant == 0 || (variant >= 8 && variant <= 13))) ||
               (operation == 5 && (variant == 12 || variant == 13)) ||
               (operation == 6 && (variant == 0 || variant == 6))) {
        insn->kind = KIND_MAC; /* SMLAL, SMLALxy, SMLALD; SMLSLD; UMLAL, UMAAL */
    } else {
        insn_undecoded(insn);
    }
    insn->reads = (uint16_t)(thumb_register(field_n(first)) | thumb_register(field_m(second)));
    insn->accumulates = insn->kind == KIND_MAC ? insn->writes : 0;
}

void thumb_decode_wide(struct insn *insn, uint16_t first, uint16_t second) {
    const unsigned register_operations = 0x6d5fU;  /* bits: 0..4 6 8 10 11 13 14 */
    const unsigned immediate_operations = 0x6d1fU; /* the same without PKH */
    switch (insn_bits(first, 12, 11)) {
    case 1:
        if (insn_bits(first, 9, 9)) {
            decode_operation(insn, first, second, register_operations);
        } else if (insn_bits(first, 6, 6)) {
            decode_dual_exclusive_table(insn, first, second);
        } else {
            decode_multiple(insn, first, second);
        }
        break;
    case 2:
        if (insn_bits(second, 15, 15)) {
            decode_branch_or_control(insn, first, second);
        } else if (insn_bits(first, 9, 9)) {
            decode_plain_immediate(insn, first, second);
        } else {
            decode_operation(insn, first, second, immediate_operations);
        }
        break;
    default:
        if (!insn_bits(first, 9, 9)) {
            decode_single(insn, first, second);
        } else if (!insn_bits(first, 8, 8)) {
            decode_register_operation(insn, first, second);
        } else if (!insn_bits(first, 7, 7)) {
            decode_multiply(insn, first, second);
        } else {
            decode_long_multiply(insn, first, second);
        }
        break;
    }
}
