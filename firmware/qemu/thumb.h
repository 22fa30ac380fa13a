/*
 * Decides what a Thumb-2 instruction of ARMv7E-M with FPv4-SP is: kind, registers, bytes, control
 * flow.
 * What it costs is left to cost.c; whether it ran is left to plugin.c.
 * Encodings: ARMv7-M Architecture Reference Manual, chapters A5 to A7.
 */
#ifndef PIONEER_THUMB_H
#define PIONEER_THUMB_H

#include <stdint.h>

/* Finer than the classes of the counts file: one value for each way of costing. */
enum thumb_kind {
    KIND_ALU,
    KIND_MUL,            /* product without accumulator, dual products included */
    KIND_MAC,            /* product added to an accumulator */
    KIND_DIV,
    KIND_LOAD,           /* one register from memory */
    KIND_LOAD_MULTIPLE,  /* LDM, POP, LDRD, VLDM, VLDR of a double */
    KIND_STORE,
    KIND_STORE_MULTIPLE,
    KIND_BRANCH,         /* B, BL, BX, BLX, CBZ, CBNZ, moves and sums into pc */
    KIND_TABLE_BRANCH,   /* TBB, TBH */
    KIND_FPU,            /* moves, compares, conversions */
    KIND_FPU_ARITHMETIC, /* add, subtract, multiply */
    KIND_FPU_MAC,
    KIND_FPU_DIV,        /* divide, square root */
    KIND_IT,
    KIND_OTHER,          /* hints, barriers, system registers, exceptions */
    KIND_COUNT
};

/* How an arithmetic instruction uses the stages of a pipeline. */
enum thumb_group {
    GROUP_PLAIN,      /* logic, tests, reversed subtraction */
    GROUP_SUM,        /* add, subtract, move, shift: able to finish a stage early */
    GROUP_SHIFTED,    /* with an operand shifted inline, or a constant made by rotating eight bits */
    GROUP_SIMD,       /* extends, parallel sums, SEL, CLZ */
    GROUP_SATURATING, /* SSAT, QADD, USAD8 */
    GROUP_EXTRACT,    /* bit fields, REV, RBIT, PKH */
    GROUP_EXTEND_ADD, /* SXTAB16 and relatives */
};

enum thumb_flag {
    THUMB_LOADS = 1 << 0,       /* reads memory */
    THUMB_STORES = 1 << 1,      /* writes memory */
    THUMB_CONDITIONAL = 1 << 2, /* own condition (B<c>, CBZ) or, set by the caller, an IT block's */
    THUMB_WRITES_PC = 1 << 3,   /* control may leave the straight line */
    THUMB_DIRECT = 1 << 4,      /* `displacement` is the target */
    THUMB_REGISTER_OFFSET = 1 << 5,
    THUMB_EXCLUSIVE = 1 << 6,   /* a store that may fail */
    THUMB_FP = 1 << 7,          /* moves FPU registers */
    THUMB_UNDECODED = 1 << 8,   /* not an encoding of this architecture */
    THUMB_SETS_FLAGS = 1 << 9,  /* the condition flags */
    THUMB_NOP = 1 << 10,        /* a two-byte hint */
    THUMB_CALL = 1 << 11,       /* BL, BLX */
    THUMB_OFFSET = 1 << 12,     /* `offset` is what a transfer adds to its base register */
    THUMB_DOUBLE = 1 << 13,     /* FPU arithmetic on doubles */
};

struct thumb_insn {
    uint8_t size;         /* 2 or 4 [byte] */
    uint8_t kind;         /* enum thumb_kind */
    uint8_t words;        /* registers moved by a multiple transfer, 0..32 */
    uint8_t bytes;        /* moved when it runs, 0..128 */
    uint8_t it_length;    /* instructions an IT governs, 0..4 */
    uint8_t group;        /* enum thumb_group, of KIND_ALU */
    int16_t offset;       /* with THUMB_OFFSET [byte] */
    uint16_t flags;       /* enum thumb_flag */
    uint16_t writes;      /* core registers written, bit n = rn; pc excluded */
    uint16_t updates;     /* those of writes that are an address written back */
    uint16_t address;     /* core registers the address is formed from; pc excluded */
    uint16_t reads;       /* all core registers read, those of address and the next four included */
    uint16_t operands;    /* read where the pipeline does its sums and products */
    uint16_t shifts;      /* read through the shifter or by a bit-field unit */
    uint16_t accumulates; /* read to add a product to */
    uint16_t stores;      /* read as data for memory */
    uint32_t fp_writes;   /* single registers written, bit n = sn */
    uint32_t fp_reads;
    uint32_t fp_accumulates; /* those of fp_reads that a product is added to */
    int32_t displacement; /* of a direct branch, from its own address [byte] */
};

/* True when the first halfword opens a four-byte instruction. */
int thumb_is_wide(uint16_t first);

/* Decodes one instruction; `second` is ignored for a narrow one. Never fails: an encoding it does
 * not know is KIND_OTHER with THUMB_UNDECODED. */
struct thumb_insn thumb_decode(uint16_t first, uint16_t second);

/* The parts of the decoder, each for its own encoding space. */
void thumb_decode_narrow(struct thumb_insn *insn, uint16_t op);
void thumb_decode_wide(struct thumb_insn *insn, uint16_t first, uint16_t second);
void thumb_decode_fpu(struct thumb_insn *insn, uint16_t first, uint16_t second);

/* Bits [high:low] of a halfword. */
static inline unsigned thumb_bits(unsigned value, unsigned high, unsigned low) {
    return (value >> low) & ((1U << (high - low + 1U)) - 1U);
}

/* Mask of one core register; pc is control flow, not data, and gives 0. */
static inline uint16_t thumb_register(unsigned number) {
    return (uint16_t)((1U << number) & 0x7fffU);
}

static inline void thumb_undecoded(struct thumb_insn *insn) {
    insn->kind = KIND_OTHER;
    insn->flags |= THUMB_UNDECODED;
}

#endif
