/*
 * Windows of so many microseconds as the arguments say, one after the other; prints for each whether interrupts were
 * masked in it, and whether they are after it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../../firmware/hal/arduino/family.h"
#include "../../../firmware/hal/arduino/window.h"

static uint32_t now_us = UINT32_MAX - 20000u; /* the clock wraps in the first window */
static bool is_masked;

static uint32_t time_us(void) {
    return now_us;
}

void family_mask(void) {
    is_masked = true;
}

void family_unmask(void) {
    is_masked = false;
}

int main(int count, char **words) {
    for (int i = 1; i < count; i++) {
        window_quiet(true, time_us);
        printf("%s ", is_masked ? "masked" : "open");
        now_us += (uint32_t)strtoul(words[i], NULL, 10);
        window_quiet(false, time_us);
        if (is_masked) {
            printf("and after it ");
        }
    }
    printf("\n");
    return 0;
}
