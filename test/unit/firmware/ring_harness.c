/*
 * hop_ring.c between a microphone whose samples are their numbers and an output that is four samples ahead; looked at
 * when standard input says: a line for each time, in samples since the start. The start's place is the argument.
 */
#include <stdio.h>
#include <stdlib.h>

#include "hop_ring.h"

#define HOP 16
#define AHEAD 4

static int16_t heard[2 * HOP];
static int16_t played[4 * HOP];
static const hop_ring microphone = {heard, 2 * HOP};
static const hop_ring output = {played, 4 * HOP};

static uint32_t base;
static uint32_t now;

/* One sample in, which is 1 for the first, and one out. */
static void advance(void) {
    heard[(base + now) % (2 * HOP)] = (int16_t)(now + 1);
    now++;
    const uint32_t out = now + AHEAD - 1;
    const int16_t sample = played[(base + out) % (4 * HOP)];
    printf(out % HOP == HOP - 1 ? "%d\n" : "%d ", sample);
}

int main(int argc, char **argv) {
    base = (uint32_t)strtoul(argv[argc - 1], NULL, 10);
    ring_listener listener = {.next = base};
    ring_player player = {0};
    for (int out = 0; out < AHEAD; out++) {
        printf("0 ");
    }
    unsigned time;
    while (scanf("%u", &time) == 1) {
        while (now < time) {
            advance();
        }
        const uint32_t moved = (base + now) % HOP_RING_PLACES;
        uint32_t place;
        if (!ring_listener_look(&listener, HOP, moved, &place)) {
            fprintf(stderr, "none ");
            continue;
        }
        int16_t samples[HOP];
        ring_listener_copy(&microphone, HOP, place, samples);
        for (int i = 1; i < HOP; i++) {
            if (samples[i] != samples[0] + i) {
                fprintf(stderr, "torn ");
            }
        }
        fprintf(stderr, "%d ", samples[0]);
        ring_player_give(&player, &output, HOP, ring_player_place(place, HOP),
                         (moved + AHEAD) % HOP_RING_PLACES, samples);
    }
    /* A hop that was copied is there until its successor is whole. */
    uint32_t place;
    while (!ring_listener_look(&listener, HOP, (base + now) % HOP_RING_PLACES, &place)) {
        advance();
    }
    const uint32_t full = (place + 2 * HOP) % HOP_RING_PLACES;
    const bool is_kept = ring_listener_kept(&listener, &microphone, place, full - 1);
    const bool is_kept_longer = ring_listener_kept(&listener, &microphone, place, full);
    fprintf(stderr, "kept %d %d lost %u gaps %u\n", is_kept, is_kept_longer, listener.lost,
            player.gaps);
    return 0;
}
