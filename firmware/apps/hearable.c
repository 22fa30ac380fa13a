/*
 * hearable: a hop of sound in over the link, a hop of cleaned sound out, everything between on the device.
 * The hop itself is left to hearable_hop.c, moving hops to the conversation, comparing and listening to the host.
 *
 * The next hop arrives while this one is computed: the greeting gives credit for two, and the target
 * holds what was not taken yet. Between hops the board rests.
 */
#include <string.h>

#include "hal.h"
#include "hearable_hop.h"
#include "session.h"

/* One hop is computed, one arrives. */
#define CREDIT_HOPS 2

/* The sensor is read before every so many hops: about once a second. */
#define HOPS_A_TEMPERATURE 100u

/* Samples of 16 bits cross the wire little-endian, which every target is. */
#define HOP_BYTES (2 * AUDIO_HOP)
_Static_assert(HOP_BYTES <= SESSION_MAX_INPUT_BYTES, "a hop does not fit into one Input record");

static void answer(const record_input *request) {
    static int16_t heard[AUDIO_HOP];
    static int16_t cleaned[AUDIO_HOP];
    record_hop hop = {.frame = request->frame};

    /* A power monitor sees by the pin when a hop is computed. */
    (void)hal_pin(true);
    const uint64_t start_us = hal_time_us();
    memcpy(heard, request->values, sizeof heard);
    const hop_result result = hop_clean(heard, cleaned, &hop);
    hop.compute_us = (uint32_t)(hal_time_us() - start_us);
    (void)hal_pin(false);

    hop_meet_deadline(&hop);
    session_send_hop(&hop);
    if (result.verdict != WATCH_MOVES) {
        hop_recover();
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
    hop_init(1000u * AUDIO_SAMPLE_RATE_HZ);
    for (;;) {
        const session_request request = session_wait();
        switch (request.kind) {
        case SESSION_RESET:
            hop_start_anew();
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
