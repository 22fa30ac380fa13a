/*
 * Cortex-M0+: SysTick, which counts down in 24 bits (Armv6-M ARM B3.3), where the framework leaves it alone.
 * The Arduino core of the RP2040 keeps time by its own timer; a running SysTick is not set again.
 */
#include <stddef.h>

#include "../register.h"
#include "family.h"

#define SYSTICK_CONTROL REGISTER(0xE000E010u)
#define SYSTICK_CONTROL_ENABLE (1u << 0)
#define SYSTICK_CONTROL_CORE_CLOCK (1u << 2)
#define SYSTICK_RELOAD REGISTER(0xE000E014u)
#define SYSTICK_VALUE REGISTER(0xE000E018u)
#define SYSTICK_MASK 0x00FFFFFFu
#define AIRCR REGISTER(0xE000ED0Cu)
#define AIRCR_RESET 0x05FA0004u

const uint32_t family_counter_mask = SYSTICK_MASK;

/* Another reload value would make differences wrong. */
bool family_counter_start(void) {
    if ((SYSTICK_CONTROL & SYSTICK_CONTROL_ENABLE) != 0) {
        return (SYSTICK_CONTROL & SYSTICK_CONTROL_CORE_CLOCK) != 0 && SYSTICK_RELOAD == SYSTICK_MASK;
    }
    SYSTICK_RELOAD = SYSTICK_MASK;
    SYSTICK_VALUE = 0;
    SYSTICK_CONTROL = SYSTICK_CONTROL_CORE_CLOCK | SYSTICK_CONTROL_ENABLE;
    return true;
}

const char *family_notice(void) {
    return NULL;
}

uint32_t family_counter(void) {
    return (SYSTICK_MASK - SYSTICK_VALUE) & SYSTICK_MASK;
}

static uint32_t primask;

/* All of them: the framework's time is a timer's, which needs none. */
void family_mask(void) {
    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(primask)::"memory");
}

void family_unmask(void) {
    __asm__ volatile("msr primask, %0" ::"r"(primask) : "memory");
}

void family_rest(void) {
    /* Nothing wakes the core for a byte on every framework: it only lets others run. */
    __asm__ volatile("nop");
}

/* Where the stack ends, and what lies below it, differs from framework to framework. */
uint32_t family_stack_bytes(uintptr_t top) {
    (void)top;
    return 0;
}

hal_boot family_boot(void) {
    return (hal_boot){.cause = HAL_BOOT_UNKNOWN};
}

void family_reset(void) {
    AIRCR = AIRCR_RESET;
    for (;;) {
    }
}
