/*
 * The loops in Thumb-2 with the vectors of MVE, floats included.
 * What they stand for is left to the host.
 */
#ifndef PIONEER_LOOPS_MVE_H
#define PIONEER_LOOPS_MVE_H

/* r0 buffer, r4 laps left; free are r1-r3, r5, r6, q0-q3. */
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

/* Two sums in turn, sixteen products each. */
#define MAC_INT8 "vmlava.s8 r2, q0, q1 \n\tvmlava.s8 r6, q0, q1 \n\t"
/* The same, eight. */
#define MAC_INT16 "vmlava.s16 r2, q0, q1 \n\tvmlava.s16 r6, q0, q1 \n\t"
/* The same, four. */
#define MAC_FLOAT "vfma.f32 q2, q0, q1 \n\tvfma.f32 q3, q0, q1 \n\t"

#define READ_FOUR(a, b, c, d) \
    "vldrw.32 q0, [r0, #" a "] \n\t" \
    "vldrw.32 q1, [r0, #" b "] \n\t" \
    "vldrw.32 q2, [r0, #" c "] \n\t" \
    "vldrw.32 q3, [r0, #" d "] \n\t"
#define READ_STRIDE_16 \
    READ_FOUR("0", "16", "32", "48") READ_FOUR("64", "80", "96", "112") \
    READ_FOUR("128", "144", "160", "176") READ_FOUR("192", "208", "224", "240")
#define READ_STRIDE_32 \
    READ_FOUR("0", "32", "64", "96") READ_FOUR("128", "160", "192", "224") \
    READ_FOUR("256", "288", "320", "352") READ_FOUR("384", "416", "448", "480")
#define WRITE_FOUR \
    "vstrw.32 q0, [r0]       \n\t" \
    "vstrw.32 q1, [r0, #16]  \n\t" \
    "vstrw.32 q2, [r0, #32]  \n\t" \
    "vstrw.32 q3, [r0, #48]  \n\t"
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
LOOP(mac_int16, "roofs_data", FOUR(MAC_INT16 MAC_INT16))
LOOP(mac_int8, "roofs_data", FOUR(MAC_INT8 MAC_INT8))
LOOP(mac_float, "roofs_data", FOUR(MAC_FLOAT MAC_FLOAT))
LOOP(read_data_16, "roofs_data", READ_STRIDE_16)
LOOP(read_data_32, "roofs_data", READ_STRIDE_32)
LOOP(write_data_16, "roofs_data", FOUR(WRITE_FOUR))
LOOP(read_weights_16, "roofs_weights", READ_STRIDE_16)
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
    empty, empty_long, mac_int16, mac_int8, mac_float, read_data_16, read_data_32, write_data_16,
    read_weights_16, read_weights_32, branch_taken, branch_untaken, call, load_base,
    load_weights_4, load_weights_8, load_weights_16, load_weights_32, barriers, interrupt,
};

#endif
