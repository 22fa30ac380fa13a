/*
 * Keeps the stack of calls and the counts of every cell: a place under the places it was called from.
 * Memory is bounded by limits below; what exceeds them is counted in the cell that was reached.
 */
#include "profile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

enum {
    NO_PLACE = 65535,
    CODE_LIMIT = 1 << 24, /* bytes from the first place to the end of the last */
    CELL_LIMIT = 4096,
    SPAN_LIMIT = 400000,
    DEPTH_LIMIT = 64,
};

/* A place under the cell that called it; cell 0 is the caller of what nothing called. */
struct cell {
    unsigned caller;
    uint16_t place;
    struct counts counts;
    uint64_t stalls[STALL_COUNT];
};

struct frame {
    uint32_t back;   /* where control returns to */
    uint32_t entry;  /* of the function that was called */
    unsigned caller; /* the cell that called */
};

struct span {
    uint64_t begin;
    uint64_t length;
    uint32_t pass;
    uint32_t cell;
};

static struct {
    uint32_t base;
    uint32_t size;
    uint16_t *place; /* [size], of each address */
    uint8_t *is_entry;
} code;

static struct cell *cells;
static unsigned cell_count;
static struct frame frames[DEPTH_LIMIT];
static unsigned depth;
static unsigned current;

static struct span *spans;
static unsigned span_count;
static unsigned traced_passes;
static unsigned pass;

static struct counts charged; /* the region's counts that cells have */
static enum counter clock;    /* what spans are measured in */
static uint64_t span_begin;

static int refuse(char *problem, size_t size, const char *why) {
    snprintf(problem, size, "%s", why);
    return -1;
}

struct line {
    uint32_t begin;
    uint32_t end;
    unsigned place;
    unsigned is_entry;
};

/* False at the end of the file or at a line that is none. */
static bool read_line(FILE *file, struct line *line) {
    return fscanf(file, "%" SCNx32 " %" SCNx32 " %u %u", &line->begin, &line->end, &line->place,
                  &line->is_entry) == 4;
}

static int measure(FILE *file, char *problem, size_t size) {
    struct line line;
    uint32_t low = UINT32_MAX;
    uint32_t high = 0;
    while (read_line(file, &line)) {
        if (line.begin >= line.end || line.place >= NO_PLACE) {
            return refuse(problem, size, "a place ends before it begins, or has no number");
        }
        low = line.begin < low ? line.begin : low;
        high = line.end > high ? line.end : high;
    }
    if (!feof(file) || high <= low) {
        return refuse(problem, size, "not a list of places");
    }
    if (high - low > CODE_LIMIT) {
        return refuse(problem, size, "the places lie more than 16 MiB apart");
    }
    code.base = low;
    code.size = high - low;
    return 0;
}

static int allocate(char *problem, size_t size) {
    code.place = malloc(code.size * sizeof *code.place);
    code.is_entry = calloc(code.size, 1);
    cells = calloc(CELL_LIMIT, sizeof *cells);
    spans = calloc(SPAN_LIMIT, sizeof *spans);
    if (code.place == NULL || code.is_entry == NULL || cells == NULL || spans == NULL) {
        return refuse(problem, size, "out of memory");
    }
    memset(code.place, 0xff, code.size * sizeof *code.place);
    return 0;
}

static void fill(FILE *file) {
    struct line line;
    while (read_line(file, &line)) {
        for (uint32_t at = line.begin; at < line.end; at++) {
            code.place[at - code.base] = (uint16_t)line.place;
        }
        code.is_entry[line.begin - code.base] |= line.is_entry != 0;
    }
}

int profile_read(const char *path, unsigned passes, enum rules_model model, char *problem,
                 size_t size) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return refuse(problem, size, "cannot be read");
    }
    int result = measure(file, problem, size);
    if (result == 0) {
        result = allocate(problem, size);
    }
    if (result == 0) {
        rewind(file);
        fill(file);
        traced_passes = passes;
        clock = model == RULES_UNKNOWN ? COUNT_INSTRUCTIONS : COUNT_CYCLES;
        cells[0] = (struct cell){.caller = CELL_LIMIT, .place = NO_PLACE};
        cell_count = 1;
    }
    fclose(file);
    return result;
}

bool profile_is_on(void) {
    return cell_count != 0;
}

static bool is_known(uint32_t pc) {
    return pc >= code.base && pc - code.base < code.size;
}

static uint16_t place_of(uint32_t pc) {
    return is_known(pc) ? code.place[pc - code.base] : NO_PLACE;
}

/* The cell of a place under a caller, which is 0 outside of all calls. */
static unsigned cell_of(unsigned caller, uint16_t place) {
    unsigned found = 1;
    while (found < cell_count && (cells[found].caller != caller || cells[found].place != place)) {
        found++;
    }
    if (found == CELL_LIMIT) {
        return current;
    }
    if (found == cell_count) {
        cells[cell_count++] = (struct cell){.caller = caller, .place = place};
    }
    return found;
}

/* Gives the current cell what was counted since it was entered. */
static void charge(struct counts *counts) {
    struct counts *own = &cells[current].counts;
    if (memory_is_on()) {
        memory_settle(counts);
    }
    for (int i = 0; i < COUNTER_COUNT; i++) {
        own->value[i] += counts->value[i] - charged.value[i];
    }
    charged = *counts;
}

static void end_span(const struct counts *counts) {
    uint64_t now = counts->value[clock];
    if (pass < traced_passes && span_count < SPAN_LIMIT && now > span_begin) {
        spans[span_count++] = (struct span){
            .begin = span_begin, .length = now - span_begin, .pass = pass, .cell = current};
    }
    span_begin = now;
}

static void enter(uint32_t pc, struct counts *counts) {
    unsigned caller = depth == 0 ? 0 : frames[depth - 1U].caller;
    uint16_t place = place_of(pc);
    if (cells[current].place == place && cells[current].caller == caller) {
        return;
    }
    if (counts != NULL) {
        charge(counts);
        end_span(counts);
    }
    current = cell_of(caller, place);
}

void profile_begin(uint32_t pc) {
    depth = 0;
    current = 0;
    memset(&charged, 0, sizeof charged);
    span_begin = 0;
    enter(pc, NULL);
}

void profile_step(uint32_t pc, struct counts *counts) {
    enter(pc, counts);
}

/* Leaves the calls that `pc` is behind, if there are any. */
static bool take_return(uint32_t pc) {
    for (unsigned i = depth; i > 0; i--) {
        if (frames[i - 1U].back == pc) {
            depth = i - 1U;
            return true;
        }
    }
    return false;
}

/* A jump to the begin of the running function is a loop; one that is a call adds no frame either. */
static void take_call(uint32_t pc, uint32_t after) {
    bool is_running = depth > 0 && frames[depth - 1U].entry == pc;
    if (is_known(pc) && code.is_entry[pc - code.base] && !is_running && depth < DEPTH_LIMIT) {
        frames[depth++] = (struct frame){.back = after, .entry = pc, .caller = current};
    }
}

void profile_move(uint32_t pc, uint32_t after, struct counts *counts) {
    if (pc != after && !take_return(pc)) {
        take_call(pc, after);
    }
    enter(pc, counts);
}

void profile_stall(enum stall cause, unsigned issue, uint64_t before,
                   const struct counts *counts) {
    uint64_t cycles = counts->value[COUNT_CYCLES] - before;
    cells[current].stalls[cause] += cycles > issue ? cycles - issue : 0;
}

void profile_end(struct counts *counts) {
    charge(counts);
    end_span(counts);
    pass++;
}

static void write_path(FILE *file, unsigned cell) {
    if (cells[cell].caller != 0) {
        write_path(file, cells[cell].caller);
        fputc(',', file);
    }
    fprintf(file, "%u", cells[cell].place == NO_PLACE ? 0U : cells[cell].place + 1U);
}

static void write_stalls(FILE *file, const struct cell *cell, enum rules_model model) {
    static const char *const names[STALL_COUNT] = {
        [STALL_OPERAND] = "operand",
        [STALL_ACCESS] = "access",
        [STALL_LONG] = "long",
        [STALL_BRANCH] = "branch",
    };
    fputs(model == RULES_UNKNOWN ? ",\"stalls\":null" : ",\"stalls\":{", file);
    for (int i = 0; i < STALL_COUNT && model != RULES_UNKNOWN; i++) {
        fprintf(file, "%s\"%s\":%" PRIu64, i == 0 ? "" : ",", names[i], cell->stalls[i]);
    }
    fputs(model == RULES_UNKNOWN ? "" : "}", file);
}

void profile_write(FILE *file, bool has_classes, enum rules_model model) {
    for (unsigned i = 1; i < cell_count; i++) {
        fprintf(file, "{\"cell\":%u,\"path\":[", i);
        write_path(file, i);
        fputs("],", file);
        counts_write(file, &cells[i].counts, has_classes, model);
        write_stalls(file, &cells[i], model);
        if (memory_is_on()) {
            fputc(',', file);
            counts_write_memory(file, &cells[i].counts);
        }
        fputs("}\n", file);
    }
    for (unsigned i = 0; i < span_count; i++) {
        const struct span *span = &spans[i];
        fprintf(file, "{\"span\":[%" PRIu32 ",%" PRIu32 ",%" PRIu64 ",%" PRIu64 "]}\n", span->pass,
                span->cell, span->begin, span->length);
    }
}
