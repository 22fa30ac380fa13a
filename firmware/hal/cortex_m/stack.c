/*
 * How deep the stack went: painted at the start, searched for the first word that changed.
 * Where the stack lies, and what an overflow runs into, is left to the linker script.
 */
#include "cortex_m.h"

/* No address, no small number and no repeated byte, so that real data is unlikely to look like it. */
#define PAINT 0x5AFEC0DEu

void cortex_m_stack_paint(void) {
    uint32_t *stack_pointer;
    __asm__ volatile("mov %0, sp" : "=r"(stack_pointer));
    for (volatile uint32_t *word = stack_bottom; word < stack_pointer; word++) {
        *word = PAINT;
    }
}

uint32_t cortex_m_stack_bytes(void) {
    const uint32_t *word = stack_bottom;
    while (word < stack_top && *word == PAINT) {
        word++;
    }
    return (uint32_t)((uintptr_t)stack_top - (uintptr_t)word);
}
