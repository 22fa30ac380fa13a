/*
 * What a program may ask of a board: bytes in and out, two clocks, rest, an end, its stack's depth.
 * One file a target implements it; frames are left to telemetry/, the conversation to apps/.
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

/* Why the chip started; numbers of the wire's Boot record. */
typedef enum {
    HAL_BOOT_UNKNOWN = 0, /* the chip does not tell, or an emulator has no such register */
    HAL_BOOT_POWER_ON = 1,
    HAL_BOOT_BROWN_OUT = 2,
    HAL_BOOT_POWER_ON_OR_BROWN_OUT = 3, /* the chip has one flag for both */
    HAL_BOOT_PIN = 4,
    HAL_BOOT_SOFTWARE = 5,
    HAL_BOOT_WATCHDOG = 6,
    HAL_BOOT_LOCKUP = 7, /* a fault inside a fault's handler */
    HAL_BOOT_DEBUGGER = 8,
    HAL_BOOT_SLEEP = 9, /* awake from a sleep that ends in a reset */
} hal_boot_cause;

typedef struct {
    hal_boot_cause cause;
    uint32_t status; /* the chip's own register, read before its flags were cleared */
} hal_boot;

typedef struct {
    const char *id;    /* of the board file the firmware was built for */
    uint32_t clock_hz; /* core clock [Hz]; 0 when an emulator has none */
    hal_counter counter;
    const char *notice; /* what did not start as the board's file asks, for people; null if all did */
    hal_boot boot;      /* why the chip started; unknown by default */
} hal_board;

/* Starts the serial link, the clocks and the cycle counter; call it once, before any other. */
const hal_board *hal_init(void);

/* Moves what has arrived into bytes [capacity] without waiting; returns how many, often 0.
 * The target holds, or leaves with the host, as many Inputs as the greeting gives credit for. */
size_t hal_read(uint8_t *bytes, size_t capacity);

/* Sends bytes [length], waiting while the link takes them; false when it refused some. */
bool hal_write(const uint8_t *bytes, size_t length);

/* Core cycles since hal_init, 64 bits wide [cycle]; always 0 for HAL_COUNTER_NONE. */
uint64_t hal_cycles(void);

/* Time since hal_init [us]; not for timing kernels: an emulator's clock is the host's. */
uint64_t hal_time_us(void);

/* Drives the pin that a power monitor watches high or low; false where the target has none. */
bool hal_pin(bool is_high);

/* Lets each line of the board's I2C go, which pulls it up, or pulls it low; false where there is none. */
bool hal_i2c_lines(bool is_clock_high, bool is_data_high);

/* Level of its data line; false where there is none. */
bool hal_i2c_data(void);

/* What the chip's own sensor reads [mK], within 0.1 ms; 0 where there is none or it does not answer. */
uint32_t hal_temperature(void);

/* Keeps interrupts from this core until it is called with false, as far as nothing is lost meanwhile; what stays is
 * said in docs/boards.md. For a window without the link: what arrives meanwhile may be lost. */
void hal_quiet(bool is_quiet);

/* Rests until a byte may have arrived; may return early. */
void hal_idle(void);

/* Waits for sent bytes to leave, then ends the program: 0 after Stop, 4 after a fault. */
__attribute__((noreturn)) void hal_exit(int status);

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
    HAL_FAULT_STACK = 7, /* the stack is full: its limit or the guard below it was met */
} hal_fault_cause;

typedef struct {
    hal_fault_cause cause;
    uint32_t pc;      /* of the instruction that faulted; 0 when lost */
    uint32_t lr;      /* where its function returns to; of a full stack without pc the last return on it */
    uint32_t status;  /* the core's own word: CFSR on Cortex-M */
    uint32_t address; /* of the access that faulted; 0 when unknown */
} hal_fault;

/* The program implements this one. The target calls it in a fault's handler, on a stack of 1 KB,
 * and then ends with status 4; it may write to the link and must wait for nothing else. */
void hal_on_fault(const hal_fault *fault);

#ifdef __cplusplus
}
#endif

#endif
