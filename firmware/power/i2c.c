/*
 * Start, stop, bits and acknowledges of I2C (NXP UM10204, 3.1), slower than its 100 kHz.
 * Which registers are read is left to ina.c.
 */
#include "i2c.h"

#include "hal.h"

/* Half a period; the clock counts whole microseconds, of which the first may be nearly over. */
#define HALF_PERIOD_US 6u

static void lines(bool is_clock_high, bool is_data_high) {
    (void)hal_i2c_lines(is_clock_high, is_data_high);
    const uint64_t start_us = hal_time_us();
    while (hal_time_us() - start_us < HALF_PERIOD_US) {
    }
}

/* Also in the middle of a transfer: both lines are high before the data falls. */
static void start(void) {
    lines(false, true);
    lines(true, true);
    lines(true, false);
    lines(false, false);
}

static void stop(void) {
    lines(false, false);
    lines(true, false);
    lines(true, true);
}

static bool clock_bit(bool is_high) {
    lines(false, is_high);
    lines(true, is_high);
    const bool level = hal_i2c_data();
    lines(false, is_high);
    return level;
}

/* True when the device acknowledges. */
static bool send(uint8_t byte) {
    for (int bit = 7; bit >= 0; bit--) {
        (void)clock_bit(((byte >> bit) & 1) != 0);
    }
    return !clock_bit(true);
}

static uint8_t receive(bool is_last) {
    unsigned byte = 0;
    for (int bit = 0; bit < 8; bit++) {
        byte = byte << 1 | (clock_bit(true) ? 1u : 0u);
    }
    (void)clock_bit(is_last);
    return (uint8_t)byte;
}

bool i2c_write(uint8_t address, const uint8_t *bytes, size_t length) {
    start();
    bool is_acknowledged = send((uint8_t)(address << 1));
    for (size_t i = 0; i < length && is_acknowledged; i++) {
        is_acknowledged = send(bytes[i]);
    }
    stop();
    return is_acknowledged;
}

bool i2c_read_register(uint8_t address, uint8_t index, uint8_t *bytes, size_t length) {
    start();
    bool is_acknowledged = send((uint8_t)(address << 1)) && send(index);
    if (is_acknowledged) {
        start();
        is_acknowledged = send((uint8_t)(address << 1 | 1));
    }
    for (size_t i = 0; i < length && is_acknowledged; i++) {
        bytes[i] = receive(i + 1 == length);
    }
    stop();
    return is_acknowledged;
}
