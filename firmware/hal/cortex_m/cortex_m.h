/*
 * What every Cortex-M target shares: start, faults, the stack's limit, the cycle counter.
 * Links, timers and clocks are left to the target's own file.
 */
#ifndef PIONEER_CORTEX_M_H
#define PIONEER_CORTEX_M_H

#include <stdbool.h>
#include <stdint.h>

/* Entry of every exception that no target expects; ends the program with status 4. */
void cortex_m_fault_entry(void);

/* Makes a division by zero a fault. */
void cortex_m_divide_trap(void);

/* Makes a stack that grows too far a fault, where the core can (cortex_m_v7, cortex_m_v8). */
void cortex_m_stack_guard(void);

/* Starts the cycle counter (DWT CYCCNT); false when there is none or it does not advance. */
bool cortex_m_cycles_start(void);

/* Cycles since the start, 64 bits [cycle]; 0 without a counter.
 * Must be called at least once in 2^32 cycles (25 s at 168 MHz), or a wrap is lost. */
uint64_t cortex_m_cycles(void);

#endif
