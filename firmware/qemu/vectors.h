/*
 * Decides when a vector instruction finds its pipe free and its addresses ready, and when its own results are.
 * Operands as such, and all of the scalar core, are left to scoreboard.c.
 */
#ifndef PIONEER_VECTORS_H
#define PIONEER_VECTORS_H

#include "scoreboard.h"

/* The first cycle from `cycle` on in which the pipes that `insn` shares with vectors take it. */
unsigned vectors_ready(const struct scoreboard *board, const struct scoreboard_rules *rules,
                       const struct insn *insn, unsigned cycle);

/* Notes what `insn`, a vector instruction that issues now, keeps busy and writes; not its base register. */
void vectors_issue(struct scoreboard *board, const uint8_t *rules, const struct insn *insn);

#endif
