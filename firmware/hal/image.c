/*
 * Fills variables and the functions in RAM from the image, and finds the stack's depth by what is left of its paint.
 * Addresses are left to the linker script.
 */
#include "image.h"

extern uint32_t code_ram_load[], code_ram_start[], code_ram_end[];
extern uint32_t data_load[], data_start[], data_end[];
extern uint32_t bss_start[], bss_end[];

/* No address, small number or repeated byte: real data is unlikely to look like it. */
#define PAINT 0x5AFEC0DEu

/* Below a caller's frame the stack is free, but for what this function itself keeps there. */
#define OWN_FRAME_BYTES 64u

static void copy(const volatile uint32_t *from, volatile uint32_t *to, const uint32_t *end) {
    while (to < end) {
        *to++ = *from++;
    }
}

void image_prepare(void) {
    copy(code_ram_load, code_ram_start, code_ram_end);
    copy(data_load, data_start, data_end);
    for (volatile uint32_t *to = bss_start; to < bss_end;) {
        *to++ = 0;
    }
    const uintptr_t free_end = (uintptr_t)__builtin_frame_address(0) - OWN_FRAME_BYTES;
    for (volatile uint32_t *word = stack_bottom; (uintptr_t)word < free_end; word++) {
        *word = PAINT;
    }
}

uint32_t image_stack_bytes(void) {
    const volatile uint32_t *word = stack_bottom;
    while (word < stack_top && *word == PAINT) {
        word++;
    }
    return (uint32_t)((uintptr_t)stack_top - (uintptr_t)word);
}
