/*
 * Decides how many cycles an instruction is charged on a single-issue Cortex-M core, by a table.
 * The values of the rules are left to boards/cores; what they mean is said beside each name.
 */
#ifndef PIONEER_COST_H
#define PIONEER_COST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "insn.h"
#include "lanes.h"
#include "rules.h"

/* RULE(name in boards/cores/ID.json): all in cycles; MAYBE: only where the core has such instructions. */
#define COST_RULES(RULE, MAYBE)                                                                 \
    RULE(alu)                   /* one data-processing instruction */                           \
    RULE(mul)                   /* multiply without accumulator */                              \
    MAYBE(mac)                  /* multiply-accumulate */                                       \
    MAYBE(div)                  /* SDIV, UDIV */                                                \
    RULE(load)                  /* load of one register that is not pipelined */                \
    RULE(loadPipelined)         /* load right after a load, address independent of it */        \
    MAYBE(loadUnaligned)        /* loadPipelined, when it has four bytes at no multiple of 4 */     \
    RULE(loadAfterStore)        /* load right after a store, address independent of it */       \
    RULE(store)                 /* store of one register, immediate offset */                   \
    RULE(storeAfterLoad)        /* the same right after a load, address independent of it */    \
    MAYBE(storeRegisterOffset)  /* store of one register, register offset */                    \
    MAYBE(multipleBase)         /* LDM, STM, LDRD, STRD, PUSH, POP: once */                     \
    MAYBE(multipleWord)         /* and for each word */                                         \
    RULE(branch)                /* branch not taken; a taken one adds branchRefill */           \
    RULE(branchRefill)          /* pipeline refill of a taken branch */                         \
    RULE(callRefill)            /* the same of BL and BLX */                                    \
    MAYBE(popPcRefill)          /* the same of POP and LDM into pc */                           \
    MAYBE(branchToUnaligned)    /* added where four bytes at no multiple of 4 are branched to */    \
    MAYBE(fetchGroup)           /* added once to three or more of those in a row */                 \
    MAYBE(tableBranchRefill)    /* added to load by TBB and TBH */                              \
    MAYBE(loadPcRefill)         /* added by LDR into pc */                                      \
    MAYBE(exceptionEntry)       /* from the last instruction to the handler's first */          \
    MAYBE(exceptionReturn)      /* added by the branch that ends the handler, without a refill */ \
    RULE(addressAfterResult)    /* address formed from the previous instruction's result */     \
    MAYBE(loadUse)              /* added to what reads the register that was loaded just before */ \
    MAYBE(it)                   /* IT */                                                        \
    MAYBE(conditionFailed)      /* an instruction its IT block skips */                         \
    RULE(other)                 /* hints, barriers, system registers */                         \
    MAYBE(fpu)                  /* FPU move, compare, conversion */                             \
    MAYBE(fpuArithmetic)        /* VADD, VSUB, VMUL */                                          \
    MAYBE(fpuArithmeticResult)  /* added when the next instruction reads that result */         \
    MAYBE(fpuMac)               /* VMLA, VFMA and relatives */                                  \
    MAYBE(fpuDiv)               /* VDIV, VSQRT */                                               \
    MAYBE(fpuLoad)              /* VLDR of a single */                                          \
    MAYBE(fpuStore)             /* VSTR of a single */

enum cost_rule {
#define COST_ENUM(name) COST_##name,
    COST_RULES(COST_ENUM, COST_ENUM)
#undef COST_ENUM
    COST_RULE_COUNT
};

struct cost_table {
    uint8_t cycles[LANE_LIMIT][COST_RULE_COUNT];
    bool lacks[COST_RULE_COUNT]; /* rules that the core's table does not have */
};

/* Reads the rules; each unsure one is varied alone in the first `varied` regions.
 * Returns 0, or -1 with the reason in `problem` [size bytes]. */
int cost_read(struct cost_table *table, const char *path, uint64_t varied, char *problem,
              size_t size);

/* Cycles of `insn` in a lane, when `previous` (NULL: unknown) issued just
 * before it and control does not leave the straight line; a memory instruction under IT counts as
 * skipped. */
unsigned cost_cycles(const struct cost_table *table, unsigned lane, const struct insn *previous,
                     const struct insn *insn);

/* Cycles to add when a memory instruction under IT turns out to have run. */
unsigned cost_of_running(const struct cost_table *table, unsigned lane, const struct insn *insn);

/* Cycles to add when control leaves the straight line at `insn`. */
unsigned cost_refill(const struct cost_table *table, unsigned lane, const struct insn *insn);

/* The same three by the fixed `simple-m4` rule: load 2, load or store right after a single load or
 * store 1, transfers of N words 1 + N, taken branch + 2, everything else 1. */
unsigned cost_simple_cycles(const struct insn *previous, const struct insn *insn);
unsigned cost_simple_of_running(const struct insn *insn);
enum { COST_SIMPLE_REFILL = 2 };

/* False for an instruction that a core with this table does not have. */
bool cost_knows(const struct cost_table *table, const struct insn *insn);

/* True for a memory instruction whose run is only known from its accesses. */
int cost_is_dynamic(const struct insn *insn);

/* True when the charge supposes that a conditional instruction ran, which nothing can show. */
int cost_is_assumed(const struct insn *insn);

#endif
