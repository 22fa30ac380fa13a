/*
 * How a program on an emulated Cortex-M ends: Arm's semihosting, SYS_EXIT_EXTENDED with the reason
 * ADP_Stopped_ApplicationExit. Whether there is somebody to end it is left to the board's file.
 */
#ifndef PIONEER_SEMIHOSTING_H
#define PIONEER_SEMIHOSTING_H

#include <stdint.h>

#define SEMIHOSTING_EXIT_EXTENDED 0x20u
#define SEMIHOSTING_APPLICATION_EXIT 0x20026u

__attribute__((noreturn)) static inline void semihosting_exit(int status) {
    const uint32_t reason[2] = {SEMIHOSTING_APPLICATION_EXIT, (uint32_t)status};
    register uint32_t operation __asm__("r0") = SEMIHOSTING_EXIT_EXTENDED;
    register const uint32_t *block __asm__("r1") = reason;
    for (;;) {
        __asm__ volatile("bkpt 0xAB" : "+r"(operation) : "r"(block) : "memory");
    }
}

#endif
