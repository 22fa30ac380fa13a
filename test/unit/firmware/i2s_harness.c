/*
 * sound_i2s.c on a driver that gives 100 B at a time, drops buffers with or without a word, and takes what is played;
 * prints what came of it.
 */
#include <stdio.h>
#include <string.h>

#include "driver/i2s.h"
#include "freertos/queue.h"
#include "sound.h"

#define HOP 40

static int32_t next = -32768;
static i2s_event_type_t pending[16];
static int pending_count;
static size_t written;
static size_t room = 4 * HOP;
static int32_t last_written;

esp_err_t i2s_driver_install(i2s_port_t i2s_num, const i2s_config_t *i2s_config, int queue_size,
                             void *i2s_queue) {
    static int queue;
    *(QueueHandle_t *)i2s_queue = (QueueHandle_t)(void *)&queue;
    printf("port %d mode %d rate %u buffers %d of %d, events %d\n", (int)i2s_num,
           (int)i2s_config->mode, i2s_config->sample_rate, i2s_config->dma_buf_count,
           i2s_config->dma_buf_len, queue_size);
    return ESP_OK;
}

esp_err_t i2s_set_pin(i2s_port_t i2s_num, const i2s_pin_config_t *pin) {
    (void)i2s_num;
    printf("pins %d %d %d %d\n", pin->bck_io_num, pin->ws_io_num, pin->data_out_num,
           pin->data_in_num);
    return ESP_OK;
}

/* A sample in the upper half, noise of the microphone in the lower one. */
esp_err_t i2s_read(i2s_port_t i2s_num, void *dest, size_t size, size_t *bytes_read,
                   TickType_t ticks_to_wait) {
    (void)i2s_num;
    *bytes_read = ticks_to_wait == 0 && size > 100 ? 100 : size;
    for (size_t at = 0; at < *bytes_read; at += 4) {
        const uint32_t word = ((uint32_t)next << 16) | 0xFFFFu;
        memcpy((uint8_t *)dest + at, &word, sizeof word);
        next++;
    }
    return ESP_OK;
}

esp_err_t i2s_write(i2s_port_t i2s_num, const void *src, size_t size, size_t *bytes_written,
                    TickType_t ticks_to_wait) {
    (void)i2s_num;
    (void)ticks_to_wait;
    *bytes_written = size < room ? size : room;
    written += *bytes_written;
    memcpy(&last_written, (const uint8_t *)src + size - 4, sizeof last_written);
    return ESP_OK;
}

BaseType_t xQueueReceive(QueueHandle_t queue, void *event, TickType_t ticks) {
    (void)queue;
    (void)ticks;
    if (pending_count == 0) {
        return 0;
    }
    ((i2s_event_t *)event)->type = pending[--pending_count];
    return pdTRUE;
}

static void tell(i2s_event_type_t type, int times) {
    for (int i = 0; i < times; i++) {
        pending[pending_count++] = type;
    }
}

int main(void) {
    int16_t samples[HOP];
    const sound_format format = sound_start(SOUND_OUTPUT_I2S, HOP);
    printf("rate %u queued %u\n", format.rate_millihertz, format.queued_hops);
    int calls = 0;
    for (int hop = 0; hop < 3; hop++) {
        /* A hop is heard and one played meanwhile; the last comes after four, of which two are kept. */
        tell(I2S_EVENT_RX_DONE, hop == 2 ? 4 : 1);
        tell(I2S_EVENT_TX_DONE, hop == 2 ? 4 : 1);
        /* Some versions tell that they drop, beside: that is no other loss. */
        tell(I2S_EVENT_RX_Q_OVF, hop == 2 ? 2 : 0);
        do {
            calls++;
        } while (!sound_take(samples));
        for (int i = 0; i < HOP; i++) {
            if (samples[i] != -32768 + hop * HOP + i) {
                printf("hop %d sample %d is %d\n", hop, i, samples[i]);
            }
        }
        room = hop == 1 ? HOP : 4 * HOP;
        sound_give(samples);
    }
    printf("calls %d written %zu last %ld lost %u gaps %u\n", calls, written, (long)last_written,
           sound_lost().lost_hops, sound_lost().gaps);
    printf("%s\n", sound_start(SOUND_OUTPUT_PWM, HOP).refused);
    return 0;
}
