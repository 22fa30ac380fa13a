/*
 * Keeps for each line the region that touched it last, so that nothing is cleared in between.
 */
#include "touched.h"

#include <stdlib.h>
#include <string.h>

uint64_t touched_region;

static struct {
    uint64_t *regions; /* [count] */
    uint32_t count;
    unsigned shift;
    uint64_t lines;
} memories[MEMORY_LIMIT];

bool touched_make(const struct memory_model *model) {
    for (unsigned i = 0; i < model->memory_count; i++) {
        memories[i].shift = model->memories[i].line_shift;
        memories[i].count = (model->memories[i].bytes >> memories[i].shift) + 1U;
        memories[i].regions = calloc(memories[i].count, sizeof *memories[i].regions);
        if (memories[i].regions == NULL) {
            return false;
        }
    }
    return true;
}

void touched_begin(void) {
    touched_region++;
    for (unsigned i = 0; i < MEMORY_LIMIT; i++) {
        memories[i].lines = 0;
    }
}

void touched_add(unsigned memory, uint32_t offset, unsigned bytes) {
    uint32_t count = memories[memory].count;
    uint32_t last = (offset + bytes - 1U) >> memories[memory].shift;
    for (uint32_t line = offset >> memories[memory].shift; line <= last; line++) {
        uint64_t *region = &memories[memory].regions[line < count ? line : line % count];
        if (*region != touched_region) {
            *region = touched_region;
            memories[memory].lines++;
        }
    }
}

uint64_t touched_lines(unsigned memory) {
    return memories[memory].lines;
}
