/*
 * The hearable's state and the way of one hop through it: analysis, model, synthesis, watch.
 * What follows from a verdict is left to the program.
 */
#include "hearable_hop.h"

#include <string.h>

#include "hal.h"
#include "pioneer_model.h"
#include "region.h"
#include "step.h"

static model_state model;
static audio_state audio;
static model_watch watch;

/* How long a hop lasts, rounded down: a whole number above it is above the hop's real length, too [us]. */
static uint32_t hop_us;

static struct {
    uint32_t overruns;
    uint32_t worst_us;
    uint32_t worst_frame;
} deadline;

void hop_init(uint32_t rate_millihertz) {
    hop_us = (uint32_t)(1000000000ull * AUDIO_HOP / rate_millihertz);
    model_init(&model);
    audio_init(&audio);
}

void hop_start_anew(void) {
    model_reset(&model);
    audio_reset(&audio);
    memset(&watch, 0, sizeof watch);
    memset(&deadline, 0, sizeof deadline);
}

hop_result hop_clean(const int16_t *heard, int16_t *cleaned, record_hop *hop) {
    static _Alignas(STEP_ALIGNMENT) uint8_t input[MODEL_INPUT_BYTES];
    static _Alignas(STEP_ALIGNMENT) uint8_t output[MODEL_OUTPUT_BYTES];
    const uint64_t start = hal_cycles();

    volatile uint8_t *end = region_open(REGION_ANALYSE);
    audio_analyse(&audio, heard, input);
    region_close(end);
    hop->analyse_cycles = (uint32_t)(hal_cycles() - start);

    hop->step_cycles = (uint32_t)timed_step(&model, input, output);

    const uint64_t before_synthesis = hal_cycles();
    end = region_open(REGION_SYNTHESISE);
    audio_synthesise(&audio, output, cleaned);
    region_close(end);
    const uint64_t before_watch = hal_cycles();
    hop->synthesise_cycles = (uint32_t)(before_watch - before_synthesis);

    end = region_open(REGION_WATCH);
    const watch_verdict verdict = watch_frame(&watch, heard, cleaned, input, output);
    region_close(end);
    const uint64_t stop = hal_cycles();
    hop->watch_cycles = (uint32_t)(stop - before_watch);
    return (hop_result){.verdict = verdict, .cycles = stop - start};
}

/* The overlap is sound, not state that the model cannot leave: it stays. */
void hop_recover(void) {
    model_reset(&model);
}

void hop_meet_deadline(record_hop *hop) {
    if (hop->compute_us > hop_us) {
        deadline.overruns++;
    }
    if (hop->compute_us > deadline.worst_us) {
        deadline.worst_us = hop->compute_us;
        deadline.worst_frame = hop->frame;
    }
    hop->overruns = deadline.overruns;
    hop->worst_us = deadline.worst_us;
    hop->worst_frame = deadline.worst_frame;
}
