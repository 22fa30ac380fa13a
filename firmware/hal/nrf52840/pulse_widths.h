/*
 * Sound as widths of pulses, for PWM whose pulses begin with their periods: two periods of 500 ticks a sample.
 * Which hardware takes them, and when, is left to sound_pwm.c.
 *
 * A pulse ends where a straight line between two samples is at that moment as high as the pulse is wide ("natural
 * sampling", one step of its iteration): pulses cut by the sample alone have a second harmonic of -27 dB at 1 kHz and
 * full scale. What rounding to a tick leaves is carried on to the next pulse, so that its noise lies above the speech.
 */
#ifndef PIONEER_PULSE_WIDTHS_H
#define PIONEER_PULSE_WIDTHS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PULSE_PERIOD_TICKS 500u
#define PULSES_A_SAMPLE 2u

/* From rest, where the line is low, to its middle, where silence is, and back: 0.512 s of 16 kHz [sample]. */
#define PULSE_RAMP_SAMPLES 8192u

/* All zero at rest. Heights are samples from the lowest one on, [0, 65535]. */
typedef struct {
    int32_t before;    /* height of the last sample, on the ramp as it is */
    uint32_t unramped; /* the same without a ramp */
    uint32_t carried;  /* of a tick, what the last pulse was too narrow by [1/65536] */
    uint32_t risen;    /* of PULSE_RAMP_SAMPLES */
} pulse_state;

/* Widths of samples [count], one sample late, into widths [PULSES_A_SAMPLE * count]: 1 to 499 ticks, silence 250,
 * with bit 15 set, by which an nRF52840 begins a period high. The first PULSE_RAMP_SAMPLES of all fade in from rest. */
void pulses_of(pulse_state *state, const int16_t *samples, uint32_t count, uint16_t *widths);

/* Widths of the way back to rest from the last sample on, so many samples of it; false once all of them are at rest. */
bool pulses_falling(pulse_state *state, uint32_t count, uint16_t *widths);

#ifdef __cplusplus
}
#endif

#endif
