/*
 * The loops in RV32IM, four bytes an instruction.
 * What they stand for is left to the host.
 */
#ifndef PIONEER_LOOPS_RISCV_H
#define PIONEER_LOOPS_RISCV_H

/* a0 buffer, a1 laps left, t6 the way back; free are the other registers of a call. */
#define LAPS_LOOP(name, buffer, laps, body) \
    __attribute__((naked, noinline)) static void name(void) \
    { \
        __asm__ volatile( \
            ".option push         \n\t" \
            ".option norvc        \n\t" \
            ".option norelax      \n\t" \
            "mv t6, ra            \n\t" \
            "la a0, " buffer "    \n\t" \
            "li a1, " laps "      \n\t" \
            ".p2align 2           \n" \
            "1:                   \n\t" \
            body \
            "addi a1, a1, -1      \n\t" \
            "bnez a1, 1b          \n\t" \
            "mv ra, t6            \n\t" \
            "ret                  \n" \
            "2:                   \n\t" \
            "ret                  \n\t" \
            ".option pop          \n\t"); \
    }
#define LOOP(name, buffer, body) LAPS_LOOP(name, buffer, "64", body)

#define FOUR(body) body body body body

/* A product that is added to a sum, of integers of any width. */
#define MAC_INT "mul t0, a2, a3 \n\tadd t1, t1, t0 \n\t"

#define READ_FOUR(a, b, c, d) \
    "lw t0, " a "(a0) \n\t" \
    "lw t1, " b "(a0) \n\t" \
    "lw t2, " c "(a0) \n\t" \
    "lw t3, " d "(a0) \n\t"
#define READ_STRIDE_4 \
    READ_FOUR("0", "4", "8", "12") READ_FOUR("16", "20", "24", "28") \
    READ_FOUR("32", "36", "40", "44") READ_FOUR("48", "52", "56", "60")
#define READ_STRIDE_32 \
    READ_FOUR("0", "32", "64", "96") READ_FOUR("128", "160", "192", "224") \
    READ_FOUR("256", "288", "320", "352") READ_FOUR("384", "416", "448", "480")
#define WRITE_FOUR \
    "sw t0, 0(a0)  \n\t" \
    "sw t1, 4(a0)  \n\t" \
    "sw t2, 8(a0)  \n\t" \
    "sw t3, 12(a0) \n\t"
#define BRANCH_TAKEN "beq zero, zero, 3f \n\tnop \n3: \n\t" /* over one instruction */
#define BRANCH_UNTAKEN "bne zero, zero, 2f \n\t"
#define CALL "jal ra, 2f \n\t"

/* One load a lap, so many byte further each time. */
#define FAR_LOOP(name, buffer, laps, stride) \
    LAPS_LOOP(name, buffer, laps, "lw t0, 0(a0)\n\taddi a0, a0, " stride "\n\t")

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

static void (*const loops[])(void) = {
    empty, empty_long, mac_int, read_data_4, read_data_32, write_data_4, read_weights_4,
    read_weights_32, branch_taken, branch_untaken, call, load_base, load_weights_4,
    load_weights_8, load_weights_16, load_weights_32,
};

#endif
