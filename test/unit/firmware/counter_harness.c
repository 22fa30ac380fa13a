/*
 * The counter's check at the start, with a family whose counter runs at RATE per mille of 100 MHz and has BITS bits;
 * prints whether it is believed, the notice, and the cycles after a step that crosses the counter's end.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../../firmware/hal/arduino/counter.h"
#include "../../../firmware/hal/arduino/family.h"

#ifndef BITS
#define BITS 24
#endif

const uint32_t family_counter_mask = (uint32_t)((UINT64_C(1) << BITS) - 1);

static uint64_t now_us;
static uint64_t rate;

static uint32_t time_us(void) {
    return (uint32_t)now_us++;
}

bool family_counter_start(void) {
    return true;
}

uint32_t family_counter(void) {
    return (uint32_t)(now_us * rate / 10) & family_counter_mask;
}

void family_rest(void) {
}

void family_reset(void) {
    exit(1);
}

int main(int count, char **words) {
    rate = count > 1 ? strtoull(words[1], NULL, 10) : 0;
    /* The clock wraps within the check. */
    now_us = UINT32_MAX - 3000;
    const char *notice;
    const bool believed = counter_start(100000000, time_us, &notice);
    printf("%s, %s", believed ? "believed" : "not believed", notice != NULL ? notice : "no notice");
    if (believed) {
        const uint64_t before = counter_cycles();
        now_us += (family_counter_mask / 100) - 10;
        printf(", %" PRIu64, counter_cycles() - before);
    }
    printf("\n");
    return 0;
}
