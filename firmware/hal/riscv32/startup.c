/*
 * From reset to main on a 32-bit RISC-V core in machine mode: stack, traps, the memories.
 * Interrupts stay masked (mstatus.MIE = 0 after reset), so that no step is disturbed.
 */
#include "../hal.h"
#include "../image.h"
#include "riscv32.h"

int main(void);
void reset_handler(void);

/* The core has no stack yet: the first instructions can be no C. */
__attribute__((naked, section(".vectors"), used)) void reset_handler(void) {
    __asm__ volatile("la sp, stack_top\n\t"
                     "j start");
}

__attribute__((used)) static void start(void) {
    CSR_WRITE("mtvec", (uintptr_t)riscv32_trap_entry);
    image_prepare();
    riscv32_stack_guard();
    hal_exit(main());
}
