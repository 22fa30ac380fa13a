/*
 * ear: the hearable by the board's own microphone, with the board's own output; it cleans from its start, host or none.
 * The hop itself is left to hearable_hop.c, the hardware to hal/sound.h. The link carries records, and sound only
 * where a tap is asked for.
 */
#include "hal.h"
#include "hearable_hop.h"
#include "session.h"
#include "sound.h"

#ifndef PIONEER_OUTPUT
#define PIONEER_OUTPUT SOUND_OUTPUT_NONE
#endif

/* The sensor is read before every so many hops: about once a second. */
#define HOPS_A_TEMPERATURE 100u

#define HOP_BYTES (2 * AUDIO_HOP)
_Static_assert(AUDIO_HOP % 2 == 0 && AUDIO_HOP <= SOUND_MAX_HOP, "the microphone has no such hop");
_Static_assert(HOP_BYTES <= SESSION_MAX_INPUT_BYTES, "a tapped hop does not fit into one record");

static sound_format format;

/* What the host asked to be told, since its Listen. */
static struct {
    bool is_on;
    uint16_t tap_every;
    uint32_t frames; /* 0: until Stop */
    uint32_t frame;
    sound_losses before;
} told;

static void listen(const record_listen *request) {
    if (format.refused != NULL) {
        session_log(format.refused);
    }
    hop_start_anew();
    told.is_on = format.refused == NULL;
    told.tap_every = request->tap_every;
    told.frames = request->frames;
    told.frame = 0;
    told.before = sound_lost();
}

/* Everything about one hop, behind its sound: a link that is slow delays no sample. */
static void tell(record_hop *hop, const hop_result *result, const int16_t *heard,
                 const int16_t *cleaned) {
    const bool is_tapped = told.tap_every != 0 && told.frame % told.tap_every == 0;
    const sound_losses losses = sound_lost();
    if (told.frame % HOPS_A_TEMPERATURE == 0) {
        session_send_temperature(told.frame);
    }
    session_send_hop(hop);
    session_send_sound(&(record_sound){
        .frame = told.frame,
        .rate_millihertz = format.rate_millihertz,
        .lost_hops = losses.lost_hops - told.before.lost_hops,
        .gaps = losses.gaps - told.before.gaps,
        .queued_hops = format.queued_hops,
    });
    if (result->verdict != WATCH_MOVES) {
        session_send_recovery(&(record_recovery){
            .frame = told.frame,
            .cause = (uint8_t)result->verdict,
            .frames = WATCH_FRAMES,
        });
    }
    if (is_tapped) {
        session_send_heard(&(record_heard){
            .frame = told.frame,
            .values = (const uint8_t *)heard,
            .values_length = HOP_BYTES,
        });
    }
    session_send_output(&(record_output){
        .frame = told.frame,
        .cycles = result->cycles,
        .values = (const uint8_t *)cleaned,
        .values_length = is_tapped ? HOP_BYTES : 0,
    });
    told.frame++;
    told.is_on = told.frame != told.frames;
}

static void clean_one(const int16_t *heard) {
    static int16_t cleaned[AUDIO_HOP];
    record_hop hop = {.frame = told.frame};

    /* A power monitor sees by the pin when a hop is computed. */
    (void)hal_pin(true);
    const uint64_t start_us = hal_time_us();
    const hop_result result = hop_clean(heard, cleaned, &hop);
    hop.compute_us = (uint32_t)(hal_time_us() - start_us);
    sound_give(cleaned);
    (void)hal_pin(false);

    hop_meet_deadline(&hop);
    if (result.verdict != WATCH_MOVES) {
        hop_recover();
    }
    if (told.is_on) {
        tell(&hop, &result, heard, cleaned);
    }
}

static void answer(const session_request *request) {
    switch (request->kind) {
    case SESSION_LISTEN:
        listen(&request->listen);
        break;
    case SESSION_RESET:
        hop_start_anew();
        break;
    default:
        session_refuse(request);
    }
}

int main(void) {
    static int16_t heard[AUDIO_HOP];
    session_start_shaped(&(session_shape){
        .app = "ear",
        .output_bytes = HOP_BYTES,
        .credit_frames = 1,
        .at_end = sound_stop,
    });
    (void)hal_pin(false);
    format = sound_start(PIONEER_OUTPUT, AUDIO_HOP);
    hop_init(format.rate_millihertz);
    for (;;) {
        session_request request;
        const bool is_asked = session_poll(&request);
        if (is_asked) {
            answer(&request);
        }
        if (format.refused == NULL && sound_take(heard)) {
            clean_one(heard);
        } else if (!is_asked) {
            hal_idle();
        }
    }
}
