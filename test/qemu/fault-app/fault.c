/*
 * fault: a program that faults on request, each time in a function of its own.
 * The first value of an Input chooses the fault; what the report must say is left to the test.
 */
#include "session.h"

/* Neither memory nor a device on any board here. */
#define NOWHERE 0xF0000000u

#if defined(__arm__)
#define UNDEFINED_INSTRUCTION "udf #0"
#define BREAKPOINT "bkpt 1"
#elif defined(__riscv)
#define UNDEFINED_INSTRUCTION "unimp"
#define BREAKPOINT "ebreak"
#elif defined(__XTENSA__)
#define UNDEFINED_INSTRUCTION "ill"
#define BREAKPOINT "break 1, 15"
#endif

__attribute__((noipa)) static uint32_t read_nowhere(void) {
    return *(volatile uint32_t *)NOWHERE;
}

__attribute__((noipa)) static void run_undefined_instruction(void) {
    __asm__ volatile(UNDEFINED_INSTRUCTION);
}

static volatile int sink;

__attribute__((noipa)) static int divide_by(volatile int divisor) {
    return 1000 / divisor;
}

__attribute__((noipa)) static void break_without_debugger(void) {
    __asm__ volatile(BREAKPOINT);
}

/* Peripheral space must not be executed. */
__attribute__((noipa)) static void run_peripheral(void) {
    ((void (*)(void))0x40004001u)();
    __asm__ volatile("nop"); /* no tail call: the link register must lead here */
}

/* 100,000 calls of 256 B and more: deeper than any stack here. */
__attribute__((noipa)) static uint32_t recurse(uint32_t depth) {
    volatile uint32_t ballast[64];
    ballast[0] = depth;
    return depth == 0 ? 0 : recurse(depth - 1) + ballast[0];
}

#if defined(__arm__)
/* The CMSDK watchdog of Arm's MPS2 boards, which warns by an NMI when its count is used up. */
#define WATCHDOG(offset) (*(volatile uint32_t *)(0x40008000u + (offset)))
#define WATCHDOG_LOAD WATCHDOG(0x000u)
#define WATCHDOG_CONTROL WATCHDOG(0x008u)
#define WATCHDOG_CONTROL_INTERRUPT 1u
#define TICKS 250000u /* 10 ms at 25 MHz */

__attribute__((noipa)) static void hang(void) {
    WATCHDOG_LOAD = TICKS;
    WATCHDOG_CONTROL = WATCHDOG_CONTROL_INTERRUPT;
    for (;;) {
        sink++;
    }
}
#else
#define hang() (void)0
#endif

int main(void) {
    session_start("fault", 0);
    for (;;) {
        const session_request request = session_wait();
        if (request.kind != SESSION_INPUT) {
            session_refuse(&request);
            continue;
        }
        switch (request.input.values[0]) {
        case 0:
            (void)read_nowhere();
            break;
        case 1:
            run_undefined_instruction();
            break;
        case 2:
            sink = divide_by(0);
            break;
        case 3:
            break_without_debugger();
            break;
        case 4:
            run_peripheral();
            break;
        case 6:
            hang();
            break;
        default:
            (void)recurse(100000);
        }
    }
}
