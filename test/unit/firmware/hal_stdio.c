/*
 * The HAL on standard input and output, so that whole programs run under the host's sanitizers.
 * HAL_CHUNK says how many bytes one read gives at most; HAL_REFUSE which write, from 0, the link refuses;
 * HAL_TICK_US by how much the clock advances with each reading; HAL_PIN that there is a pin, which is shown;
 * HAL_MILLIKELVIN what the sensor reads; HAL_BOOT why the chip started.
 */
#include "hal.h"

#include <stdio.h>
#include <stdlib.h>

static size_t setting(const char *name, size_t otherwise) {
    const char *text = getenv(name);
    return text != NULL ? (size_t)strtoul(text, NULL, 10) : otherwise;
}

const hal_board *hal_init(void) {
    static hal_board board = {.id = "host", .clock_hz = 7, .counter = HAL_COUNTER_NONE};
    board.boot = (hal_boot){.cause = (hal_boot_cause)setting("HAL_BOOT", 0), .status = 0x12345678u};
    return &board;
}

size_t hal_read(uint8_t *bytes, size_t capacity) {
    const size_t chunk = setting("HAL_CHUNK", 64);
    return fread(bytes, 1, chunk < capacity ? chunk : capacity, stdin);
}

bool hal_write(const uint8_t *bytes, size_t length) {
    static size_t writes;
    if (writes++ == setting("HAL_REFUSE", SIZE_MAX)) {
        return false;
    }
    return fwrite(bytes, 1, length, stdout) == length;
}

uint64_t hal_cycles(void) {
    return 0;
}

uint64_t hal_time_us(void) {
    static uint64_t now_us;
    now_us += setting("HAL_TICK_US", 0);
    return now_us;
}

uint32_t hal_temperature(void) {
    return (uint32_t)setting("HAL_MILLIKELVIN", 0);
}

bool hal_pin(bool is_high) {
    if (setting("HAL_PIN", 0) == 0) {
        return false;
    }
    fputs(is_high ? "[high]" : "[low]", stdout);
    return true;
}

void hal_quiet(bool is_quiet) {
    (void)is_quiet;
}

/* Input has ended without Stop. */
void hal_idle(void) {
    exit(9);
}

void hal_exit(int status) {
    exit(status);
}

uint32_t hal_stack_bytes(void) {
    return 0;
}
