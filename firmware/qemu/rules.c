/*
 * Reads a timing table that the host wrote, and trusts nothing in it.
 * Charging is left to cost.c and scoreboard.c.
 */
#include "rules.h"

#include <stdio.h>
#include <string.h>

enum { MAX_CYCLES = 64, MAX_RULES = 96 };

static const char model_line[] = "model scoreboard\n";

struct reader {
    const char *const *names;
    int count;
    bool is_scoreboard;
    bool seen[MAX_RULES];
    struct rule_values *values;
    char *problem;
    size_t size;
};

static int find_rule(const struct reader *reader, const char *name) {
    int i = 0;
    while (i < reader->count && strcmp(reader->names[i], name) != 0) {
        i++;
    }
    return i < reader->count ? i : -1;
}

/* The three values of a line, the same one three times where only one is given; false if it is no rule. */
static bool split_line(const struct reader *reader, const char *line, char name[32],
                       unsigned values[RULE_BOUNDS]) {
    char rest;
    if (reader->is_scoreboard) {
        return sscanf(line, "%31s %u %u %u %c", name, &values[RULE_VALUE], &values[RULE_LOW],
                      &values[RULE_HIGH], &rest) == 4;
    }
    if (sscanf(line, "%31s %u %c", name, &values[RULE_VALUE], &rest) != 2) {
        return false;
    }
    values[RULE_LOW] = values[RULE_VALUE];
    values[RULE_HIGH] = values[RULE_VALUE];
    return true;
}

static int read_rule(struct reader *reader, const char *line) {
    char name[32];
    unsigned values[RULE_BOUNDS] = {0};
    const char *why = NULL;
    if (!split_line(reader, line, name, values)) {
        snprintf(reader->problem, reader->size, "not `rule cycles`: %.40s", line);
        return -1;
    }
    int rule = find_rule(reader, name);
    if (rule < 0) {
        why = "unknown";
    } else if (reader->seen[rule]) {
        why = "given twice";
    } else if (values[RULE_VALUE] > MAX_CYCLES || values[RULE_HIGH] > MAX_CYCLES) {
        why = "above 64 cycles";
    } else if (values[RULE_LOW] > values[RULE_VALUE] || values[RULE_VALUE] > values[RULE_HIGH]) {
        why = "outside its interval";
    }
    if (why != NULL) {
        snprintf(reader->problem, reader->size, "rule %s: %s", name, why);
        return -1;
    }
    for (int i = 0; i < RULE_BOUNDS; i++) {
        reader->values[rule].of[i] = (uint8_t)values[i];
    }
    reader->seen[rule] = true;
    return 0;
}

bool rules_are_scoreboard(const char *path) {
    char line[sizeof model_line] = {0};
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return false;
    }
    bool found = fgets(line, sizeof line, file) != NULL && strcmp(line, model_line) == 0;
    fclose(file);
    return found;
}

int rules_read(const char *path, bool is_scoreboard, const char *const *names, int count,
               struct rule_values *values, char *problem, size_t size) {
    struct reader reader = {.names = names, .count = count, .is_scoreboard = is_scoreboard,
                            .values = values, .problem = problem, .size = size};
    char line[128];
    int result = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        snprintf(problem, size, "cannot be opened");
        return -1;
    }
    if (is_scoreboard && fgets(line, sizeof line, file) == NULL) {
        result = -1;
    }
    while (result == 0 && fgets(line, sizeof line, file) != NULL) {
        result = read_rule(&reader, line);
    }
    fclose(file);
    for (int i = 0; result == 0 && i < count; i++) {
        if (!reader.seen[i]) {
            snprintf(problem, size, "rule %s is missing", names[i]);
            result = -1;
        }
    }
    return result;
}
