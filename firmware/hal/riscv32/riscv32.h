/*
 * What every 32-bit RISC-V target shares: start, traps, the guard below the stack.
 * Links, timers and interrupt controllers are left to the target's own file.
 */
#ifndef PIONEER_RISCV32_H
#define PIONEER_RISCV32_H

#include <stdint.h>

/* Control and status registers by name or number. */
#define CSR_READ(csr)                                                                              \
    ({                                                                                             \
        uint32_t csr_value;                                                                        \
        __asm__ volatile("csrr %0, " csr : "=r"(csr_value));                                       \
        csr_value;                                                                                 \
    })
#define CSR_WRITE(csr, value) __asm__ volatile("csrw " csr ", %0" : : "r"((uint32_t)(value)) : "memory")

/* Entry of every trap; ends the program with status 4. Targets leave interrupts masked. */
void riscv32_trap_entry(void);

/* Makes any access to the 4 KB below the stack a fault (physical memory protection, entry 0). */
void riscv32_stack_guard(void);

#endif
