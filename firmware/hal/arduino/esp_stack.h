/*
 * How deep the running task's stack was used, by what FreeRTOS painted it with (ESP-IDF Programming Guide, FreeRTOS).
 * Faults of a full stack are left to the system.
 */
#ifndef PIONEER_ESP_STACK_H
#define PIONEER_ESP_STACK_H

#include <stdint.h>

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

/* From `top` down to the deepest word that is no paint [byte]; the high-water mark of Espressif's port is in bytes. */
static inline uint32_t esp_stack_bytes(uintptr_t top) {
    const uintptr_t lowest = (uintptr_t)pxTaskGetStackStart(NULL);
    return (uint32_t)(top - lowest) - (uint32_t)uxTaskGetStackHighWaterMark(NULL);
}

#endif
