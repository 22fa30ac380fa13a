/*
 * What boards with an STM32F4 differ in: the oscillator, the speed asked for, and how a program leaves.
 * The values are left to one file a board, the chip to stm32f4.c and clock.c, the core to cortex_m/.
 */
#ifndef PIONEER_STM32F4_H
#define PIONEER_STM32F4_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint32_t oscillator_hz;     /* at OSC_IN, a multiple of 2 MHz up to 50 MHz [Hz] */
    bool oscillator_is_clock;   /* a clock signal, and not a crystal */
    uint32_t core_hz;           /* a multiple of 2 MHz from 100 to 180 MHz [Hz] */
    bool over_drive;            /* the regulator's setting above 168 MHz, where the chip has it */
    uint32_t emulator_timer_hz; /* of an emulator's timers, which no clock tree divides; else 0 */
    bool semihosting;           /* the program can end; else it waits for the next host */
} stm32f4_board;

/* The board that the program runs on. */
extern const stm32f4_board stm32f4;

typedef struct {
    uint32_t core_hz;  /* 0: the clock controller is not there, and nothing is known */
    uint32_t apb1_hz;  /* of the serial port [Hz] */
    uint32_t timer_hz; /* of the timers behind the same bus [Hz] */
    const char *notice; /* what is not as the board asks, for people; null when all is */
} stm32f4_clock;

/* Sets the flash's wait states and the clock tree; every wait for hardware is bounded. */
stm32f4_clock stm32f4_clock_start(void);

#endif
