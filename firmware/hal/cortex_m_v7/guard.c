/*
 * The stack's limit on Armv6-M and Armv7-M: a region below it that nobody may touch.
 * Where it lies is left to the linker script, the stack's depth to image.c.
 */
#include "../cortex_m/cortex_m.h"
#include "../image.h"
#include "../register.h"

/* The memory protection unit (Armv7-M ARM, B3.5). */
#define MPU_TYPE REGISTER(0xE000ED90u)
#define MPU_TYPE_REGIONS (0xFFu << 8)
#define MPU_CTRL REGISTER(0xE000ED94u)
#define MPU_CTRL_ENABLE (1u << 0)
#define MPU_CTRL_DEFAULT_MAP (1u << 2) /* everything outside the region stays as it was */
#define MPU_RNR REGISTER(0xE000ED98u)
#define MPU_RBAR REGISTER(0xE000ED9Cu)
#define MPU_RASR REGISTER(0xE000EDA0u)
#define MPU_RASR_ENABLE (1u << 0)
#define MPU_RASR_4_KB (11u << 1) /* 2^(11 + 1) bytes; access permissions 0: none */

void cortex_m_stack_guard(void) {
    if ((MPU_TYPE & MPU_TYPE_REGIONS) == 0) {
        return;
    }
    MPU_RNR = 0;
    MPU_RBAR = (uint32_t)(uintptr_t)stack_guard;
    MPU_RASR = MPU_RASR_4_KB | MPU_RASR_ENABLE;
    MPU_CTRL = MPU_CTRL_DEFAULT_MAP | MPU_CTRL_ENABLE;
    __asm__ volatile("dsb\n\tisb" ::: "memory");
}
