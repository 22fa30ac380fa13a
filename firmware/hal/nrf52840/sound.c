/*
 * An nRF52840's sound: a PDM microphone by EasyDMA through two buffers in turn, and the order of hops to its output.
 * Which buffer is whose is left to hop_slots.c, an output's registers to sound_i2s.c and sound_pwm.c, pins to the board's
 * file, everything else of the chip to its HAL. nRF52840 Product Specification 1.7: 5.4 (clock), 6.15 (PDM).
 *
 * The microphone's clock is 32 MHz / 25 / 80 = 16,000 Hz exactly, or I2S's 32 MHz / 31 / 64.
 */
#include "../sound.h"

#include <string.h>

#include "../hop_slots.h"
#include "sound_chip.h"
#include "sound_player.h"

#define CLOCK_START_CRYSTAL REGISTER(0x40000000u)
#define CLOCK_STATUS REGISTER(0x4000040Cu)
#define CLOCK_BY_CRYSTAL ((1u << 16) | 1u)
/* A hop of 160 samples and more: a read with its loop takes 16 cycles or more of 64 MHz. */
#define HOP_READS 60000u

#define PDM_START REGISTER(0x4001D000u)
#define PDM_STARTED_ADDRESS 0x4001D100u /* event, at every buffer: its address was taken over */
#define PDM_ENABLE REGISTER(0x4001D500u)
#define PDM_CLOCK REGISTER(0x4001D504u)
#define PDM_MODE REGISTER(0x4001D508u)
#define PDM_MODE_MONO 1u /* left, on the falling edge */
#define PDM_RATIO REGISTER(0x4001D520u)
#define PDM_PIN_CLOCK REGISTER(0x4001D540u)
#define PDM_PIN_DATA REGISTER(0x4001D544u)
#define PDM_POINTER REGISTER(0x4001D560u)
#define PDM_SAMPLES REGISTER(0x4001D564u)

#define CLOCK_32M_BY_25 0x0A000000u
#define RATIO_64 0u
#define RATIO_80 1u
#define RATE_MILLIHERTZ 16000000u

static struct {
    int16_t slots[HOP_SLOTS][SOUND_MAX_HOP];
    hop_filler filler;
} microphone;

static struct {
    const sound_player *player; /* null without one */
    player_slots slots;
    hop_player order;
    bool is_started;
    uint32_t unplayed; /* hops that nothing was there for to play them, or that began before they were whole */
} output;

static uint32_t hop;

static bool start_crystal(void) {
    CLOCK_START_CRYSTAL = 1;
    for (uint32_t reads = 0; reads < WAIT_READS; reads++) {
        if ((CLOCK_STATUS & CLOCK_BY_CRYSTAL) == CLOCK_BY_CRYSTAL) {
            return true;
        }
    }
    return false;
}

/* How many hops are whole: the one that is being filled was begun, too. */
static uint32_t heard_hops(void) {
    return counted(TIMER_MICROPHONE) - 1;
}

static bool start_microphone(uint32_t rate_millihertz) {
#ifdef PIONEER_MICROPHONE_POWER
    PORT_SET(PIONEER_MICROPHONE_POWER) = BIT(PIONEER_MICROPHONE_POWER);
    PORT_MAKE_OUTPUT(PIONEER_MICROPHONE_POWER) = BIT(PIONEER_MICROPHONE_POWER);
#endif
    const bool is_exact = rate_millihertz == RATE_MILLIHERTZ;
    drive_low(PIONEER_MICROPHONE_CLOCK);
    PORT_CONFIG(PIONEER_MICROPHONE_DATA) = PORT_CONFIG_INPUT;
    start_counter(TIMER_MICROPHONE);
    count_event(TIMER_MICROPHONE, PPI_MICROPHONE, PDM_STARTED_ADDRESS);
    PDM_PIN_CLOCK = PIONEER_MICROPHONE_CLOCK;
    PDM_PIN_DATA = PIONEER_MICROPHONE_DATA;
    PDM_CLOCK = is_exact ? CLOCK_32M_BY_25 : CLOCK_32M_BY_31;
    PDM_RATIO = is_exact ? RATIO_80 : RATIO_64;
    PDM_MODE = PDM_MODE_MONO;
    PDM_ENABLE = 1;
    PDM_POINTER = address_of(microphone.slots[0]);
    PDM_SAMPLES = hop;
    PDM_START = 1;
    for (uint32_t reads = 0; reads < WAIT_READS; reads++) {
        if (counted(TIMER_MICROPHONE) > 0) {
            /* The first address was taken over; this is the next one. */
            PDM_POINTER = address_of(microphone.slots[1]);
            return true;
        }
    }
    return false;
}

static const sound_player *player_of(sound_output wanted) {
    switch (wanted) {
    case SOUND_OUTPUT_I2S:
        return &sound_i2s;
    case SOUND_OUTPUT_PWM:
        return &sound_pwm;
    default:
        return NULL;
    }
}

sound_format sound_start(sound_output wanted, uint32_t hop_samples) {
    sound_format format = {.rate_millihertz = RATE_MILLIHERTZ};
    if (!start_crystal()) {
        format.refused = "the crystal did not start, without which sound has no exact rate";
        return format;
    }
    hop = hop_samples;
    output.player = player_of(wanted);
    if (output.player != NULL) {
        start_counter(TIMER_OUTPUT);
        output.player->prepare(&output.slots, hop);
        format.rate_millihertz = output.player->rate_millihertz;
        format.queued_hops = 1;
    }
    if (!start_microphone(format.rate_millihertz)) {
        format.refused = "the microphone's PDM did not start";
    }
    return format;
}

/* The output starts where a hop of the microphone ends: the computation lies between two ends of its hops, too. */
static void start_output(void) {
    if (output.player != NULL && !output.is_started && output.order.given > 0) {
        output.is_started = true;
        output.player->start();
    }
}

/* Waits until the hop given last has begun: false where it does not. Before the first one has begun only one fits, and
 * it begins with the microphone's next. */
static bool await_begin(void) {
    for (uint32_t reads = 0; !hop_player_ready(&output.order, counted(TIMER_OUTPUT)); reads++) {
        if (!output.is_started || reads == HOP_READS) {
            return false;
        }
    }
    return true;
}

static uint32_t next_slot(uint32_t begun) {
    return output.player->alternates ? hop_player_turn(&output.order, begun)
                                     : hop_player_next(&output.order, begun);
}

bool sound_take(int16_t *samples) {
    hop_filler *filler = &microphone.filler;
    const uint32_t finished = heard_hops();
    if (finished == filler->finished) {
        return false;
    }
    const uint32_t slot = hop_filler_look(filler, finished);
    PDM_POINTER = address_of(microphone.slots[filler->filling ^ 1u]);
    start_output();
    if (slot != HOP_SLOT_NONE) {
        /* What EasyDMA wrote is read now, not what the compiler knows of it. */
        __asm__ volatile("dmb" ::: "memory");
        memcpy(samples, microphone.slots[slot], hop * sizeof *samples);
    }
    if (heard_hops() != finished) {
        hop_filler_late(filler);
        return false;
    }
    return slot != HOP_SLOT_NONE;
}

void sound_give(const int16_t *samples) {
    if (output.player == NULL) {
        return;
    }
    if (!await_begin()) {
        output.unplayed++;
        return;
    }
    const uint32_t begun = counted(TIMER_OUTPUT);
    output.player->put(next_slot(begun), samples);
    if (counted(TIMER_OUTPUT) != begun) {
        output.unplayed++;
    }
}

void sound_stop(void) {
    if (!output.is_started || output.player->fall == NULL) {
        return;
    }
    bool is_falling = true;
    while (is_falling && await_begin()) {
        is_falling = output.player->fall(next_slot(counted(TIMER_OUTPUT)));
    }
    /* What was filled last is at rest: when it begins, the whole way there was played. */
    (void)await_begin();
    output.player->stop();
}

sound_losses sound_lost(void) {
    return (sound_losses){
        .lost_hops = microphone.filler.lost,
        .gaps = output.order.gaps + output.unplayed,
    };
}
