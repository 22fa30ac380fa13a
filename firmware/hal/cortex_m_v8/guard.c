/*
 * The stack's limit on Armv8-M with the main extension: the stack pointer's own limit register.
 * Where the limit lies is left to the linker script, the stack's depth to image.c.
 */
#include "../cortex_m/cortex_m.h"
#include "../image.h"

void cortex_m_stack_guard(void) {
    __asm__ volatile("msr msplim, %0\n\tisb" : : "r"(stack_bottom) : "memory");
}
