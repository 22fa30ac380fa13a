/*
 * QEMU's MPS2 and MPS3 boards: polled CMSDK UART 0, the FPGA's clock, leaving by semihosting.
 * Start, faults and the cycle counter are left to cortex_m/, addresses to one file a board.
 *
 * Interrupts stay masked; the UART's and SysTick's only end the core's rest in hal_idle.
 */
#include "mps.h"

#include "../cortex_m/cortex_m.h"
#include "../cortex_m/semihosting.h"
#include "../hal.h"
#include "../image.h"
#include "../register.h"

#define UART_DATA REGISTER(mps.uart)
#define UART_STATE REGISTER(mps.uart + 0x04u)
#define UART_STATE_TX_FULL (1u << 0)
#define UART_STATE_RX_FULL (1u << 1)
#define UART_CTRL REGISTER(mps.uart + 0x08u)
#define UART_CTRL_TX_ENABLE (1u << 0)
#define UART_CTRL_RX_ENABLE (1u << 1)
#define UART_CTRL_RX_INTERRUPT (1u << 3)
#define UART_INTERRUPT REGISTER(mps.uart + 0x0Cu)
#define UART_INTERRUPT_RX (1u << 1)
#define UART_BAUD_DIVIDER REGISTER(mps.uart + 0x10u)
#define UART_SMALLEST_DIVIDER 16u /* QEMU sends at once whatever is set, but nothing below 16 */

#define PIN_LED REGISTER(mps.fpga_io) /* its first bit: the only output that QEMU shows */

#define CLOCK_US REGISTER(mps.fpga_io + 0x18u) /* counts up whenever the prescaler wraps */
#define CLOCK_PRESCALER REGISTER(mps.fpga_io + 0x1Cu)

#define SYSTICK_CTRL REGISTER(0xE000E010u)
#define SYSTICK_CTRL_ENABLE 7u /* counting the core's clock, with an interrupt */
#define SYSTICK_RELOAD REGISTER(0xE000E014u)
#define SYSTICK_LONGEST 0x00FFFFFFu /* less than a second, in which CLOCK_US cannot wrap unseen */

#define NVIC_ENABLE(interrupt) REGISTER(0xE000E100u + 4u * ((interrupt) / 32u))
#define NVIC_CLEAR_PENDING(interrupt) REGISTER(0xE000E280u + 4u * ((interrupt) / 32u))
#define NVIC_BIT(interrupt) (1u << ((interrupt) % 32u))
#define ICSR REGISTER(0xE000ED04u)
#define ICSR_CLEAR_SYSTICK (1u << 25)

static hal_board board = {.id = PIONEER_BOARD, .clock_hz = 0, .counter = HAL_COUNTER_NONE};
static uint32_t last_us;
static uint64_t time_us;

const hal_board *hal_init(void) {
    __asm__ volatile("cpsid i" ::: "memory");
    UART_BAUD_DIVIDER = UART_SMALLEST_DIVIDER;
    UART_CTRL = UART_CTRL_TX_ENABLE | UART_CTRL_RX_ENABLE | UART_CTRL_RX_INTERRUPT;
    /* A read makes QEMU deliver at once what came before the receiver was on; it would take a
     * second otherwise. If a byte is lost here, it is the delimiter that every host sends first. */
    (void)UART_DATA;
    CLOCK_PRESCALER = mps.ticks_per_us - 1u;
    last_us = CLOCK_US;
    SYSTICK_RELOAD = SYSTICK_LONGEST;
    SYSTICK_CTRL = SYSTICK_CTRL_ENABLE;
    NVIC_ENABLE(mps.uart_interrupt) = NVIC_BIT(mps.uart_interrupt);
    if (cortex_m_cycles_start()) {
        board.counter = HAL_COUNTER_CORE_CYCLES;
    }
    return &board;
}

size_t hal_read(uint8_t *bytes, size_t capacity) {
    size_t count = 0;
    /* QEMU holds back what the one-byte register cannot take: nothing is lost while we compute. */
    while (count < capacity && (UART_STATE & UART_STATE_RX_FULL) != 0) {
        bytes[count++] = (uint8_t)UART_DATA;
    }
    return count;
}

static void wait_for_transmitter(void) {
    while ((UART_STATE & UART_STATE_TX_FULL) != 0) {
    }
}

bool hal_write(const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        wait_for_transmitter();
        UART_DATA = bytes[i];
    }
    return true;
}

uint64_t hal_cycles(void) {
    return cortex_m_cycles();
}

uint64_t hal_time_us(void) {
    const uint32_t now_us = CLOCK_US;
    time_us += (uint32_t)(now_us - last_us);
    last_us = now_us;
    return time_us;
}

bool hal_pin(bool is_high) {
    PIN_LED = is_high ? 1u : 0u;
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
    UART_INTERRUPT = UART_INTERRUPT_RX;
    NVIC_CLEAR_PENDING(mps.uart_interrupt) = NVIC_BIT(mps.uart_interrupt);
    ICSR = ICSR_CLEAR_SYSTICK;
}

void hal_exit(int status) {
    wait_for_transmitter();
    semihosting_exit(status);
}

uint32_t hal_stack_bytes(void) {
    return image_stack_bytes();
}
