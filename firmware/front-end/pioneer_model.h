/*
 * A generated front end under the names of a model, so that the program speed runs and counts it:
 * the input of a step is a hop of samples and the gains of its bands, its output the features and
 * the hop that comes out. Which front end, and whether its bits are right, is left to the host.
 */
#ifndef PIONEER_MODEL_H
#define PIONEER_MODEL_H

#include "pioneer_audio.h"

#define MODEL_NAME "front end"
#define MODEL_DIGEST "66726f6e74000001"
#define MODEL_HOP_BYTES (2 * AUDIO_HOP)
#define MODEL_INPUT_BYTES (MODEL_HOP_BYTES + AUDIO_OUTPUT_BYTES)
#define MODEL_OUTPUT_BYTES (AUDIO_INPUT_BYTES + MODEL_HOP_BYTES)
#define MODEL_STATE_BYTES 1
#define MODEL_INPUT_VALUE_BYTES 1

typedef audio_state model_state;

static inline void model_init(model_state *state) {
    audio_init(state);
}

static inline void model_reset(model_state *state) {
    audio_reset(state);
}

static inline void model_step(model_state *state, const uint8_t *input, uint8_t *output) {
    audio_analyse(state, (const int16_t *)(const void *)input, output);
    audio_synthesise(state, input + MODEL_HOP_BYTES,
                     (int16_t *)(void *)(output + AUDIO_INPUT_BYTES));
}

static inline void model_read_state(const model_state *state, uint8_t *bytes) {
    bytes[0] = *(const uint8_t *)(const void *)state;
}

#endif
