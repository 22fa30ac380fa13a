/*
 * Keeps interrupts out of measured windows, by the longest one so far.
 * Masking is left to the family's file.
 */
#include "window.h"

#include "family.h"

#define LONGEST_QUIET_US 50000u

static uint32_t longest_us = UINT32_MAX; /* not known yet */
static uint32_t start_us;
static bool is_masked;

void window_quiet(bool is_quiet, uint32_t (*time_us)(void)) {
    if (is_quiet) {
        start_us = time_us();
        is_masked = longest_us < LONGEST_QUIET_US;
        if (is_masked) {
            family_mask();
        }
        return;
    }
    if (is_masked) {
        family_unmask();
        is_masked = false;
    }
    const uint32_t taken_us = time_us() - start_us;
    if (longest_us == UINT32_MAX || taken_us > longest_us) {
        longest_us = taken_us;
    }
}
