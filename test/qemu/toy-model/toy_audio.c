/*
 * The toy front end's arithmetic, sample by sample.
 */
#include <string.h>

#include "pioneer_audio.h"
#include "pioneer_model.h"

void audio_init(audio_state *state) {
    audio_reset(state);
}

void audio_reset(audio_state *state) {
    memset(state, 0, sizeof *state);
}

void audio_analyse(audio_state *state, const int16_t samples[AUDIO_HOP], uint8_t *model_input) {
    memcpy(state->before, state->now, sizeof state->before);
    memcpy(state->now, samples, sizeof state->now);
    for (int i = 0; i < MODEL_INPUT_BYTES; i++) {
        model_input[i] = (uint8_t)samples[i];
    }
}

void audio_synthesise(audio_state *state, const uint8_t *model_output,
                      int16_t samples[AUDIO_HOP]) {
    for (int i = 0; i < AUDIO_HOP; i++) {
        samples[i] = (int16_t)(state->before[i] + model_output[0]);
    }
}
