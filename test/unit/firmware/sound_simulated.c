/*
 * A microphone that gives hops of one value each, 10, 20, 30 and so on, and an output that shows what it is given.
 * SOUND_REFUSED says why nothing starts; SOUND_LOST loses a hop before every one; SOUND_RATE is its rate [1/1000 Hz].
 */
#include "sound.h"

#include <stdio.h>
#include <stdlib.h>

static uint32_t hop;
static int16_t value;
static sound_losses losses;

sound_format sound_start(sound_output output, uint32_t hop_samples) {
    const char *rate = getenv("SOUND_RATE");
    hop = hop_samples;
    return (sound_format){
        .refused = getenv("SOUND_REFUSED"),
        .rate_millihertz = rate != NULL ? (uint32_t)strtoul(rate, NULL, 10) : 16000000u,
        .queued_hops = output == SOUND_OUTPUT_I2S,
    };
}

bool sound_take(int16_t *samples) {
    if (getenv("SOUND_LOST") != NULL) {
        losses.lost_hops++;
    }
    value = (int16_t)(value + 10);
    for (uint32_t i = 0; i < hop; i++) {
        samples[i] = value;
    }
    return true;
}

void sound_give(const int16_t *samples) {
    fprintf(stderr, "%d ", samples[0]);
}

void sound_stop(void) {
    fputs("stopped", stderr);
}

sound_losses sound_lost(void) {
    return losses;
}
