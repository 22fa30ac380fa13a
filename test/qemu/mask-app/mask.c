/*
 * mask: what family_mask of hal/arduino/family_dwt.c keeps out and lets in, on a Cortex-M4 or M7 with nothing but a
 * vector table. Prints BASEPRI for several priorities of the tick, then the interrupts taken inside and after a window,
 * then whether the family has a notice.
 */
#include <stddef.h>
#include <stdint.h>

#include "../../../firmware/hal/arduino/family.h"
#include "../../../firmware/hal/cortex_m/semihosting.h"
#include "../../../firmware/hal/register.h"

#define SYSTICK_CONTROL REGISTER(0xE000E010u)
#define SYSTICK_RELOAD REGISTER(0xE000E014u)
#define SYSTICK_WITH_INTERRUPT 7u
#define SYSTICK_PRIORITY REGISTER_8(0xE000ED23u)
#define NVIC_ENABLE REGISTER(0xE000E100u)
#define NVIC_PEND REGISTER(0xE000E200u)
#define NVIC_PRIORITY REGISTER_8(0xE000E400u)
#define SYS_WRITE0 0x04u

static volatile uint32_t ticks;
static volatile uint32_t interrupts;

static void say(const char *text) {
    register uint32_t call __asm__("r0") = SYS_WRITE0;
    register const char *argument __asm__("r1") = text;
    __asm__ volatile("bkpt 0xAB" : "+r"(call) : "r"(argument) : "memory");
}

static void say_number(uint32_t number) {
    char text[12];
    char *at = &text[sizeof text - 1];
    *at = '\0';
    *--at = ' ';
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    say(at);
}

static uint32_t masked_from(void) {
    uint32_t priority;
    family_mask();
    __asm__ volatile("mrs %0, basepri" : "=r"(priority));
    family_unmask();
    return priority;
}

static void take_tick(void) {
    ticks++;
}

static void take_interrupt(void) {
    interrupts++;
}

static void end(void) {
    semihosting_exit(0);
}

static void run(void) {
    static const uint8_t priorities[] = {0x00, 0x20, 0xE0, 0xFF};
    say_number(masked_from()); /* without a tick */
    SYSTICK_RELOAD = 1000;
    SYSTICK_CONTROL = SYSTICK_WITH_INTERRUPT;
    for (unsigned i = 0; i < sizeof priorities; i++) {
        SYSTICK_PRIORITY = priorities[i];
        say_number(masked_from());
    }
    SYSTICK_PRIORITY = 0x20;
    NVIC_PRIORITY = 0x40;
    NVIC_ENABLE = 1;
    family_mask();
    NVIC_PEND = 1;
    const uint32_t before = ticks;
    while (ticks - before < 3) {
    }
    say_number(interrupts);
    family_unmask();
    __asm__ volatile("isb");
    say_number(interrupts);
    say(family_notice() == NULL ? "no notice" : "a notice");
    end();
}

/* Stack, reset, thirteen exceptions that do not come, the tick, the first interrupt. */
__attribute__((section(".vectors"), used)) static void (*const vectors[17])(void) = {
    (void (*)(void))0x20001000, run, end, end, end, end, end, end, end, end, end, end, end, end, end,
    take_tick, take_interrupt,
};
