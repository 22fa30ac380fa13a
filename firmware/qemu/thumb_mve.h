/*
 * Decides what an instruction of the M-profile vector extension is: registers, pipe, when its result is ready.
 * What a pipe and a result cost is left to boards/cores.
 * Encodings: Armv8-M Architecture Reference Manual, chapter C2, alphabetical list of instructions.
 */
#ifndef PIONEER_THUMB_MVE_H
#define PIONEER_THUMB_MVE_H

#include "insn.h"

/* True for an encoding of the space that vectors share with coprocessors 8, 14 and 15. */
int thumb_is_mve(uint16_t first, uint16_t second);

/* Decodes one of those. */
void thumb_decode_mve(struct insn *insn, uint16_t first, uint16_t second);

/* Its loads and stores: left to a file of their own. */
void thumb_decode_mve_memory(struct insn *insn, uint32_t word);

/* Copies Rt to every element: VDUP, which lies among the moves of the FPU. */
void thumb_decode_mve_duplicate(struct insn *insn, uint32_t word);

/* Mask of the single registers of vector register n, 0..7. */
static inline uint32_t mve_register(unsigned number) {
    return number < 8 ? 0xfU << (4U * number) : 0U;
}

#endif
