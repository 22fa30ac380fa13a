/*
 * QEMU's RISC-V virt: polled 16550 UART, the machine timer, leaving by the test device.
 * Start, traps and the stack's guard are left to riscv32/.
 *
 * Interrupts stay masked; the UART's, enabled on its way to the core, only ends its rest in hal_idle.
 */
#include "hal.h"
#include "image.h"
#include "register.h"
#include "riscv32/riscv32.h"

#define UART_DATA REGISTER_8(0x10000000u)
#define UART_INTERRUPT_ENABLE REGISTER_8(0x10000001u)
#define UART_INTERRUPT_RX (1u << 0)
#define UART_FIFO_CONTROL REGISTER_8(0x10000002u)
#define UART_FIFO_ENABLE (1u << 0)
#define UART_LINE_CONTROL REGISTER_8(0x10000003u)
#define UART_8_BITS 3u
#define UART_LINE_STATUS REGISTER_8(0x10000005u)
#define UART_RX_READY (1u << 0)
#define UART_TX_READY (1u << 5)
#define UART_TX_EMPTY (1u << 6)

/* The interrupt controller (PLIC), context 0: hart 0 in machine mode. */
#define UART_INTERRUPT 10u
#define PLIC_UART_PRIORITY REGISTER(0x0C000000u + 4u * UART_INTERRUPT)
#define PLIC_ENABLE REGISTER(0x0C002000u)
#define PLIC_CLAIM REGISTER(0x0C200004u)
#define MIE_EXTERNAL (1u << 11)

/* The machine timer (CLINT), 10 MHz. */
#define TIMER_LOW REGISTER(0x0200BFF8u)
#define TIMER_HIGH REGISTER(0x0200BFFCu)
#define TIMER_TICKS_PER_US 10u

/* The test device ends QEMU: with 0, or with the status in the upper half. */
#define TEST_FINISHER REGISTER(0x00100000u)
#define TEST_PASS 0x5555u
#define TEST_FAIL 0x3333u

/* mcycle is there, but without -icount it follows the host's clock. */
static const hal_board board = {.id = PIONEER_BOARD, .clock_hz = 0, .counter = HAL_COUNTER_NONE};
static uint64_t start_ticks;

static uint64_t timer_ticks(void) {
    for (;;) {
        const uint32_t high = TIMER_HIGH;
        const uint32_t low = TIMER_LOW;
        if (TIMER_HIGH == high) {
            return ((uint64_t)high << 32) | low;
        }
    }
}

const hal_board *hal_init(void) {
    UART_LINE_CONTROL = UART_8_BITS;
    UART_FIFO_CONTROL = UART_FIFO_ENABLE;
    UART_INTERRUPT_ENABLE = UART_INTERRUPT_RX;
    /* A read makes QEMU deliver at once what came before the FIFO was on; it would take a second
     * otherwise. If a byte is lost here, it is the delimiter that every host sends first. */
    (void)UART_DATA;
    PLIC_UART_PRIORITY = 1;
    PLIC_ENABLE = 1u << UART_INTERRUPT;
    CSR_WRITE("mie", MIE_EXTERNAL);
    start_ticks = timer_ticks();
    return &board;
}

size_t hal_read(uint8_t *bytes, size_t capacity) {
    size_t count = 0;
    /* QEMU holds back what the UART cannot take: nothing is lost while we compute. */
    while (count < capacity && (UART_LINE_STATUS & UART_RX_READY) != 0) {
        bytes[count++] = UART_DATA;
    }
    return count;
}

static void wait_for(uint8_t status) {
    while ((UART_LINE_STATUS & status) == 0) {
    }
}

bool hal_write(const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        wait_for(UART_TX_READY);
        UART_DATA = bytes[i];
    }
    return true;
}

uint64_t hal_cycles(void) {
    return 0;
}

uint64_t hal_time_us(void) {
    return (timer_ticks() - start_ticks) / TIMER_TICKS_PER_US;
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

/* No interrupt is ever taken: they stay masked. */
void hal_quiet(bool is_quiet) {
    (void)is_quiet;
}

void hal_idle(void) {
    __asm__ volatile("wfi" ::: "memory");
    /* Claiming and completing at once arms it for the next byte; those that are here are polled. */
    PLIC_CLAIM = PLIC_CLAIM;
}

void hal_exit(int status) {
    wait_for(UART_TX_EMPTY);
    TEST_FINISHER = status == 0 ? TEST_PASS : TEST_FAIL | (uint32_t)status << 16;
    for (;;) {
    }
}

uint32_t hal_stack_bytes(void) {
    return image_stack_bytes();
}
