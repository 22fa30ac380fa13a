/*
 * The loops in the Thumb of ARMv6-M.
 * What they stand for is left to the host.
 */
#ifndef PIONEER_LOOPS_THUMB1_H
#define PIONEER_LOOPS_THUMB1_H

/* r0 buffer, r4 laps left; free are r1-r3, r5, r6. */
#define LAPS_LOOP(name, buffer, laps, body) \
    __attribute__((naked, noinline)) static void name(void) \
    { \
        __asm__ volatile( \
            ".syntax unified      \n\t" \
            "push {r4-r6, lr}     \n\t" \
            "ldr r0, =" buffer "\n\t" \
            "ldr r4, =" laps "\n\t" \
            "cmp r4, #0           \n\t" /* no zero: what BRANCH_UNTAKEN asks */ \
            ".p2align 2           \n" \
            "1:                   \n\t" \
            body \
            "subs r4, #1          \n\t" \
            "bne 1b               \n\t" \
            "pop {r4-r6, pc}      \n\t" \
            ".p2align 2           \n" \
            "2:                   \n\t" \
            "bx lr                \n\t" \
            ".p2align 2           \n\t" \
            ".ltorg               \n\t"); \
    }
#define LOOP(name, buffer, body) LAPS_LOOP(name, buffer, "64", body)

#define FOUR(body) body body body body

/* A product that is added to a sum, of integers of any width. */
#define MAC_INT "muls r1, r2 \n\tadds r3, r3, r1 \n\t"

#define READ_FOUR(a, b, c, d) \
    "ldr r1, [r0, #" a "] \n\t" \
    "ldr r2, [r0, #" b "] \n\t" \
    "ldr r3, [r0, #" c "] \n\t" \
    "ldr r5, [r0, #" d "] \n\t"
#define READ_STRIDE_4 \
    READ_FOUR("0", "4", "8", "12") READ_FOUR("16", "20", "24", "28") \
    READ_FOUR("32", "36", "40", "44") READ_FOUR("48", "52", "56", "60")
/* An offset reaches 124 byte. */
#define READ_STRIDE_32 FOUR(READ_FOUR("0", "32", "64", "96"))
#define WRITE_FOUR \
    "str r1, [r0]         \n\t" \
    "str r2, [r0, #4]     \n\t" \
    "str r3, [r0, #8]     \n\t" \
    "str r5, [r0, #12]    \n\t"
#define BRANCH_TAKEN "b 3f \n3: \n\t"
#define BRANCH_UNTAKEN "beq 2f \n\t" /* the lap before left no zero */
#define CALL "bl 2f \n\t"

/* Pends PendSV or, with 0, nothing, and lets interrupts in for an instruction. */
#define PEND(bit) \
    "movs r1, #" bit "       \n\tlsls r1, #28 \n\t" \
    "str r1, [r0]         \n\tnop          \n\t" \
    "dsb                  \n\t" \
    "cpsie i              \n\tnop          \n\t" \
    "isb                  \n\t" \
    "cpsid i              \n\tnop          \n\t"

/* One load a lap, so many byte further each time. */
#define FAR_LOOP(name, buffer, laps, stride) \
    LAPS_LOOP(name, buffer, laps, "ldr r1, [r0]\n\tadds r0, #" stride "\n\t")

LOOP(empty, "roofs_data", "")
LAPS_LOOP(empty_long, "roofs_data", "2048", "")
LOOP(mac_int, "roofs_data", FOUR(FOUR(MAC_INT)))
LOOP(read_data_4, "roofs_data", READ_STRIDE_4)
LOOP(read_data_32, "roofs_data", READ_STRIDE_32)
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
LAPS_LOOP(pending_laps, "0xE000ED04", "32768", PEND("1"))

#include "interrupts.h"

static void (*const loops[])(void) = {
    empty, empty_long, mac_int, read_data_4, read_data_32, write_data_4, read_weights_4,
    read_weights_32, branch_taken, branch_untaken, call, load_base, load_weights_4,
    load_weights_8, load_weights_16, load_weights_32, barriers, interrupt,
};

#endif
