/*
 * QEMU's mps2-an386, a Cortex-M4F: polled CMSDK UART 0, CMSDK timer 0, leaving by semihosting.
 * Start, faults, stack depth and the cycle counter are left to cortex_m/.
 *
 * Interrupts stay masked; those enabled in the NVIC only end the core's rest in hal_idle.
 */
#include "cortex_m/cortex_m.h"
#include "hal.h"
#include "image.h"
#include "register.h"

#define UART_DATA REGISTER(0x40004000u)
#define UART_STATE REGISTER(0x40004004u)
#define UART_STATE_TX_FULL (1u << 0)
#define UART_STATE_RX_FULL (1u << 1)
#define UART_CTRL REGISTER(0x40004008u)
#define UART_CTRL_TX_ENABLE (1u << 0)
#define UART_CTRL_RX_ENABLE (1u << 1)
#define UART_CTRL_RX_INTERRUPT (1u << 3)
#define UART_INTERRUPT REGISTER(0x4000400Cu)
#define UART_INTERRUPT_RX (1u << 1)
#define UART_BAUD_DIVIDER REGISTER(0x40004010u)
#define UART_SMALLEST_DIVIDER 16u /* QEMU sends at once whatever is set, but nothing below 16 */

#define TIMER_CTRL REGISTER(0x40000000u)
#define TIMER_CTRL_ENABLE (1u << 0)
#define TIMER_CTRL_INTERRUPT (1u << 3)
#define TIMER_VALUE REGISTER(0x40000004u)
#define TIMER_RELOAD REGISTER(0x40000008u)
#define TIMER_INTERRUPT REGISTER(0x4000000Cu)
#define TIMER_TICKS_PER_US 25u

#define NVIC_ENABLE REGISTER(0xE000E100u)
#define NVIC_CLEAR_PENDING REGISTER(0xE000E280u)
#define WAKING_INTERRUPTS ((1u << 0) | (1u << 8)) /* UART 0 has received; timer 0 has wrapped */

/* Arm's semihosting: SYS_EXIT_EXTENDED with the reason ADP_Stopped_ApplicationExit. */
#define SYS_EXIT_EXTENDED 0x20u
#define APPLICATION_EXIT 0x20026u

static hal_board board = {.id = PIONEER_BOARD, .clock_hz = 0, .counter = HAL_COUNTER_NONE};
static uint32_t timer_wraps;

const hal_board *hal_init(void) {
    __asm__ volatile("cpsid i" ::: "memory");
    UART_BAUD_DIVIDER = UART_SMALLEST_DIVIDER;
    UART_CTRL = UART_CTRL_TX_ENABLE | UART_CTRL_RX_ENABLE | UART_CTRL_RX_INTERRUPT;
    /* A read makes QEMU deliver at once what came before the receiver was on; it would take a
     * second otherwise. If a byte is lost here, it is the delimiter that every host sends first. */
    (void)UART_DATA;
    TIMER_RELOAD = UINT32_MAX;
    TIMER_VALUE = UINT32_MAX;
    TIMER_CTRL = TIMER_CTRL_ENABLE | TIMER_CTRL_INTERRUPT;
    NVIC_ENABLE = WAKING_INTERRUPTS;
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

/* The timer counts down and wraps every 171 s, which ends hal_idle: no wrap passes unseen. */
uint64_t hal_time_us(void) {
    uint32_t value = TIMER_VALUE;
    if (TIMER_INTERRUPT != 0) {
        TIMER_INTERRUPT = 1;
        timer_wraps++;
        value = TIMER_VALUE;
    }
    return (((uint64_t)timer_wraps << 32) | (UINT32_MAX - value)) / TIMER_TICKS_PER_US;
}

void hal_idle(void) {
    __asm__ volatile("dsb\n\twfi" ::: "memory");
    (void)hal_time_us();
    UART_INTERRUPT = UART_INTERRUPT_RX;
    NVIC_CLEAR_PENDING = WAKING_INTERRUPTS;
}

void hal_exit(int status) {
    wait_for_transmitter();
    const uint32_t reason[2] = {APPLICATION_EXIT, (uint32_t)status};
    register uint32_t operation __asm__("r0") = SYS_EXIT_EXTENDED;
    register const uint32_t *block __asm__("r1") = reason;
    for (;;) {
        __asm__ volatile("bkpt 0xAB" : "+r"(operation) : "r"(block) : "memory");
    }
}

uint32_t hal_stack_bytes(void) {
    return image_stack_bytes();
}
