/*
 * Decides whether an instruction can join the one issued before it in the same cycle.
 * Whether its operands are ready is left to scoreboard.c.
 */
#ifndef PIONEER_PAIRING_H
#define PIONEER_PAIRING_H

#include <stdbool.h>

#include "scoreboard.h"

/* True when `insn`, its operands ready, still waits for a cycle of its own. */
bool pairing_waits(const struct scoreboard *board, const struct scoreboard_rules *rules,
                   const struct insn *insn);

/* Notes `insn` as the last one issued. */
void pairing_note(struct scoreboard *board, const struct insn *insn);

#endif
