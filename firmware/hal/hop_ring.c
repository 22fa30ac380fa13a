/*
 * Two rings in whole numbers: what is whole, what is lost, where a hop is played and what is silent.
 * When to look is left to the targets.
 */
#include "hop_ring.h"

#include <string.h>

/* Samples under way from the ring to the output's queue when it is told how many were taken. */
#define UNDER_WAY 4u

/* From place b on to place a; what lies more than half of all places ahead lies behind. */
static uint32_t distance(uint32_t a, uint32_t b) {
    return (a - b) % HOP_RING_PLACES;
}

static int16_t *sample_at(const hop_ring *ring, uint32_t place) {
    return &ring->samples[place & (ring->length - 1u)];
}

bool ring_listener_look(ring_listener *listener, uint32_t hop, uint32_t heard, uint32_t *place) {
    const uint32_t fresh = distance(heard, listener->next);
    if (fresh < hop) {
        return false;
    }
    const uint32_t passed = fresh / hop - 1u;
    *place = (listener->next + passed * hop) % HOP_RING_PLACES;
    listener->lost += passed;
    listener->next = (*place + hop) % HOP_RING_PLACES;
    return true;
}

void ring_listener_copy(const hop_ring *ring, uint32_t hop, uint32_t place, int16_t *samples) {
    for (uint32_t i = 0; i < hop; i++) {
        samples[i] = *sample_at(ring, place + i);
    }
}

bool ring_listener_kept(ring_listener *listener, const hop_ring *ring, uint32_t place,
                        uint32_t heard) {
    /* The sample that is being written when the ring is full lies where the hop begins. */
    if (distance(heard, place) < ring->length) {
        return true;
    }
    listener->lost++;
    return false;
}

uint32_t ring_player_place(uint32_t place, uint32_t hop) {
    return (place + 2u * hop) % HOP_RING_PLACES;
}

static void silence(const hop_ring *ring, uint32_t hop, uint32_t place) {
    for (uint32_t i = 0; i < hop; i++) {
        *sample_at(ring, place + i) = 0;
    }
}

void ring_player_give(ring_player *player, const hop_ring *ring, uint32_t hop, uint32_t place,
                      uint32_t fetched, const int16_t *samples) {
    const uint32_t advance = distance(place, player->last);
    if (player->has_begun && advance == hop) {
        silence(ring, hop, place - 2u * hop);
    } else {
        /* The hop given last is over. */
        memset(ring->samples, 0, ring->length * sizeof *ring->samples);
    }
    if (player->has_begun) {
        player->gaps += advance / hop - 1u;
    }
    player->has_begun = true;
    player->last = place;
    const uint32_t ahead = distance(place, fetched);
    if (ahead < UNDER_WAY || ahead >= HOP_RING_PLACES / 2u) {
        player->gaps++;
        return;
    }
    for (uint32_t i = 0; i < hop; i++) {
        *sample_at(ring, place + i) = samples[i];
    }
}
