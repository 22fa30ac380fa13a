/*
 * The loops in Xtensa with MULL, for calls without windows.
 * What they stand for is left to the host.
 */
#ifndef PIONEER_LOOPS_XTENSA_H
#define PIONEER_LOOPS_XTENSA_H

/* a2 buffer, a3 laps left, a9 the way back; free are a4-a8. The compiler has no functions without a
 * frame, so that these are written beside its own. */
#define LAPS_LOOP(name, buffer, laps, body) \
    void name(void); \
    __asm__( \
        ".section .text." #name ", \"ax\" \n\t" \
        ".literal_position    \n\t" \
        ".literal .L" #name "_laps, " laps "\n\t" \
        ".align 4             \n\t" \
        ".type " #name ", @function \n" \
        #name ":              \n\t" \
        "_or a9, a0, a0       \n\t" \
        "movi a2, " buffer "  \n\t" \
        "l32r a3, .L" #name "_laps\n\t" \
        "_nop                 \n" /* twelve bytes: the assembler would align with zeros */ \
        "1:                   \n\t" \
        body \
        "_addi a3, a3, -1     \n\t" \
        "_bnez a3, 1b         \n\t" \
        "mov a0, a9           \n\t" \
        "ret                  \n\t" \
        ".align 4             \n" \
        "2:                   \n\t" \
        "ret                  \n\t" \
        ".size " #name ", . - " #name "\n\t" \
        ".text                \n");
#define LOOP(name, buffer, body) LAPS_LOOP(name, buffer, "64", body)

#define FOUR(body) body body body body

/* A product that is added to a sum, of integers of any width. */
#define MAC_INT "mull a5, a6, a7 \n\t_add a4, a4, a5 \n\t"

#define READ_FOUR(a, b, c, d) \
    "_l32i a4, a2, " a " \n\t" \
    "_l32i a5, a2, " b " \n\t" \
    "_l32i a6, a2, " c " \n\t" \
    "_l32i a7, a2, " d " \n\t"
#define READ_STRIDE_4 \
    READ_FOUR("0", "4", "8", "12") READ_FOUR("16", "20", "24", "28") \
    READ_FOUR("32", "36", "40", "44") READ_FOUR("48", "52", "56", "60")
#define READ_STRIDE_32 \
    READ_FOUR("0", "32", "64", "96") READ_FOUR("128", "160", "192", "224") \
    READ_FOUR("256", "288", "320", "352") READ_FOUR("384", "416", "448", "480")
#define WRITE_FOUR \
    "_s32i a4, a2, 0  \n\t" \
    "_s32i a5, a2, 4  \n\t" \
    "_s32i a6, a2, 8  \n\t" \
    "_s32i a7, a2, 12 \n\t"
#define BRANCH_TAKEN "j 3f \n3: \n\t"
#define BRANCH_UNTAKEN "_beqz a2, 2f \n\t" /* the buffer does not lie at 0 */
#define CALL "call0 2f \n\t"

/* One load a lap, so many byte further each time. */
#define FAR_LOOP(name, buffer, laps, stride) \
    LAPS_LOOP(name, buffer, laps, "_l32i a4, a2, 0\n\t_addi a2, a2, " stride "\n\t")

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
