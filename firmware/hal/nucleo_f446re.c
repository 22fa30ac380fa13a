/* ST's Nucleo-F446RE: 8 MHz from the ST-LINK on OSC_IN, whose serial port is on USART2 (UM1724). */
#include "stm32f4/stm32f4.h"

const stm32f4_board stm32f4 = {
    .oscillator_hz = 8000000,
    .oscillator_is_clock = true,
    .core_hz = 180000000,
    .over_drive = true,
};
