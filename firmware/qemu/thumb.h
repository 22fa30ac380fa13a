/*
 * Decides what a Thumb-2 instruction is: ARMv6-M to ARMv8.1-M, with FPU and vectors (thumb_mve.h).
 * What is known of an instruction is left to insn.h.
 * Encodings: ARMv7-M and Armv8-M Architecture Reference Manuals.
 */
#ifndef PIONEER_THUMB_H
#define PIONEER_THUMB_H

#include "insn.h"

/* True when the first halfword opens a four-byte instruction. */
int thumb_is_wide(uint16_t first);

/* Decodes one instruction; `second` is ignored for a narrow one. Never fails: an encoding it does
 * not know is KIND_OTHER with INSN_UNDECODED. */
struct insn thumb_decode(uint16_t first, uint16_t second);

/* The parts of the decoder, each for its own encoding space. */
void thumb_decode_narrow(struct insn *insn, uint16_t op);
void thumb_decode_wide(struct insn *insn, uint16_t first, uint16_t second);
void thumb_decode_fpu(struct insn *insn, uint16_t first, uint16_t second);

/* Armv8.1-M: true when the encoding is one of these; what lies where BLX to Arm state does elsewhere. */
int thumb_decode_select_or_shift(struct insn *insn, uint16_t first, uint16_t second);
void thumb_decode_low_overhead(struct insn *insn, uint16_t first, uint16_t second);

/* Mask of one core register; pc is control flow, not data, and gives 0. */
static inline uint16_t thumb_register(unsigned number) {
    return (uint16_t)((1U << number) & 0x7fffU);
}

#endif
