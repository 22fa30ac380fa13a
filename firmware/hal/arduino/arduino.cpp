/*
 * Any board with an Arduino core: its serial port and its microseconds under the programs of apps/.
 * The counter, the rest and the reset are left to the family's file. The core's own handlers keep faults, and
 * the deepest use of its stack is not known: both are left out of what such a board reports.
 */
#include <Arduino.h>

#include "../hal.h"
#include "counter.h"
#include "family.h"
#include "window.h"

#define BAUD_RATE 921600

/* Two hops of sound under way are 700 B; the ESP32's core holds 256 B by itself. STM32's is told in platformio.ini. */
#define RECEIVE_BYTES 1024

/* The program's main, which platformio.ini renames: the core has its own. */
extern "C" int pioneer_main(void);

static hal_board board = {PIONEER_BOARD, PIONEER_CLOCK_HZ, HAL_COUNTER_NONE, nullptr, {HAL_BOOT_UNKNOWN, 0}};
static uintptr_t stack_top; /* where the program's own part of the stack begins */
static uint32_t last_us;
static uint64_t time_us;

static uint32_t now_us(void) {
    return (uint32_t)micros();
}

void setup() {
    (void)pioneer_main();
}

void loop() {
}

const hal_board *hal_init(void) {
    stack_top = (uintptr_t)__builtin_frame_address(0);
    board.boot = family_boot();
#ifdef ARDUINO_ARCH_ESP32
    Serial.setRxBufferSize(RECEIVE_BYTES);
#endif
    Serial.begin(BAUD_RATE);
    last_us = now_us();
    if (counter_start(board.clock_hz, now_us, &board.notice)) {
        board.counter = HAL_COUNTER_CORE_CYCLES;
    }
    if (board.notice == nullptr) {
        board.notice = family_notice();
    }
    return &board;
}

size_t hal_read(uint8_t *bytes, size_t capacity) {
    size_t count = 0;
    while (count < capacity && Serial.available() > 0) {
        bytes[count++] = (uint8_t)Serial.read();
    }
    return count;
}

bool hal_write(const uint8_t *bytes, size_t length) {
    return Serial.write(bytes, length) == length;
}

uint64_t hal_cycles(void) {
    return board.counter == HAL_COUNTER_NONE ? 0 : counter_cycles();
}

uint64_t hal_time_us(void) {
    const uint32_t now = now_us();
    time_us += (uint32_t)(now - last_us);
    last_us = now;
    return time_us;
}

bool hal_pin(bool is_high) {
    static bool is_output;
    digitalWrite(PIONEER_MONITOR_PIN, is_high ? HIGH : LOW);
    if (!is_output) {
        pinMode(PIONEER_MONITOR_PIN, OUTPUT);
        digitalWrite(PIONEER_MONITOR_PIN, is_high ? HIGH : LOW);
        is_output = true;
    }
    return true;
}

/* Not every core has open drains: a line that is let go is an input with a pull-up. */
static void set_line(uint8_t pin, bool is_high) {
    if (is_high) {
        pinMode(pin, INPUT_PULLUP);
        return;
    }
    /* Low before it drives, as far as the core lets an input be written. */
    digitalWrite(pin, LOW);
    pinMode(pin, OUTPUT);
    digitalWrite(pin, LOW);
}

/* The core's own pins for I2C: other numbers of Wire are not asked. */
bool hal_i2c_lines(bool is_clock_high, bool is_data_high) {
    set_line((uint8_t)SCL, is_clock_high);
    set_line((uint8_t)SDA, is_data_high);
    return true;
}

bool hal_i2c_data(void) {
    return digitalRead((uint8_t)SDA) == HIGH;
}

/* Public functions for it differ from core to core, and none says how long it takes. */
uint32_t hal_temperature(void) {
    return 0;
}

void hal_quiet(bool is_quiet) {
    window_quiet(is_quiet, now_us);
}

void hal_idle(void) {
    (void)hal_time_us();
    (void)hal_cycles();
    family_rest();
}

void hal_exit(int status) {
    Serial.flush();
    if (status == 0) {
        family_reset();
    }
    for (;;) {
        family_rest();
    }
}

uint32_t hal_stack_bytes(void) {
    return family_stack_bytes(stack_top);
}
