/*
 * The program in memory, the same on every core: variables before main, the stack's paint and depth.
 * Where all of it lies is left to hal/sections.ld, the guard below the stack to each core.
 */
#ifndef PIONEER_IMAGE_H
#define PIONEER_IMAGE_H

#include <stdint.h>

/* Laid down by the linker script; only their addresses mean something. */
extern uint32_t stack_guard[], stack_bottom[], stack_top[]; /* the guard is 4 KB, on a 4 KB line */
extern uint32_t code_start[], code_end[];                   /* the program's instructions and constants */

#define STACK_GUARD_BYTES 4096u

/* Gives .data its values and .bss its zeros, and paints the free part of the stack. */
void image_prepare(void);

/* Deepest use of the stack since image_prepare [byte]. */
uint32_t image_stack_bytes(void);

#endif
