/* ESP-IDF Programming Guide, error handling. */
#pragma once
typedef int esp_err_t;
#define ESP_OK 0
