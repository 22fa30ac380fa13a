/*
 * Decides which region is open and what the counts file says of it.
 * What happened inside is left to the counts that plugin.c fills.
 */
#ifndef PIONEER_REGION_H
#define PIONEER_REGION_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "counts.h"

enum { REGION_LIMIT = 16 }; /* elements of pioneer_region_begin and pioneer_region_end */

struct region {
    FILE *file;
    bool has_classes; /* instructions are decoded */
    enum rules_model model; /* what charges cycles; RULES_UNKNOWN: nothing */
    bool open;
    unsigned id;
    struct counts counts;
    uint64_t finished[REGION_LIMIT];
};

/* Opens region `id` with zero counts. False, with an error line, when one is open already: it stays
 * open and the new one is ignored. */
bool region_begin(struct region *region, unsigned id);

/* True when `id` is the open region and its counts may be completed for region_finish.
 * False, with an error line, when another or none is open; an open one stays open. */
bool region_may_end(struct region *region, unsigned id);

/* Writes the line of the open region, flushed, and closes the region. */
void region_finish(struct region *region);

/* An error line for a region left open, when the emulator ends. */
void region_abandon(struct region *region);

/* An error line: what is one word with hyphens. */
void region_error(struct region *region, const char *what, unsigned id);

#endif
