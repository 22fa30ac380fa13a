/*
 * Reads a timing table that the host wrote, and trusts nothing in it.
 * Charging is left to cost.c and scoreboard.c.
 */
#include "rules.h"

#include <stdio.h>
#include <string.h>

enum { MAX_CYCLES = 64 };

static const char *const model_lines[] = {
    [RULES_PREDECESSOR] = "model predecessor\n",
    [RULES_PREDECESSOR_SIMPLE] = "model predecessor simple-m4\n",
    [RULES_SCOREBOARD] = "model scoreboard\n",
};

struct reader {
    const struct rule_name *names;
    int count;
    struct rule_values *values;
    char *problem;
    size_t size;
};

static int find_rule(const struct reader *reader, const char *name) {
    int i = 0;
    while (i < reader->count && strcmp(reader->names[i].text, name) != 0) {
        i++;
    }
    return i < reader->count ? i : -1;
}

/* The three values of a line; false if it is no rule. */
static bool split_line(const char *line, char name[32], unsigned values[RULE_BOUNDS]) {
    char rest;
    return sscanf(line, "%31s %u %u %u %c", name, &values[RULE_VALUE], &values[RULE_LOW],
                  &values[RULE_HIGH], &rest) == 4;
}

static int read_rule(struct reader *reader, const char *line) {
    char name[32];
    unsigned values[RULE_BOUNDS] = {0};
    const char *why = NULL;
    if (!split_line(line, name, values)) {
        snprintf(reader->problem, reader->size, "not `rule value low high`: %.40s", line);
        return -1;
    }
    int rule = find_rule(reader, name);
    if (rule < 0) {
        why = "unknown";
    } else if (reader->values[rule].is_given) {
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
    reader->values[rule].is_given = true;
    return 0;
}

enum rules_model rules_model_of(const char *path) {
    char line[32] = {0};
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return RULES_UNKNOWN;
    }
    bool is_read = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    for (int model = RULES_PREDECESSOR; is_read && model <= RULES_SCOREBOARD; model++) {
        if (strcmp(line, model_lines[model]) == 0) {
            return (enum rules_model)model;
        }
    }
    return RULES_UNKNOWN;
}

/* Rules that come all at once: of the FPU, of vectors with low-overhead loops. 0: any other rule. */
static int unit_of(const char *name) {
    enum { NONE, FPU, VECTORS };
    if (strncmp(name, "fpu", 3) == 0 || strncmp(name, "pairFloat", 9) == 0) {
        return FPU;
    }
    return strncmp(name, "vector", 6) == 0 || strncmp(name, "loop", 4) == 0 ? VECTORS : NONE;
}

/* True for a table of a core with that unit, which then needs all rules of it. */
static bool has_unit(const struct rule_name *names, const struct rule_values *values, int count,
                     int unit) {
    bool found = false;
    for (int i = 0; unit != 0 && i < count; i++) {
        found = found || (values[i].is_given && unit_of(names[i].text) == unit);
    }
    return found;
}

int rules_read(const char *path, const struct rule_name *names, int count,
               struct rule_values *values, char *problem, size_t size) {
    struct reader reader = {.names = names, .count = count, .values = values, .problem = problem,
                            .size = size};
    char line[128];
    int result = 0;
    FILE *file = fopen(path, "r");
    memset(values, 0, (size_t)count * sizeof *values);
    if (file == NULL) {
        snprintf(problem, size, "cannot be opened");
        return -1;
    }
    if (fgets(line, sizeof line, file) == NULL || rules_model_of(path) == RULES_UNKNOWN) {
        snprintf(problem, size, "does not begin with its model");
        result = -1;
    }
    while (result == 0 && fgets(line, sizeof line, file) != NULL) {
        result = read_rule(&reader, line);
    }
    fclose(file);
    for (int i = 0; result == 0 && i < count; i++) {
        bool may_lack = names[i].is_optional &&
                        !has_unit(names, values, count, unit_of(names[i].text));
        if (!values[i].is_given && !may_lack) {
            snprintf(problem, size, "rule %s is missing", names[i].text);
            result = -1;
        }
    }
    return result;
}
