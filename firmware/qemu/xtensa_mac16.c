/*
 * Decodes the products of MAC16: of halves of registers, into or onto the accumulator, some with a
 * load of one of m0 to m3 beside.
 * Everything else is left to xtensa.c.
 */
#include "xtensa.h"

/* By op2: which operands are m0 to m3 (x, y), which are a registers (s, t), and whether one loads. */
struct form {
    uint8_t first_is_m;
    uint8_t second_is_m;
    uint8_t loads;
    uint8_t multiplies;
};

static const struct form forms[10] = {
    {1, 1, 1, 1}, /* DD.LDINC */
    {1, 1, 1, 1}, /* DD.LDDEC */
    {1, 1, 0, 1}, /* DD */
    {0, 1, 0, 1}, /* AD */
    {1, 0, 1, 1}, /* DA.LDINC */
    {1, 0, 1, 1}, /* DA.LDDEC */
    {1, 0, 0, 1}, /* DA */
    {0, 0, 0, 1}, /* AA */
    {0, 0, 1, 0}, /* LDINC */
    {0, 0, 1, 0}, /* LDDEC */
};

/* What op1 does with the product, from the two bits above those of the halves. */
enum { UNSIGNED = 0, REPLACE = 1, ADD = 2 };

static int is_encoding(const struct form *form, unsigned op1, unsigned op2) {
    if (!form->multiplies) {
        return op1 == 0;
    }
    if (form->loads) { /* MULA alone */
        return op1 >> 2 == ADD;
    }
    return op1 >> 2 != UNSIGNED || op2 == 7;
}

void xtensa_decode_mac16(struct insn *insn, uint32_t word) {
    unsigned op1 = xtensa_op1(word);
    unsigned op2 = xtensa_op2(word);
    uint32_t accumulator = 1U << XTENSA_ACCUMULATOR;
    if (op2 >= sizeof forms / sizeof *forms || !is_encoding(&forms[op2], op1, op2)) {
        insn_undecoded(insn);
        return;
    }
    const struct form *form = &forms[op2];
    if (form->multiplies) {
        int adds = op1 >> 2 >= ADD;
        insn->kind = adds ? KIND_MAC : KIND_MUL;
        insn->reads = form->first_is_m ? 1U << (XTENSA_M0 + insn_bits(word, 14, 14))
                                       : 1U << xtensa_s(word);
        insn->reads |= form->second_is_m ? 1U << (XTENSA_M0 + 2U + insn_bits(word, 6, 6))
                                         : 1U << xtensa_t(word);
        insn->reads |= adds ? accumulator : 0U;
        insn->accumulates = adds ? accumulator : 0U;
        insn->writes = accumulator;
    }
    if (form->loads) {
        insn->kind = form->multiplies ? KIND_MAC : KIND_LOAD;
        insn->flags |= INSN_LOADS;
        insn->words = 1;
        insn->bytes = 4;
        insn->address = 1U << xtensa_s(word);
        insn->updates = insn->address;
        insn->writes |= insn->address | 1U << (XTENSA_M0 + insn_bits(word, 13, 12));
    }
}
