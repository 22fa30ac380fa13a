/*
 * Decides the lines of the counts file: one JSON object a finished region, one an error.
 * Where regions begin and end is left to by_block.c.
 */
#include "region.h"

#include <inttypes.h>
#include <string.h>

#include "memory.h"

static void flush_line(struct region *region) {
    fputs("\n", region->file);
    if (fflush(region->file) != 0) {
        fputs("pioneer timing: the counts file cannot be written\n", stderr);
    }
}

void region_error(struct region *region, const char *what, unsigned id) {
    fprintf(region->file, "{\"error\":\"%s\",\"region\":%u,\"open\":", what, id);
    if (region->open) {
        fprintf(region->file, "%u}", region->id);
    } else {
        fputs("null}", region->file);
    }
    flush_line(region);
}

bool region_begin(struct region *region, unsigned id) {
    if (region->open) {
        region_error(region, "nested-begin", id);
        return false;
    }
    memset(&region->counts, 0, sizeof region->counts);
    region->id = id;
    region->open = true;
    return true;
}

bool region_may_end(struct region *region, unsigned id) {
    if (!region->open) {
        region_error(region, "end-without-begin", id);
        return false;
    }
    if (region->id != id) {
        region_error(region, "end-of-other-region", id);
        return false;
    }
    return true;
}

void region_finish(struct region *region) {
    fprintf(region->file, "{\"region\":%u,\"index\":%" PRIu64 ",", region->id,
            region->finished[region->id]);
    counts_write(region->file, &region->counts, region->has_classes, region->model);
    if (lanes_active > RULE_BOUNDS) {
        fputc(',', region->file);
        counts_write_lanes(region->file, &region->counts);
        lanes_pass();
    }
    if (memory_is_on()) {
        memory_settle(&region->counts);
        fputc(',', region->file);
        memory_write(region->file, &region->counts);
    }
    fputc('}', region->file);
    flush_line(region);
    region->finished[region->id]++;
    region->open = false;
}

void region_abandon(struct region *region) {
    if (region->open) {
        region_error(region, "unfinished", region->id);
        region->open = false;
    }
}
