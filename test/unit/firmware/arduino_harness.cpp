/*
 * The Arduino HAL's pins on a board that prints what is done to them: a monitor's pin, and two lines with pull-ups.
 */
#include <Arduino.h>

#include <stdio.h>

#include "../../../firmware/hal/arduino/family.h"
#include "../../../firmware/hal/hal.h"

HardwareSerial Serial;

void HardwareSerial::begin(unsigned long) {
}

int HardwareSerial::available() {
    return 0;
}

int HardwareSerial::read() {
    return -1;
}

size_t HardwareSerial::write(const uint8_t *, size_t size) {
    return size;
}

void HardwareSerial::flush() {
}

unsigned long micros(void) {
    return 0;
}

void pinMode(uint8_t pin, uint8_t mode) {
    printf("%d %s, ", pin, mode == OUTPUT ? "out" : "let go");
}

void digitalWrite(uint8_t pin, uint8_t value) {
    printf("%d %s, ", pin, value == HIGH ? "high" : "low");
}

int digitalRead(uint8_t pin) {
    return pin == SDA ? HIGH : LOW;
}

const uint32_t family_counter_mask = 0;

bool family_counter_start(void) {
    return false;
}

const char *family_notice(void) {
    return nullptr;
}

uint32_t family_counter(void) {
    return 0;
}

void family_mask(void) {
}

void family_unmask(void) {
}

void family_rest(void) {
}

uint32_t family_stack_bytes(uintptr_t) {
    return 0;
}

hal_boot family_boot(void) {
    return {HAL_BOOT_UNKNOWN, 0};
}

void family_reset(void) {
    for (;;) {
    }
}

extern "C" int pioneer_main(void) {
    return 0;
}

int main() {
    const bool has_pin = hal_pin(true) && hal_pin(false);
    printf("%s; ", has_pin ? "a pin" : "no pin");
    const bool has_lines = hal_i2c_lines(false, true) && hal_i2c_lines(true, false);
    printf("%s, data %s\n", has_lines ? "lines" : "no lines", hal_i2c_data() ? "high" : "low");
    return 0;
}
