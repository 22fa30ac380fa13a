/*
 * Two buffers in turn, in whole numbers: what is read, what is lost, what is heard twice.
 * When to look is left to the targets.
 */
#include "hop_slots.h"

uint32_t hop_filler_look(hop_filler *filler, uint32_t finished) {
    const uint32_t fresh = finished - filler->finished;
    if (fresh == 0) {
        return HOP_SLOT_NONE;
    }
    const uint32_t whole = filler->filling;
    filler->finished = finished;
    /* It was told the other slot, and fills that one since, over and over where nobody looked. */
    filler->filling ^= 1u;
    if (fresh > 1 || filler->in_doubt) {
        filler->in_doubt = false;
        filler->lost += fresh;
        return HOP_SLOT_NONE;
    }
    return whole;
}

void hop_filler_late(hop_filler *filler) {
    filler->in_doubt = true;
    filler->lost++;
}

bool hop_player_ready(const hop_player *player, uint32_t begun) {
    return (int32_t)(begun - player->given) >= 0;
}

static void give(hop_player *player, uint32_t begun) {
    player->gaps += begun - player->given;
    player->given = begun + 1;
}

uint32_t hop_player_next(hop_player *player, uint32_t begun) {
    give(player, begun);
    player->giving ^= 1u;
    return player->giving;
}

uint32_t hop_player_turn(hop_player *player, uint32_t begun) {
    give(player, begun);
    return begun % HOP_SLOTS;
}
