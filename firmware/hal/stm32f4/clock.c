/*
 * The clock tree of an STM32F4: oscillator, phase-locked loop, bus dividers, flash wait states.
 * Which speed is asked for is left to the board's file, telling people what failed to the program.
 *
 * Registers: STM32F446 reference manual RM0390, chapters 3 (flash), 5 (power) and 6 (clocks);
 * an STM32F405 has the same but for the over-drive (RM0090).
 */
#include "../register.h"
#include "stm32f4.h"

#define FLASH_ACR REGISTER(0x40023C00u)
#define FLASH_ACR_LATENCY 0xFu
#define FLASH_ACR_ACCELERATE (7u << 8) /* prefetch, instruction and data lines */

#define PWR_CR REGISTER(0x40007000u)
#define PWR_CR_OVER_DRIVE (1u << 16)
#define PWR_CR_OVER_DRIVE_SWITCH (1u << 17)
#define PWR_CSR REGISTER(0x40007004u)
#define PWR_CSR_OVER_DRIVE_READY (1u << 16)
#define PWR_CSR_OVER_DRIVE_SWITCHED (1u << 17)

#define RCC_CR REGISTER(0x40023800u)
#define RCC_CR_HSI_READY (1u << 1) /* set by reset: the core runs from it */
#define RCC_CR_HSE_ON (1u << 16)
#define RCC_CR_HSE_READY (1u << 17)
#define RCC_CR_HSE_BYPASS (1u << 18)
#define RCC_CR_PLL_ON (1u << 24)
#define RCC_CR_PLL_READY (1u << 25)
#define RCC_PLLCFGR REGISTER(0x40023804u)
#define RCC_PLLCFGR_M_N_P_SOURCE 0x00437FFFu
#define RCC_PLLCFGR_N(factor) ((factor) << 6)
#define RCC_PLLCFGR_FROM_HSE (1u << 22)
#define RCC_CFGR REGISTER(0x40023808u)
#define RCC_CFGR_SWITCH 3u
#define RCC_CFGR_SWITCH_PLL 2u
#define RCC_CFGR_SWITCHED (3u << 2)
#define RCC_CFGR_SWITCHED_PLL (2u << 2)
#define RCC_CFGR_BUSES 0x0000FC00u
#define RCC_CFGR_APB1_QUARTER (5u << 10)
#define RCC_CFGR_APB2_HALF (4u << 13)
#define RCC_APB1ENR REGISTER(0x40023840u)
#define RCC_APB1ENR_PWR (1u << 28)

#define HSI_HZ 16000000u
#define PLL_INPUT_HZ 2000000u /* of 1 to 2 MHz the one with the least jitter (6.3.2) */

/* Wait states up to 180 MHz at 2.7 to 3.6 V (3.4.1, one more each 30 MHz). */
#define WAIT_STATES_EACH_HZ 30000000u

/* Reads of a flag before it is given up: 30 ms or more from the internal oscillator; a crystal
 * starts in 2 ms (STM32F446 data sheet). */
#define WAIT_READS 100000u

static bool wait_for(volatile uint32_t *word, uint32_t mask, uint32_t value) {
    for (uint32_t reads = 0; reads < WAIT_READS; reads++) {
        if ((*word & mask) == value) {
            return true;
        }
    }
    return false;
}

static bool start_oscillator(void) {
    RCC_CR |= stm32f4.oscillator_is_clock ? RCC_CR_HSE_BYPASS : 0;
    RCC_CR |= RCC_CR_HSE_ON;
    return wait_for(&RCC_CR, RCC_CR_HSE_READY, RCC_CR_HSE_READY);
}

/* The loop runs at twice the core's speed; its output divider of 2 is spelled 0. */
static void start_loop(bool from_hse) {
    const uint32_t source_hz = from_hse ? stm32f4.oscillator_hz : HSI_HZ;
    const uint32_t divider = source_hz / PLL_INPUT_HZ;
    const uint32_t factor = 2 * (stm32f4.core_hz / PLL_INPUT_HZ);
    RCC_PLLCFGR = (RCC_PLLCFGR & ~RCC_PLLCFGR_M_N_P_SOURCE) | divider | RCC_PLLCFGR_N(factor) |
                  (from_hse ? RCC_PLLCFGR_FROM_HSE : 0);
    RCC_CR |= RCC_CR_PLL_ON;
}

/* While the loop starts, as 5.1.4 asks. */
static bool start_over_drive(void) {
    if (!stm32f4.over_drive) {
        return true;
    }
    RCC_APB1ENR |= RCC_APB1ENR_PWR;
    PWR_CR |= PWR_CR_OVER_DRIVE;
    if (!wait_for(&PWR_CSR, PWR_CSR_OVER_DRIVE_READY, PWR_CSR_OVER_DRIVE_READY)) {
        return false;
    }
    PWR_CR |= PWR_CR_OVER_DRIVE_SWITCH;
    return wait_for(&PWR_CSR, PWR_CSR_OVER_DRIVE_SWITCHED, PWR_CSR_OVER_DRIVE_SWITCHED);
}

/* The flash first: it must be slow enough before the core is fast. */
static bool slow_flash(void) {
    const uint32_t wait_states = (stm32f4.core_hz - 1) / WAIT_STATES_EACH_HZ;
    FLASH_ACR = FLASH_ACR_ACCELERATE | wait_states;
    return wait_for(&FLASH_ACR, FLASH_ACR_LATENCY, wait_states);
}

static bool switch_core(void) {
    RCC_CFGR = (RCC_CFGR & ~RCC_CFGR_BUSES) | RCC_CFGR_APB1_QUARTER | RCC_CFGR_APB2_HALF;
    RCC_CFGR = (RCC_CFGR & ~RCC_CFGR_SWITCH) | RCC_CFGR_SWITCH_PLL;
    return wait_for(&RCC_CFGR, RCC_CFGR_SWITCHED, RCC_CFGR_SWITCHED_PLL);
}

stm32f4_clock stm32f4_clock_start(void) {
    if ((RCC_CR & RCC_CR_HSI_READY) == 0) {
        /* A core that runs has a clock: this controller is not there, as in an emulator. */
        return (stm32f4_clock){
            .timer_hz = stm32f4.emulator_timer_hz,
            .notice = "the clock controller reads 0, as in an emulator: the clock is unknown",
        };
    }
    stm32f4_clock clock = {.core_hz = HSI_HZ, .apb1_hz = HSI_HZ, .timer_hz = HSI_HZ};
    const bool has_oscillator = start_oscillator();
    start_loop(has_oscillator);
    if (!start_over_drive() || !wait_for(&RCC_CR, RCC_CR_PLL_READY, RCC_CR_PLL_READY) ||
        !slow_flash()) {
        clock.notice = "the fast clock did not start: the core runs at 16 MHz";
        return clock;
    }
    if (!switch_core()) {
        clock.notice = "the core did not take the fast clock: it runs at 16 MHz";
        clock.apb1_hz = HSI_HZ / 4;
        clock.timer_hz = HSI_HZ / 2;
        return clock;
    }
    if (!has_oscillator) {
        clock.notice = "no oscillator: the clock comes from the chip's own, exact to 1 %";
    }
    clock.core_hz = stm32f4.core_hz;
    clock.apb1_hz = stm32f4.core_hz / 4;
    clock.timer_hz = stm32f4.core_hz / 2; /* twice the bus where that is divided (6.2) */
    return clock;
}
