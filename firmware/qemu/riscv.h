/*
 * Decides what an instruction of RV32IMC is.
 * What is known of an instruction is left to insn.h.
 * Encodings: The RISC-V Instruction Set Manual, volume I, chapters RV32I, M and C.
 */
#ifndef PIONEER_RISCV_H
#define PIONEER_RISCV_H

#include "insn.h"

/* Decodes one instruction; the upper half is ignored for one of two bytes. Never fails: an encoding
 * it does not know is KIND_OTHER with INSN_UNDECODED. */
struct insn riscv_decode(uint32_t word);

/* The part of two bytes. */
void riscv_decode_compressed(struct insn *insn, uint16_t op);

/* Mask of one register; x0 is no data and gives 0. */
static inline uint32_t riscv_register(unsigned number) {
    return (1U << number) & ~1U;
}

/* Shared by both parts. */
static inline void riscv_transfer(struct insn *insn, int is_load, unsigned data, unsigned base,
                                  unsigned bytes) {
    insn->kind = is_load ? KIND_LOAD : KIND_STORE;
    insn->flags |= is_load ? INSN_LOADS : INSN_STORES;
    insn->words = 1;
    insn->bytes = (uint8_t)bytes;
    insn->address = riscv_register(base);
    *(is_load ? &insn->writes : &insn->stores) = riscv_register(data);
}

/* A jump or branch whose target stands in it. */
static inline void riscv_branch(struct insn *insn, int32_t displacement) {
    insn->kind = KIND_BRANCH;
    insn->flags |= INSN_WRITES_PC | INSN_DIRECT;
    insn->displacement = displacement;
}

static inline int32_t riscv_sign_extend(uint32_t value, unsigned bits) {
    uint32_t sign = 1U << (bits - 1U);
    return (int32_t)(value ^ sign) - (int32_t)sign;
}

#endif
