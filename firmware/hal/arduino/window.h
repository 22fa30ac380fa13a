/*
 * Which measured windows keep interrupts out: those that are known to be short.
 * Masking is left to the family's file.
 */
#ifndef PIONEER_WINDOW_H
#define PIONEER_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Opens or ends a window. Interrupts are masked when the longest one so far took less than 50 ms, far below the
 * 300 ms after which ESP-IDF's interrupt watchdog resets the chip: so the first window never is.
 * time_us: a clock in microseconds that wraps at 32 bits. */
void window_quiet(bool is_quiet, uint32_t (*time_us)(void));

#ifdef __cplusplus
}
#endif

#endif
