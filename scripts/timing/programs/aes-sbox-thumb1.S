/*
 * AES with the S-box alone, all four bytes of a column mixed side by side: the usual way on a core
 * without an inline shifter and without memory for tables (Cortex-M0, M0+).
 * void aes_block(const uint32_t *round_keys, const uint8_t *input, uint8_t *output, int rounds)
 *
 * DECRYPT: the straight inverse cipher, keys from the last to the first. MULTIPLY: bytes that leave
 * the field are reduced by a product, for cores with a multiplier of one cycle.
 *
 * The state is in r4-r7; columns on their way wait in r8-r11. r12 is the round keys (or the S-box,
 * while the keys are in r3), lr the constant of the doubling. On the stack: end of the keys, output.
 */
#include "aes-shift-rows.h"

    .syntax unified
    .thumb
    .text
    .balign 4
    .global aes_block
    .type aes_block, %function

/* A column of substituted bytes, one of each of the state's words, in r0. r2: S-box. */
.macro substitute a, b, c, d
    uxtb r0, \a
    ldrb r0, [r2, r0]
    lsrs r1, \b, #8
    uxtb r1, r1
    ldrb r1, [r2, r1]
    lsls r1, r1, #8
    orrs r0, r1
    lsrs r1, \c, #16
    uxtb r1, r1
    ldrb r1, [r2, r1]
    lsls r1, r1, #16
    orrs r0, r1
    lsrs r1, \d, #24
    ldrb r1, [r2, r1]
    lsls r1, r1, #24
    orrs r0, r1
.endm

/* Twice the bytes of `in`, in the field; work is lost. one: 0x01010101, in MULTIPLY alone. */
.macro double out, in, work, reduce, one
#ifdef MULTIPLY
    lsrs \work, \in, #7
    ands \work, \one
    muls \work, \reduce
    lsls \out, \in, #1
    bics \out, \one
#else
    mov \work, lr /* 0x80808080 */
    ands \work, \in
    lsrs \out, \work, #7
    subs \out, \work, \out
    ands \out, \reduce
    subs \work, \in, \work
    lsls \work, \work, #1
#endif
    eors \out, \work
.endm

#ifdef DECRYPT

/* The column in r0, with its key. r3: the keys. */
.macro add_key index
    ldr r1, [r3, #4 * \index]
    eors r0, r1
.endm

/*
 * r0 into r6: 14, 11, 13 and 9 times the bytes, by doubling three times. r7: 8, r2: the reduction,
 * 0x1b1b1b1b; in MULTIPLY 0x1b, and r3: 0x01010101.
 */
.macro mix
    double r1, r0, r6, r2, r3
    double r4, r1, r6, r2, r3
    double r5, r4, r6, r2, r3
    eors r0, r5
    mov r6, r0
    rors r6, r7
    eors r6, r0
    eors r6, r4
    rors r6, r7
    eors r6, r0
    eors r6, r1
    rors r6, r7
    eors r6, r5
    eors r6, r4
    eors r6, r1
.endm

#else

/* r0 mixed in place. r3: 16, r7: 8, r6: 0x1b1b1b1b; in MULTIPLY 0x1b, and r5: 0x01010101. */
.macro mix
    mov r1, r0
    rors r1, r7
    eors r1, r0
    eors r0, r1
    mov r4, r1
    rors r4, r3
    eors r0, r4
#ifdef MULTIPLY
    double r1, r1, r4, r6, r5
    eors r0, r1
#else
    double r5, r1, r4, r6
    eors r0, r5
#endif
.endm

/* The state of r8-r10 and r0, with the keys that r12 points to. */
.macro add_keys
    mov r1, r12
    ldmia r1!, {r4-r7}
    mov r12, r1
    eors r7, r0
    mov r0, r8
    eors r4, r0
    mov r0, r9
    eors r5, r0
    mov r0, r10
    eors r6, r0
.endm

#endif

    .thumb_func
aes_block:
    push {r4-r7, lr}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {r4-r7}
    lsls r3, r3, #4
    adds r3, r0, r3
#ifdef DECRYPT
    push {r0, r2}
    ldmia r3!, {r4-r7}
    subs r3, #32
    mov r2, r1
    ldmia r2!, {r0, r1}
    eors r4, r0
    eors r5, r1
    ldmia r2!, {r0, r1}
    eors r6, r0
    eors r7, r1
#ifdef MULTIPLY
    ldr r0, =0x01010101
#else
    ldr r0, =0x80808080
#endif
    mov lr, r0
    ldr r2, =aes_inverse_sbox
#ifndef MULTIPLY
    mov r12, r2
#endif
1:
    substitute SHIFTED(r4, r5, r6, r7)
    add_key 0
    mov r8, r0
    substitute SHIFTED(r5, r6, r7, r4)
    add_key 1
    mov r9, r0
    substitute SHIFTED(r6, r7, r4, r5)
    add_key 2
    mov r10, r0
    substitute SHIFTED(r7, r4, r5, r6)
    add_key 3
    subs r3, #16
#ifdef MULTIPLY
    movs r2, #0x1b
    mov r12, r3
    mov r3, lr
#else
    ldr r2, =0x1b1b1b1b
#endif
    movs r7, #8
    mix
    mov r11, r6
    mov r0, r10
    mix
    mov r10, r6
    mov r0, r9
    mix
    mov r9, r6
    mov r0, r8
    mix
    mov r4, r6
    mov r5, r9
    mov r6, r10
    mov r7, r11
#ifdef MULTIPLY
    ldr r2, =aes_inverse_sbox
    mov r3, r12
#else
    mov r2, r12
#endif
    ldr r0, [sp]
    cmp r3, r0
    beq 2f
    b 1b
    .ltorg
2:
    substitute SHIFTED(r4, r5, r6, r7)
    add_key 0
    mov r8, r0
    substitute SHIFTED(r5, r6, r7, r4)
    add_key 1
    mov r9, r0
    substitute SHIFTED(r6, r7, r4, r5)
    add_key 2
    mov r10, r0
    substitute SHIFTED(r7, r4, r5, r6)
    add_key 3
    mov r7, r0
    mov r4, r8
    mov r5, r9
    mov r6, r10
#else
    push {r2, r3}
    ldmia r1!, {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r12, r0
    mov r0, r7
    add_keys
#ifdef MULTIPLY
    ldr r0, =0x01010101
#else
    ldr r0, =0x80808080
#endif
    mov lr, r0
    ldr r2, =aes_sbox
    movs r3, #16
1:
    substitute SHIFTED(r4, r5, r6, r7)
    mov r8, r0
    substitute SHIFTED(r5, r6, r7, r4)
    mov r9, r0
    substitute SHIFTED(r6, r7, r4, r5)
    mov r10, r0
    substitute SHIFTED(r7, r4, r5, r6)
#ifdef MULTIPLY
    mov r5, lr
    movs r6, #0x1b
#else
    ldr r6, =0x1b1b1b1b
#endif
    movs r7, #8
    mix
    mov r11, r0
    mov r0, r10
    mix
    mov r10, r0
    mov r0, r9
    mix
    mov r9, r0
    mov r0, r8
    mix
    mov r8, r0
    mov r0, r11
    add_keys
    ldr r0, [sp, #4]
    cmp r12, r0
    beq 2f
    b 1b
    .ltorg
2:
    substitute SHIFTED(r4, r5, r6, r7)
    mov r8, r0
    substitute SHIFTED(r5, r6, r7, r4)
    mov r9, r0
    substitute SHIFTED(r6, r7, r4, r5)
    mov r10, r0
    substitute SHIFTED(r7, r4, r5, r6)
    add_keys
#endif
    pop {r0, r1}
#ifdef DECRYPT
    mov r0, r1
#endif
    stmia r0!, {r4-r7}
    pop {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {r4-r7, pc}
    .ltorg
