/*
 * AES with one table of columns, turned by the shifter: the usual way on a core with an inline
 * shifter (Cortex-M3, M4, M33).
 * void aes_block(const uint32_t *round_keys, const uint8_t *input, uint8_t *output, int rounds)
 *
 * DECRYPT: the equivalent inverse cipher, with the inverse S-box in the last round. UNROLLED: a
 * function for each number of rounds, aes_block_10, aes_block_12 and aes_block_14.
 *
 * The state is in r0-r3 or r4-r7, r8-r10 are bytes and columns on their way, r11 the round keys,
 * r12 pairs of rounds to go in the loop, lr the table. All instructions of a round have four bytes,
 * so that loads are aligned. The extracts of the next column stand between the sums of this one,
 * which wait for each other on some cores.
 */
#include "aes-shift-rows.h"

    .syntax unified
    .thumb
    .text

/* Bytes of a column, one of each of the state's words. */
.macro extract out, a, b, c, d
    uxtb.w \out, \a
    uxtb.w r8, \b, ror #8
    uxtb.w r9, \c, ror #16
    lsr.w r10, \d, #24
.endm

.macro look_up out
    ldr.w \out, [lr, \out, lsl #2]
    ldr.w r8, [lr, r8, lsl #2]
    ldr.w r9, [lr, r9, lsl #2]
    ldr.w r10, [lr, r10, lsl #2]
.endm

/* Sums this column, extracts the bytes of the next. */
.macro sum_extract out, next, a, b, c, d
    eor.w \out, \out, r8, ror #24
    uxtb.w \next, \a
    eor.w \out, \out, r9, ror #16
    uxtb.w r8, \b, ror #8
    eor.w \out, \out, r10, ror #8
    uxtb.w r9, \c, ror #16
    lsr.w r10, \d, #24
.endm

/* One round from s0-s3 into t0-t3. */
.macro round s0, s1, s2, s3, t0, t1, t2, t3
    extract \t0, SHIFTED(\s0, \s1, \s2, \s3)
    look_up \t0
    sum_extract \t0, \t1, SHIFTED(\s1, \s2, \s3, \s0)
    look_up \t1
    sum_extract \t1, \t2, SHIFTED(\s2, \s3, \s0, \s1)
    look_up \t2
    sum_extract \t2, \t3, SHIFTED(\s3, \s0, \s1, \s2)
    look_up \t3
    ldmia.w r11!, {\s0, \s1, \s2, \s3}
    eor.w \t3, \t3, r8, ror #24
    eor.w \t0, \t0, \s0
    eor.w \t3, \t3, r9, ror #16
    eor.w \t1, \t1, \s1
    eor.w \t3, \t3, r10, ror #8
    eor.w \t2, \t2, \s2
    eor.w \t3, \t3, \s3
.endm

/*
 * A column of the last round: S alone, which is the second byte of an entry of the table for
 * encryption, and has a table of its own for decryption.
 */
#ifdef DECRYPT
#define ENTRY
#else
#define ENTRY , lsl #2
#endif
.macro last_column out, a, b, c, d
    extract \out, \a, \b, \c, \d
    ldrb.w \out, [lr, \out ENTRY]
    ldrb.w r8, [lr, r8 ENTRY]
    ldrb.w r9, [lr, r9 ENTRY]
    ldrb.w r10, [lr, r10 ENTRY]
    orr.w \out, \out, r8, lsl #8
    orr.w \out, \out, r9, lsl #16
    orr.w \out, \out, r10, lsl #24
.endm

.macro begin
    push {r2, r4-r11, lr}
    mov r11, r0
#ifndef UNROLLED
    lsr r12, r3, #1
    sub r12, r12, #1
#endif
    ldmia.w r1, {r4-r7}
    ldmia.w r11!, {r0-r3}
    eor.w r4, r4, r0
    eor.w r5, r5, r1
    eor.w r6, r6, r2
    eor.w r7, r7, r3
    ldr.w lr, =aes_table
    .balign 4
.endm

.macro two_rounds
    round r4, r5, r6, r7, r0, r1, r2, r3
    round r0, r1, r2, r3, r4, r5, r6, r7
.endm

/* The last two rounds, and back. */
.macro finish
    round r4, r5, r6, r7, r0, r1, r2, r3
#ifdef DECRYPT
    ldr.w lr, =aes_inverse_sbox
#else
    add.w lr, lr, #1
#endif
    last_column r4, SHIFTED(r0, r1, r2, r3)
    last_column r5, SHIFTED(r1, r2, r3, r0)
    last_column r6, SHIFTED(r2, r3, r0, r1)
    last_column r7, SHIFTED(r3, r0, r1, r2)
    ldmia.w r11!, {r0-r3}
    eor.w r4, r4, r0
    eor.w r5, r5, r1
    eor.w r6, r6, r2
    eor.w r7, r7, r3
    pop {r2}
    stmia.w r2, {r4-r7}
    pop {r4-r11, pc}
    .ltorg
.endm

.macro function name
    .balign 4
    .global \name
    .type \name, %function
    .thumb_func
\name:
.endm

#ifdef UNROLLED
.macro unrolled rounds
    function aes_block_\rounds
    begin
    .rept \rounds / 2 - 1
    two_rounds
    .endr
    finish
.endm
    unrolled 10
    unrolled 12
    unrolled 14
#else
    function aes_block
    begin
1:
    two_rounds
    subs.w r12, r12, #1
    bne.w 1b
    finish
#endif
