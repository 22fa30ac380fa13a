/*
 * An nRF52840's sound: a PDM microphone and an I2S output, each by EasyDMA through two buffers in turn.
 * Which buffer is whose is left to hop_slots.c, pins to the board's file, everything else of the chip to its HAL.
 *
 * Registers: nRF52840 Product Specification 1.7: 6.15 (PDM), 6.10 (I2S), 6.16 (PPI), 6.30 (TIMER). No interrupt is
 * used, so that it stands beside a framework's handlers: timers 3 and 4 count through PPI 14 and 15 how often an address
 * was taken over, which is when the next may be told and the buffer before is done.
 *
 * Without an output the microphone's clock is 32 MHz / 25 / 80 = 16,000 Hz exactly. I2S has no divider for that: with
 * it both take 32 MHz / 31 / 64 = 16,129 Hz, so that they never drift apart.
 */
#include "../sound.h"

#include <string.h>

#include "../hop_slots.h"
#include "../register.h"

#define CLOCK_START_CRYSTAL REGISTER(0x40000000u)
#define CLOCK_STATUS REGISTER(0x4000040Cu)
#define CLOCK_BY_CRYSTAL ((1u << 16) | 1u)
/* 3 ms or more; the crystal starts in 0.36 ms (5.4.4.2). */
#define WAIT_READS 20000u
/* A hop of 160 samples and more: a read with its loop takes 16 cycles or more of 64 MHz. */
#define HOP_READS 60000u

/* Pins as the chip counts them: 32 a port. */
#define PORT(pin) (0x50000000u + 0x300u * ((pin) / 32u))
#define PORT_SET(pin) REGISTER(PORT(pin) + 0x508u)
#define PORT_CLEAR(pin) REGISTER(PORT(pin) + 0x50Cu)
#define PORT_MAKE_OUTPUT(pin) REGISTER(PORT(pin) + 0x518u)
#define PORT_CONFIG(pin) REGISTER(PORT(pin) + 0x700u + 4u * ((pin) % 32u))
#define PORT_CONFIG_INPUT 0u
#define BIT(pin) (1u << ((pin) % 32u))

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

#define I2S_START REGISTER(0x40025000u)
#define I2S_POINTER_TAKEN_ADDRESS 0x40025114u /* event: the buffer's address was taken over */
#define I2S_ENABLE REGISTER(0x40025500u)
#define I2S_TX_ENABLE REGISTER(0x4002550Cu)
#define I2S_CLOCK_ENABLE REGISTER(0x40025510u)
#define I2S_CLOCK REGISTER(0x40025514u)
#define I2S_RATIO REGISTER(0x40025518u)
#define I2S_RATIO_64 2u
#define I2S_WIDTH REGISTER(0x4002551Cu)
#define I2S_WIDTH_16 1u
#define I2S_CHANNELS REGISTER(0x40025528u)
#define I2S_CHANNELS_LEFT 1u
#define I2S_POINTER REGISTER(0x40025540u)
#define I2S_WORDS REGISTER(0x40025550u)
#define I2S_PIN_BIT REGISTER(0x40025564u)
#define I2S_PIN_WORD REGISTER(0x40025568u)
#define I2S_PIN_DATA REGISTER(0x40025570u)

#define CLOCK_32M_BY_25 0x0A000000u
#define CLOCK_32M_BY_31 0x08400000u
#define RATIO_64 0u
#define RATIO_80 1u

#define TIMER_3 0x4001A000u
#define TIMER_4 0x4001B000u
#define TIMER_START(timer) REGISTER((timer) + 0x000u)
#define TIMER_COUNT_OFFSET 0x008u
#define TIMER_CAPTURE(timer) REGISTER((timer) + 0x040u)
#define TIMER_MODE(timer) REGISTER((timer) + 0x504u)
#define TIMER_MODE_COUNTER 2u /* with little power */
#define TIMER_BIT_MODE(timer) REGISTER((timer) + 0x508u)
#define TIMER_32_BIT 3u
#define TIMER_CAPTURED(timer) REGISTER((timer) + 0x540u)

#define PPI_ENABLE_SET REGISTER(0x4001F504u)
#define PPI_EVENT(channel) REGISTER(0x4001F510u + 8u * (channel))
#define PPI_TASK(channel) REGISTER(0x4001F514u + 8u * (channel))
#define PPI_OUTPUT 14u
#define PPI_MICROPHONE 15u

static struct {
    int16_t slots[HOP_SLOTS][SOUND_MAX_HOP];
    hop_filler filler;
} microphone;

static struct {
    _Alignas(4) int16_t slots[HOP_SLOTS][SOUND_MAX_HOP];
    hop_player player;
    bool is_used;
    bool is_started;
    uint32_t unplayed; /* hops that nothing was there for to play them */
} output;

static uint32_t hop;

static uint32_t address(const int16_t *samples) {
    return (uint32_t)(uintptr_t)samples;
}

static bool start_crystal(void) {
    CLOCK_START_CRYSTAL = 1;
    for (uint32_t reads = 0; reads < WAIT_READS; reads++) {
        if ((CLOCK_STATUS & CLOCK_BY_CRYSTAL) == CLOCK_BY_CRYSTAL) {
            return true;
        }
    }
    return false;
}

static void count_events(uint32_t timer, uint32_t channel, uint32_t event) {
    TIMER_MODE(timer) = TIMER_MODE_COUNTER;
    TIMER_BIT_MODE(timer) = TIMER_32_BIT;
    TIMER_START(timer) = 1;
    PPI_EVENT(channel) = event;
    PPI_TASK(channel) = timer + TIMER_COUNT_OFFSET;
    PPI_ENABLE_SET = 1u << channel;
}

static uint32_t counted(uint32_t timer) {
    TIMER_CAPTURE(timer) = 1;
    return TIMER_CAPTURED(timer);
}

static void drive_low(uint32_t pin) {
    PORT_CLEAR(pin) = BIT(pin);
    PORT_MAKE_OUTPUT(pin) = BIT(pin);
}

/* How many hops are whole: the one that is being filled was begun, too. */
static uint32_t heard_hops(void) {
    return counted(TIMER_4) - 1;
}

static bool start_microphone(bool is_beside_i2s) {
#ifdef PIONEER_MICROPHONE_POWER
    PORT_SET(PIONEER_MICROPHONE_POWER) = BIT(PIONEER_MICROPHONE_POWER);
    PORT_MAKE_OUTPUT(PIONEER_MICROPHONE_POWER) = BIT(PIONEER_MICROPHONE_POWER);
#endif
    drive_low(PIONEER_MICROPHONE_CLOCK);
    PORT_CONFIG(PIONEER_MICROPHONE_DATA) = PORT_CONFIG_INPUT;
    count_events(TIMER_4, PPI_MICROPHONE, PDM_STARTED_ADDRESS);
    PDM_PIN_CLOCK = PIONEER_MICROPHONE_CLOCK;
    PDM_PIN_DATA = PIONEER_MICROPHONE_DATA;
    PDM_CLOCK = is_beside_i2s ? CLOCK_32M_BY_31 : CLOCK_32M_BY_25;
    PDM_RATIO = is_beside_i2s ? RATIO_64 : RATIO_80;
    PDM_MODE = PDM_MODE_MONO;
    PDM_ENABLE = 1;
    PDM_POINTER = address(microphone.slots[0]);
    PDM_SAMPLES = hop;
    PDM_START = 1;
    for (uint32_t reads = 0; reads < WAIT_READS; reads++) {
        if (counted(TIMER_4) > 0) {
            /* The first address was taken over; this is the next one. */
            PDM_POINTER = address(microphone.slots[1]);
            return true;
        }
    }
    return false;
}

/* All but the start, which waits for something to play. */
static void prepare_i2s(void) {
    drive_low(PIONEER_I2S_CLOCK);
    drive_low(PIONEER_I2S_WORD);
    drive_low(PIONEER_I2S_DATA);
    count_events(TIMER_3, PPI_OUTPUT, I2S_POINTER_TAKEN_ADDRESS);
    I2S_PIN_BIT = PIONEER_I2S_CLOCK;
    I2S_PIN_WORD = PIONEER_I2S_WORD;
    I2S_PIN_DATA = PIONEER_I2S_DATA;
    I2S_TX_ENABLE = 1;
    I2S_CLOCK_ENABLE = 1;
    I2S_CLOCK = CLOCK_32M_BY_31;
    I2S_RATIO = I2S_RATIO_64;
    I2S_WIDTH = I2S_WIDTH_16;
    I2S_CHANNELS = I2S_CHANNELS_LEFT;
    I2S_WORDS = hop / 2;
    I2S_ENABLE = 1;
}

sound_format sound_start(sound_output wanted, uint32_t hop_samples) {
    sound_format format = {.rate_millihertz = 16000000u};
    if (wanted == SOUND_OUTPUT_PWM) {
        format.refused = "this board plays by I2S";
        return format;
    }
    if (!start_crystal()) {
        format.refused = "the crystal did not start, without which sound has no exact rate";
        return format;
    }
    hop = hop_samples;
    output.is_used = wanted == SOUND_OUTPUT_I2S;
    if (output.is_used) {
        prepare_i2s();
        /* 32 MHz / (31 * 64), rounded. */
        format.rate_millihertz = 16129032u;
        format.queued_hops = 1;
    }
    if (!start_microphone(output.is_used)) {
        format.refused = "the microphone's PDM did not start";
    }
    return format;
}

/* The output starts where a hop of the microphone ends: the computation lies between two ends of its hops, too. */
static void start_output(void) {
    if (output.is_used && !output.is_started && output.player.given > 0) {
        output.is_started = true;
        I2S_START = 1;
    }
}

bool sound_take(int16_t *samples) {
    hop_filler *filler = &microphone.filler;
    const uint32_t finished = heard_hops();
    if (finished == filler->finished) {
        return false;
    }
    const uint32_t slot = hop_filler_look(filler, finished);
    PDM_POINTER = address(microphone.slots[filler->filling ^ 1u]);
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
    if (!output.is_used) {
        return;
    }
    hop_player *player = &output.player;
    for (uint32_t reads = 0; !hop_player_ready(player, counted(TIMER_3)); reads++) {
        /* Before the first hop has begun only one fits, and it begins with the microphone's next. */
        if (!output.is_started || reads == HOP_READS) {
            output.unplayed++;
            return;
        }
    }
    int16_t *slot = output.slots[hop_player_next(player, counted(TIMER_3))];
    memcpy(slot, samples, hop * sizeof *samples);
    __asm__ volatile("dmb" ::: "memory");
    I2S_POINTER = address(slot);
}

sound_losses sound_lost(void) {
    return (sound_losses){
        .lost_hops = microphone.filler.lost,
        .gaps = output.player.gaps + output.unplayed,
    };
}
