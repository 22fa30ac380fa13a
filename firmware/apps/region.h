/*
 * Marks around the code that is counted and timed.
 * Counting is left to the emulator's plugin, which watches both symbols; timing to the HAL.
 */
#ifndef PIONEER_REGION_H
#define PIONEER_REGION_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define REGION_COUNT 16
#define REGION_STEP 0       /* one model step */
#define REGION_ANALYSE 1    /* a hop of samples to the model's input */
#define REGION_SYNTHESISE 2 /* the model's output to a hop of samples */
#define REGION_WATCH 3      /* whether the model still answers */

/* A store to element `id` opens or closes that region. */
extern volatile uint8_t pioneer_region_begin[REGION_COUNT];
extern volatile uint8_t pioneer_region_end[REGION_COUNT];

/* Opens region `id`; its end's address is found before, so that only what lies between is counted.
 * Returns what region_close takes. Regions do not nest. */
static inline volatile uint8_t *region_open(unsigned id) {
    volatile uint8_t *end = &pioneer_region_end[id];
    __asm__ volatile("" : "+r"(end));
    pioneer_region_begin[id] = 1;
    __asm__ volatile("" ::: "memory");
    return end;
}

static inline void region_close(volatile uint8_t *end) {
    __asm__ volatile("" ::: "memory");
    *end = 1;
}

#ifdef __cplusplus
}
#endif

#endif
