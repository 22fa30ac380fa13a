/*
 * What a Cortex-M core knows about a fault, collected on a stack of its own.
 * Telling the host is left to hal_on_fault; naming the function to the host, which has the ELF.
 */
#include "../hal.h"
#include "../image.h"
#include "../register.h"
#include "cortex_m.h"

#define ICSR REGISTER(0xE000ED04u)
#define ICSR_ACTIVE 0x1FFu /* number of the exception that runs */
#define EXCEPTION_NMI 2u
#define CCR REGISTER(0xE000ED14u)
#define CCR_DIV_0_TRP (1u << 4)
#define MMFAR REGISTER(0xE000ED34u)
#define BFAR REGISTER(0xE000ED38u)

/* The status word of memory, bus and usage faults, a field each. */
#define CFSR REGISTER(0xE000ED28u)
#define CFSR_MEMORY 0x000000FFu
#define CFSR_MEMORY_STACKING (1u << 4)
#define CFSR_MEMORY_ADDRESS_VALID (1u << 7)
#define CFSR_BUS 0x0000FF00u
#define CFSR_BUS_STACKING (1u << 12)
#define CFSR_BUS_ADDRESS_VALID (1u << 15)
#define CFSR_USAGE 0xFFFF0000u
#define CFSR_STACK_LIMIT (1u << 20) /* Armv8-M: the stack pointer met its limit */

/* The exception's own frame did not fit: the stack was full, and where it happened is lost. */
#define CFSR_LOST_FRAME (CFSR_MEMORY_STACKING | CFSR_BUS_STACKING)

/* What the core pushes on entry: r0-r3, r12, lr, pc, xPSR. */
#define FRAME_WORDS 8
#define FRAME_LR 5
#define FRAME_PC 6

/* The program's own stack may be the cause, so the handler has another. */
#define FAULT_STACK_WORDS 256
__attribute__((used)) static uint64_t fault_stack[FAULT_STACK_WORDS / 2];

static volatile bool handling;

void cortex_m_divide_trap(void) {
    CCR |= CCR_DIV_0_TRP;
}

/* The guard is the only region that memory faults come from beside code outside the program, and only a full stack
 * keeps the core from pushing its frame. An access into the guard by a wrong pointer counts as the same. */
static bool is_full_stack(const uint32_t *frame, uint32_t status) {
    /* Armv6-M has no status word: there the pointer alone tells. */
    const bool has_left = frame < stack_bottom;
    const bool is_in_guard = (status & CFSR_MEMORY_ADDRESS_VALID) != 0 &&
                             MMFAR - (uint32_t)(uintptr_t)stack_guard < STACK_GUARD_BYTES;
    return has_left || is_in_guard || (status & (CFSR_STACK_LIMIT | CFSR_MEMORY_STACKING)) != 0;
}

/* With interrupts masked every fault arrives as a hard fault; the status word says which it was.
 * What nothing masks is the watchdog's warning: no target here has another use for it. */
static hal_fault_cause cause_of(const uint32_t *frame, uint32_t status) {
    if ((ICSR & ICSR_ACTIVE) == EXCEPTION_NMI) {
        return HAL_FAULT_WATCHDOG;
    }
    if (is_full_stack(frame, status)) {
        return HAL_FAULT_STACK;
    }
    if ((status & CFSR_MEMORY) != 0) {
        return HAL_FAULT_MEMORY;
    }
    if ((status & CFSR_BUS) != 0) {
        return HAL_FAULT_BUS;
    }
    return (status & CFSR_USAGE) != 0 ? HAL_FAULT_USAGE : HAL_FAULT_HARD;
}

/* Whether the core could push its frame: not when the stack pointer had left the stack. Where the frame itself met the
 * limit register, the core leaves the pointer at the limit and the frame unwritten. */
static bool frame_is_whole(const uint32_t *frame, uint32_t status) {
    const uint32_t *lowest = stack_bottom + ((status & CFSR_STACK_LIMIT) != 0 ? 1 : 0);
    return (status & CFSR_LOST_FRAME) == 0 && frame >= lowest && frame + FRAME_WORDS <= stack_top;
}

/* Whether a call ends right before `address`: BL, or BLX of a register (Armv7-M ARM, A7.7.18 and A7.7.19). */
static bool follows_call(uint32_t address) {
    const uint16_t *code = (const uint16_t *)(uintptr_t)address;
    const bool is_bl = (code[-2] & 0xF800u) == 0xF000u && (code[-1] & 0xD000u) == 0xD000u;
    return is_bl || (code[-1] & 0xFF87u) == 0x4780u;
}

/* The last return address on a full stack: the word nearest to its end that points behind a call; 0 without one. */
static uint32_t last_return(void) {
    for (const uint32_t *word = stack_bottom; word < stack_top; word++) {
        const uint32_t address = *word & ~1u;
        if ((*word & 1u) != 0 && address >= (uint32_t)(uintptr_t)code_start + 4u &&
            address < (uint32_t)(uintptr_t)code_end && follows_call(address)) {
            return *word;
        }
    }
    return 0;
}

__attribute__((used)) static void report(const uint32_t *frame) {
    /* A fault while one is being reported: leave at once. */
    if (handling) {
        hal_exit(4);
    }
    handling = true;
    const uint32_t status = CFSR;
    hal_fault fault = {.cause = cause_of(frame, status), .status = status};
    if ((status & CFSR_BUS_ADDRESS_VALID) != 0) {
        fault.address = BFAR;
    } else if ((status & CFSR_MEMORY_ADDRESS_VALID) != 0) {
        fault.address = MMFAR;
    } else if ((status & CFSR_STACK_LIMIT) != 0) {
        fault.address = (uint32_t)(uintptr_t)stack_bottom;
    }
    if (frame_is_whole(frame, status)) {
        fault.pc = frame[FRAME_PC];
        fault.lr = frame[FRAME_LR];
    } else if (fault.cause == HAL_FAULT_STACK) {
        fault.lr = last_return();
    }
    hal_on_fault(&fault);
    hal_exit(4);
}

__attribute__((naked)) void cortex_m_fault_entry(void) {
    /* Bit 2 of lr tells which stack the frame is on; in instructions that Armv6-M has too. */
    __asm__ volatile(".syntax unified\n\t"
                     "mov r0, lr\n\t"
                     "lsls r0, r0, #29\n\t"
                     "mrs r0, msp\n\t"
                     "bpl 1f\n\t"
                     "mrs r0, psp\n"
                     "1:\n\t"
                     "ldr r2, =fault_stack + %c0\n\t"
                     "mov sp, r2\n\t"
                     "bl report\n\t"
                     ".ltorg"
                     :
                     : "i"(FAULT_STACK_WORDS * sizeof(uint32_t)));
}
