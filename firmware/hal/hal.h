/*
 * What a program may ask of a board: bytes in and out, two clocks, rest, an end, and how deep its
 * stack went.
 * One file a target implements it; records, frames and the conversation are left to telemetry/ and
 * apps/.
 */
#ifndef PIONEER_HAL_H
#define PIONEER_HAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What hal_cycles counts. */
typedef enum {
    HAL_COUNTER_NONE = 0,        /* no counter that advances: an emulator, or a core without one */
    HAL_COUNTER_CORE_CYCLES = 1, /* clock cycles of the core */
} hal_counter;

typedef struct {
    const char *id;     /* of the board file the firmware was built for */
    uint32_t clock_hz;  /* core clock [Hz]; 0 when an emulator has none */
    hal_counter counter;
} hal_board;

/* Starts the serial link, the clocks and the cycle counter; call it once, before any other. */
const hal_board *hal_init(void);

/* Moves what has arrived into bytes [capacity], without waiting; returns how many, 0 when nothing
 * has.
 * The target holds, or leaves with the sender, every Input that the greeting's creditFrames
 * allows. */
size_t hal_read(uint8_t *bytes, size_t capacity);

/* Sends bytes [length], waiting for the link while it takes them; false when the link refused
 * some. */
bool hal_write(const uint8_t *bytes, size_t length);

/* Core cycles since hal_init, 64 bits wide [cycle]; always 0 for HAL_COUNTER_NONE. */
uint64_t hal_cycles(void);

/* Time since hal_init [us]; not for timing kernels: an emulator's clock is the host's. */
uint64_t hal_time_us(void);

/* Rests until a byte may have arrived; may return early. */
void hal_idle(void);

/* Waits for sent bytes to leave, then ends the program: 0 after Stop, 4 after a fault. */
_Noreturn void hal_exit(int status);

/* Deepest use of the main stack so far [byte]. */
uint32_t hal_stack_bytes(void);

/* Numbers of the wire's Fault record. */
typedef enum {
    HAL_FAULT_HARD = 1,
    HAL_FAULT_BUS = 2,
    HAL_FAULT_USAGE = 3,
    HAL_FAULT_MEMORY = 4,
    HAL_FAULT_ASSERTION = 5,
    HAL_FAULT_WATCHDOG = 6,
} hal_fault_cause;

typedef struct {
    hal_fault_cause cause;
    uint32_t pc;      /* of the instruction that faulted; 0 when its frame is lost (stack overflow) */
    uint32_t lr;      /* where its function returns to; 0 with pc */
    uint32_t status;  /* the core's own word: CFSR on Cortex-M */
    uint32_t address; /* of the access that faulted; 0 when unknown */
} hal_fault;

/* The program implements this one: the target calls it in the handler of a fault, on a stack of
 * its own, and then ends with status 4. It may write to the link and must not wait for anything
 * else. */
void hal_on_fault(const hal_fault *fault);

#ifdef __cplusplus
}
#endif

#endif
