/*
 * Decides the cycles of a stream of blocks and branches on a scoreboard core, in every lane of its
 * table.
 * What one instruction does is left to scoreboard.c, which blocks run to walk.c.
 *
 * A block's cycles follow from the state it is entered in, so that each (block, state) is worked out
 * once and looked up from then on: nothing is approximated by it, and states are few.
 */
#ifndef PIONEER_PIPELINE_H
#define PIONEER_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "insn.h"
#include "lanes.h"

struct block;
struct passage;

/* What the pipeline is in between two blocks, in every lane. */
struct front;

/* How control went on behind the last instruction. */
enum transfer {
    TRANSFER_NONE,      /* it is no branch */
    TRANSFER_TAKEN,
    TRANSFER_UNTAKEN,
    TRANSFER_INTERRUPT, /* to somewhere that no instruction names: a handler of an exception */
    TRANSFER_RETURN,    /* from there to what it interrupted */
};

/* Reads the rules; each unsure one is varied alone in the first `varied` regions.
 * Returns 0, or -1 with the reason in `problem` [size bytes]. */
int pipeline_read(const char *path, uint64_t varied, char *problem, size_t size);

/* True once rules are read; without them nothing below may be called. */
bool pipeline_is_on(void);

/* False for an instruction that a core with these rules does not have. */
bool pipeline_knows(const struct insn *insn);

/* Starts a region with nothing in the pipeline. */
void pipeline_begin(void);

/* Where it is now; equal ones have one address. NULL when there are too many. */
const struct front *pipeline_front(void);

/* Goes on from there. */
void pipeline_resume(const struct front *front);

/* Runs instructions [from, to) of a block; adds to cycles [lanes_active]. */
void pipeline_run(struct block *block, unsigned from, unsigned to, int *cycles);

/* Leaves the last instruction, `insn` at `pc`; adds what that loses to cycles. */
void pipeline_leave(const struct insn *insn, uint32_t pc, enum transfer transfer,
                    int *cycles);

/* True for a branch that the core keeps a counter for: one with a condition and a target of its own. */
bool pipeline_predicts(const struct insn *insn);

#endif
