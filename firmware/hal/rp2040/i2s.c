/*
 * Makes bit clock, word select and both directions' data by one state machine of PIO 0, so that all share its clock.
 * Moving samples is left to sound.c, wiring to the board's file.
 *
 * RP2040 data sheet: 3.4 (instructions), 3.7 (registers), 2.14 (resets), 2.19.6 (pins). Philips I2S: data changes with
 * the falling bit clock and is read with the rising one; a word's first bit comes a bit clock after its word select,
 * low for left. 32 bits a slot: 16 of the sample, then zeros out, and what the microphone has beyond left out.
 */
#include "i2s.h"

_Static_assert(PIONEER_MICROPHONE_CLOCK == PIONEER_I2S_CLOCK &&
                   PIONEER_MICROPHONE_WORD == PIONEER_I2S_WORD,
               "microphone and amplifier are on one clock");
_Static_assert(PIONEER_I2S_WORD == PIONEER_I2S_CLOCK + 1 &&
                   PIONEER_I2S_DATA == PIONEER_I2S_CLOCK + 2,
               "bit clock, word select and data out are pins in a row");

#define RESETS_RESET 0x4000C000u
#define RESETS_DONE REGISTER(0x4000C008u)
#define RESETS_PIO0 (1u << 10)

#define PIN_CONTROL(pin) REGISTER(0x40014004u + 8u * (pin))
#define PIN_FUNCTION_PIO0 6u
#define PAD(pin) REGISTER(0x4001C004u + 4u * (pin))
/* The microphone lets its line go in the right slot. */
#define PAD_PULLED_DOWN 0x56u /* input, Schmitt trigger, 4 mA, pull-down */

#define PIO_CONTROL 0x50200000u
#define PIO_ENABLE (1u << 0)
#define PIO_RESTART_DIVIDER (1u << 8)
#define PIO_INSTRUCTION(at) REGISTER(0x50200048u + 4u * (at))
#define SM_DIVIDER REGISTER(0x502000C8u)
#define SM_DIVIDED_BY(whole) ((whole) << 16)
#define SM_EXECUTION REGISTER(0x502000CCu)
#define SM_WRAP(first, last) (((first) << 7) | ((last) << 12))
#define SM_SHIFT REGISTER(0x502000D0u)
#define SM_SHIFT_LEFT_IN_16 ((16u << 20) | (1u << 16)) /* pushed after 16 bits */
#define SM_SHIFT_LEFT_OUT_32 (1u << 17)                /* pulled after 32 bits */
#define SM_EXECUTE REGISTER(0x502000D8u)
#define SM_PINS REGISTER(0x502000DCu)
#define SM_PINS_OUT(pin) ((1u << 20) | (pin))
#define SM_PINS_SET(pin, count) (((count) << 26) | ((pin) << 5))
#define SM_PINS_SIDE(pin) ((2u << 29) | ((pin) << 10))
#define SM_PINS_IN(pin) ((pin) << 15)

/* Levels of word select and bit clock with an instruction, and how many cycles it takes. */
#define SIDE(word, clock, cycles) (((word) << 12) | ((clock) << 11) | (((cycles) - 1u) << 8))
#define OUT_BIT 0x6001u
#define OUT_NOTHING_32 0x6060u /* leaves the register of bits to send empty */
#define IN_BIT 0x4001u
#define SET_DATA_LOW 0xE000u
#define SET_LEVELS(bits) (0xE000u | (bits))
#define SET_DIRECTIONS(bits) (0xE080u | (bits))
#define SET_COUNT_14 0xE02Eu /* 15 times through a loop */
#define JUMP(to) (to)
#define JUMP_COUNTED(to) (0x0040u | (to))

/* Each slot: the sample in a loop of 15 bits and one, then zeros alike, of which the last is behind the word select. */
#define LEFT 0u
#define LEFT_REST 6u
#define RIGHT 10u
#define RIGHT_REST 14u
#define LAST 17u
static const uint16_t program[] = {
    [LEFT] = OUT_BIT | SIDE(0u, 0u, 5u),
    IN_BIT | SIDE(0u, 1u, 4u),
    JUMP_COUNTED(LEFT) | SIDE(0u, 1u, 1u),
    OUT_BIT | SIDE(0u, 0u, 5u),
    IN_BIT | SIDE(0u, 1u, 4u),
    SET_COUNT_14 | SIDE(0u, 1u, 1u),

    [LEFT_REST] = SET_DATA_LOW | SIDE(0u, 0u, 5u),
    JUMP_COUNTED(LEFT_REST) | SIDE(0u, 1u, 5u),
    SET_DATA_LOW | SIDE(1u, 0u, 5u),
    SET_COUNT_14 | SIDE(1u, 1u, 5u),

    [RIGHT] = OUT_BIT | SIDE(1u, 0u, 5u),
    JUMP_COUNTED(RIGHT) | SIDE(1u, 1u, 5u),
    OUT_BIT | SIDE(1u, 0u, 5u),
    SET_COUNT_14 | SIDE(1u, 1u, 5u),

    [RIGHT_REST] = SET_DATA_LOW | SIDE(1u, 0u, 5u),
    JUMP_COUNTED(RIGHT_REST) | SIDE(1u, 1u, 5u),
    SET_DATA_LOW | SIDE(0u, 0u, 5u),
    [LAST] = SET_COUNT_14 | SIDE(0u, 1u, 5u),
};

/* Reads before a block is given up that stays in reset; it takes a few cycles. */
#define WAIT_READS 1000u

/* A reset of the core alone, as after a goodbye, leaves a state machine running. */
static bool reset_pio(void) {
    SET_BITS(RESETS_RESET) = RESETS_PIO0;
    CLEAR_BITS(RESETS_RESET) = RESETS_PIO0;
    for (uint32_t reads = 0; reads < WAIT_READS; reads++) {
        if ((RESETS_DONE & RESETS_PIO0) != 0) {
            return true;
        }
    }
    return false;
}

static void load_program(bool has_output) {
    for (uint32_t at = 0; at <= LAST; at++) {
        PIO_INSTRUCTION(at) = program[at];
    }
    /* What is told to execute does so at once. */
    SM_DIVIDER = SM_DIVIDED_BY(1u);
    SM_EXECUTION = SM_WRAP(LEFT, LAST);
    SM_SHIFT = SM_SHIFT_LEFT_IN_16;
    SM_EXECUTE = OUT_NOTHING_32;
    SM_SHIFT = SM_SHIFT_LEFT_IN_16 | (has_output ? SM_SHIFT_LEFT_OUT_32 : 0u);
}

/* Word select starts high with the rest of a right slot, so that the first left slot has a beginning. */
static void take_pins(bool has_output) {
    const uint32_t outputs = has_output ? 3u : 2u;
    SM_PINS = SM_PINS_SET(PIONEER_I2S_CLOCK, outputs);
    SM_EXECUTE = SET_LEVELS(2u);
    SM_EXECUTE = SET_DIRECTIONS((1u << outputs) - 1u);
    SM_PINS = SM_PINS_SIDE(PIONEER_I2S_CLOCK) | SM_PINS_IN(PIONEER_MICROPHONE_DATA) |
              (has_output ? SM_PINS_OUT(PIONEER_I2S_DATA) | SM_PINS_SET(PIONEER_I2S_DATA, 1u) : 0u);
    SM_EXECUTE = SET_COUNT_14 | SIDE(1u, 0u, 1u);
    SM_EXECUTE = JUMP(RIGHT_REST) | SIDE(1u, 0u, 1u);
    for (uint32_t at = 0; at < outputs; at++) {
        PIN_CONTROL(PIONEER_I2S_CLOCK + at) = PIN_FUNCTION_PIO0;
    }
    PAD(PIONEER_MICROPHONE_DATA) = PAD_PULLED_DOWN;
    PIN_CONTROL(PIONEER_MICROPHONE_DATA) = PIN_FUNCTION_PIO0;
}

bool i2s_prepare(bool has_output) {
    if (!reset_pio()) {
        return false;
    }
    load_program(has_output);
    take_pins(has_output);
    SM_DIVIDER = SM_DIVIDED_BY(I2S_DIVIDER);
    return true;
}

void i2s_start(void) {
    SET_BITS(PIO_CONTROL) = PIO_ENABLE | PIO_RESTART_DIVIDER;
}
