/*
 * What sound.c asks of an output: to play two buffers in turn, each of which it counts by TIMER_OUTPUT when it begins.
 * Which buffer is free is left to sound.c.
 */
#ifndef PIONEER_SOUND_PLAYER_H
#define PIONEER_SOUND_PLAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "../hop_slots.h"
#include "../sound.h"
#include "pulse_widths.h"

/* There is one output a program: what both would hold lies in the same place. */
typedef union {
    _Alignas(4) int16_t samples[HOP_SLOTS][SOUND_MAX_HOP];
    uint16_t widths[HOP_SLOTS][PULSES_A_SAMPLE * SOUND_MAX_HOP];
} player_slots;

typedef struct {
    uint32_t rate_millihertz; /* what it plays, and the microphone beside it has to give */
    bool alternates;          /* goes through both slots by itself; else it is told one */
    /* All but the start; hop: samples of one. */
    void (*prepare)(player_slots *slots, uint32_t hop);
    void (*start)(void);
    /* Fills a slot, which is played behind the one that has begun. */
    void (*put)(uint32_t slot, const int16_t *samples);
    /* Fills it with the way to silence that does not click; false once all of it is at rest. Null: it needs none. */
    bool (*fall)(uint32_t slot);
    void (*stop)(void); /* null without fall */
} sound_player;

extern const sound_player sound_i2s;
extern const sound_player sound_pwm;

#endif
