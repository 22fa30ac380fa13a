/*
 * Decides what Armv8.1-M adds for core registers: low-overhead loops, selects, shifts of a pair of registers.
 * The vector extension is left to thumb_mve.c.
 */
#include "thumb.h"

/* CSEL and relatives; shifts of a pair of registers, or that saturate: ORRS with operands it has not. */
int thumb_decode_select_or_shift(struct insn *insn, uint16_t first, uint16_t second) {
    unsigned form = insn_bits(second, 3, 0);
    unsigned amount = insn_bits(second, 15, 12); /* a register, by form 13 */
    if ((first & 0xfff0U) != 0xea50U || (!insn_bits(second, 15, 15) && form != 13 && form != 15)) {
        return 0;
    }
    if (form == 13 || form == 15) {
        int is_pair = insn_bits(second, 11, 8) != 15;
        unsigned low = is_pair ? insn_bits(first, 3, 0) & 14U : insn_bits(first, 3, 0);
        insn->writes = thumb_register(low);
        insn->writes |= is_pair ? thumb_register(insn_bits(second, 11, 8)) : 0U;
        insn->reads = insn->writes | (form == 13 ? thumb_register(amount) : 0U);
        insn->group = GROUP_SATURATING;
    } else {
        insn->writes = thumb_register(insn_bits(second, 11, 8));
        insn->reads = thumb_register(insn_bits(first, 3, 0)) | thumb_register(form);
        insn->group = GROUP_PLAIN;
    }
    insn->kind = KIND_ALU;
    return 1;
}

/* Low-overhead loops and VCTP, second[15:14] 3: what they are by second[13], second[11] and Rn. */
void thumb_decode_low_overhead(struct insn *insn, uint16_t first, uint16_t second) {
    unsigned base = insn_bits(first, 3, 0);
    int is_start = (int)insn_bits(second, 13, 13); /* DLS, DLSTP, LCTP, VCTP */
    int distance = (int)(insn_bits(second, 10, 1) << 2 | insn_bits(second, 11, 11) << 1);
    int is_end = !is_start && base == 15;
    if (insn_bits(first, 10, 7) != 0 || !insn_bits(second, 0, 0)) { /* branch futures */
        insn_undecoded(insn);
    } else if (is_start && insn_bits(second, 11, 11)) { /* VCTP */
        insn->kind = KIND_OTHER;
        insn->flags |= INSN_VECTOR | INSN_FP;
        insn->pipe = PIPE_CONTROL;
        insn->reads = thumb_register(base);
    } else if (is_start) {
        insn->kind = KIND_OTHER;
        insn->flags |= INSN_LOW_OVERHEAD;
        insn->reads = thumb_register(base);
        insn->writes = base == 15 ? 0 : thumb_register(14);
    } else {
        int counts = !is_end || !insn_bits(first, 5, 5);
        insn->kind = KIND_BRANCH;
        insn->flags |= INSN_LOW_OVERHEAD | INSN_WRITES_PC | INSN_DIRECT | INSN_CONDITIONAL;
        insn->reads = is_end ? (counts ? thumb_register(14) : 0) : thumb_register(base);
        insn->writes = counts ? thumb_register(14) : 0;
        insn->displacement = is_end ? 4 - distance : 4 + distance;
    }
}
