/*
 * What an Xtensa core knows about an exception, collected on a stack of its own.
 * Telling the host is left to hal_on_fault; naming the function to the host, which has the ELF.
 */
#include "../hal.h"
#include "../image.h"
#include "xtensa.h"

/* EXCCAUSE. */
#define ILLEGAL_INSTRUCTION 0u
#define INSTRUCTION_FETCH_ERROR 2u
#define LOAD_STORE_ERROR 3u
#define DIVIDE_BY_ZERO 6u
#define PRIVILEGED 8u
#define UNALIGNED 9u
#define FIRST_BUS_ERROR 12u /* data and addresses of the bus, 12 to 15 */
#define LAST_BUS_ERROR 15u

/* Below the guard there is no memory: an access this far below the stack is one of a full stack. */
#define BELOW_STACK_BYTES 65536u

/* The program's own stack may be the cause, so the handler has another. */
#define EXCEPTION_STACK_BYTES 1024
__attribute__((used, aligned(16))) static uint8_t exception_stack[EXCEPTION_STACK_BYTES];

/* Vectors lie 16 bytes apart on the LX106 and 64 on others, at offsets up to 0x3C0: a jump in every
 * 16 bytes serves all. Those for exceptions and interrupts of level 1, from kernel and user mode,
 * are at 0x30 and 0x50 or 0x300 and 0x340; the others (debug, higher levels, an exception inside an
 * exception) tell their cause in registers that differ, and only that they came is reported. */
__asm__(".section .text.xtensa_vectors, \"ax\"\n\t"
        ".global xtensa_vectors\n\t"
        ".balign 1024\n"
        "xtensa_vectors:\n\t"
        ".set offset, 0\n\t"
        ".rept 64\n\t"
        ".balign 16\n\t"
        ".if offset == 0x30 || offset == 0x50 || offset == 0x300 || offset == 0x340\n\t"
        "j level_1\n\t"
        ".else\n\t"
        "j other\n\t"
        ".endif\n\t"
        ".set offset, offset + 16\n\t"
        ".endr\n\t"
        ".balign 16\n"
        "stack: .word exception_stack + 1024\n"
        "target: .word xtensa_report\n"
        /* The entry of an interrupt only disables it; all else is a fault. */
        "level_1:\n\t"
        "wsr a2, 209\n\t" /* EXCSAVE1 */
        "rsr a2, 232\n\t" /* EXCCAUSE */
        "bnei a2, 4, 1f\n\t"
        "movi a2, 0\n\t"
        "wsr a2, 228\n\t" /* INTENABLE */
        "rsync\n\t"
        "rsr a2, 209\n\t"
        "rfe\n"
        "other: movi a3, 0\n\t"
        "j 2f\n"
        "1: movi a3, 1\n"
        "2: mov a2, a0\n\t"
        "l32r a1, stack\n\t"
        "movi a0, 0\n\t"
        "wsr a0, 230\n\t" /* PS: an exception inside the report is one like any other */
        "rsync\n\t"
        "l32r a0, target\n\t"
        "jx a0\n\t"
        ".text");

static volatile bool handling;

void xtensa_wait_for(unsigned number) {
    /* Masked until it waits: one that comes before is not lost. */
    __asm__ volatile("rsil a2, 1" : : : "a2", "memory");
    XTENSA_WRITE(XTENSA_INTENABLE, 1u << number);
    __asm__ volatile("waiti 0" : : : "memory");
}

static bool is_access(uint32_t cause) {
    return cause == INSTRUCTION_FETCH_ERROR || cause == LOAD_STORE_ERROR ||
           (cause >= FIRST_BUS_ERROR && cause <= LAST_BUS_ERROR);
}

static hal_fault_cause cause_of(uint32_t cause) {
    if (is_access(cause)) {
        return HAL_FAULT_BUS;
    }
    const bool is_usage = cause == ILLEGAL_INSTRUCTION || cause == DIVIDE_BY_ZERO ||
                          cause == PRIVILEGED || cause == UNALIGNED;
    return is_usage ? HAL_FAULT_USAGE : HAL_FAULT_HARD;
}

static bool is_below_stack(uint32_t address) {
    return (uint32_t)(uintptr_t)stack_bottom - address <= BELOW_STACK_BYTES;
}

__attribute__((used, noreturn)) void xtensa_report(uint32_t return_address, uint32_t has_cause);

void xtensa_report(uint32_t return_address, uint32_t has_cause) {
    /* An exception while one is being reported: leave at once. */
    if (handling) {
        hal_exit(4);
    }
    handling = true;
    hal_fault fault = {.cause = HAL_FAULT_HARD, .lr = return_address};
    if (has_cause != 0) {
        fault.status = XTENSA_READ(XTENSA_EXCCAUSE);
        fault.cause = cause_of(fault.status);
        fault.pc = XTENSA_READ(XTENSA_EPC1);
        fault.address = is_access(fault.status) ? XTENSA_READ(XTENSA_EXCVADDR) : 0;
    }
    if (fault.cause == HAL_FAULT_BUS && is_below_stack(fault.address)) {
        fault.cause = HAL_FAULT_STACK;
    }
    hal_on_fault(&fault);
    hal_exit(4);
}
