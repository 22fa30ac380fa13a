/*
 * Cortex-M3, M4, M7 and M33: the debug unit's cycle counter (Armv7-M ARM C1.8, Armv8-M ARM B13).
 * The mask of a measured window leaves the system's tick and what is more urgent.
 */
#include <stddef.h>

#include "../register.h"
#include "family.h"

#define DEMCR REGISTER(0xE000EDFCu)
#define DEMCR_TRACE (1u << 24)
#define DWT_CONTROL REGISTER(0xE0001000u)
#define DWT_CONTROL_ENABLE (1u << 0)
#define DWT_CONTROL_NO_COUNTER (1u << 25)
#define DWT_COUNTER REGISTER(0xE0001004u)
/* Locked on the STM32F7 until the key is written (PM0253); elsewhere the write does nothing. */
#define DWT_LOCK_ACCESS REGISTER(0xE0001FB0u)
#define DWT_UNLOCK 0xC5ACCE55u
#define SYSTICK_CONTROL REGISTER(0xE000E010u)
#define SYSTICK_CONTROL_INTERRUPT (1u << 1)
#define SYSTICK_PRIORITY REGISTER_8(0xE000ED23u)
#define CPUID REGISTER(0xE000ED00u)
#define CPUID_PART 0xFFF0u
#define CPUID_CORTEX_M7 0xC270u
#define CCR REGISTER(0xE000ED14u)
#define CCR_CACHES (3u << 16) /* data and instructions (Armv7-M ARM B3.2.8) */
#define AIRCR REGISTER(0xE000ED0Cu)
#define AIRCR_RESET 0x05FA0004u
#define AIRCR_GROUP (7u << AIRCR_GROUP_SHIFT)
#define AIRCR_GROUP_SHIFT 8

const uint32_t family_counter_mask = 0xFFFFFFFFu;

bool family_counter_start(void) {
    DEMCR |= DEMCR_TRACE;
    DWT_LOCK_ACCESS = DWT_UNLOCK;
    if ((DWT_CONTROL & DWT_CONTROL_NO_COUNTER) != 0) {
        return false;
    }
    DWT_COUNTER = 0;
    DWT_CONTROL |= DWT_CONTROL_ENABLE;
    return true;
}

/* The files of Cortex-M7 boards state both caches, which the frameworks switch on before a program begins. */
const char *family_notice(void) {
    const bool has_caches = (CPUID & CPUID_PART) == CPUID_CORTEX_M7;
    if (has_caches && (CCR & CCR_CACHES) != CCR_CACHES) {
        return "a cache of the core is off, which the board's file states on: its cycles are those without";
    }
    return NULL;
}

uint32_t family_counter(void) {
    return DWT_COUNTER;
}

static uint32_t read_basepri(void) {
    uint32_t priority;
    __asm__ volatile("mrs %0, basepri" : "=r"(priority));
    return priority;
}

static void write_basepri(uint32_t priority) {
    __asm__ volatile("msr basepri, %0" ::"r"(priority) : "memory");
}

/* The value from which on BASEPRI masks all but the system's tick and what is more urgent, or but priority 0 where no
 * tick interrupts; 0, which masks nothing, where nothing is less urgent than the tick. BASEPRI compares without the
 * bits that the chip has not, and without those of subpriorities (Armv7-M ARM B1.5.4, B3.2.6). */
static uint32_t quiet_priority(void) {
    write_basepri(0xFFu);
    const uint32_t bits = read_basepri();
    write_basepri(0);
    const uint32_t lowest = bits & (~bits + 1u);
    const uint32_t group = 2u << ((AIRCR & AIRCR_GROUP) >> AIRCR_GROUP_SHIFT);
    const uint32_t step = lowest > group ? lowest : group;
    const bool has_tick = (SYSTICK_CONTROL & SYSTICK_CONTROL_INTERRUPT) != 0;
    const uint32_t kept = has_tick ? SYSTICK_PRIORITY & ~(step - 1u) : 0u;
    return (kept + step) & 0xFFu;
}

static uint32_t basepri;

/* A framework's tick counts milliseconds, which would be lost: it stays. */
void family_mask(void) {
    basepri = read_basepri();
    write_basepri(quiet_priority());
}

void family_unmask(void) {
    write_basepri(basepri);
}

void family_rest(void) {
    __asm__ volatile("dsb\n\twfi" ::: "memory");
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
    __asm__ volatile("dsb" ::: "memory");
    AIRCR = AIRCR_RESET;
    for (;;) {
    }
}
