/*
 * hearable: a hop of sound in, a hop of cleaned sound out, everything between on the device.
 * Moving hops is left to the conversation, comparing and listening to the host.
 *
 * The next hop arrives while this one is computed: the greeting gives credit for two, and the target
 * holds what was not taken yet. Between hops the board rests.
 */
#include <string.h>

#include "hal.h"
#include "model_watch.h"
#include "pioneer_audio.h"
#include "pioneer_model.h"
#include "region.h"
#include "session.h"
#include "step.h"

/* One hop is computed, one arrives. */
#define CREDIT_HOPS 2

/* How long a hop lasts [us]: the deadline of its computation. */
#define HOP_US ((uint32_t)(1000000ull * AUDIO_HOP / AUDIO_SAMPLE_RATE_HZ))

/* The sensor is read before every so many hops: about once a second. */
#define HOPS_A_TEMPERATURE 100u

/* Samples of 16 bits cross the wire little-endian, which every target is. */
#define HOP_BYTES (2 * AUDIO_HOP)
_Static_assert(HOP_BYTES <= SESSION_MAX_INPUT_BYTES, "a hop does not fit into one Input record");

static model_state model;
static audio_state audio;
static model_watch watch;

static struct {
    uint32_t overruns;
    uint32_t worst_us;
    uint32_t worst_frame;
} deadline;

static void start_anew(void) {
    model_reset(&model);
    audio_reset(&audio);
    memset(&watch, 0, sizeof watch);
    memset(&deadline, 0, sizeof deadline);
}

/* What became of one hop. */
typedef struct {
    watch_verdict verdict;
    uint64_t cycles; /* of the whole hop, by the device's counter; 0 without one [cycle] */
} hop_result;

/* Cleans heard [AUDIO_HOP] into cleaned [AUDIO_HOP], every part between its marks and timed by `hop`.
 * A part of a hop does not take 2^32 cycles. */
static hop_result clean(const int16_t *heard, int16_t *cleaned, record_hop *hop) {
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

static void meet_deadline(record_hop *hop) {
    if (hop->compute_us > HOP_US) {
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

static void answer(const record_input *request) {
    static int16_t heard[AUDIO_HOP];
    static int16_t cleaned[AUDIO_HOP];
    record_hop hop = {.frame = request->frame};

    /* A power monitor sees by the pin when a hop is computed. */
    (void)hal_pin(true);
    const uint64_t start_us = hal_time_us();
    memcpy(heard, request->values, sizeof heard);
    const hop_result result = clean(heard, cleaned, &hop);
    hop.compute_us = (uint32_t)(hal_time_us() - start_us);
    (void)hal_pin(false);

    meet_deadline(&hop);
    session_send_hop(&hop);
    if (result.verdict != WATCH_MOVES) {
        /* The overlap is sound, not state that the model cannot leave: it stays. */
        model_reset(&model);
        session_send_recovery(&(record_recovery){
            .frame = request->frame,
            .cause = (uint8_t)result.verdict,
            .frames = WATCH_FRAMES,
        });
    }
    session_send_output(&(record_output){
        .frame = request->frame,
        .cycles = result.cycles,
        .values = (const uint8_t *)cleaned,
        .values_length = sizeof cleaned,
    });
}

int main(void) {
    session_start_shaped(&(session_shape){
        .app = "hearable",
        .input_bytes = HOP_BYTES,
        .output_bytes = HOP_BYTES,
        .credit_frames = CREDIT_HOPS,
    });
    (void)hal_pin(false);
    model_init(&model);
    audio_init(&audio);
    for (;;) {
        const session_request request = session_wait();
        switch (request.kind) {
        case SESSION_RESET:
            start_anew();
            break;
        case SESSION_INPUT:
            if (request.input.frame % HOPS_A_TEMPERATURE == 0) {
                session_send_temperature(request.input.frame);
            }
            answer(&request.input);
            break;
        default:
            session_refuse(&request);
        }
    }
}
