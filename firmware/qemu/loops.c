/*
 * Keeps the loops whose LOOP instruction was translated. They are never forgotten: the firmware's code
 * bounds their number.
 */
#include "loops.h"

#include <stdio.h>
#include <stdlib.h>

static struct {
    uint32_t begin;
    uint32_t end;
} *loops;
static unsigned count;
static unsigned room;

bool loops_go_back(uint32_t end, uint32_t begin) {
    for (unsigned i = 0; i < count; i++) {
        if (loops[i].end == end && loops[i].begin == begin) {
            return true;
        }
    }
    return false;
}

void loops_add(uint32_t begin, uint32_t end) {
    if (loops_go_back(end, begin)) {
        return;
    }
    if (count == room) {
        room = room == 0 ? 16 : 2 * room;
        loops = realloc(loops, room * sizeof *loops);
        if (loops == NULL) {
            fputs("pioneer timing: out of memory\n", stderr);
            abort();
        }
    }
    loops[count].begin = begin;
    loops[count].end = end;
    count++;
}
