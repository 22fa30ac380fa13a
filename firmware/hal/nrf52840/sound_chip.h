/*
 * What a microphone and an output of an nRF52840 share: pins, clocks and events that are counted.
 * Registers of one part alone are left to its file. nRF52840 Product Specification 1.7: 6.9 (GPIO), 6.16 (PPI), 6.30 (TIMER).
 *
 * No interrupt is used, so that sound stands beside a framework's handlers: timers 3 and 4 count through PPI 13 to 15 how
 * often a buffer was begun, which is when the one before is done.
 */
#ifndef PIONEER_SOUND_CHIP_H
#define PIONEER_SOUND_CHIP_H

#include <stdint.h>

#include "../register.h"

/* Reads of a flag before it is given up: 3 ms or more. */
#define WAIT_READS 20000u

/* Pins as the chip counts them: 32 a port. */
#define PORT(pin) (0x50000000u + 0x300u * ((pin) / 32u))
#define PORT_SET(pin) REGISTER(PORT(pin) + 0x508u)
#define PORT_CLEAR(pin) REGISTER(PORT(pin) + 0x50Cu)
#define PORT_MAKE_OUTPUT(pin) REGISTER(PORT(pin) + 0x518u)
#define PORT_CONFIG(pin) REGISTER(PORT(pin) + 0x700u + 4u * ((pin) % 32u))
#define PORT_CONFIG_INPUT 0u
#define BIT(pin) (1u << ((pin) % 32u))

/* 32 MHz / 31: what PDM and I2S both have. */
#define CLOCK_32M_BY_31 0x08400000u

#define TIMER_OUTPUT 0x4001A000u     /* timer 3 */
#define TIMER_MICROPHONE 0x4001B000u /* timer 4 */
#define TIMER_START(timer) REGISTER((timer) + 0x000u)
#define TIMER_COUNT_OFFSET 0x008u
#define TIMER_CAPTURE(timer) REGISTER((timer) + 0x040u)
#define TIMER_MODE(timer) REGISTER((timer) + 0x504u)
#define TIMER_MODE_COUNTER 2u /* with little power */
#define TIMER_BIT_MODE(timer) REGISTER((timer) + 0x508u)
#define TIMER_32_BIT 3u
#define TIMER_CAPTURED(timer) REGISTER((timer) + 0x540u)

#define PPI_ENABLE_SET REGISTER(0x4001F504u)
#define PPI_EVENT(channel) REGISTER(0x4001F510u + 8u * (channel))
#define PPI_TASK(channel) REGISTER(0x4001F514u + 8u * (channel))
#define PPI_OUTPUT_SECOND 13u
#define PPI_OUTPUT 14u
#define PPI_MICROPHONE 15u

static inline uint32_t address_of(const void *buffer) {
    return (uint32_t)(uintptr_t)buffer;
}

static inline void drive_low(uint32_t pin) {
    PORT_CLEAR(pin) = BIT(pin);
    PORT_MAKE_OUTPUT(pin) = BIT(pin);
}

static inline void start_counter(uint32_t timer) {
    TIMER_MODE(timer) = TIMER_MODE_COUNTER;
    TIMER_BIT_MODE(timer) = TIMER_32_BIT;
    TIMER_START(timer) = 1;
}

/* Lets a timer count one more event. */
static inline void count_event(uint32_t timer, uint32_t channel, uint32_t event) {
    PPI_EVENT(channel) = event;
    PPI_TASK(channel) = timer + TIMER_COUNT_OFFSET;
    PPI_ENABLE_SET = 1u << channel;
}

static inline uint32_t counted(uint32_t timer) {
    TIMER_CAPTURE(timer) = 1;
    return TIMER_CAPTURED(timer);
}

#endif
