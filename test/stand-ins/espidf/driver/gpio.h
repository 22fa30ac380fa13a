/* ESP-IDF Programming Guide, GPIO. */
#pragma once
#include <stdint.h>
#include "esp_err.h"

typedef enum { GPIO_NUM_0 = 0, GPIO_NUM_MAX = 31 } gpio_num_t;
typedef enum { GPIO_MODE_OUTPUT = 2, GPIO_MODE_INPUT_OUTPUT_OD = 7 } gpio_mode_t;
typedef enum { GPIO_PULLUP_ONLY } gpio_pull_mode_t;

esp_err_t gpio_reset_pin(gpio_num_t gpio_num);
esp_err_t gpio_set_direction(gpio_num_t gpio_num, gpio_mode_t mode);
esp_err_t gpio_set_level(gpio_num_t gpio_num, uint32_t level);
int gpio_get_level(gpio_num_t gpio_num);
esp_err_t gpio_set_pull_mode(gpio_num_t gpio_num, gpio_pull_mode_t pull);
