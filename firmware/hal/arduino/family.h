/*
 * What a family of chips has for hal/arduino and hal/espidf: a cycle counter, a mask of interrupts, a rest, a reset
 * and its cause.
 * One file a family implements it; extending the counter and checking it is left to counter.c.
 */
#ifndef PIONEER_FAMILY_H
#define PIONEER_FAMILY_H

#include <stdbool.h>
#include <stdint.h>

#include "../hal.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bits of the counter that count. */
extern const uint32_t family_counter_mask;

/* Starts the counter; false when the core says that it has none. */
bool family_counter_start(void);

/* What of the core is not as its board's file states, for people; null where it is, or nothing was looked at. */
const char *family_notice(void);

/* The counter, counting up [cycle]; bits outside the mask are 0. */
uint32_t family_counter(void);

/* Keeps interrupts from this core, but for those without which the framework would lose time or reset. */
void family_mask(void);

/* Lets them in again, as they were before. */
void family_unmask(void);

/* Rests until an interrupt or the next tick of the system, at most about a millisecond. */
void family_rest(void);

/* Deepest use of the running stack below `top` so far [byte]; 0 where the framework does not tell. */
uint32_t family_stack_bytes(uintptr_t top);

/* Why the chip started; unknown where the family's chips do not agree on a register. */
hal_boot family_boot(void);

/* Starts the chip again. */
__attribute__((noreturn)) void family_reset(void);

#ifdef __cplusplus
}
#endif

#endif
