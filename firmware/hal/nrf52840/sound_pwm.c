/*
 * An nRF52840's output by PWM 0: pulses of 32 kHz on one pin, from two sequences that EasyDMA plays in turn without end.
 * Which one is free is left to sound.c, widths to pulse_widths.c, the pin to the board's file. nRF52840 Product
 * Specification 1.7, 6.17.
 *
 * 16 MHz / 500 is two periods of 16,000 Hz exactly, from the same crystal as the microphone's: both never drift apart.
 * A loop is as long as can be, 65,535 times both sequences: should its restart by the shortcut take a period more, that
 * is 31 us in 22 minutes. Anomaly 183, false SEQEND events, is of sequences of one value.
 */
#include "pulse_widths.h"
#include "sound_chip.h"
#include "sound_player.h"

#define PWM_STOP REGISTER(0x4001C004u)
#define PWM_START_SEQUENCE_0 REGISTER(0x4001C008u)
#define PWM_STOPPED REGISTER(0x4001C104u)
/* Events: the first period of a sequence began, so that the values of the other are free. */
#define PWM_BEGUN_0_ADDRESS 0x4001C108u
#define PWM_BEGUN_1_ADDRESS 0x4001C10Cu
#define PWM_SHORTS REGISTER(0x4001C200u)
#define PWM_SHORT_LOOPED_START_SEQUENCE_0 (1u << 2)
#define PWM_ENABLE REGISTER(0x4001C500u)
#define PWM_MODE REGISTER(0x4001C504u)
#define PWM_MODE_UP 0u
#define PWM_TOP REGISTER(0x4001C508u)
#define PWM_PRESCALER REGISTER(0x4001C50Cu)
#define PWM_16_MHZ 0u
#define PWM_DECODER REGISTER(0x4001C510u)
#define PWM_DECODER_ONE_VALUE 0u /* for all channels, the next after REFRESH periods more */
#define PWM_LOOPS REGISTER(0x4001C514u)
#define PWM_MOST_LOOPS 65535u
#define PWM_POINTER(sequence) REGISTER(0x4001C520u + 0x20u * (sequence))
#define PWM_VALUES(sequence) REGISTER(0x4001C524u + 0x20u * (sequence))
#define PWM_REFRESH(sequence) REGISTER(0x4001C528u + 0x20u * (sequence))
#define PWM_END_DELAY(sequence) REGISTER(0x4001C52Cu + 0x20u * (sequence))
#define PWM_PIN_0 REGISTER(0x4001C560u)

static player_slots *slots;
static uint32_t hop;
static pulse_state pulses;

static void prepare(player_slots *buffers, uint32_t hop_samples) {
    slots = buffers;
    hop = hop_samples;
    drive_low(PIONEER_PWM_SIGNAL);
    count_event(TIMER_OUTPUT, PPI_OUTPUT, PWM_BEGUN_0_ADDRESS);
    count_event(TIMER_OUTPUT, PPI_OUTPUT_SECOND, PWM_BEGUN_1_ADDRESS);
    PWM_PIN_0 = PIONEER_PWM_SIGNAL;
    PWM_MODE = PWM_MODE_UP;
    PWM_TOP = PULSE_PERIOD_TICKS;
    PWM_PRESCALER = PWM_16_MHZ;
    PWM_DECODER = PWM_DECODER_ONE_VALUE;
    PWM_LOOPS = PWM_MOST_LOOPS;
    PWM_SHORTS = PWM_SHORT_LOOPED_START_SEQUENCE_0;
    for (uint32_t sequence = 0; sequence < HOP_SLOTS; sequence++) {
        /* What is played before anything was put there is at rest. */
        (void)pulses_falling(&pulses, hop, slots->widths[sequence]);
        PWM_POINTER(sequence) = address_of(slots->widths[sequence]);
        PWM_VALUES(sequence) = PULSES_A_SAMPLE * hop;
        PWM_REFRESH(sequence) = 0;
        PWM_END_DELAY(sequence) = 0;
    }
    PWM_ENABLE = 1;
}

static void start(void) {
    PWM_START_SEQUENCE_0 = 1;
}

static void put(uint32_t slot, const int16_t *samples) {
    pulses_of(&pulses, samples, hop, slots->widths[slot]);
    __asm__ volatile("dmb" ::: "memory");
}

static bool fall(uint32_t slot) {
    const bool is_moving = pulses_falling(&pulses, hop, slots->widths[slot]);
    __asm__ volatile("dmb" ::: "memory");
    return is_moving;
}

/* The pin stays low, as it was before. */
static void stop(void) {
    PWM_STOPPED = 0;
    PWM_STOP = 1;
    for (uint32_t reads = 0; reads < WAIT_READS && PWM_STOPPED == 0; reads++) {
    }
    PWM_ENABLE = 0;
}

const sound_player sound_pwm = {
    .rate_millihertz = 16000000u,
    .alternates = true,
    .prepare = prepare,
    .start = start,
    .put = put,
    .fall = fall,
    .stop = stop,
};
