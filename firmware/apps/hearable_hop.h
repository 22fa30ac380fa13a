/*
 * One hop of sound, cleaned, timed by its parts and held against its deadline.
 * Where hops come from and go to is left to the programs: hearable.c over the link, ear.c by microphone.
 */
#ifndef PIONEER_HEARABLE_HOP_H
#define PIONEER_HEARABLE_HOP_H

#include <stdint.h>

#include "model_watch.h"
#include "pioneer_audio.h"
#include "records.gen.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What became of one hop. */
typedef struct {
    watch_verdict verdict;
    uint64_t cycles; /* of the whole hop, by the device's counter; 0 without one [cycle] */
} hop_result;

/* Once, before the first hop. rate_millihertz: at which its samples come, above 0, which says how long a hop lasts, the
 * deadline of its computation [1/1000 Hz]. */
void hop_init(uint32_t rate_millihertz);

/* Sound, state and deadline as at the first hop. */
void hop_start_anew(void);

/* Cleans heard [AUDIO_HOP] into cleaned [AUDIO_HOP], every part between its marks and timed by `hop`.
 * A part of a hop does not take 2^32 cycles. */
hop_result hop_clean(const int16_t *heard, int16_t *cleaned, record_hop *hop);

/* Puts the model's state back, after any verdict but WATCH_MOVES. */
void hop_recover(void);

/* Counts hop->compute_us against the length of a hop, and fills in the counts. */
void hop_meet_deadline(record_hop *hop);

#ifdef __cplusplus
}
#endif

#endif
