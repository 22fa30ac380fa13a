/*
 * What a RISC-V core knows about a trap, collected on a stack of its own, and the stack's guard.
 * Telling the host is left to hal_on_fault; naming the function to the host, which has the ELF.
 * Registers: RISC-V Privileged Architecture 20211203, 3.1 (traps) and 3.7 (memory protection).
 */
#include "../hal.h"
#include "../image.h"
#include "riscv32.h"

/* mcause of the exceptions that are an access to the wrong place. */
#define FETCH_ACCESS_FAULT 1u
#define LOAD_ACCESS_FAULT 5u
#define STORE_ACCESS_FAULT 7u
#define BREAKPOINT 3u
#define FIRST_CALL 8u /* calls from a mode, 8 to 11 */

/* pmpcfg0, entry 0: locked, so that machine mode obeys too; naturally aligned; nothing allowed. */
#define PMP_LOCKED (1u << 7)
#define PMP_NAPOT (3u << 3)
#define PMP_GUARD_SHIFT 2u /* pmpaddr holds address bits 33 to 2 */

/* The program's own stack may be the cause, so the handler has another. */
#define TRAP_STACK_BYTES 1024
__attribute__((used, aligned(16))) static uint8_t trap_stack[TRAP_STACK_BYTES];

static volatile bool handling;

void riscv32_stack_guard(void) {
    /* A region of 2^n bytes is its address with n - 3 ones below. */
    CSR_WRITE("pmpaddr0", ((uintptr_t)stack_guard >> PMP_GUARD_SHIFT) | (STACK_GUARD_BYTES / 8u - 1u));
    CSR_WRITE("pmpcfg0", PMP_LOCKED | PMP_NAPOT);
}

static bool is_access(uint32_t cause) {
    return cause == FETCH_ACCESS_FAULT || cause == LOAD_ACCESS_FAULT || cause == STORE_ACCESS_FAULT;
}

static hal_fault_cause cause_of(uint32_t cause) {
    if (is_access(cause)) {
        return HAL_FAULT_BUS;
    }
    const bool is_usage = cause != BREAKPOINT && cause < FIRST_CALL;
    return is_usage ? HAL_FAULT_USAGE : HAL_FAULT_HARD;
}

static bool is_in_guard(uint32_t address) {
    return address - (uint32_t)(uintptr_t)stack_guard < STACK_GUARD_BYTES;
}

__attribute__((used, noreturn)) static void report(uint32_t return_address) {
    /* A trap while one is being reported: leave at once. */
    if (handling) {
        hal_exit(4);
    }
    handling = true;
    const uint32_t status = CSR_READ("mcause");
    hal_fault fault = {
        .cause = cause_of(status),
        .pc = CSR_READ("mepc"),
        .lr = return_address,
        .status = status,
        .address = is_access(status) ? CSR_READ("mtval") : 0,
    };
    if (is_access(status) && is_in_guard(fault.address)) {
        fault.cause = HAL_FAULT_STACK;
    }
    hal_on_fault(&fault);
    hal_exit(4);
}

__attribute__((naked, aligned(4))) void riscv32_trap_entry(void) {
    __asm__ volatile("mv a0, ra\n\t"
                     "la sp, trap_stack + %0\n\t"
                     "j report"
                     :
                     : "i"(TRAP_STACK_BYTES));
}
