/*
 * Sound of a board with ESP-IDF alone: an I2S microphone and an I2S amplifier on one port, so that they share its clock
 * and never drift apart. DMA and its buffers are left to the driver of ESP-IDF 5 (Programming Guide, I2S, standard
 * mode), wiring to the board's file.
 */
#include "../sound.h"

#include <stddef.h>

#include "driver/i2s_std.h"

#include "../arduino/i2s_words.h"

_Static_assert(PIONEER_MICROPHONE_CLOCK == PIONEER_I2S_CLOCK &&
                   PIONEER_MICROPHONE_WORD == PIONEER_I2S_WORD,
               "microphone and amplifier are on one port");

#define RATE_HZ 16000u

/* One is filled, one is whole, one may be late by a tick of 10 ms. */
#define BUFFERS 3
#define HOP_MS 20u

static int32_t words[SOUND_MAX_HOP];
static size_t arrived; /* of the present hop [byte] */
static size_t hop_bytes;
static uint32_t hop;
static i2s_chan_handle_t microphone;
static i2s_chan_handle_t player;
static volatile uint32_t lost_hops;
static volatile uint32_t gaps;
static uint32_t unplayed;

/* Both are called by the driver's interrupt, which nothing waits for. */
static bool on_lost(i2s_chan_handle_t channel, i2s_event_data_t *event, void *context) {
    (void)channel;
    (void)event;
    (void)context;
    lost_hops = lost_hops + 1;
    return false;
}

static bool on_gap(i2s_chan_handle_t channel, i2s_event_data_t *event, void *context) {
    (void)channel;
    (void)event;
    (void)context;
    gaps = gaps + 1;
    return false;
}

static bool start_channel(i2s_chan_handle_t channel, const i2s_std_config_t *settings,
                          const i2s_event_callbacks_t *callbacks) {
    return i2s_channel_init_std_mode(channel, settings) == ESP_OK &&
           i2s_channel_register_event_callback(channel, callbacks, NULL) == ESP_OK &&
           i2s_channel_enable(channel) == ESP_OK;
}

sound_format sound_start(sound_output output, uint32_t hop_samples) {
    sound_format format = {.rate_millihertz = RATE_HZ * 1000u};
    if (output == SOUND_OUTPUT_PWM) {
        format.refused = "this board plays by I2S";
        return format;
    }
    hop = hop_samples;
    hop_bytes = hop * sizeof words[0];
    const bool has_output = output == SOUND_OUTPUT_I2S;
    i2s_chan_config_t port = I2S_CHANNEL_DEFAULT_CONFIG(I2S_NUM_0, I2S_ROLE_MASTER);
    port.dma_desc_num = BUFFERS;
    port.dma_frame_num = hop;
    port.auto_clear = true;
    i2s_std_config_t settings = {
        .clk_cfg = I2S_STD_CLK_DEFAULT_CONFIG(RATE_HZ),
        .slot_cfg =
            I2S_STD_PHILIPS_SLOT_DEFAULT_CONFIG(I2S_DATA_BIT_WIDTH_32BIT, I2S_SLOT_MODE_MONO),
        .gpio_cfg =
            {
                .mclk = I2S_GPIO_UNUSED,
                .bclk = (gpio_num_t)PIONEER_I2S_CLOCK,
                .ws = (gpio_num_t)PIONEER_I2S_WORD,
                .dout = has_output ? (gpio_num_t)PIONEER_I2S_DATA : I2S_GPIO_UNUSED,
                .din = (gpio_num_t)PIONEER_MICROPHONE_DATA,
            },
    };
    settings.slot_cfg.slot_mask = I2S_STD_SLOT_LEFT;
    const i2s_event_callbacks_t heard = {.on_recv_q_ovf = on_lost};
    const i2s_event_callbacks_t played = {.on_send_q_ovf = on_gap};
    if (i2s_new_channel(&port, has_output ? &player : NULL, &microphone) != ESP_OK ||
        (has_output && !start_channel(player, &settings, &played)) ||
        !start_channel(microphone, &settings, &heard)) {
        format.refused = "the I2S driver refused its settings";
        return format;
    }
    format.queued_hops = has_output ? BUFFERS - 1 : 0;
    return format;
}

bool sound_take(int16_t *samples) {
    size_t count = 0;
    /* A hop that is not whole yet is a timeout, and what there is of it is given. */
    (void)i2s_channel_read(microphone, (uint8_t *)words + arrived, hop_bytes - arrived, &count, 0);
    arrived += count;
    if (arrived < hop_bytes) {
        return false;
    }
    arrived = 0;
    i2s_samples_of(words, samples, hop);
    return true;
}

void sound_give(const int16_t *samples) {
    static int32_t waiting[SOUND_MAX_HOP];
    if (player == NULL) {
        return;
    }
    i2s_words_of(samples, waiting, hop);
    size_t count = 0;
    if (i2s_channel_write(player, waiting, hop_bytes, &count, HOP_MS) != ESP_OK ||
        count < hop_bytes) {
        unplayed++;
    }
}

/* I2S has no level to come down from, and the driver plays silence where it is given nothing. */
void sound_stop(void) {
}

sound_losses sound_lost(void) {
    return (sound_losses){.lost_hops = lost_hops, .gaps = gaps + unplayed};
}
