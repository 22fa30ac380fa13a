/* FreeRTOS reference manual, task control. */
#pragma once
#include "freertos/FreeRTOS.h"
void vTaskDelay(const TickType_t xTicksToDelay);
#define taskDISABLE_INTERRUPTS() vPortDisableInterrupts()
#define taskENABLE_INTERRUPTS() vPortEnableInterrupts()
void vPortDisableInterrupts(void);
void vPortEnableInterrupts(void);
typedef struct tskTaskControlBlock *TaskHandle_t;
UBaseType_t uxTaskGetStackHighWaterMark(TaskHandle_t xTask);
uint8_t *pxTaskGetStackStart(TaskHandle_t xTask);
