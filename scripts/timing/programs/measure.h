/*
 * The marks between which the timing plugin charges cycles.
 * Where they lie is left to start.S.
 */
#ifndef PIONEER_MEASURE_H
#define PIONEER_MEASURE_H

#include <stdint.h>

extern volatile uint8_t pioneer_region_begin[16];
extern volatile uint8_t pioneer_region_end[16];

/*
 * Measures one statement, a call, as region `id` of 0 to 15. What memory gets before and after it
 * stays outside the marks.
 */
#define MEASURE(id, call)             \
    do {                                   \
        __asm__ volatile("" ::: "memory"); \
        pioneer_region_begin[id] = 0;      \
        call;                              \
        pioneer_region_end[id] = 0;        \
        __asm__ volatile("" ::: "memory"); \
    } while (0)

#endif
