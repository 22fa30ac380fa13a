/*
 * A board's own microphone and output, a hop at a time, moved by hardware while the core computes or rests.
 * One file a family implements it beside hal.h; boards without leave it out. What a hop is, is left to the program.
 */
#ifndef PIONEER_SOUND_H
#define PIONEER_SOUND_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The longest hop [sample]; even, as all are. */
#define SOUND_MAX_HOP 512u

typedef enum {
    SOUND_OUTPUT_NONE = 0,
    SOUND_OUTPUT_I2S = 1,
    SOUND_OUTPUT_PWM = 2,
} sound_output;

typedef struct {
    const char *refused;      /* why nothing was started, for people; null when it was */
    uint32_t rate_millihertz; /* of the microphone, and of the output, which share a clock [1/1000 Hz] */
    uint8_t queued_hops;      /* from a hop's end to where it begins in the output, at most; 0 without one */
} sound_format;

typedef struct {
    uint32_t lost_hops; /* overwritten before they were taken */
    uint32_t gaps;      /* hops for which the output had nothing new */
} sound_losses;

/* Starts the microphone at 16 kHz or what its clock has nearest, and the output, which begins with the first
 * hop it is given; once, after hal_init. hop_samples: even, 2 to SOUND_MAX_HOP. */
sound_format sound_start(sound_output output, uint32_t hop_samples);

/* The oldest whole hop of the microphone into samples [hop_samples]; false when there is none yet. Call it at
 * least once a hop: what is not taken until the next one is whole is lost, and counted. */
bool sound_take(int16_t *samples);

/* Plays samples [hop_samples] once the hop before has been played; waits for less than a hop where that one has not
 * begun. Does nothing without an output. */
void sound_give(const int16_t *samples);

/* Lets the output come to rest without a click where it needs a way there, within 0.6 s; nothing is given after it. */
void sound_stop(void);

/* Counted since sound_start. */
sound_losses sound_lost(void);

#ifdef __cplusplus
}
#endif

#endif
