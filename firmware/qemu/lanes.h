/*
 * Decides in which readings a timing table is charged side by side: as stated, with all rules at
 * their low and at their high values, and with each unsure rule alone at either.
 * What a rule charges is left to cost.h and scoreboard.h, adding it up to counts.h.
 *
 * Lanes 0 to RULE_BOUNDS - 1 are the bounds and are always charged. Those of single rules cost time
 * and are charged in the first regions only, where the host asks for them.
 */
#ifndef PIONEER_LANES_H
#define PIONEER_LANES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "rules.h"

enum { LANE_LIMIT = 128 };

/* Lanes that are charged now; it only ever falls, so that what was worked out for more still holds. */
extern unsigned lanes_active;

/* Makes the lanes of a table's unsure rules, charged in the first `regions` regions.
 * Returns 0, or -1 with the reason in `problem` [size bytes] when they are too many. */
int lanes_make(const struct rule_name *names, const struct rule_values *values, int count,
               uint64_t regions, char *problem, size_t size);

/* How many there are, charged or not. */
unsigned lanes_count(void);

/* The value of rule number `rule` in a lane. */
uint8_t lanes_value(unsigned lane, int rule, const struct rule_values *value);

/* A region is finished. */
void lanes_pass(void);

/* Writes `"rules":{"div":[40,60],...}`: the cycles of the region with that rule alone at its low and
 * at its high value, of the rules that change them; `cycles` [LANE_LIMIT]. */
void lanes_write(FILE *file, const uint64_t *cycles);

#endif
