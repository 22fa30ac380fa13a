/*
 * Decides what a timing table's text has to be: one line a rule, each rule exactly once.
 * What the rules mean is left to cost.h and scoreboard.h.
 */
#ifndef PIONEER_RULES_H
#define PIONEER_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A rule's value, and how low and high the truth may be. */
enum rule_bound { RULE_VALUE, RULE_LOW, RULE_HIGH, RULE_BOUNDS };

struct rule_values {
    uint8_t of[RULE_BOUNDS]; /* 0..64 */
};

/* True when the file opens with the line `model scoreboard`. */
bool rules_are_scoreboard(const char *path);

/* Reads `count` rules: lines `rule value low high` behind `model scoreboard`, else lines `rule cycles`.
 * Returns 0, or -1 with the reason in `problem` [size bytes]. */
int rules_read(const char *path, bool is_scoreboard, const char *const *names, int count,
               struct rule_values *values, char *problem, size_t size);

#endif
