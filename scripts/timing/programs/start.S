/*
 * Starts a measured program on an emulated Cortex-M and ends the emulator with what main returned:
 * status 0, or 1 where a result is wrong; any exception ends with 4.
 * What is measured is left to the program, between two stores to the marks.
 */
    .syntax unified
    .thumb

    .section .vectors, "a"
    .word stack_top
    .word start
    .rept 14
    .word fault
    .endr

    .bss
    .balign 16
    .global pioneer_region_begin
    .global pioneer_region_end
pioneer_region_begin: .space 16
pioneer_region_end: .space 16

    .text
    .type start, %function
    .type fault, %function
    .thumb_func
start:
    ldr r0, =0xe000ed88 /* CPACR: coprocessors 10 and 11 are the FPU; absent ones ignore it */
    ldr r1, =0xf00000
    ldr r2, [r0]
    orrs r2, r1
    str r2, [r0]
    dsb
    isb
    bl main
    b leave
    .thumb_func
fault:
    movs r0, #4
leave:
    mov r3, r0
    ldr r2, =0x20026 /* ADP_Stopped_ApplicationExit */
    push {r2, r3}
    mov r1, sp
    movs r0, #0x20 /* SYS_EXIT_EXTENDED */
    bkpt 0xab
    b .
    .ltorg
