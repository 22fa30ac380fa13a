/*
 * Sound of ESP32, ESP32-S3 and ESP32-C3 with Arduino: an I2S microphone and an I2S amplifier on one port, so that they
 * share its clock and never drift apart. DMA and its buffers are left to the driver of ESP-IDF 4.4, which that core has
 * (ESP-IDF Programming Guide 4.4, I2S), wiring to the board's file.
 */
#include "../sound.h"

#include <stddef.h>

#include "driver/i2s.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"

#include "i2s_words.h"

_Static_assert(PIONEER_MICROPHONE_CLOCK == PIONEER_I2S_CLOCK &&
                   PIONEER_MICROPHONE_WORD == PIONEER_I2S_WORD,
               "microphone and amplifier are on one port");

#define PORT I2S_NUM_0
#define RATE_HZ 16000u

/* One is filled, one is whole, one may be late by a tick. */
#define BUFFERS 3
/* Of whole buffers, which nobody took or filled yet, the driver keeps so many, and drops the oldest beyond. */
#define KEPT (BUFFERS - 1u)
/* Four events a hop at most: 160 ms in which nobody looks are counted in full. */
#define EVENTS 64
#define HOP_TICKS ((TickType_t)(10 / portTICK_PERIOD_MS + 1))

static int32_t words[SOUND_MAX_HOP];
static size_t arrived; /* of the present hop [byte] */
static size_t hop_bytes;
static uint32_t hop;
static bool has_output;
static QueueHandle_t events;

/* The driver's buffers of one direction. Not every 4.4 tells that it dropped one; each tells of all that it finished. */
typedef struct {
    uint32_t finished;
    uint32_t taken; /* read, or filled to be played */
    uint32_t dropped;
} buffers;

static buffers heard;
static buffers played;
static uint32_t unplayed; /* hops that found no buffer in time */

sound_format sound_start(sound_output output, uint32_t hop_samples) {
    sound_format format = {.rate_millihertz = RATE_HZ * 1000u};
    if (output == SOUND_OUTPUT_PWM) {
        format.refused = "this board plays by I2S";
        return format;
    }
    hop = hop_samples;
    hop_bytes = hop * sizeof words[0];
    has_output = output == SOUND_OUTPUT_I2S;
    const i2s_config_t settings = {
        .mode = (i2s_mode_t)(I2S_MODE_MASTER | I2S_MODE_RX | (has_output ? I2S_MODE_TX : 0)),
        .sample_rate = RATE_HZ,
        .bits_per_sample = I2S_BITS_PER_SAMPLE_32BIT,
        .channel_format = I2S_CHANNEL_FMT_ONLY_LEFT,
        .communication_format = I2S_COMM_FORMAT_STAND_I2S,
        .dma_buf_count = BUFFERS,
        .dma_buf_len = (int)hop,
        .tx_desc_auto_clear = true,
    };
    const i2s_pin_config_t pins = {
        .mck_io_num = I2S_PIN_NO_CHANGE,
        .bck_io_num = PIONEER_I2S_CLOCK,
        .ws_io_num = PIONEER_I2S_WORD,
        .data_out_num = has_output ? PIONEER_I2S_DATA : I2S_PIN_NO_CHANGE,
        .data_in_num = PIONEER_MICROPHONE_DATA,
    };
    if (i2s_driver_install(PORT, &settings, EVENTS, &events) != ESP_OK ||
        i2s_set_pin(PORT, &pins) != ESP_OK) {
        format.refused = "the I2S driver refused its settings";
        return format;
    }
    format.queued_hops = has_output ? BUFFERS - 1 : 0;
    return format;
}

static void finish_one(buffers *direction) {
    direction->finished++;
    if (direction->finished - direction->taken - direction->dropped > KEPT) {
        direction->dropped++;
    }
}

static void count_finished(void) {
    i2s_event_t event;
    while (xQueueReceive(events, &event, 0) == pdTRUE) {
        if (event.type == I2S_EVENT_RX_DONE) {
            finish_one(&heard);
        } else if (event.type == I2S_EVENT_TX_DONE) {
            finish_one(&played);
        }
    }
}

bool sound_take(int16_t *samples) {
    count_finished();
    size_t count = 0;
    /* A hop that is not whole yet is a timeout to some, and what there is of it is given. */
    (void)i2s_read(PORT, (uint8_t *)words + arrived, hop_bytes - arrived, &count, 0);
    arrived += count;
    if (arrived < hop_bytes) {
        return false;
    }
    arrived = 0;
    heard.taken++;
    i2s_samples_of(words, samples, hop);
    return true;
}

void sound_give(const int16_t *samples) {
    static int32_t waiting[SOUND_MAX_HOP];
    if (!has_output) {
        return;
    }
    i2s_words_of(samples, waiting, hop);
    count_finished();
    size_t count = 0;
    (void)i2s_write(PORT, waiting, hop_bytes, &count, HOP_TICKS);
    if (count < hop_bytes) {
        unplayed++;
    } else {
        played.taken++;
    }
}

/* I2S has no level to come down from, and the driver plays silence where it is given nothing. */
void sound_stop(void) {
}

sound_losses sound_lost(void) {
    return (sound_losses){.lost_hops = heard.dropped, .gaps = played.dropped + unplayed};
}
