/*
 * What every Xtensa target with call0 code shares: start, exceptions, special registers.
 * Links and clocks are left to the target's own file.
 * Source of registers and causes: Xtensa Instruction Set Architecture Summary (Cadence, 2022).
 */
#ifndef PIONEER_XTENSA_H
#define PIONEER_XTENSA_H

#include <stdint.h>

/* Special registers by number: the assembler knows by name only those of the core it was made for. */
#define XTENSA_EPC1 177
#define XTENSA_INTENABLE 228
#define XTENSA_VECBASE 231
#define XTENSA_EXCCAUSE 232
#define XTENSA_CCOUNT 234
#define XTENSA_EXCVADDR 238
#define XTENSA_CCOMPARE0 240

#define XTENSA_READ(number)                                                                        \
    ({                                                                                             \
        uint32_t special;                                                                          \
        __asm__ volatile("rsr %0, %1" : "=a"(special) : "i"(number));                              \
        special;                                                                                   \
    })
#define XTENSA_WRITE(number, value)                                                                \
    __asm__ volatile("wsr %0, %1\n\trsync" : : "a"((uint32_t)(value)), "i"(number) : "memory")

/* The 1 KB of exception vectors. */
extern uint8_t xtensa_vectors[];

/* Rests until interrupt `number` of level 1, which this enables and its entry disables. */
void xtensa_wait_for(unsigned number);

#endif
