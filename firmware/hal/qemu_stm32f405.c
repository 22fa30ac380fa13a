/* QEMU's netduinoplus2, an STM32F405: it has USART2 and timer 2, and neither clock tree nor DMA. */
#include "stm32f4/stm32f4.h"

const stm32f4_board stm32f4 = {
    .oscillator_hz = 8000000,
    .core_hz = 168000000,
    .emulator_timer_hz = 1000000000, /* hw/timer/stm32f2xx_timer.c, clock-frequency */
    .semihosting = true,
};
