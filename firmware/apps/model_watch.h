/*
 * Decides when a model's state has to be put back: loud input that moves, gains that do not.
 * Putting it back and telling the host are left to the program.
 *
 * A recurrent model can end in a state that no input leads out of: every gate saturated, all gains at
 * nothing or at one. Live sound never gives the same gains hop after hop, so gains that stand still bit
 * for bit while the model's input keeps changing are the sign. A pause and a steady tone, whose
 * features do not change either, are not.
 */
#ifndef PIONEER_MODEL_WATCH_H
#define PIONEER_MODEL_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "pioneer_audio.h"
#include "pioneer_model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Frames that stood still before the state is put back: 3 s of 10 ms hops. */
#define WATCH_FRAMES 300u
/* A hop with a sample of this size is loud: -40 dB of full scale. */
#define WATCH_LOUD 328
/* A cleaned hop without a sample above this is silent: what rounding leaves. */
#define WATCH_SILENT 2

/* Numbers of the wire's Recovery record. */
typedef enum {
    WATCH_MOVES = 0,  /* the model answers, or may */
    WATCH_SHUT = 1,   /* it let nothing through */
    WATCH_STANDS = 2, /* it let something through, with gains that stood still */
} watch_verdict;

/* All zero at the start. */
typedef struct {
    uint8_t input[MODEL_INPUT_BYTES];   /* of the frame before */
    uint8_t output[MODEL_OUTPUT_BYTES]; /* of the frame before */
    uint32_t frames;                    /* that stood still */
    bool let_through;                   /* one of them was not silent */
} model_watch;

/* Takes one frame: the samples that came in and went out, the model's input and output.
 * Any verdict but WATCH_MOVES asks for the state to be put back, and starts the count anew. */
watch_verdict watch_frame(model_watch *watch, const int16_t heard[AUDIO_HOP],
                          const int16_t cleaned[AUDIO_HOP], const uint8_t *input,
                          const uint8_t *output);

#ifdef __cplusplus
}
#endif

#endif
