/*
 * Keeps a saturating counter a branch. Branches 128 KiB apart share one.
 */
#include "predictor.h"

enum { ENTRIES = 1 << 16, STRONGLY_UNTAKEN = 1, WEAKLY_UNTAKEN, WEAKLY_TAKEN, STRONGLY_TAKEN };

static uint8_t counters[ENTRIES]; /* 0: not met */

static uint8_t *counter_of(uint32_t pc, bool is_backward) {
    uint8_t *counter = &counters[(pc >> 1) % ENTRIES];
    if (*counter == 0) {
        *counter = is_backward ? WEAKLY_TAKEN : WEAKLY_UNTAKEN;
    }
    return counter;
}

bool predictor_guess(uint32_t pc, bool is_backward) {
    return *counter_of(pc, is_backward) >= WEAKLY_TAKEN;
}

void predictor_learn(uint32_t pc, bool is_backward, bool is_taken) {
    uint8_t *counter = counter_of(pc, is_backward);
    if (is_taken && *counter < STRONGLY_TAKEN) {
        ++*counter;
    } else if (!is_taken && *counter > STRONGLY_UNTAKEN) {
        --*counter;
    }
}
