/*
 * Cortex-M3, M4, M7 and M33: the debug unit's cycle counter (Armv7-M ARM C1.8, Armv8-M ARM B13).
 * Interrupts stay on: the system's tick and the serial port's are part of a measured window.
 */
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
#define AIRCR REGISTER(0xE000ED0Cu)
#define AIRCR_RESET 0x05FA0004u

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

uint32_t family_counter(void) {
    return DWT_COUNTER;
}

void family_rest(void) {
    __asm__ volatile("dsb\n\twfi" ::: "memory");
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
