/*
 * Decides what an instruction of Xtensa is: the core set with code density, windows, multiplies,
 * divisions, zero-overhead loops and MAC16, without floats and extensions of a chip.
 * What is known of an instruction is left to insn.h.
 * Encodings: Xtensa Instruction Set Architecture Reference Manual, chapter Instruction Formats and
 * Opcodes.
 */
#ifndef PIONEER_XTENSA_H
#define PIONEER_XTENSA_H

#include "insn.h"

/* Bits of the register masks behind a0 to a15. */
enum { XTENSA_M0 = 16, XTENSA_ACCUMULATOR = 20 };

/* Decodes one instruction at `pc`, its bytes low first; those above its size are ignored. Never
 * fails: an encoding it does not know is KIND_OTHER with INSN_UNDECODED. */
struct insn xtensa_decode(uint32_t word, uint32_t pc);

/* The parts of the decoder, each for its own encoding space. */
void xtensa_decode_narrow(struct insn *insn, uint32_t word);
void xtensa_decode_registers(struct insn *insn, uint32_t word);
void xtensa_decode_mac16(struct insn *insn, uint32_t word);

/* The fields of an instruction, as the manual names them. */
static inline unsigned xtensa_t(uint32_t word) { return insn_bits(word, 7, 4); }
static inline unsigned xtensa_s(uint32_t word) { return insn_bits(word, 11, 8); }
static inline unsigned xtensa_r(uint32_t word) { return insn_bits(word, 15, 12); }
static inline unsigned xtensa_op1(uint32_t word) { return insn_bits(word, 19, 16); }
static inline unsigned xtensa_op2(uint32_t word) { return insn_bits(word, 23, 20); }

static inline void xtensa_alu(struct insn *insn, unsigned destination, uint32_t reads) {
    insn->kind = KIND_ALU;
    insn->writes = 1U << destination;
    insn->reads = reads;
}

static inline void xtensa_transfer(struct insn *insn, int is_load, unsigned data, uint32_t address,
                                   unsigned bytes) {
    insn->kind = is_load ? KIND_LOAD : KIND_STORE;
    insn->flags |= is_load ? INSN_LOADS : INSN_STORES;
    insn->words = 1;
    insn->bytes = (uint8_t)bytes;
    insn->address = address;
    *(is_load ? &insn->writes : &insn->stores) = 1U << data;
}

/* A branch under a condition; the target counts from its address plus 4. */
static inline void xtensa_branch(struct insn *insn, uint32_t reads, int32_t distance) {
    insn->kind = KIND_BRANCH;
    insn->flags |= INSN_WRITES_PC | INSN_DIRECT | INSN_CONDITIONAL;
    insn->reads = reads;
    insn->displacement = distance + 4;
}

/* A return or a jump through a register. */
static inline void xtensa_indirect(struct insn *insn, uint32_t reads) {
    insn->kind = KIND_BRANCH;
    insn->flags |= INSN_WRITES_PC;
    insn->reads = reads;
}

static inline int32_t xtensa_sign_extend(uint32_t value, unsigned bits) {
    uint32_t sign = 1U << (bits - 1U);
    return (int32_t)(value ^ sign) - (int32_t)sign;
}

#endif
