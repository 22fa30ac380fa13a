/*
 * An RP2040's sound: an I2S microphone and an I2S amplifier, each by DMA through a ring that never ends.
 * What lies where in the rings is left to hop_ring.c, the wire's waveform to i2s.c, pins to the board's file.
 *
 * Registers: RP2040 data sheet 2.5.7 (DMA), 2.15.7 (clocks), 2.18.4 (loop). No interrupt is used, so that it stands beside
 * a framework: how many samples a channel has moved says everything. Two channels a direction take turns, each for
 * 2^31 samples, 37 hours, and start one another.
 */
#include "../sound.h"

#include "../hop_ring.h"
#include "i2s.h"
#include "rp2040.h"

#define DMA_CHANNEL(channel) (0x50000000u + 0x40u * (channel))
#define DMA_READ_ADDRESS(channel) REGISTER(DMA_CHANNEL(channel) + 0x00u)
#define DMA_WRITE_ADDRESS(channel) REGISTER(DMA_CHANNEL(channel) + 0x04u)
#define DMA_COUNT(channel) REGISTER(DMA_CHANNEL(channel) + 0x08u)
#define DMA_CONTROL_AND_START(channel) REGISTER(DMA_CHANNEL(channel) + 0x0Cu)
#define DMA_CONTROL(channel) REGISTER(DMA_CHANNEL(channel) + 0x10u)
#define DMA_ENABLE (1u << 0)
#define DMA_HALFWORDS (1u << 2)
#define DMA_INCREMENT_READ (1u << 4)
#define DMA_INCREMENT_WRITE (1u << 5)
#define DMA_RING_BITS(bits) ((bits) << 6)
#define DMA_RING_IS_WRITE (1u << 10)
#define DMA_THEN(channel) ((channel) << 11)
#define DMA_REQUEST(request) ((request) << 15)
#define DMA_BUSY (1u << 24)
#define DMA_ABORT REGISTER(0x50000444u)
/* Reads before it is taken as done: what is under way takes some cycles. */
#define ABORT_READS 100u

/* The last four of twelve: frameworks claim from the first. Each direction has its channel and the one after. */
#define MICROPHONE_CHANNEL 8u
#define OUTPUT_CHANNEL 10u

#define CLK_SYS_CONTROL REGISTER(0x4000803Cu)
#define CLK_SYS_FROM_LOOP 1u
#define CLK_SYS_SOURCES 0xE1u
#define CLK_SYS_DIVIDER REGISTER(0x40008040u)
#define CLK_SYS_UNDIVIDED 0x100u
#define LOOP_STATUS REGISTER(0x40028000u)
#define LOOP_FACTOR REGISTER(0x40028008u)
#define LOOP_POST_DIVIDERS REGISTER(0x4002800Cu)

/* In thousandths of a hertz, rounded: 15,985.577 Hz. */
#define RATE_MILLIHERTZ                                                                            \
    ((uint32_t)(((uint64_t)CORE_HZ * 1000u + I2S_CORE_CYCLES / 2u) / I2S_CORE_CYCLES))

/* Two hops, and four. */
#define MICROPHONE_RING_BITS 11u
#define OUTPUT_RING_BITS 12u
#define RING_SAMPLES(bits) ((1u << (bits)) / sizeof(int16_t))
_Static_assert(RING_SAMPLES(MICROPHONE_RING_BITS) == 2 * SOUND_MAX_HOP &&
                   RING_SAMPLES(OUTPUT_RING_BITS) == 4 * SOUND_MAX_HOP,
               "the rings have no room for the longest hops");

/* Aligned as the DMA's wrapped addresses ask. */
static _Alignas(1u << MICROPHONE_RING_BITS) int16_t heard[RING_SAMPLES(MICROPHONE_RING_BITS)];
static _Alignas(1u << OUTPUT_RING_BITS) int16_t played[RING_SAMPLES(OUTPUT_RING_BITS)];
static const hop_ring microphone = {heard, RING_SAMPLES(MICROPHONE_RING_BITS)};
static const hop_ring output = {played, RING_SAMPLES(OUTPUT_RING_BITS)};

static ring_listener listener;
static ring_player player;
static uint32_t hop;
static uint32_t taken; /* place of the hop taken last */
static bool has_output;

/* What the DMA wrote is read now and what it will read is written by now, whatever the compiler knows. */
static void meet_dma(void) {
    __asm__ volatile("dmb" ::: "memory");
}

static uint32_t address(const int16_t *samples) {
    return (uint32_t)(uintptr_t)samples;
}

/* A framework may have chosen another clock, and a loop that did not lock leaves the crystal's. */
static bool has_expected_clock(void) {
    if ((CLK_SYS_CONTROL & CLK_SYS_SOURCES) != CLK_SYS_FROM_LOOP ||
        CLK_SYS_DIVIDER != CLK_SYS_UNDIVIDED) {
        return false;
    }
    const uint32_t post = LOOP_POST_DIVIDERS;
    const uint32_t divided = (LOOP_STATUS & 0x3Fu) * ((post >> 16) & 7u) * ((post >> 12) & 7u);
    return divided != 0 && LOOP_FACTOR * CRYSTAL_HZ == divided * CORE_HZ;
}

/* A reset of the core alone leaves them running, and they would fill the queue out anew as soon as it is emptied. */
static void stop_channels(void) {
    const uint32_t all = (3u << MICROPHONE_CHANNEL) | (3u << OUTPUT_CHANNEL);
    for (uint32_t channel = MICROPHONE_CHANNEL; channel < OUTPUT_CHANNEL + 2u; channel++) {
        DMA_CONTROL(channel) = 0;
    }
    DMA_ABORT = all;
    for (uint32_t reads = 0; reads < ABORT_READS && (DMA_ABORT & all) != 0; reads++) {
    }
}

static void start_channels(uint32_t channel, uint32_t from, uint32_t to, uint32_t control) {
    for (uint32_t one = channel; one < channel + 2u; one++) {
        DMA_READ_ADDRESS(one) = from;
        DMA_WRITE_ADDRESS(one) = to;
        DMA_COUNT(one) = HOP_RING_PLACES;
    }
    DMA_CONTROL(channel + 1u) = control | DMA_THEN(channel);
    DMA_CONTROL_AND_START(channel) = control | DMA_THEN(channel + 1u);
}

/* Samples that a direction has moved, modulo HOP_RING_PLACES: a channel's count goes down to none. */
static uint32_t moved(uint32_t channel) {
    const bool is_first = (DMA_CONTROL(channel) & DMA_BUSY) != 0;
    return (0u - DMA_COUNT(is_first ? channel : channel + 1u)) % HOP_RING_PLACES;
}

sound_format sound_start(sound_output wanted, uint32_t hop_samples) {
    sound_format format = {.rate_millihertz = RATE_MILLIHERTZ};
    if (wanted == SOUND_OUTPUT_PWM) {
        format.refused = "this board plays by I2S";
        return format;
    }
    if (!has_expected_clock()) {
        format.refused = "the core does not run at the 133 MHz that the sound's rate is made of";
        return format;
    }
    hop = hop_samples;
    has_output = wanted == SOUND_OUTPUT_I2S;
    stop_channels();
    if (!i2s_prepare(has_output)) {
        format.refused = "the PIO stayed in reset";
        return format;
    }
    const uint32_t common = DMA_ENABLE | DMA_HALFWORDS;
    start_channels(MICROPHONE_CHANNEL, I2S_QUEUE_IN, address(heard),
                   common | DMA_INCREMENT_WRITE | DMA_RING_BITS(MICROPHONE_RING_BITS) |
                       DMA_RING_IS_WRITE | DMA_REQUEST(I2S_REQUEST_IN));
    if (has_output) {
        start_channels(OUTPUT_CHANNEL, address(played), I2S_QUEUE_OUT,
                       common | DMA_INCREMENT_READ | DMA_RING_BITS(OUTPUT_RING_BITS) |
                           DMA_REQUEST(I2S_REQUEST_OUT));
        format.queued_hops = 1;
    }
    i2s_start();
    return format;
}

bool sound_take(int16_t *samples) {
    if (!ring_listener_look(&listener, hop, moved(MICROPHONE_CHANNEL), &taken)) {
        return false;
    }
    meet_dma();
    ring_listener_copy(&microphone, hop, taken, samples);
    meet_dma();
    return ring_listener_kept(&listener, &microphone, taken, moved(MICROPHONE_CHANNEL));
}

void sound_give(const int16_t *samples) {
    if (!has_output) {
        return;
    }
    const uint32_t place = ring_player_place(taken, hop);
    ring_player_give(&player, &output, hop, place, moved(OUTPUT_CHANNEL), samples);
    meet_dma();
}

/* I2S has no level to come down from. */
void sound_stop(void) {
}

sound_losses sound_lost(void) {
    return (sound_losses){.lost_hops = listener.lost, .gaps = player.gaps};
}
