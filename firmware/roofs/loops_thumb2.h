/*
 * The loops in Thumb-2 with DSP and single floats.
 * What they stand for is left to the host.
 */
#ifndef PIONEER_LOOPS_THUMB2_H
#define PIONEER_LOOPS_THUMB2_H

/* r0 buffer, r4 laps left; free are r1-r3, r5, r6, s0-s9. */
#define LAPS_LOOP(name, buffer, laps, body) \
    __attribute__((naked, noinline)) static void name(void) \
    { \
        __asm__ volatile( \
            "push {r4-r6, lr}     \n\t" \
            "movw r0, #:lower16:" buffer "\n\t" \
            "movt r0, #:upper16:" buffer "\n\t" \
            "movs.w r4, #" laps "\n\t" /* no zero: what BRANCH_UNTAKEN asks */ \
            ".p2align 2           \n" \
            "1:                   \n\t" \
            body \
            "subs r4, #1          \n\t" \
            "bne 1b               \n\t" \
            "pop {r4-r6, pc}      \n\t" \
            ".p2align 2           \n" \
            "2:                   \n\t" \
            "bx lr                \n\t"); \
    }

#define LOOP(name, buffer, body) LAPS_LOOP(name, buffer, "64", body)

#define FOUR(body) body body body body

/* Four accumulators in turn, two products each. */
#define MAC_INT16 \
    "smlad r1, r0, r0, r1 \n\t" \
    "smlad r2, r0, r0, r2 \n\t" \
    "smlad r3, r0, r0, r3 \n\t" \
    "smlad r5, r0, r0, r5 \n\t"

/* Two rows of int8 in one word, as the kernels do it: 4 products. */
#define MAC_INT8 \
    "smlad r1, r0, r6, r1 \n\t" \
    "sxtb16 r3, r0        \n\t" \
    "smlad r2, r3, r6, r2 \n\t"

#define MAC_FLOAT \
    "vfma.f32 s0, s8, s9  \n\t" \
    "vfma.f32 s1, s8, s9  \n\t" \
    "vfma.f32 s2, s8, s9  \n\t" \
    "vfma.f32 s3, s8, s9  \n\t"

#define READ_FOUR(a, b, c, d) \
    "ldr.w r1, [r0, #" a "] \n\t" \
    "ldr.w r2, [r0, #" b "] \n\t" \
    "ldr.w r3, [r0, #" c "] \n\t" \
    "ldr.w r5, [r0, #" d "] \n\t"
#define READ_STRIDE_4 \
    READ_FOUR("0", "4", "8", "12") READ_FOUR("16", "20", "24", "28") \
    READ_FOUR("32", "36", "40", "44") READ_FOUR("48", "52", "56", "60")
#define READ_STRIDE_32 \
    READ_FOUR("0", "32", "64", "96") READ_FOUR("128", "160", "192", "224") \
    READ_FOUR("256", "288", "320", "352") READ_FOUR("384", "416", "448", "480")

#define READ_MULTIPLE "ldmia.w r0, {r1, r2, r3, r5} \n\t"
#define WRITE_FOUR \
    "str.w r1, [r0]       \n\t" \
    "str.w r2, [r0, #4]   \n\t" \
    "str.w r3, [r0, #8]   \n\t" \
    "str.w r5, [r0, #12]  \n\t"
#define BRANCH_TAKEN "b.w 3f \n3: \n\t"
#define BRANCH_UNTAKEN "beq.w 2f \n\t" /* the lap before left no zero */
#define CALL "bl 2f \n\t"

/* Pends PendSV or, with 0, nothing, and lets interrupts in for an instruction. */
#define PEND(bits) \
    "mov.w r1, #" bits "  \n\t" \
    "str.w r1, [r0]       \n\t" \
    "dsb                  \n\t" \
    "cpsie i              \n\tnop          \n\t" \
    "isb                  \n\t" \
    "cpsid i              \n\tnop          \n\t"

/* One load a lap, so many byte further each time. */
#define FAR_LOOP(name, buffer, laps, stride) \
    LAPS_LOOP(name, buffer, laps, "ldr.w r1, [r0]\n\tadd.w r0, r0, #" stride "\n\t")

LOOP(empty, "roofs_data", "")
LAPS_LOOP(empty_long, "roofs_data", "2048", "")
LOOP(mac_int16, "roofs_data", FOUR(MAC_INT16))
LOOP(mac_int8, "roofs_data", FOUR(FOUR(MAC_INT8)))
LOOP(mac_float, "roofs_data", FOUR(MAC_FLOAT))
LOOP(read_data_4, "roofs_data", READ_STRIDE_4)
LOOP(read_data_32, "roofs_data", READ_STRIDE_32)
LOOP(read_data_multiple, "roofs_data", FOUR(READ_MULTIPLE))
LOOP(write_data_4, "roofs_data", FOUR(WRITE_FOUR))
LOOP(read_weights_4, "roofs_weights", READ_STRIDE_4)
LOOP(read_weights_32, "roofs_weights", READ_STRIDE_32)
LOOP(branch_taken, "roofs_data", FOUR(FOUR(BRANCH_TAKEN)))
LOOP(branch_untaken, "roofs_data", FOUR(FOUR(BRANCH_UNTAKEN)))
LOOP(call, "roofs_data", FOUR(CALL CALL))
FAR_LOOP(load_base, "roofs_data", "2048", "0")
FAR_LOOP(load_weights_4, "roofs_far", "16384", "4")
FAR_LOOP(load_weights_8, "roofs_far", "8192", "8")
FAR_LOOP(load_weights_16, "roofs_far", "4096", "16")
FAR_LOOP(load_weights_32, "roofs_far", "2048", "32")

/* At the interrupt control and state register. */
LAPS_LOOP(quiet_laps, "0xE000ED04", "32768", PEND("0"))
LAPS_LOOP(pending_laps, "0xE000ED04", "32768", PEND("0x10000000"))

#include "interrupts.h"

static void (*const loops[])(void) = {
    empty, empty_long, mac_int16, mac_int8, mac_float, read_data_4, read_data_32,
    read_data_multiple, write_data_4, read_weights_4, read_weights_32, branch_taken,
    branch_untaken, call, load_base, load_weights_4, load_weights_8, load_weights_16,
    load_weights_32, barriers, interrupt,
};

#endif
