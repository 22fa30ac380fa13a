/*
 * QEMU's microbit, an nRF51822 with a Cortex-M0: polled UART, timer 0, leaving by semihosting.
 * Start and faults are left to cortex_m/; the core has no cycle counter. Register offsets: nRF51
 * Series Reference Manual 3.0, chapters 14 (GPIO), 18 (TIMER) and 29 (UART).
 *
 * Interrupts stay masked; the UART's only ends the core's rest in hal_idle.
 */
#include "cortex_m/cortex_m.h"
#include "cortex_m/semihosting.h"
#include "hal.h"
#include "image.h"
#include "register.h"

#define UART(offset) REGISTER(0x40002000u + (offset))
#define UART_START_RX UART(0x000u)
#define UART_START_TX UART(0x008u)
#define UART_RX_READY UART(0x108u)
#define UART_TX_READY UART(0x11Cu)
#define UART_INTERRUPT_SET UART(0x304u)
#define UART_INTERRUPT_RX (1u << 2)
#define UART_ENABLE UART(0x500u)
#define UART_ENABLED 4u
#define UART_RX UART(0x518u)
#define UART_TX UART(0x51Cu)

#define TIMER(offset) REGISTER(0x40008000u + (offset))
#define TIMER_START TIMER(0x000u)
#define TIMER_CAPTURE TIMER(0x040u)
#define TIMER_BIT_MODE TIMER(0x508u)
#define TIMER_32_BIT 3u
#define TIMER_PRESCALER TIMER(0x510u)
#define TIMER_MICROSECONDS 4u /* 16 MHz / 2^4 */
#define TIMER_CAPTURED TIMER(0x540u)

/* Pin 0 of the edge connector. */
#define GPIO(offset) REGISTER(0x50000000u + (offset))
#define GPIO_SET GPIO(0x508u)
#define GPIO_CLEAR GPIO(0x50Cu)
#define GPIO_OUTPUT GPIO(0x518u)
#define PIN_0 (1u << 3)

#define NVIC_ENABLE REGISTER(0xE000E100u)
#define NVIC_CLEAR_PENDING REGISTER(0xE000E280u)
#define NVIC_UART (1u << 2)

static const hal_board board = {.id = PIONEER_BOARD, .clock_hz = 0, .counter = HAL_COUNTER_NONE};
static uint32_t last_us;
static uint64_t time_us;

const hal_board *hal_init(void) {
    __asm__ volatile("cpsid i" ::: "memory");
    UART_ENABLE = UART_ENABLED;
    UART_START_RX = 1;
    UART_START_TX = 1;
    UART_INTERRUPT_SET = UART_INTERRUPT_RX;
    NVIC_ENABLE = NVIC_UART;
    TIMER_BIT_MODE = TIMER_32_BIT;
    TIMER_PRESCALER = TIMER_MICROSECONDS;
    TIMER_START = 1;
    GPIO_OUTPUT = PIN_0;
    return &board;
}

size_t hal_read(uint8_t *bytes, size_t capacity) {
    size_t count = 0;
    /* QEMU holds back what the receiver's six bytes cannot take: nothing is lost while we compute. */
    while (count < capacity && UART_RX_READY != 0) {
        UART_RX_READY = 0;
        bytes[count++] = (uint8_t)UART_RX;
    }
    return count;
}

bool hal_write(const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        UART_TX_READY = 0;
        UART_TX = bytes[i];
        while (UART_TX_READY == 0) {
        }
    }
    return true;
}

uint64_t hal_cycles(void) {
    return 0;
}

uint64_t hal_time_us(void) {
    TIMER_CAPTURE = 1;
    const uint32_t now_us = TIMER_CAPTURED;
    time_us += (uint32_t)(now_us - last_us);
    last_us = now_us;
    return time_us;
}

bool hal_pin(bool is_high) {
    if (is_high) {
        GPIO_SET = PIN_0;
    } else {
        GPIO_CLEAR = PIN_0;
    }
    return true;
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

/* No interrupt is ever taken: they stay masked. */
void hal_quiet(bool is_quiet) {
    (void)is_quiet;
}

void hal_idle(void) {
    __asm__ volatile("dsb\n\twfi" ::: "memory");
    (void)hal_time_us();
    NVIC_CLEAR_PENDING = NVIC_UART;
}

void hal_exit(int status) {
    semihosting_exit(status);
}

uint32_t hal_stack_bytes(void) {
    return image_stack_bytes();
}
