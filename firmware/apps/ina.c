/*
 * ina: the model at a hearable's pace, and between its steps the conversions of an INA current monitor.
 * They wait in memory until the measurement is over; amperes and averages are left to the host.
 */
#include <string.h>

#include "ina.h"
#include "session.h"
#include "step.h"

/* Time between two frames. */
#define FRAME_US 10000u

/* Conversions of a measurement that are kept: two seconds and more of the fastest. */
#define MAX_CONVERSIONS 1024u

static record_ina conversions[MAX_CONVERSIONS];
static uint32_t read_count; /* since the start, kept or not */
static uint32_t next_frame; /* frames are numbered on from one measurement to the next */

static void keep(ina_part part, const ina_conversion *conversion, uint32_t kept) {
    if (kept < MAX_CONVERSIONS) {
        conversions[kept] = (record_ina){
            .part = (uint16_t)part,
            .index = read_count,
            .time_us = (uint32_t)hal_time_us(),
            .shunt = conversion->shunt,
            .bus = conversion->bus,
            .status = conversion->status,
        };
    }
    read_count++;
}

/* A step a frame, on an input of zeros; what is left of the frame is rest, as far as reading allows. */
static void measure(ina_part part, uint32_t frames) {
    static model_state state;
    static _Alignas(STEP_ALIGNMENT) uint8_t input[MODEL_INPUT_BYTES];
    static _Alignas(STEP_ALIGNMENT) uint8_t output[MODEL_OUTPUT_BYTES];
    uint32_t kept = 0;

    model_init(&state);
    const uint64_t start_us = hal_time_us();
    for (uint32_t frame = 0; frame < frames; frame++) {
        (void)timed_step(&state, input, output);
        while (hal_time_us() - start_us < (uint64_t)FRAME_US * (frame + 1u)) {
            ina_conversion conversion;
            if (ina_read(part, &conversion)) {
                keep(part, &conversion, kept);
                kept++;
            } else {
                hal_idle();
            }
        }
    }
    for (uint32_t i = 0; i < kept && i < MAX_CONVERSIONS; i++) {
        session_send_ina(&conversions[i]);
    }
    for (uint32_t frame = 0; frame < frames; frame++) {
        session_send_output(&(record_output){.frame = next_frame++, .values = output});
    }
}

int main(void) {
    session_start("ina", 0);
    const ina_part part = hal_i2c_lines(true, true) ? ina_start() : INA_NONE;
    for (;;) {
        const session_request request = session_wait();
        if (request.kind != SESSION_MEASURE) {
            session_refuse(&request);
            continue;
        }
        if (part == INA_NONE) {
            session_log("no INA219, INA226 or INA228 answers at address 0x40 of the board's I2C");
        }
        measure(part, request.measure.frames);
    }
}
