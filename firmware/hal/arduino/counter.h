/*
 * A family's counter as programs use it: 64 bits wide, and only believed when it runs at the stated clock.
 * Reading the counter itself is left to the family's file, time to the framework's.
 */
#ifndef PIONEER_COUNTER_H
#define PIONEER_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Starts the counter and holds it against time_us, a clock in microseconds that wraps at 32 bits, for 10 ms.
 * False when it stands still (*notice stays null: an emulator, or a core without one), or when it is more
 * than 2 % from clock_hz (*notice says so). */
bool counter_start(uint32_t clock_hz, uint32_t (*time_us)(void), const char **notice);

/* Cycles since the start [cycle]. Must be called once in the counter's turn, or a wrap is lost: 2^32 cycles,
 * 17.9 s at 240 MHz; 2^24 with SysTick, 0.126 s at 133 MHz. */
uint64_t counter_cycles(void);

#ifdef __cplusplus
}
#endif

#endif
