/*
 * Decides when an in-order core of issue width 1 or 2 issues each instruction: operands that are not
 * ready, pairs that it does not form, instructions that hold the pipeline.
 * The values of the rules are left to boards/cores; which code ran to pipeline.c.
 */
#ifndef PIONEER_SCOREBOARD_H
#define PIONEER_SCOREBOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "insn.h"
#include "lanes.h"

/* RULE(name in boards/cores/ID.json). Results are counted from the last cycle that an instruction
 * holds the pipeline to the first in which a reader may issue; `pair...` is how long the younger of
 * two instructions waits for a cycle of its own: 0 pairs, 1 does not. MAYBE: only where the core has such instructions;
 * those of the FPU all or none, and those of vectors with those of low-overhead loops. */
#define SCOREBOARD_RULES(RULE, MAYBE)                                                             \
    RULE(issueWidth)           /* instructions a cycle, 1 or 2 */                                 \
    RULE(alu)                  /* result of data processing */                                    \
    RULE(aluEarly)             /* sum or move whose operands came a stage early, issued first */  \
    RULE(aluShifted)           /* inline shift, rotated constant */                               \
    RULE(simd)                 /* extend, parallel sum, SEL, CLZ */                               \
    RULE(saturating)           /* SSAT, QADD, USAD8 */                                            \
    RULE(extract)              /* bit field, REV, PKH */                                          \
    RULE(extendAdd)            /* SXTAB16 and relatives */                                        \
    RULE(mul)                  /* product */                                                      \
    RULE(mac)                  /* product and sum */                                              \
    RULE(load)                 /* word from memory */                                             \
    RULE(loadNarrow)           /* byte or halfword from memory */                                 \
    RULE(baseUpdate)           /* address register written back */                                \
    RULE(earlyOperand)         /* more for an address, a shifter or bit-field operand */          \
    MAYBE(earlyAddress)        /* more for an address, where that differs */                      \
    RULE(multiplyAfterLoad)    /* more for a factor that is a loaded word */                      \
    RULE(accumulateLate)       /* less for an accumulator */                                      \
    RULE(storeData)            /* from any result to the store of it */                           \
    RULE(loadHold)             /* load of one register holds issue */                             \
    RULE(storeHold)            /* store of one register holds issue */                            \
    RULE(multipleBase)         /* LDM, STM, PUSH, POP, LDRD, STRD hold issue: once */             \
    RULE(multipleWords)        /* and one cycle for this many words */                            \
    RULE(divHold)              /* SDIV, UDIV hold issue */                                        \
    RULE(otherHold)            /* hints, barriers, system registers hold issue */                 \
    RULE(flagsHold)            /* more for MULS and rotated constants that set flags */           \
    RULE(predictor)            /* 1: two-bit counter a conditional branch; 0: none */             \
    RULE(taken)                /* after a taken direct branch, predicted or without predictor */  \
    RULE(takenAfterFlags)      /* more when the instruction before it set the flags */            \
    RULE(call)                 /* after BL */                                                     \
    RULE(indirect)             /* after BX, BLX, moves and loads into pc */                       \
    RULE(popPc)                /* after POP and LDM into pc */                                    \
    RULE(tableBranch)          /* after TBB, TBH */                                               \
    RULE(mispredicted)         /* after a branch that went the other way */                       \
    MAYBE(exceptionEntry)      /* from the last instruction to the handler's first */             \
    MAYBE(exceptionReturn)     /* after the branch that ends the handler */                       \
    RULE(pairAny)              /* any two instructions */                                         \
    RULE(pairFolded)           /* branch or IT behind, anything behind NOP: two bytes each */     \
    MAYBE(pairLight)           /* ADD, SUB of a constant, MOV, extends, NOP, IT or branch beside any: two bytes each */ \
    RULE(pairShifted)          /* two inline shifts or rotated constants */                       \
    RULE(pairExtract)          /* bit field unit and inline shift */                              \
    RULE(pairSimd)             /* SIMD, saturating or bit-field behind anything */                \
    RULE(pairMultiply)         /* two products */                                                 \
    RULE(pairStores)           /* two stores */                                                   \
    RULE(pairMultiplyStore)    /* product and store */                                            \
    RULE(pairLoadsSameBank)    /* two loads whose words are both even or both odd */              \
    RULE(pairLoadsUnknownBank) /* two loads from different base registers */                      \
    MAYBE(pairFloat)           /* two sums or products of the FPU */                              \
    MAYBE(pairFloatMacMove)    /* FPU multiply-accumulate and FPU transfer */                     \
    MAYBE(fpuMove)             /* move, compare, conversion into an FPU register */               \
    MAYBE(fpuToCore)           /* move from the FPU to a core register */                         \
    MAYBE(fpuArithmetic)       /* VADD, VSUB, VMUL */                                             \
    MAYBE(fpuMac)              /* VMLA, VFMA, to any reader but the next line's */                \
    MAYBE(fpuMacAccumulate)    /* the same, to an accumulator */                                  \
    MAYBE(fpuMacBusy)          /* from VMLA, VFMA to the next FPU instruction */                  \
    MAYBE(fpuLoad)             /* VLDR, VLDM */                                                   \
    MAYBE(fpuLoadAccumulate)   /* the same, to an accumulator */                                  \
    MAYBE(fpuStoreLate)        /* less for data of VSTR */                                        \
    MAYBE(fpuDivHold)          /* VDIV, VSQRT hold issue */                                       \
    MAYBE(fpuDouble)           /* sum or product of doubles holds issue */                        \
    MAYBE(fpuDoubleMac)        /* VFMA of doubles holds issue */                                  \
    MAYBE(fpuDoubleDiv)        /* VDIV, VSQRT of doubles hold issue */                            \
    MAYBE(vectorBeats)         /* a vector instruction keeps its pipe from the next one */        \
    MAYBE(vectorShort)         /* sums, logic, compares, shifts, lanes */                         \
    MAYBE(vectorLong)          /* products, shifts that round or saturate, conversions */         \
    MAYBE(vectorLengthened)    /* VMOVL, VSHLL, VSLI, VSRI */                                     \
    MAYBE(vectorNarrowed)      /* VMOVN, VSHRN and relatives, to any reader, stores included */   \
    MAYBE(vectorLoad)          /* VLDR of consecutive elements */                                 \
    MAYBE(vectorInterleaved)   /* VLD2, VLD4 */                                                   \
    MAYBE(vectorGather)        /* VLDR at a vector of addresses */                                \
    MAYBE(vectorGatherAddress) /* more for that vector */                                         \
    MAYBE(vectorGatherHold)    /* such a transfer keeps the memory pipe */                        \
    MAYBE(vectorReduced)       /* VMLADAV, VADDV, to the next one's accumulator */                \
    MAYBE(vectorToCore)        /* more to any other reader */                                     \
    MAYBE(vectorAcross)        /* VMAXV, VABAV */                                                 \
    MAYBE(vectorStoreLate)     /* less for data of VSTR */                                        \
    MAYBE(vectorLoadAfterStore) /* more for a load two cycles after VSTR */                       \
    MAYBE(vectorShared)        /* scalar loads and stores wait for the memory pipe: 1; 0: they do not */ \
    MAYBE(loopStart)           /* DLS, WLS hold issue */                                          \
    MAYBE(loopFirst)           /* first way back of LE, itself included */                        \
    MAYBE(loopBack)            /* the others */                                                   \
    MAYBE(loopLeave)           /* LE when the loop ends */

enum scoreboard_rule {
#define SCOREBOARD_ENUM(name) RULE_##name,
    SCOREBOARD_RULES(SCOREBOARD_ENUM, SCOREBOARD_ENUM)
#undef SCOREBOARD_ENUM
    SCOREBOARD_RULE_COUNT
};

struct scoreboard_rules {
    uint8_t of[SCOREBOARD_RULE_COUNT];
    bool lacks[SCOREBOARD_RULE_COUNT]; /* rules that the core's table does not have */
};

/* Where an operand is needed, in the order of the stages. */
enum core_reader {
    READER_ADDRESS,
    READER_EARLY,
    READER_OPERAND,
    READER_FACTOR,
    READER_ACCUMULATOR,
    READER_STORE,
    READER_VECTOR,
    CORE_READERS
};
enum fpu_reader { FPU_OPERAND, FPU_ACCUMULATOR, FPU_STORE, FPU_READERS };

enum { SCOREBOARD_PIPES = 3 }; /* those of enum insn_pipe that can be busy, from PIPE_MEMORY on */

/* What the next instruction can see of those before it. Bytes only, so that equal states compare
 * equal; times are cycles after the last issue, 0: in the same cycle. */
struct scoreboard {
    uint8_t core[CORE_READERS][15];
    uint8_t fpu[FPU_READERS][32];
    uint8_t fpu_busy;
    uint8_t pipe_busy[SCOREBOARD_PIPES];
    uint8_t stored;        /* cycles until VSTR lies more than two back */
    uint8_t issued;        /* instructions in the last cycle; 0: nothing may join it */
    uint8_t traits[2];     /* of the last one, low byte first */
    uint8_t base;          /* its address register, if it is a load; 15: not known */
    uint8_t bank;          /* 0: even word, 1: odd word, from that register */
    uint8_t sets_flags;
    uint8_t follows_flags; /* a branch right after an instruction that sets flags */
};

/* Reads a table into a set of rules for every lane; each unsure rule is varied alone in the first
 * `varied` regions. Returns 0, or -1 with the reason in `problem` [size bytes]. */
int scoreboard_read(struct scoreboard_rules rules[LANE_LIMIT], const char *path, uint64_t varied,
                    char *problem, size_t size);

/* Issues one instruction; returns by how many cycles its last one lies after the last issue. */
unsigned scoreboard_issue(struct scoreboard *board, const struct scoreboard_rules *rules,
                          const struct insn *insn);

/* Lets `cycles` pass, and nothing join the last cycle. */
void scoreboard_wait(struct scoreboard *board, unsigned cycles);

/* Cycles lost when control leaves the straight line at `insn`, the last one issued, as predicted. */
unsigned scoreboard_taken(const struct scoreboard *board, const struct scoreboard_rules *rules,
                          const struct insn *insn);

#endif
