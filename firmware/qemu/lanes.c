/*
 * Numbers the lanes of a timing table, and says what each made of a region.
 * Which instructions ran is left to walk.c.
 */
#include "lanes.h"

#include <inttypes.h>

/* One rule alone at one of its ends. */
struct lane {
    const char *name;
    int rule;
    enum rule_bound bound;
};

static struct lane lanes[LANE_LIMIT];
static unsigned count_of_lanes = RULE_BOUNDS;
static uint64_t regions_left;

unsigned lanes_active = RULE_BOUNDS;

int lanes_make(const struct rule_name *names, const struct rule_values *values, int count,
               uint64_t regions, char *problem, size_t size) {
    regions_left = regions;
    if (regions == 0) {
        return 0;
    }
    for (int i = 0; i < count; i++) {
        for (int bound = RULE_LOW; bound <= RULE_HIGH; bound++) {
            if (values[i].of[bound] == values[i].of[RULE_VALUE]) {
                continue;
            }
            if (count_of_lanes == LANE_LIMIT) {
                snprintf(problem, size, "too many rules are unsure");
                return -1;
            }
            lanes[count_of_lanes++] = (struct lane){names[i].text, i, (enum rule_bound)bound};
        }
    }
    lanes_active = count_of_lanes;
    return 0;
}

unsigned lanes_count(void) {
    return count_of_lanes;
}

uint8_t lanes_value(unsigned lane, int rule, const struct rule_values *value) {
    if (lane < RULE_BOUNDS) {
        return value->of[lane];
    }
    return value->of[lanes[lane].rule == rule ? lanes[lane].bound : RULE_VALUE];
}

void lanes_pass(void) {
    if (regions_left != 0 && --regions_left == 0) {
        lanes_active = RULE_BOUNDS;
    }
}

void lanes_write(FILE *file, const uint64_t *cycles) {
    const char *comma = "";
    fputs("\"rules\":{", file);
    for (unsigned i = RULE_BOUNDS; i < lanes_active; i++) {
        uint64_t ends[RULE_BOUNDS] = {cycles[RULE_VALUE], cycles[RULE_VALUE], cycles[RULE_VALUE]};
        unsigned first = i;
        ends[lanes[i].bound] = cycles[i];
        if (i + 1U < lanes_active && lanes[i + 1U].rule == lanes[first].rule) {
            i++;
            ends[lanes[i].bound] = cycles[i];
        }
        if (ends[RULE_LOW] != cycles[RULE_VALUE] || ends[RULE_HIGH] != cycles[RULE_VALUE]) {
            fprintf(file, "%s\"%s\":[%" PRIu64 ",%" PRIu64 "]", comma, lanes[first].name,
                    ends[RULE_LOW], ends[RULE_HIGH]);
            comma = ",";
        }
    }
    fputc('}', file);
}
