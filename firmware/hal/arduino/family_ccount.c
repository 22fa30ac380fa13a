/*
 * ESP32 and ESP32-S3 (Xtensa LX6 and LX7): CCOUNT of the core that the program is pinned to (Xtensa ISA, 4.4.6).
 * FreeRTOS's tick stays on and the second core runs what the system gives it: both are part of a measured window.
 */
#include "family.h"
#include "esp_boot.h"

#include "esp_system.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

const uint32_t family_counter_mask = 0xFFFFFFFFu;

bool family_counter_start(void) {
    return true;
}

uint32_t family_counter(void) {
    uint32_t cycles;
    __asm__ volatile("rsr %0, ccount" : "=a"(cycles));
    return cycles;
}

void family_rest(void) {
    vTaskDelay(1);
}

hal_boot family_boot(void) {
    return esp_boot();
}

void family_reset(void) {
    esp_restart();
}
