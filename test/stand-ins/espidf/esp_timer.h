/* ESP-IDF Programming Guide, ESP Timer. */
#pragma once
#include <stdint.h>
int64_t esp_timer_get_time(void);
