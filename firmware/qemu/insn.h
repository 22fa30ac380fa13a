/*
 * Decides what the plugin knows of an instruction, whatever its set: kind, registers, bytes, control
 * flow.
 * Decoding is left to a file a set (thumb.h, riscv.h, xtensa.h); what it costs to cost.c and scoreboard.c; whether it
 * ran to walk.c.
 */
#ifndef PIONEER_INSN_H
#define PIONEER_INSN_H

#include <stdint.h>

/* Finer than the classes of the counts file: one value for each way of costing. */
enum insn_kind {
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
enum insn_group {
    GROUP_PLAIN,      /* logic, tests, reversed subtraction */
    GROUP_SUM,        /* add, subtract, move, shift: able to finish a stage early */
    GROUP_SHIFTED,    /* with an operand shifted inline, or a constant made by rotating eight bits */
    GROUP_SIMD,       /* extends, parallel sums, SEL, CLZ */
    GROUP_SATURATING, /* SSAT, QADD, USAD8 */
    GROUP_EXTRACT,    /* bit fields, REV, RBIT, PKH */
    GROUP_EXTEND_ADD, /* SXTAB16 and relatives */
};

/* Where a vector instruction, or one of the FPU beside it, is worked on. */
enum insn_pipe {
    PIPE_NONE,     /* no vector instruction */
    PIPE_MEMORY,
    PIPE_INTEGER,
    PIPE_MULTIPLY, /* products, floats, compares */
    PIPE_CONTROL,  /* predicates: never busy */
};

/* When the result of a vector instruction is ready. */
enum insn_result {
    RESULT_SHORT,
    RESULT_LONG,
    RESULT_LENGTHENED,  /* elements of twice the width, bits inserted */
    RESULT_NARROWED,    /* of half the width */
    RESULT_LOADED,
    RESULT_GATHERED,    /* at a vector of addresses */
    RESULT_INTERLEAVED,
    RESULT_REDUCED,     /* a sum in core registers */
    RESULT_ACROSS,      /* an extreme in a core register */
};

enum insn_flag {
    INSN_LOADS = 1 << 0,       /* reads memory */
    INSN_STORES = 1 << 1,      /* writes memory */
    INSN_CONDITIONAL = 1 << 2, /* own condition (B<c>, CBZ) or, set by the caller, an IT block's */
    INSN_WRITES_PC = 1 << 3,   /* control may leave the straight line */
    INSN_DIRECT = 1 << 4,      /* `displacement` is the target */
    INSN_REGISTER_OFFSET = 1 << 5,
    INSN_EXCLUSIVE = 1 << 6,   /* a store that may fail */
    INSN_FP = 1 << 7,          /* moves FPU registers */
    INSN_UNDECODED = 1 << 8,   /* not an encoding of this architecture */
    INSN_SETS_FLAGS = 1 << 9,  /* the condition flags */
    INSN_NOP = 1 << 10,        /* a two-byte hint */
    INSN_CALL = 1 << 11,       /* BL, BLX */
    INSN_OFFSET = 1 << 12,     /* `offset` is what a transfer adds to its base register */
    INSN_DOUBLE = 1 << 13,     /* FPU arithmetic on doubles */
    INSN_LOOP = 1 << 14,       /* opens a zero-overhead loop that ends at `displacement` */
    INSN_VECTOR = 1 << 15,     /* of the vector extension: `pipe` and `result` say how it is worked on */
    INSN_ELEMENTS = 1 << 16,   /* a vector transfer: only its accesses tell the bytes */
    INSN_LOW_OVERHEAD = 1 << 17, /* DLS, WLS, LE and relatives */
    INSN_LIGHT = 1 << 18,      /* two bytes that some cores issue beside any other two: ADD, SUB of a
                                  constant, MOV, extends */
};

struct insn {
    uint8_t size;         /* 2 to 4 [byte] */
    uint8_t kind;         /* enum insn_kind */
    uint8_t words;        /* registers moved by a multiple transfer, 0..32 */
    uint8_t bytes;        /* moved when it runs, 0..128 */
    uint8_t it_length;    /* instructions an IT governs, 0..4 */
    uint8_t unaligned;    /* set by the caller: it and so many - 1 right before it in its block have
                             four bytes at addresses that are no multiple of 4; at most 4 */
    uint8_t group;        /* enum insn_group, of KIND_ALU */
    uint8_t pipe;         /* enum insn_pipe */
    uint8_t result;       /* enum insn_result, with INSN_VECTOR */
    int16_t offset;       /* with INSN_OFFSET [byte] */
    uint32_t flags;       /* enum insn_flag */
    uint32_t writes;      /* core registers written, bit n = rn; pc excluded */
    uint32_t updates;     /* those of writes that are an address written back */
    uint32_t address;     /* core registers the address is formed from; pc excluded */
    uint32_t reads;       /* all core registers read, those of address and the next four included */
    uint32_t operands;    /* read where the pipeline does its sums and products */
    uint32_t shifts;      /* read through the shifter or by a bit-field unit */
    uint32_t accumulates; /* read to add a product to */
    uint32_t stores;      /* read as data for memory */
    uint32_t fp_writes;   /* single registers written, bit n = sn */
    uint32_t fp_reads;
    uint32_t fp_address;     /* those that elements' addresses are formed from */
    uint32_t fp_accumulates; /* those of fp_reads that a product is added to */
    int32_t displacement; /* of a direct branch, from its own address [byte] */
};

/* Bits [high:low] of an instruction. */
static inline unsigned insn_bits(unsigned value, unsigned high, unsigned low) {
    return (value >> low) & ((1U << (high - low + 1U)) - 1U);
}

/* True for LE: the end of a low-overhead loop, and the way back. */
static inline int insn_ends_loop(const struct insn *insn) {
    return (insn->flags & INSN_LOW_OVERHEAD) != 0 && insn->kind == KIND_BRANCH &&
           insn->displacement < 0;
}

/* Leaves of an instruction no more than its size. */
static inline void insn_undecoded(struct insn *insn) {
    *insn = (struct insn){.size = insn->size, .kind = KIND_OTHER, .flags = INSN_UNDECODED};
}

#endif
