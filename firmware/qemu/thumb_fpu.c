/*
 * Decides what a coprocessor encoding is: FPv4 and FPv5 loads, stores, arithmetic and moves.
 * Vectors are left to thumb_mve.c; other coprocessors are undecoded.
 */
#include "thumb.h"
#include "thumb_mve.h"

/* Mask of the single registers behind one operand: Vx:x for a single, x:Vx for a double. */
static uint32_t fp_register(int is_double, unsigned number, unsigned bit) {
    if (is_double) {
        unsigned index = (bit << 4) | number;
        return index < 16 ? 3U << (2U * index) : 0U;
    }
    return 1U << ((number << 1) | bit);
}

static uint32_t fp_list(int is_double, unsigned number, unsigned bit, unsigned words) {
    unsigned start = is_double ? 2U * ((bit << 4) | number) : (number << 1) | bit;
    uint32_t mask = 0;
    for (unsigned i = start; i < start + words && i < 32; i++) {
        mask |= 1U << i;
    }
    return mask;
}

static void decode_memory(struct insn *insn, uint16_t first, uint16_t second) {
    int is_load = (int)insn_bits(first, 4, 4);
    int is_double = (int)insn_bits(second, 8, 8);
    int writes_base = (int)insn_bits(first, 5, 5);
    int is_single_transfer = insn_bits(first, 8, 8) && !writes_base;
    unsigned listed = insn_bits(second, 7, 0) & (is_double ? 0xfeU : 0xffU);
    unsigned words = is_single_transfer ? (is_double ? 2 : 1) : listed;
    uint32_t mask = fp_list(is_double, insn_bits(second, 15, 12), insn_bits(first, 6, 6), words);
    int is_multiple = !is_single_transfer || is_double;
    if (words > 32) {
        insn_undecoded(insn);
        return;
    }
    insn->kind = is_load ? (is_multiple ? KIND_LOAD_MULTIPLE : KIND_LOAD)
                         : (is_multiple ? KIND_STORE_MULTIPLE : KIND_STORE);
    insn->flags |= INSN_FP | (is_load ? INSN_LOADS : INSN_STORES);
    insn->words = (uint8_t)words;
    insn->bytes = (uint8_t)(4U * words);
    insn->address = thumb_register(insn_bits(first, 3, 0));
    insn->writes = writes_base ? insn->address : 0;
    insn->updates = insn->writes;
    if (is_single_transfer) {
        int distance = 4 * (int)insn_bits(second, 7, 0);
        insn->flags |= INSN_OFFSET;
        insn->offset = (int16_t)(insn_bits(first, 7, 7) ? distance : -distance);
    }
    insn->fp_writes = is_load ? mask : 0;
    insn->fp_reads = is_load ? 0 : mask;
}

/* VLDR, VSTR of a half. */
static void decode_half(struct insn *insn, uint16_t first, uint16_t second) {
    int distance = 2 * (int)insn_bits(second, 7, 0);
    decode_memory(insn, first, (uint16_t)(second & ~0x100U));
    insn->bytes = 2;
    insn->offset = (int16_t)(insn_bits(first, 7, 7) ? distance : -distance);
}

/* VMOV between two core registers and a double or two singles. */
static void decode_move_pair(struct insn *insn, uint16_t first, uint16_t second) {
    int to_core = (int)insn_bits(first, 4, 4);
    uint32_t mask = fp_list((int)insn_bits(second, 8, 8), insn_bits(second, 3, 0),
                            insn_bits(second, 5, 5), 2);
    uint16_t pair = (uint16_t)(thumb_register(insn_bits(first, 3, 0)) |
                               thumb_register(insn_bits(second, 15, 12)));
    insn->kind = KIND_FPU;
    insn->flags |= INSN_FP;
    insn->fp_reads = to_core ? mask : 0;
    insn->fp_writes = to_core ? 0 : mask;
    if (to_core) {
        insn->writes = pair;
    } else {
        insn->reads = pair;
    }
}

/* VMOV between one core register and a single or half a double; VMRS, VMSR. */
static void decode_move(struct insn *insn, uint16_t first, uint16_t second) {
    int to_core = (int)insn_bits(first, 4, 4);
    int is_system = insn_bits(first, 7, 5) == 7;
    uint32_t mask = fp_register(insn_bits(second, 9, 8) == 3, insn_bits(first, 3, 0),
                                insn_bits(second, 7, 7));
    if (insn_bits(second, 8, 8) && insn_bits(first, 7, 7) && !to_core) {
        thumb_decode_mve_duplicate(insn, (uint32_t)first << 16 | second);
        return;
    }
    insn->kind = KIND_FPU;
    insn->flags |= INSN_FP;
    insn->writes = to_core ? thumb_register(insn_bits(second, 15, 12)) : 0;
    insn->reads = to_core ? 0 : thumb_register(insn_bits(second, 15, 12));
    if (!is_system) {
        insn->fp_reads = to_core ? mask : 0;
        insn->fp_writes = to_core ? 0 : mask;
    }
}

/* VMOV immediate and register, VABS, VNEG, VSQRT, VCMP, VCVT: one operand. */
static void decode_unary(struct insn *insn, uint16_t first, uint16_t second, uint32_t d,
                         uint32_t m) {
    unsigned operation = insn_bits(first, 3, 0);
    insn->kind = KIND_FPU;
    insn->fp_writes = d;
    insn->fp_reads = m;
    if (!insn_bits(second, 6, 6)) { /* immediate */
        insn->fp_reads = 0;
    } else if (operation == 1 && insn_bits(second, 7, 7)) {
        insn->kind = KIND_FPU_DIV;
    } else if (operation == 4 || operation == 5) { /* compare */
        insn->fp_reads = operation == 4 ? d | m : d;
        insn->fp_writes = 0;
    } else if ((operation & 10U) == 10U) { /* fixed point, in place */
        insn->fp_reads = d;
    }
}

static void decode_arithmetic(struct insn *insn, uint16_t first, uint16_t second) {
    int is_double = insn_bits(second, 9, 8) == 3;
    uint32_t d = fp_register(is_double, insn_bits(second, 15, 12), insn_bits(first, 6, 6));
    uint32_t n = fp_register(is_double, insn_bits(first, 3, 0), insn_bits(second, 7, 7));
    uint32_t m = fp_register(is_double, insn_bits(second, 3, 0), insn_bits(second, 5, 5));
    insn->flags |= is_double ? INSN_FP | INSN_DOUBLE : INSN_FP;
    insn->fp_writes = d;
    insn->fp_reads = n | m;
    switch (insn_bits(first, 7, 4) & 11U) {
    case 0:  /* VMLA, VMLS */
    case 1:  /* VNMLA, VNMLS */
    case 9:  /* VFNMA, VFNMS */
    case 10: /* VFMA, VFMS */
        insn->kind = KIND_FPU_MAC;
        insn->fp_reads |= d;
        insn->fp_accumulates = d;
        break;
    case 2: /* VMUL, VNMUL */
    case 3: /* VADD, VSUB */
        insn->kind = KIND_FPU_ARITHMETIC;
        break;
    case 8:
        insn->kind = KIND_FPU_DIV;
        break;
    default:
        decode_unary(insn, first, second, d, m);
        break;
    }
}

/* FPv5, 0b11111110: VSEL, VMAXNM, VMINNM, VRINT, VCVT with a rounding mode, VMOVX, VINS. */
static void decode_second_space(struct insn *insn, uint16_t first, uint16_t second) {
    int is_double = insn_bits(second, 9, 8) == 3;
    uint32_t d = fp_register(is_double, insn_bits(second, 15, 12), insn_bits(first, 6, 6));
    uint32_t n = fp_register(is_double, insn_bits(first, 3, 0), insn_bits(second, 7, 7));
    uint32_t m = fp_register(is_double, insn_bits(second, 3, 0), insn_bits(second, 5, 5));
    int is_unary = insn_bits(first, 7, 7) && insn_bits(first, 5, 4) == 3;
    int is_insert = first == 0xfeb0U && insn_bits(second, 7, 7);
    insn->flags |= INSN_FP | (is_double && !is_unary ? INSN_DOUBLE : 0U);
    insn->kind = insn_bits(first, 7, 7) && !is_unary ? KIND_FPU_ARITHMETIC : KIND_FPU;
    insn->fp_writes = d;
    insn->fp_reads = is_unary ? (is_insert ? d | m : m) : n | m;
}

void thumb_decode_fpu(struct insn *insn, uint16_t first, uint16_t second) {
    unsigned coprocessor = insn_bits(second, 11, 8); /* 10 and 11; 9 for halves */
    int is_fpu = coprocessor >= 9 && coprocessor <= 11;
    int is_second_space = (int)insn_bits(first, 12, 12);
    int is_transfer = !insn_bits(first, 9, 9);
    int is_half = coprocessor == 9;
    if (!is_fpu || insn_bits(first, 9, 8) == 3 || (is_second_space && is_transfer)) {
        insn_undecoded(insn);
    } else if (is_second_space) {
        decode_second_space(insn, first, second);
    } else if (is_half && is_transfer) {
        decode_half(insn, first, second);
    } else if (insn_bits(first, 9, 9)) {
        if (insn_bits(second, 4, 4)) {
            decode_move(insn, first, second);
        } else {
            decode_arithmetic(insn, first, second);
        }
    } else if (insn_bits(first, 8, 5) == 2) {
        decode_move_pair(insn, first, second);
    } else {
        decode_memory(insn, first, second);
    }
}
