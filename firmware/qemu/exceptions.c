/*
 * A small stack of return addresses; what a handler does beside going back is of no interest here.
 */
#include "exceptions.h"

#include <string.h>

enum { NESTED = 8 };

static uint32_t resumes[NESTED];
static unsigned depth;

void exceptions_begin(void) {
    depth = 0;
}

bool exceptions_are_open(void) {
    return depth != 0;
}

void exceptions_enter(uint32_t resume) {
    if (depth == NESTED) {
        memmove(resumes, resumes + 1, (NESTED - 1) * sizeof *resumes);
        depth--;
    }
    resumes[depth++] = resume;
}

bool exceptions_end_at(uint32_t pc) {
    if (depth == 0 || resumes[depth - 1U] != pc) {
        return false;
    }
    depth--;
    return true;
}
