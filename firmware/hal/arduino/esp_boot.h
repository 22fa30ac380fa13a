/*
 * Why a chip of Espressif's started, as its system tells (ESP-IDF Programming Guide, miscellaneous system APIs).
 * What else a family has is left to its own file.
 */
#ifndef PIONEER_ESP_BOOT_H
#define PIONEER_ESP_BOOT_H

#include "esp_system.h"

#include "../hal.h"

/* A panic of the system's resets by software: it has told of itself on the port as text. */
static inline hal_boot esp_boot(void) {
    const esp_reset_reason_t reason = esp_reset_reason();
    hal_boot boot = {.cause = HAL_BOOT_UNKNOWN, .status = (uint32_t)reason};
    switch (reason) {
    case ESP_RST_POWERON:
        boot.cause = HAL_BOOT_POWER_ON;
        break;
    case ESP_RST_EXT:
        boot.cause = HAL_BOOT_PIN;
        break;
    case ESP_RST_SW:
    case ESP_RST_PANIC:
        boot.cause = HAL_BOOT_SOFTWARE;
        break;
    case ESP_RST_INT_WDT:
    case ESP_RST_TASK_WDT:
    case ESP_RST_WDT:
        boot.cause = HAL_BOOT_WATCHDOG;
        break;
    case ESP_RST_DEEPSLEEP:
        boot.cause = HAL_BOOT_SLEEP;
        break;
    case ESP_RST_BROWNOUT:
        boot.cause = HAL_BOOT_BROWN_OUT;
        break;
    default:
        break;
    }
    return boot;
}

#endif
