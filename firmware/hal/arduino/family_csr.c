/*
 * ESP32-C3 and C6 (RV32IMC): Espressif's counter in CSRs 7E0 to 7E2, event 1 being cycles (ESP32-C3 technical
 * reference manual, 1.4). It stops while the core rests.
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
    __asm__ volatile("csrwi 0x7E0, 1\n\tcsrwi 0x7E1, 1");
    return true;
}

const char *family_notice(void) {
    return NULL;
}

uint32_t family_counter(void) {
    uint32_t cycles;
    __asm__ volatile("csrr %0, 0x7E2" : "=r"(cycles));
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
