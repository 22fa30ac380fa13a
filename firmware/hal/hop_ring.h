/*
 * Hops in rings that hardware fills and plays without end, found by how many samples it has moved; its registers are
 * left to the targets.
 *
 * Both rings move by one clock: a hop is played two hops behind its place in the microphone's ring, one in which it was
 * collected and one in which it is computed. Places are samples since the start modulo 2^31.
 */
#ifndef PIONEER_HOP_RING_H
#define PIONEER_HOP_RING_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HOP_RING_PLACES 0x80000000u

typedef struct {
    int16_t *samples; /* [length] */
    uint32_t length;  /* a power of two */
} hop_ring;

/* All zero at the start. */
typedef struct {
    uint32_t next; /* place of the hop after the one taken last */
    uint32_t lost; /* hops that nobody took before the next one was whole, or that were overwritten meanwhile */
} ring_listener;

/* Whether a hop is whole; *place is then that of the newest, and those before it are lost. heard: samples so far. */
bool ring_listener_look(ring_listener *listener, uint32_t hop, uint32_t heard, uint32_t *place);

/* Copies the hop at place into samples [hop]; the ring has room for two. */
void ring_listener_copy(const hop_ring *ring, uint32_t hop, uint32_t place, int16_t *samples);

/* Whether the hop at place was still there after it was copied; it is lost where not. */
bool ring_listener_kept(ring_listener *listener, const hop_ring *ring, uint32_t place,
                        uint32_t heard);

/* All zero at the start. */
typedef struct {
    bool has_begun;
    uint32_t last; /* place of the hop given last */
    uint32_t gaps; /* hops of silence since the first */
} ring_player;

/* Where the hop that was heard at place is played. */
uint32_t ring_player_place(uint32_t place, uint32_t hop);

/* Puts samples [hop] at place, unless the hardware has come there: then they are not heard. What was played is made silent,
 * so that a hop that does not come is: only where none is given for longer than the ring lasts, the last two are heard
 * again. fetched: samples that the hardware has taken; the ring, silent at the start, has room for four hops. */
void ring_player_give(ring_player *player, const hop_ring *ring, uint32_t hop, uint32_t place,
                      uint32_t fetched, const int16_t *samples);

#ifdef __cplusplus
}
#endif

#endif
