/*
 * The watch over the model's state, in whole numbers, so that the host's twin comes to the same verdict.
 * What follows from a verdict is left to hearable.c.
 *
 * While the gains move, which is nearly always, a frame costs two comparisons of a few words.
 */
#include "model_watch.h"

#include <string.h>

static bool has_sample_above(const int16_t samples[AUDIO_HOP], int32_t limit) {
    for (uint32_t i = 0; i < AUDIO_HOP; i++) {
        const int32_t sample = samples[i];
        if (sample > limit || sample < -limit) {
            return true;
        }
    }
    return false;
}

watch_verdict watch_frame(model_watch *watch, const int16_t heard[AUDIO_HOP],
                          const int16_t cleaned[AUDIO_HOP], const uint8_t *input,
                          const uint8_t *output) {
    const bool input_moved = memcmp(watch->input, input, sizeof watch->input) != 0;
    const bool output_moved = memcmp(watch->output, output, sizeof watch->output) != 0;
    memcpy(watch->input, input, sizeof watch->input);
    memcpy(watch->output, output, sizeof watch->output);
    if (output_moved) {
        watch->frames = 0;
        watch->let_through = false;
        return WATCH_MOVES;
    }
    if (!input_moved || !has_sample_above(heard, WATCH_LOUD - 1)) {
        return WATCH_MOVES;
    }
    watch->frames++;
    watch->let_through = watch->let_through || has_sample_above(cleaned, WATCH_SILENT);
    if (watch->frames < WATCH_FRAMES) {
        return WATCH_MOVES;
    }
    const watch_verdict verdict = watch->let_through ? WATCH_STANDS : WATCH_SHUT;
    watch->frames = 0;
    watch->let_through = false;
    return verdict;
}
