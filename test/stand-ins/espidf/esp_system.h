/* ESP-IDF Programming Guide, miscellaneous system APIs. */
#pragma once
void esp_restart(void) __attribute__((noreturn));
