/*
 * AES with the S-box alone, all four bytes of a column doubled at once: UADD8 tells by its flags
 * which bytes leave the field, SEL takes these reduced (Cortex-M4 and other cores with the DSP set).
 * void aes_block(const uint32_t *round_keys, const uint8_t *input, uint8_t *output, int rounds)
 *
 * DECRYPT: the straight inverse cipher, keys from the last to the first.
 * The state is in r4-r7, substituted in r0-r3; r8-r10 are bytes on their way, r11 the round keys,
 * r12 0x1b1b1b1b, lr the S-box. On the stack: end of the keys, output. All instructions of a round
 * have four bytes, so that loads are aligned.
 */
#include "aes-shift-rows.h"

    .syntax unified
    .thumb
    .text
    .balign 4
    .global aes_block
    .type aes_block, %function

.macro substitute out, a, b, c, d
    uxtb.w \out, \a
    uxtb.w r8, \b, ror #8
    uxtb.w r9, \c, ror #16
    lsr.w r10, \d, #24
    ldrb.w \out, [lr, \out]
    ldrb.w r8, [lr, r8]
    ldrb.w r9, [lr, r9]
    ldrb.w r10, [lr, r10]
    orr.w \out, \out, r8, lsl #8
    orr.w \out, \out, r9, lsl #16
    orr.w \out, \out, r10, lsl #24
.endm

.macro substitute_all
    substitute r0, SHIFTED(r4, r5, r6, r7)
    substitute r1, SHIFTED(r5, r6, r7, r4)
    substitute r2, SHIFTED(r6, r7, r4, r5)
    substitute r3, SHIFTED(r7, r4, r5, r6)
.endm

/* Twice the bytes of `in`, in the field. */
.macro double out, in, work
    uadd8 \out, \in, \in
    eor.w \work, \out, r12
    sel \out, \work, \out
.endm

.macro mix out, in
#ifdef DECRYPT
    double r8, \in, r10
    double r9, r8, r10
    double \out, r9, r10
    eor.w r10, \in, \out
    eor.w \out, \out, r9
    eor.w \out, \out, r8
    eor.w r8, r8, r10
    eor.w r9, r9, r10
    eor.w \out, \out, r8, ror #8
    eor.w \out, \out, r9, ror #16
    eor.w \out, \out, r10, ror #24
#else
    eor.w r8, \in, \in, ror #8
    double \out, r8, r10
    eor.w \out, \out, \in, ror #8
    eor.w \out, \out, r8, ror #16
#endif
.endm

.macro mix_all
    mix r4, r0
    mix r5, r1
    mix r6, r2
    mix r7, r3
.endm

/* a0-a3 and the next four words of the keys, which overwrite k0-k3. */
.macro add_keys a0, a1, a2, a3, k0, k1, k2, k3
#ifdef DECRYPT
    ldmdb.w r11!, {\k0, \k1, \k2, \k3}
#else
    ldmia.w r11!, {\k0, \k1, \k2, \k3}
#endif
    eor.w \a0, \a0, \k0
    eor.w \a1, \a1, \k1
    eor.w \a2, \a2, \k2
    eor.w \a3, \a3, \k3
.endm

    .thumb_func
aes_block:
    push {r4-r11, lr}
    add r3, r0, r3, lsl #4
#ifdef DECRYPT
    add r11, r3, #16
    add r3, r0, #16
#else
    mov r11, r0
#endif
    push {r2, r3}
    ldmia.w r1, {r4-r7}
    add_keys r4, r5, r6, r7, r0, r1, r2, r3
    ldr.w r12, =0x1b1b1b1b
#ifdef DECRYPT
    ldr.w lr, =aes_inverse_sbox
#else
    ldr.w lr, =aes_sbox
#endif
    .balign 4
1:
    substitute_all
#ifdef DECRYPT
    add_keys r0, r1, r2, r3, r4, r5, r6, r7
    mix_all
#else
    mix_all
    add_keys r4, r5, r6, r7, r0, r1, r2, r3
#endif
    ldr.w r8, [sp, #4]
    cmp.w r11, r8
    bne.w 1b
    substitute_all
    add_keys r0, r1, r2, r3, r4, r5, r6, r7
    pop {r4, r5}
    stmia.w r4, {r0-r3}
    pop {r4-r11, pc}
    .ltorg
