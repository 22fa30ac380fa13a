/*
 * AES with the columns of four rows side by side: the usual way on a core without an inline shifter
 * (Cortex-M0, M0+).
 * void aes_block(const uint32_t *round_keys, const uint8_t *input, uint8_t *output, int rounds)
 *
 * DECRYPT: the equivalent inverse cipher; its last round has a table of four rows of its own.
 * LAST_SBOX: the last round takes the S-box of bytes instead.
 *
 * The state is in r4-r7, the next one on its way to r8-r11; r2 is the table, r3 the mask of an
 * entry's offset (16 bytes an entry), r12 the round keys, lr the keys of the last round.
 */
#include "aes-shift-rows.h"

    .syntax unified
    .thumb
    .text
    .balign 4
    .global aes_block
    .type aes_block, %function

/* One column from a byte of each of the state's words. */
.macro column out, a, b, c, d
    lsls r0, \a, #4
    ands r0, r3
    ldr r0, [r2, r0]
    lsrs r1, \b, #4
    ands r1, r3
    adds r1, r2
    ldr r1, [r1, #4]
    eors r0, r1
    lsrs r1, \c, #12
    ands r1, r3
    adds r1, r2
    ldr r1, [r1, #8]
    eors r0, r1
    lsrs r1, \d, #20
    ands r1, r3
    adds r1, r2
    ldr r1, [r1, #12]
    eors r0, r1
    mov \out, r0
.endm

/*
 * A column of the last round: S alone, from the S-box, from its own four rows, or, where neither is
 * asked for, the second byte of an entry.
 */
#if defined LAST_SBOX
.macro last_column out, a, b, c, d
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
    mov \out, r0
.endm
#elif defined DECRYPT
.macro last_column out, a, b, c, d
    column \out, \a, \b, \c, \d
.endm
#else
.macro last_column out, a, b, c, d
    lsls r0, \a, #4
    ands r0, r3
    adds r0, r2
    ldrb r0, [r0, #1]
    lsrs r1, \b, #4
    ands r1, r3
    adds r1, r2
    ldrb r1, [r1, #1]
    lsls r1, r1, #8
    orrs r0, r1
    lsrs r1, \c, #12
    ands r1, r3
    adds r1, r2
    ldrb r1, [r1, #1]
    lsls r1, r1, #16
    orrs r0, r1
    lsrs r1, \d, #20
    ands r1, r3
    adds r1, r2
    ldrb r1, [r1, #1]
    lsls r1, r1, #24
    orrs r0, r1
    mov \out, r0
.endm
#endif

/* The next state, with the keys that r12 points to. */
.macro add_keys
    mov r0, r12
    ldmia r0!, {r4-r7}
    mov r12, r0
    mov r0, r8
    eors r4, r0
    mov r0, r9
    eors r5, r0
    mov r0, r10
    eors r6, r0
    mov r0, r11
    eors r7, r0
.endm

    .thumb_func
aes_block:
    push {r4-r7, lr}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {r2, r4-r7}
    lsls r3, r3, #4
    adds r3, r0, r3
    mov lr, r3
    ldmia r1!, {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    mov r12, r0
    ldr r2, =aes_rows
    ldr r3, =0xff0
    add_keys
1:
    column r8, SHIFTED(r4, r5, r6, r7)
    column r9, SHIFTED(r5, r6, r7, r4)
    column r10, SHIFTED(r6, r7, r4, r5)
    column r11, SHIFTED(r7, r4, r5, r6)
    add_keys
    cmp r12, lr
    bne 1b
#if defined LAST_SBOX && defined DECRYPT
    ldr r2, =aes_inverse_sbox
#elif defined LAST_SBOX
    ldr r2, =aes_sbox
#elif defined DECRYPT
    ldr r2, =aes_last_rows
#endif
    last_column r8, SHIFTED(r4, r5, r6, r7)
    last_column r9, SHIFTED(r5, r6, r7, r4)
    last_column r10, SHIFTED(r6, r7, r4, r5)
    last_column r11, SHIFTED(r7, r4, r5, r6)
    add_keys
    pop {r0}
    stmia r0!, {r4-r7}
    pop {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {r4-r7, pc}
    .ltorg
