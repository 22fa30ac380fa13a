/*
 * A front end with results known by hand, for the toy model: the model's input is the hop's first samples,
 * their low bytes; what comes out is the hop before, plus the model's first output.
 * It stands in for generated code where the program hearable itself is under test.
 */
#ifndef PIONEER_AUDIO_H
#define PIONEER_AUDIO_H

#include <stdint.h>

#define AUDIO_SAMPLE_RATE_HZ 16000
#ifndef AUDIO_HOP
#define AUDIO_HOP 160
#endif
#define AUDIO_LATENCY_SAMPLES AUDIO_HOP
#define AUDIO_STATE_BYTES (4 * AUDIO_HOP)

typedef struct {
    int16_t before[AUDIO_HOP];
    int16_t now[AUDIO_HOP];
} audio_state;

void audio_init(audio_state *state);
void audio_reset(audio_state *state);
void audio_analyse(audio_state *state, const int16_t samples[AUDIO_HOP], uint8_t *model_input);
void audio_synthesise(audio_state *state, const uint8_t *model_output, int16_t samples[AUDIO_HOP]);

#endif
