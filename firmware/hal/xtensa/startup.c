/*
 * From reset to main on an Xtensa core with the call0 convention: stack, vectors, the memories.
 * Interrupts are enabled only while hal_idle rests, so that no step is disturbed.
 */
#include "../hal.h"
#include "../image.h"
#include "xtensa.h"

int main(void);
__attribute__((used, noreturn)) void xtensa_start(void);

/* The core has no stack yet. PS = 0: no interrupt masked, no exception active; `jx`, because the
 * program is further away than a jump reaches, and literals in line, because no section of them is
 * near. */
__asm__(".section .reset, \"ax\"\n\t"
        ".global reset_handler\n\t"
        ".align 4\n"
        "reset_handler:\n\t"
        "j 1f\n\t"
        ".align 4\n"
        "2: .word stack_top\n"
        "3: .word xtensa_start\n"
        "1: movi a0, 0\n\t"
        "wsr a0, 230\n\t" /* PS */
        "rsync\n\t"
        "l32r a1, 2b\n\t"
        "l32r a0, 3b\n\t"
        "jx a0\n\t"
        ".text");

void xtensa_start(void) {
    XTENSA_WRITE(XTENSA_INTENABLE, 0);
    XTENSA_WRITE(XTENSA_VECBASE, (uintptr_t)xtensa_vectors);
    image_prepare();
    hal_exit(main());
}
