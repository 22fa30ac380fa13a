/*
 * QEMU's Xtensa sim: a console of simulator calls, the core's own timer, leaving by such a call.
 * Start and exceptions are left to xtensa/.
 */
#include "hal.h"
#include "image.h"
#include "xtensa/xtensa.h"

/* The simulator's calls, by number in a2 (QEMU target/xtensa/xtensa-semi.c). */
#define CALL_EXIT 1
#define CALL_READ 3
#define CALL_WRITE 4
#define STANDARD_INPUT 0
#define STANDARD_OUTPUT 1

/* CCOUNT follows the host's clock at the rate of the core's description in QEMU. */
#define TICKS_PER_US 40u
#define TIMER_INTERRUPT 6u

/* The simulator tells nobody that input has come, so that it is looked for this often [us]. */
#define REST_US 100u

static const hal_board board = {.id = PIONEER_BOARD, .clock_hz = 0, .counter = HAL_COUNTER_NONE};
static uint32_t last_ticks;
static uint64_t time_us;

static int32_t simulator_call(int32_t call, int32_t first, const void *bytes, size_t length) {
    register int32_t a2 __asm__("a2") = call;
    register int32_t a3 __asm__("a3") = first;
    register const void *a4 __asm__("a4") = bytes;
    register size_t a5 __asm__("a5") = length;
    __asm__ volatile("simcall" : "+a"(a2), "+a"(a3) : "a"(a4), "a"(a5) : "memory");
    return a2;
}

const hal_board *hal_init(void) {
    last_ticks = XTENSA_READ(XTENSA_CCOUNT);
    return &board;
}

size_t hal_read(uint8_t *bytes, size_t capacity) {
    size_t count = 0;
    /* The simulator holds 16 bytes; the rest waits with the host. */
    while (count < capacity) {
        const int32_t got =
            simulator_call(CALL_READ, STANDARD_INPUT, bytes + count, capacity - count);
        if (got <= 0) {
            break;
        }
        count += (size_t)got;
    }
    return count;
}

bool hal_write(const uint8_t *bytes, size_t length) {
    return simulator_call(CALL_WRITE, STANDARD_OUTPUT, bytes, length) == (int32_t)length;
}

uint64_t hal_cycles(void) {
    return 0;
}

/* hal_idle calls this more often than the 32 bits wrap. */
uint64_t hal_time_us(void) {
    const uint32_t elapsed_us = (XTENSA_READ(XTENSA_CCOUNT) - last_ticks) / TICKS_PER_US;
    last_ticks += elapsed_us * TICKS_PER_US;
    time_us += elapsed_us;
    return time_us;
}

/* The machine has no pin. */
bool hal_pin(bool is_high) {
    (void)is_high;
    return false;
}

/* The machine has no I2C. */
bool hal_i2c_lines(bool is_clock_high, bool is_data_high) {
    (void)is_clock_high;
    (void)is_data_high;
    return false;
}

bool hal_i2c_data(void) {
    return false;
}

/* The machine has no sensor. */
uint32_t hal_temperature(void) {
    return 0;
}

/* No interrupt is ever enabled. */
void hal_quiet(bool is_quiet) {
    (void)is_quiet;
}

void hal_idle(void) {
    (void)hal_time_us();
    const uint32_t begin = XTENSA_READ(XTENSA_CCOUNT);
    XTENSA_WRITE(XTENSA_CCOMPARE0, begin + REST_US * TICKS_PER_US);
    /* On a busy host the moment can have passed before it was written, and comes again after 2^32 ticks. */
    if (XTENSA_READ(XTENSA_CCOUNT) - begin < REST_US * TICKS_PER_US) {
        xtensa_wait_for(TIMER_INTERRUPT);
    }
}

void hal_exit(int status) {
    for (;;) {
        (void)simulator_call(CALL_EXIT, status, 0, 0);
    }
}

uint32_t hal_stack_bytes(void) {
    return image_stack_bytes();
}
