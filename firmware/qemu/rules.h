/*
 * Decides what a timing table's text has to be: one line a rule, each rule at most once.
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
    uint8_t of[RULE_BOUNDS]; /* 0..64; 0 when not given */
    bool is_given;
};

/* A rule that a table may have. */
struct rule_name {
    const char *text;
    bool is_optional; /* missing where the core has no such instruction; the FPU's and the vectors' all at once */
};

/* What a table's first line names. */
enum rules_model {
    RULES_UNKNOWN,
    RULES_PREDECESSOR,        /* `model predecessor` */
    RULES_PREDECESSOR_SIMPLE, /* `model predecessor simple-m4`: a cruder rule is charged beside it */
    RULES_SCOREBOARD,         /* `model scoreboard` */
};

/* The model of a table; RULES_UNKNOWN too when there is no such file. */
enum rules_model rules_model_of(const char *path);

/* Reads `count` rules: behind the model's line, lines `rule value low high`.
 * Returns 0, or -1 with the reason in `problem` [size bytes]. */
int rules_read(const char *path, const struct rule_name *names, int count,
               struct rule_values *values, char *problem, size_t size);

#endif
