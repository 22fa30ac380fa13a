/*
 * An nRF52840's output by I2S: 16 bits of the left channel, from two buffers of which EasyDMA is told the next.
 * Which one is whose is left to sound.c, pins to the board's file. nRF52840 Product Specification 1.7, 6.10.
 *
 * It has no divider for 16,000 Hz: 32 MHz / 31 / 64 is 16,129 Hz.
 */
#include <string.h>

#include "sound_chip.h"
#include "sound_player.h"

#define I2S_START REGISTER(0x40025000u)
#define I2S_POINTER_TAKEN_ADDRESS 0x40025114u /* event: the buffer's address was taken over */
#define I2S_ENABLE REGISTER(0x40025500u)
#define I2S_TX_ENABLE REGISTER(0x4002550Cu)
#define I2S_CLOCK_ENABLE REGISTER(0x40025510u)
#define I2S_CLOCK REGISTER(0x40025514u)
#define I2S_RATIO REGISTER(0x40025518u)
#define I2S_RATIO_64 2u
#define I2S_WIDTH REGISTER(0x4002551Cu)
#define I2S_WIDTH_16 1u
#define I2S_CHANNELS REGISTER(0x40025528u)
#define I2S_CHANNELS_LEFT 1u
#define I2S_POINTER REGISTER(0x40025540u)
#define I2S_WORDS REGISTER(0x40025550u)
#define I2S_PIN_BIT REGISTER(0x40025564u)
#define I2S_PIN_WORD REGISTER(0x40025568u)
#define I2S_PIN_DATA REGISTER(0x40025570u)

static player_slots *slots;
static uint32_t hop;

static void prepare(player_slots *buffers, uint32_t hop_samples) {
    slots = buffers;
    hop = hop_samples;
    drive_low(PIONEER_I2S_CLOCK);
    drive_low(PIONEER_I2S_WORD);
    drive_low(PIONEER_I2S_DATA);
    count_event(TIMER_OUTPUT, PPI_OUTPUT, I2S_POINTER_TAKEN_ADDRESS);
    I2S_PIN_BIT = PIONEER_I2S_CLOCK;
    I2S_PIN_WORD = PIONEER_I2S_WORD;
    I2S_PIN_DATA = PIONEER_I2S_DATA;
    I2S_TX_ENABLE = 1;
    I2S_CLOCK_ENABLE = 1;
    I2S_CLOCK = CLOCK_32M_BY_31;
    I2S_RATIO = I2S_RATIO_64;
    I2S_WIDTH = I2S_WIDTH_16;
    I2S_CHANNELS = I2S_CHANNELS_LEFT;
    I2S_WORDS = hop / 2;
    I2S_ENABLE = 1;
}

static void start(void) {
    I2S_START = 1;
}

static void put(uint32_t slot, const int16_t *samples) {
    memcpy(slots->samples[slot], samples, hop * sizeof *samples);
    __asm__ volatile("dmb" ::: "memory");
    I2S_POINTER = address_of(slots->samples[slot]);
}

/* An amplifier by I2S is silent when its clocks stop, which a reset does. */
const sound_player sound_i2s = {
    .rate_millihertz = 16129032u, /* rounded */
    .prepare = prepare,
    .start = start,
    .put = put,
};
