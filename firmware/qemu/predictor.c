/*
 * Keeps a saturating counter a branch. Branches 128 KiB apart share one.
 */
#include "predictor.h"

enum { ENTRIES = 1 << 16, STRONGLY_UNTAKEN = 1, WEAKLY_UNTAKEN, WEAKLY_TAKEN, STRONGLY_TAKEN };

static uint8_t counters[ENTRIES]; /* 0: not met */

bool predictor_is_right(uint32_t pc, bool is_backward, bool is_taken) {
    uint8_t *counter = &counters[(pc >> 1) % ENTRIES];
    if (*counter == 0) {
        *counter = is_backward ? WEAKLY_TAKEN : WEAKLY_UNTAKEN;
    }
    bool is_right = (*counter >= WEAKLY_TAKEN) == is_taken;
    if (is_taken && *counter < STRONGLY_TAKEN) {
        ++*counter;
    } else if (!is_taken && *counter > STRONGLY_UNTAKEN) {
        --*counter;
    }
    return is_right;
}
