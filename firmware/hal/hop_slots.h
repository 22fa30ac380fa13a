/*
 * The order of two buffers that hardware fills or plays in turn, by how many it has finished; its registers are
 * left to the targets.
 *
 * The hardware takes over the next buffer's address when the present one is done. One that is not told in time
 * goes on with the address it has: then what it did meanwhile is lost or heard twice, and counted.
 */
#ifndef PIONEER_HOP_SLOTS_H
#define PIONEER_HOP_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HOP_SLOTS 2u
#define HOP_SLOT_NONE HOP_SLOTS

/* All zero at the start, when the hardware fills slot 0 and has been told slot 1 for the next. */
typedef struct {
    uint32_t finished; /* hops that the hardware had filled when it was last asked */
    uint32_t filling;  /* slot that it fills */
    uint32_t lost;     /* hops that nobody could read */
    bool in_doubt;     /* a hop ended while the hardware was told: which slot it fills will show at the next end */
} hop_filler;

/* The slot of a hop that is whole until the next one is, or HOP_SLOT_NONE. finished: hops filled so far, modulo
 * 2^32. Where it has moved, the hardware is to be told slot `filling ^ 1`. */
uint32_t hop_filler_look(hop_filler *filler, uint32_t finished);

/* Tells that another hop ended before the slot was read and the hardware told: that hop is lost. */
void hop_filler_late(hop_filler *filler);

/* All zero at the start, when nothing plays. */
typedef struct {
    uint32_t given;  /* hops that were given, and those that were heard twice */
    uint32_t giving; /* slot of the last one */
    uint32_t gaps;   /* hops that were heard twice */
} hop_player;

/* Whether the hop given last has begun, so that the next may be given. begun: hops begun so far, modulo 2^32. */
bool hop_player_ready(const hop_player *player, uint32_t begun);

/* The slot that the next hop goes into, which the hardware is then told; once it is ready. */
uint32_t hop_player_next(hop_player *player, uint32_t begun);

/* The same for hardware that goes through both slots by itself, from slot 0 on, and needs no telling: what nobody filled
 * in time it plays again, two hops old. */
uint32_t hop_player_turn(hop_player *player, uint32_t begun);

#ifdef __cplusplus
}
#endif

#endif
