/*
 * What every Cortex-M target shares: start, faults, the stack's limit and depth, cycle counter.
 * Links, timers and clocks are left to the target's own file.
 */
#ifndef PIONEER_CORTEX_M_H
#define PIONEER_CORTEX_M_H

#include <stdbool.h>
#include <stdint.h>

/* A memory-mapped register. */
#define REGISTER(address) (*(volatile uint32_t *)(address))

/* Laid down by the target's linker script; only their addresses mean something. */
extern uint32_t stack_guard[], stack_bottom[], stack_top[]; /* the guard is 4 KB, on a 4 KB line */
extern uint32_t data_load[], data_start[], data_end[];
extern uint32_t bss_start[], bss_end[];

/* Entry of every exception that no target expects; ends the program with status 4. */
void cortex_m_fault_entry(void);

/* Makes a division by zero a fault. */
void cortex_m_divide_trap(void);

/* Makes any access to the 4 KB below the stack a fault, where the core has a protection unit. */
void cortex_m_stack_guard(void);

/* Fills the free part of the stack with a pattern, for cortex_m_stack_bytes. */
void cortex_m_stack_paint(void);

/* Deepest use of the stack since cortex_m_stack_paint [byte]. */
uint32_t cortex_m_stack_bytes(void);

/* Starts the cycle counter (DWT CYCCNT); false when there is none or it does not advance. */
bool cortex_m_cycles_start(void);

/* Cycles since the start, 64 bits [cycle]; 0 without a counter.
 * Must be called at least once in 2^32 cycles (25 s at 168 MHz), or a wrap is lost. */
uint64_t cortex_m_cycles(void);


#endif
