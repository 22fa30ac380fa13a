/* FreeRTOS reference manual; ESP-IDF's port counts ticks in 32 bits. */
#pragma once
#include <stdint.h>
typedef uint32_t TickType_t;
typedef int BaseType_t;
typedef unsigned int UBaseType_t;
#define pdTRUE 1
#define portTICK_PERIOD_MS ((TickType_t)1)
#define portMAX_DELAY ((TickType_t)0xffffffffUL)
