/*
 * Decodes vector arithmetic by the fields that all of it shares: Qd word[15:13], Qn word[19:17], Qm word[3:1], a core
 * register in their place for some.
 * Pipes and results as LLVM's ARMScheduleM55.td has them.
 */
#include "thumb_mve.h"

#include "thumb.h"

static uint32_t q_d(uint32_t word) { return mve_register(insn_bits(word, 15, 13)); }
static uint32_t q_n(uint32_t word) { return mve_register(insn_bits(word, 19, 17)); }
static uint32_t q_m(uint32_t word) { return mve_register(insn_bits(word, 3, 1)); }
static int bit(uint32_t word, unsigned number) { return (int)((word >> number) & 1U); }

/* What an operation is; its registers are set by the others here. */
static void set(struct insn *insn, unsigned kind, unsigned pipe, unsigned result) {
    insn->kind = (uint8_t)kind;
    insn->pipe = (uint8_t)pipe;
    insn->result = (uint8_t)result;
}

static void integer(struct insn *insn, unsigned result) {
    set(insn, KIND_ALU, PIPE_INTEGER, result);
}

static void from_two(struct insn *insn, uint32_t word) {
    insn->fp_writes = q_d(word);
    insn->fp_reads = q_n(word) | q_m(word);
}

static void from_one(struct insn *insn, uint32_t word) {
    insn->fp_writes = q_d(word);
    insn->fp_reads = q_m(word);
}

static void from_scalar(struct insn *insn, uint32_t word) {
    insn->fp_writes = q_d(word);
    insn->fp_reads = q_n(word);
    insn->reads = thumb_register(insn_bits(word, 3, 0));
}

/* The destination is read, too. */
static void keep(struct insn *insn) {
    insn->fp_reads |= insn->fp_writes;
}

/* Qd = Qn op Qm, word[11:8] and word[4] say which. */
static void decode_two(struct insn *insn, uint32_t word) {
    int second = bit(word, 4);
    from_two(insn, word);
    switch (insn_bits(word, 11, 8)) {
    case 0: /* VHADD, VQADD */
    case 1: /* VRHADD, logic */
    case 2: /* VHSUB, VQSUB */
    case 6: /* VMAX, VMIN */
    case 7: /* VABD */
        integer(insn, RESULT_SHORT);
        break;
    case 4: /* VSHL, VQSHL */
        integer(insn, second ? RESULT_LONG : RESULT_SHORT);
        break;
    case 5: /* VRSHL, VQRSHL */
        integer(insn, RESULT_LONG);
        break;
    case 8: /* VADD, VSUB; VTST is not of this extension */
        integer(insn, RESULT_SHORT);
        break;
    case 9: /* VMUL */
    case 11: /* VQDMULH, VQRDMULH */
        set(insn, KIND_MUL, PIPE_MULTIPLY, RESULT_LONG);
        break;
    case 12: /* VFMA, VFMS */
        set(insn, KIND_FPU_MAC, PIPE_MULTIPLY, RESULT_LONG);
        keep(insn);
        break;
    case 13: /* VADD, VSUB, VABD, VMUL of floats */
        set(insn, KIND_FPU_ARITHMETIC, PIPE_MULTIPLY, second ? RESULT_LONG : RESULT_SHORT);
        break;
    case 15: /* VMAXNM, VMINNM */
        set(insn, KIND_FPU_ARITHMETIC, PIPE_MULTIPLY, RESULT_SHORT);
        break;
    default:
        insn_undecoded(insn);
        break;
    }
}

/* Qd = op Qm, word[17:16] and word[10] say which. */
static void decode_one(struct insn *insn, uint32_t word) {
    unsigned group = insn_bits(word, 17, 16);
    int is_float = group >= 2 || (group == 1 && bit(word, 10));
    from_one(insn, word);
    if (is_float) { /* VABS, VNEG; VRINT, VCVT */
        set(insn, KIND_FPU, PIPE_MULTIPLY, group == 1 ? RESULT_SHORT : RESULT_LONG);
    } else { /* VREV, VCLS, VCLZ, VMVN, VQABS, VQNEG; VABS, VNEG */
        integer(insn, RESULT_SHORT);
    }
}

/* Qd and a constant: by word[11:8] and word[5]. */
static void decode_constant(struct insn *insn, uint32_t word) {
    unsigned mode = insn_bits(word, 11, 8);
    int inverts = bit(word, 5) && mode != 14;
    insn->fp_writes = q_d(word);
    if (mode < 12 && (mode & 1U) != 0) { /* VORR, VBIC */
        integer(insn, RESULT_SHORT);
        keep(insn);
    } else if (inverts) { /* VMVN */
        integer(insn, RESULT_SHORT);
    } else { /* VMOV */
        set(insn, KIND_ALU, PIPE_MULTIPLY, RESULT_LONG);
    }
}

/* Qd = Qm shifted by a constant. */
static void decode_shift(struct insn *insn, uint32_t word) {
    from_one(insn, word);
    switch (insn_bits(word, 11, 8)) {
    case 0: /* VSHR */
        integer(insn, RESULT_SHORT);
        break;
    case 2: /* VRSHR */
    case 6: /* VQSHLU */
    case 7: /* VQSHL */
        integer(insn, RESULT_LONG);
        break;
    case 4: /* VSRI */
        integer(insn, RESULT_LENGTHENED);
        keep(insn);
        break;
    case 5:
        integer(insn, bit(word, 28) ? RESULT_LENGTHENED : RESULT_SHORT);
        if (bit(word, 28)) { /* VSLI */
            keep(insn);
        }
        break;
    case 12:
    case 13:
    case 14:
    case 15: /* VCVT with fixed point */
        set(insn, KIND_FPU, PIPE_MULTIPLY, RESULT_LONG);
        break;
    default:
        insn_undecoded(insn);
        break;
    }
}

/* 0b111x1111: both operands vectors of one width. */
static void decode_same_width(struct insn *insn, uint32_t word) {
    if (!bit(word, 23)) {
        decode_two(insn, word);
    } else if (!bit(word, 4)) {
        if (bit(word, 28) && insn_bits(word, 21, 20) == 3) {
            decode_one(insn, word);
        } else {
            insn_undecoded(insn);
        }
    } else if (insn_bits(word, 21, 19) == 0) {
        decode_constant(insn, word);
    } else {
        decode_shift(insn, word);
    }
}

/* Sums of products into core registers: VMLADAV, VMLALDAV, VADDV, VADDLV and relatives. */
static void decode_reduction(struct insn *insn, uint32_t word) {
    int is_pair = insn_bits(word, 22, 20) != 7;
    int is_sum = insn_bits(word, 11, 8) == 15 && bit(word, 16);
    uint16_t low = thumb_register(2U * insn_bits(word, 15, 13));
    uint16_t high = thumb_register(2U * insn_bits(word, 22, 20) + 1U);
    set(insn, is_sum ? KIND_ALU : KIND_MAC, PIPE_MULTIPLY, RESULT_REDUCED);
    insn->writes = is_pair ? (uint16_t)(low | high) : low;
    insn->accumulates = bit(word, 5) ? insn->writes : 0;
    insn->fp_reads = q_m(word) | (is_sum ? 0U : q_n(word));
}

/* VMAXV and relatives, VABAV: from all elements and Rda into Rda. */
static void decode_across(struct insn *insn, uint32_t word, uint32_t vectors) {
    set(insn, KIND_ALU, PIPE_INTEGER, RESULT_ACROSS);
    insn->writes = thumb_register(insn_bits(word, 15, 12));
    insn->accumulates = insn->writes;
    insn->fp_reads = vectors;
}

/* 0b111x1110 1: shifts that change the width, and what ends in core registers. */
static void decode_width_or_reduction(struct insn *insn, uint32_t word) {
    int is_15 = insn_bits(word, 11, 8) == 15;
    if (bit(word, 6)) {
        int is_narrowing = !bit(word, 21);
        if (!is_15 || bit(word, 22)) {
            insn_undecoded(insn);
        } else if (is_narrowing) { /* VSHRN and relatives */
            from_one(insn, word);
            integer(insn, RESULT_NARROWED);
            keep(insn);
        } else if (bit(word, 7)) { /* VSHLC */
            integer(insn, RESULT_SHORT);
            insn->fp_writes = q_d(word);
            insn->reads = thumb_register(insn_bits(word, 3, 0));
            insn->writes = (uint16_t)insn->reads;
            keep(insn);
        } else { /* VSHLL, VMOVL */
            from_one(insn, word);
            integer(insn, RESULT_LENGTHENED);
        }
    } else if (is_15 && bit(word, 0)) {
        decode_across(insn, word, q_n(word) | q_m(word)); /* VABAV */
    } else if (is_15 && insn_bits(word, 22, 20) == 6) {
        decode_across(insn, word, q_m(word)); /* VMAXV, VMINV, VMAXAV, VMAXNMV */
    } else {
        decode_reduction(insn, word);
    }
}

/* Predicates: VPST, VPNOT; VCMP and VPT of two vectors or a vector and a core register. */
static void decode_compare(struct insn *insn, uint32_t word) {
    int is_scalar = bit(word, 6);
    if (is_scalar && insn_bits(word, 3, 0) == 13) {
        set(insn, KIND_OTHER, PIPE_CONTROL, RESULT_SHORT);
        insn->fp_reads = 0;
        insn->reads = 0;
        return;
    }
    set(insn, KIND_ALU, PIPE_MULTIPLY, RESULT_SHORT);
    insn->fp_reads = q_n(word) | (is_scalar ? 0U : q_m(word));
    insn->reads = is_scalar ? thumb_register(insn_bits(word, 3, 0)) : 0;
}

/* VIDUP, VIWDUP and relatives: a ramp from a core register that moves on. */
static void decode_ramp(struct insn *insn, uint32_t word) {
    unsigned limit = insn_bits(word, 3, 1);
    integer(insn, RESULT_SHORT);
    insn->fp_reads = 0;
    insn->writes = thumb_register(2U * insn_bits(word, 19, 17));
    insn->reads = insn->writes | (limit != 7 ? thumb_register(2U * limit + 1U) : 0U);
}

/* 0b111x1110 0, word[6] set: Qd = Qn op Rm. */
static void decode_scalar(struct insn *insn, uint32_t word) {
    int is_float = insn_bits(word, 21, 20) == 3; /* or, where there are none, of another use */
    int is_high = bit(word, 5);
    from_scalar(insn, word);
    if (insn_bits(word, 11, 8) == 15) {
        if (bit(word, 16) && (bit(word, 28) || is_float)) {
            insn->fp_writes = 0;
            decode_compare(insn, word);
        } else if (bit(word, 16) && is_high) {
            decode_ramp(insn, word);
        } else if (is_float && is_high) { /* VQDMULL */
            set(insn, KIND_MUL, PIPE_MULTIPLY, RESULT_LONG);
        } else if (is_float) { /* VADD, VSUB */
            set(insn, KIND_FPU_ARITHMETIC, PIPE_MULTIPLY, RESULT_LONG);
        } else { /* VADD, VSUB, VHADD, VHSUB, VQADD, VQSUB */
            integer(insn, RESULT_SHORT);
        }
    } else if (is_float && is_high && bit(word, 12)) { /* VSHL, VRSHL, VQSHL, VQRSHL */
        integer(insn, bit(word, 7) || bit(word, 17) ? RESULT_LONG : RESULT_SHORT);
        insn->fp_reads = 0;
        keep(insn);
    } else if (bit(word, 16) && is_high) { /* VMUL, VQDMULH, VQRDMULH; VBRSR */
        int is_reversal = bit(word, 28) && bit(word, 12);
        set(insn, is_float ? KIND_FPU_ARITHMETIC : KIND_MUL, PIPE_MULTIPLY, RESULT_LONG);
        if (is_reversal) {
            integer(insn, RESULT_SHORT);
        }
    } else { /* VMLA, VMLAS, VFMA, VFMAS, VQDMLAH and relatives */
        int is_fused = is_float && bit(word, 16);
        set(insn, is_fused ? KIND_FPU_MAC : KIND_MAC, PIPE_MULTIPLY, RESULT_LONG);
        keep(insn);
    }
}

/* 0b111x1110 0x11, word[16] and word[0] set, word[11:8] 14: widths that change without a shift. */
static void decode_narrowing(struct insn *insn, uint32_t word) {
    int is_extreme = bit(word, 7);
    from_one(insn, word);
    if (insn_bits(word, 19, 18) == 3 && is_extreme) { /* VMAXNMA, VMINNMA */
        set(insn, KIND_FPU_ARITHMETIC, PIPE_MULTIPLY, RESULT_SHORT);
        keep(insn);
    } else if (insn_bits(word, 19, 18) == 3) { /* VCVTB, VCVTT: to halves, or from them */
        int is_from_half = bit(word, 28);
        set(insn, KIND_FPU, PIPE_MULTIPLY, is_from_half ? RESULT_LONG : RESULT_NARROWED);
        if (!is_from_half) {
            keep(insn);
        }
    } else if (bit(word, 17) && is_extreme) { /* VMAXA, VMINA */
        integer(insn, RESULT_SHORT);
        keep(insn);
    } else if (bit(word, 17) || is_extreme) { /* VQMOVN, VMOVN, VQMOVUN */
        integer(insn, RESULT_NARROWED);
        keep(insn);
    } else { /* VSHLL by the whole width */
        integer(insn, RESULT_LENGTHENED);
    }
}

/* 0b111x1110 0, word[6] clear: two vectors, results of another width, predicates. */
static void decode_other_width(struct insn *insn, uint32_t word) {
    int is_three = insn_bits(word, 21, 20) == 3;
    int is_15 = insn_bits(word, 11, 8) == 15;
    from_two(insn, word);
    if (is_15 && bit(word, 16)) {
        int is_select = is_three && bit(word, 28) && bit(word, 0) && !bit(word, 12);
        if (is_select) { /* VPSEL */
            integer(insn, RESULT_SHORT);
        } else {
            insn->fp_writes = 0;
            decode_compare(insn, word);
        }
    } else if (is_15 && is_three && bit(word, 0)) { /* VQDMULL */
        set(insn, KIND_MUL, PIPE_MULTIPLY, RESULT_LONG);
    } else if (is_15) { /* VADC, VSBC; VHCADD, VCADD */
        integer(insn, is_three ? RESULT_LONG : RESULT_SHORT);
    } else if (bit(word, 16) && is_three && bit(word, 0)) {
        decode_narrowing(insn, word);
    } else if (bit(word, 16) && is_three) { /* VMULL of polynomials */
        set(insn, KIND_MUL, PIPE_INTEGER, RESULT_LONG);
    } else if (bit(word, 16)) { /* VMULH, VRMULH, VMULL */
        set(insn, KIND_MUL, PIPE_MULTIPLY, RESULT_LONG);
    } else if (is_three) { /* VCMUL */
        set(insn, KIND_FPU_ARITHMETIC, PIPE_MULTIPLY, RESULT_LONG);
    } else { /* VQDMLADH and relatives */
        set(insn, KIND_MAC, PIPE_MULTIPLY, RESULT_LONG);
        keep(insn);
    }
}

/* VCMLA, VCADD of floats: 0b1111110, coprocessor 8. */
static void decode_complex(struct insn *insn, uint32_t word) {
    int accumulates = bit(word, 21);
    from_two(insn, word);
    set(insn, accumulates ? KIND_FPU_MAC : KIND_FPU_ARITHMETIC, PIPE_MULTIPLY,
        accumulates ? RESULT_LONG : RESULT_SHORT);
    if (accumulates) {
        keep(insn);
    }
}

int thumb_is_mve(uint16_t first, uint16_t second) {
    unsigned space = insn_bits(first, 11, 8);
    unsigned coprocessor = insn_bits(second, 11, 8);
    int is_complex = (first & 0xfe00U) == 0xfc00U && coprocessor == 8;
    return space == 15 || is_complex || (space >= 12 && coprocessor >= 14);
}

void thumb_decode_mve_duplicate(struct insn *insn, uint32_t word) {
    insn->flags |= INSN_VECTOR | INSN_FP;
    integer(insn, RESULT_SHORT);
    insn->fp_writes = q_n(word);
    insn->reads = thumb_register(insn_bits(word, 15, 12));
}

void thumb_decode_mve(struct insn *insn, uint16_t first, uint16_t second) {
    uint32_t word = (uint32_t)first << 16 | second;
    unsigned space = insn_bits(word, 27, 24);
    insn->flags |= INSN_VECTOR | INSN_FP;
    if (space == 15) {
        decode_same_width(insn, word);
    } else if (space == 14 && bit(word, 4)) {
        insn_undecoded(insn); /* moves of coprocessors that no core here has */
    } else if (space == 14 && bit(word, 23)) {
        decode_width_or_reduction(insn, word);
    } else if (space == 14 && bit(word, 6)) {
        decode_scalar(insn, word);
    } else if (space == 14) {
        decode_other_width(insn, word);
    } else if (insn_bits(word, 11, 8) == 8) {
        decode_complex(insn, word);
    } else {
        thumb_decode_mve_memory(insn, word);
    }
}
