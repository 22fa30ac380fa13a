/*
 * The 64-bit counter over a family's, and its check at the start.
 * What the counter is made of is left to the family's file.
 */
#include "counter.h"

#include <stddef.h>

#include "family.h"

#define CHECK_US 10000u
#define TOLERANCE 50u /* one in so many: 2 % */

static uint32_t last;
static uint64_t total;

/* Cycles in the time of the check, by the counter. */
static uint32_t count_for_a_while(uint32_t (*time_us)(void)) {
    const uint32_t start_us = time_us();
    uint32_t before = family_counter();
    uint32_t counted = 0;
    while ((uint32_t)(time_us() - start_us) < CHECK_US) {
        const uint32_t now = family_counter();
        counted += (now - before) & family_counter_mask;
        before = now;
    }
    return counted;
}

bool counter_start(uint32_t clock_hz, uint32_t (*time_us)(void), const char **notice) {
    *notice = NULL;
    if (!family_counter_start()) {
        return false;
    }
    const uint32_t counted = count_for_a_while(time_us);
    if (counted == 0) {
        return false;
    }
    const uint32_t expected = clock_hz / (1000000u / CHECK_US);
    const uint32_t difference = counted > expected ? counted - expected : expected - counted;
    if (difference > expected / TOLERANCE) {
        *notice = "the cycle counter is more than 2 % from the stated clock: its cycles are not sent";
        return false;
    }
    last = family_counter();
    total = 0;
    return true;
}

uint64_t counter_cycles(void) {
    const uint32_t now = family_counter();
    total += (now - last) & family_counter_mask;
    last = now;
    return total;
}
