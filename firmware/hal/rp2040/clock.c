/*
 * The clocks of an RP2040: crystal, system loop, core, peripherals, the microsecond's divider; resets.
 * Telling people what failed is left to the program.
 *
 * Registers: RP2040 data sheet, 2.14 (resets), 2.15 (clocks), 2.16 (crystal), 2.18 (loop), 4.7 (watchdog).
 */
#include <stdbool.h>
#include <stddef.h>

#include "rp2040.h"

#define RESETS_RESET 0x4000C000u
#define RESETS_DONE REGISTER(0x4000C008u)
#define RESETS_DMA (1u << 2)
#define RESETS_IO_BANK0 (1u << 5)
#define RESETS_PADS_BANK0 (1u << 8)
#define RESETS_PLL_SYS (1u << 12)
#define RESETS_TIMER (1u << 21)
#define RESETS_UART0 (1u << 22)

#define XOSC_CTRL REGISTER(0x40024000u)
#define XOSC_CTRL_ENABLE 0x00FABAA0u /* the magic word, and the range of 1 to 15 MHz */
#define XOSC_STATUS REGISTER(0x40024004u)
#define XOSC_STATUS_STABLE (1u << 31)
#define XOSC_STARTUP REGISTER(0x4002400Cu)
#define XOSC_STARTUP_MS (CRYSTAL_HZ / 1000u / 256u + 1u)

#define PLL_SYS_CS REGISTER(0x40028000u)
#define PLL_CS_LOCK (1u << 31)
#define PLL_SYS_PWR 0x40028004u
#define PLL_PWR_CORE (1u << 0)
#define PLL_PWR_POST_DIVIDERS (1u << 3)
#define PLL_PWR_OSCILLATOR (1u << 5)
#define PLL_SYS_FBDIV REGISTER(0x40028008u)
#define PLL_SYS_PRIM REGISTER(0x4002800Cu)
/* 12 MHz * 133 = 1596 MHz, within 750 to 1600; 6 * 2 below it is the core's clock (2.18.2). */
#define PLL_FACTOR 133u
#define PLL_POST_DIVIDERS ((6u << 16) | (2u << 12))
_Static_assert(CRYSTAL_HZ / 12u * PLL_FACTOR == CORE_HZ, "the loop's dividers do not give the core's clock");

#define CLK_REF_CTRL REGISTER(0x40008030u)
#define CLK_REF_FROM_CRYSTAL 2u
#define CLK_REF_SELECTED REGISTER(0x40008038u)
#define CLK_SYS_CTRL REGISTER(0x4000803Cu)
#define CLK_SYS_FROM_LOOP 1u /* the auxiliary source, which is the system loop after reset */
#define CLK_SYS_SELECTED REGISTER(0x40008044u)
#define CLK_PERI_CTRL REGISTER(0x40008048u)
#define CLK_PERI_ENABLE (1u << 11) /* from the core's clock */

#define WATCHDOG_TICK REGISTER(0x4005802Cu)
#define WATCHDOG_TICK_ENABLE (1u << 9)

/* Reads of a flag before it is given up: 10 ms or more from the ring oscillator of at most 12 MHz. */
#define WAIT_READS 100000u

static bool wait_for(volatile uint32_t *word, uint32_t mask) {
    for (uint32_t reads = 0; reads < WAIT_READS; reads++) {
        if ((*word & mask) == mask) {
            return true;
        }
    }
    return false;
}

static bool release(uint32_t blocks) {
    CLEAR_BITS(RESETS_RESET) = blocks;
    return wait_for(&RESETS_DONE, blocks);
}

static bool start_crystal(void) {
    XOSC_STARTUP = XOSC_STARTUP_MS;
    XOSC_CTRL = XOSC_CTRL_ENABLE;
    if (!wait_for(&XOSC_STATUS, XOSC_STATUS_STABLE)) {
        return false;
    }
    CLK_REF_CTRL = CLK_REF_FROM_CRYSTAL;
    return wait_for(&CLK_REF_SELECTED, 1u << CLK_REF_FROM_CRYSTAL);
}

static bool start_loop(void) {
    if (!release(RESETS_PLL_SYS)) {
        return false;
    }
    PLL_SYS_CS = 1; /* the crystal's clock undivided */
    PLL_SYS_FBDIV = PLL_FACTOR;
    CLEAR_BITS(PLL_SYS_PWR) = PLL_PWR_CORE | PLL_PWR_OSCILLATOR;
    if (!wait_for(&PLL_SYS_CS, PLL_CS_LOCK)) {
        return false;
    }
    PLL_SYS_PRIM = PLL_POST_DIVIDERS;
    CLEAR_BITS(PLL_SYS_PWR) = PLL_PWR_POST_DIVIDERS;
    CLK_SYS_CTRL = CLK_SYS_FROM_LOOP;
    return wait_for(&CLK_SYS_SELECTED, 1u << CLK_SYS_FROM_LOOP);
}

uint32_t rp2040_clock_start(const char **notice) {
    *notice = NULL;
    uint32_t core_hz = CORE_HZ;
    if (!start_crystal()) {
        *notice = "the crystal did not start: the clock is the ring oscillator's, 1.8 to 12 MHz";
        core_hz = 0;
    } else if (!start_loop()) {
        *notice = "the loop did not lock: the core runs at the crystal's 12 MHz";
        core_hz = CRYSTAL_HZ;
    }
    CLK_PERI_CTRL = CLK_PERI_ENABLE;
    WATCHDOG_TICK = WATCHDOG_TICK_ENABLE | (CRYSTAL_HZ / 1000000u);
    if (!release(RESETS_DMA | RESETS_IO_BANK0 | RESETS_PADS_BANK0 | RESETS_TIMER | RESETS_UART0)) {
        *notice = "a peripheral stayed in reset";
    }
    return core_hz;
}
