/*
 * Widths of pulses in whole numbers: line between two samples, its crossing with the pulse's end, rounding that is carried on.
 * When they are played is left to sound_pwm.c.
 *
 * Right shifts of negative numbers are arithmetic, as GCC has them.
 */
#include "pulse_widths.h"

/* Full scale keeps a tick from both ends of the period, where a pulse would have no edge. */
#define TICKS_OF_FULL_SCALE (PULSE_PERIOD_TICKS - 2u)
#define ONE_TICK 65536u
#define BEGINS_HIGH 0x80000000u /* bit 15 of a width */

/* from: height where the period begins; rise: of half a sample, which a period lasts [-32768, 32767].
 * Range: |from * rise| < 2^31; the height at the pulse's end lies between both samples', so that the sum stays below
 * 2^31 + 500 * 2^16. */
static uint16_t width_of(pulse_state *state, int32_t from, int32_t rise) {
    const int32_t height = from + ((from * rise) >> 16);
    const uint32_t sum =
        (uint32_t)height * TICKS_OF_FULL_SCALE + (state->carried + ONE_TICK + BEGINS_HIGH);
    state->carried = sum & (ONE_TICK - 1u);
    return (uint16_t)(sum >> 16);
}

/* Both pulses on the way from the last sample to one of this height. */
static void reach(pulse_state *state, int32_t height, uint16_t *widths) {
    const int32_t from = state->before;
    const int32_t rise = (height - from) >> 1;
    state->before = height;
    widths[0] = width_of(state, from, rise);
    widths[1] = width_of(state, from + rise, rise);
}

/* Range: 65535 * 2^13 < 2^29. */
static int32_t on_ramp(const pulse_state *state) {
    return (int32_t)(state->unramped * state->risen / PULSE_RAMP_SAMPLES);
}

void pulses_of(pulse_state *state, const int16_t *samples, uint32_t count, uint16_t *widths) {
    for (uint32_t i = 0; i < count; i++) {
        state->unramped = (uint32_t)(samples[i] + 32768);
        int32_t height = (int32_t)state->unramped;
        if (state->risen < PULSE_RAMP_SAMPLES) {
            state->risen++;
            height = on_ramp(state);
        }
        reach(state, height, &widths[PULSES_A_SAMPLE * i]);
    }
}

bool pulses_falling(pulse_state *state, uint32_t count, uint16_t *widths) {
    const bool is_moving = state->before != 0 || state->risen != 0;
    for (uint32_t i = 0; i < count; i++) {
        if (state->risen > 0) {
            state->risen--;
        }
        reach(state, on_ramp(state), &widths[PULSES_A_SAMPLE * i]);
    }
    return is_moving;
}
