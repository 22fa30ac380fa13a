/*
 * ESP32 and ESP32-S3 (Xtensa LX6 and LX7): CCOUNT of the core that the program is pinned to (Xtensa ISA, 4.4.6).
 * The second core runs what the system gives it, also in a measured window.
 */
#include <stddef.h>

#include "family.h"
#include "esp_boot.h"
#include "esp_stack.h"

#include "esp_system.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

const uint32_t family_counter_mask = 0xFFFFFFFFu;

bool family_counter_start(void) {
    return true;
}

const char *family_notice(void) {
    return NULL;
}

uint32_t family_counter(void) {
    uint32_t cycles;
    __asm__ volatile("rsr %0, ccount" : "=a"(cycles));
    return cycles;
}

/* Up to the level of FreeRTOS's own calls: the interrupt watchdog's stays. The tick catches up when it returns. */
void family_mask(void) {
    taskDISABLE_INTERRUPTS();
}

void family_unmask(void) {
    taskENABLE_INTERRUPTS();
}

void family_rest(void) {
    vTaskDelay(1);
}

uint32_t family_stack_bytes(uintptr_t top) {
    return esp_stack_bytes(top);
}

hal_boot family_boot(void) {
    return esp_boot();
}

void family_reset(void) {
    esp_restart();
}
