/*
 * The second stage of an RP2040's start: lets the Pico's serial flash, a W25Q16JV, be read as memory over four lines,
 * then starts the program behind it. Which program that is, and the sum over these bytes, is left to the build.
 *
 * The boot ROM ends whatever the flash was doing, copies its first 256 bytes into RAM, checks their sum and calls them
 * (RP2040 data sheet 2.8.1.3.1). Registers: data sheet 4.10.13 (flash interface, SSI), 2.19.6.5 (its pads). Commands
 * and status registers: W25Q16JV data sheet 7.1, 8.2. A word takes 20 clocks of the flash: 8 nibbles of address and mode,
 * 4 clocks to wait, 8 nibbles of data; at half the core's clock 40 of the core's, as boards/rpipico.json has it.
 */

__attribute__((naked, used, section(".boot2"))) void boot2(void) {
    __asm__ volatile(
        ".syntax unified\n\t"
        "ldr r0, =0x40020000\n\t" /* pads of the flash */
        "movs r1, #0x21\n\t"
        "str r1, [r0, #0x04]\n\t" /* clock: 8 mA, fast */
        "movs r2, #2\n\t"         /* data: no Schmitt trigger, which would delay them */
        "ldr r1, [r0, #0x08]\n\t"
        "bics r1, r2\n\t"
        "str r1, [r0, #0x08]\n\t"
        "str r1, [r0, #0x0C]\n\t"
        "str r1, [r0, #0x10]\n\t"
        "str r1, [r0, #0x14]\n\t"

        "ldr r3, =0x18000000\n\t" /* SSI */
        "movs r1, #0\n\t"
        "str r1, [r3, #0x08]\n\t" /* SSIENR: off, so that it can be set */
        "movs r1, #2\n\t"
        "str r1, [r3, #0x14]\n\t" /* BAUDR: half the core's clock */
        "movs r1, #1\n\t"
        "movs r2, #0xF0\n\t"
        "str r1, [r3, r2]\n\t" /* RX_SAMPLE_DLY: a clock, for the way to the flash and back */
        "ldr r1, =0x00070000\n\t"
        "str r1, [r3, #0x00]\n\t" /* CTRLR0: one line, bytes, send and receive */
        "movs r1, #1\n\t"
        "str r1, [r3, #0x08]\n\t" /* SSIENR: on */

        /* Four lines must be allowed by QE, bit 1 of status register 2, which the flash keeps without power. */
        "movs r0, #0x35\n\t"
        "bl 7f\n\t"
        "movs r1, #2\n\t"
        "tst r0, r1\n\t"
        "bne 3f\n\t"
        "orrs r0, r1\n\t"
        "mov r4, r0\n\t"
        "movs r0, #0x06\n\t" /* write enable */
        "str r0, [r3, #0x60]\n\t"
        "bl 8f\n\t"
        "ldr r0, [r3, #0x60]\n\t"
        "movs r0, #0x31\n\t" /* write status register 2 */
        "str r0, [r3, #0x60]\n\t"
        "str r4, [r3, #0x60]\n\t"
        "bl 8f\n\t"
        "ldr r0, [r3, #0x60]\n\t"
        "ldr r0, [r3, #0x60]\n\t"
        "ldr r7, =0x1800\n\t" /* reads of BUSY at most: more than its 15 ms at the 12 MHz of the start */
        "2: movs r0, #0x05\n\t"
        "bl 7f\n\t"
        "movs r1, #1\n\t"
        "tst r0, r1\n\t"
        "beq 3f\n\t"
        "subs r7, #1\n\t"
        "bne 2b\n\t"

        /* One read by command EBh, whose mode bits A0h make the flash expect addresses alone from then on. */
        "3: movs r1, #0\n\t"
        "str r1, [r3, #0x08]\n\t"
        "ldr r2, =0x005F0300\n\t"
        "str r2, [r3, #0x00]\n\t" /* CTRLR0: four lines, words of 32 bits, send then read */
        "str r1, [r3, #0x04]\n\t" /* CTRLR1: one word a read */
        "movs r5, #0xF4\n\t"
        "ldr r2, =0x00002221\n\t"
        "str r2, [r3, r5]\n\t" /* SPI_CTRLR0: 8 bits of command on one line, 32 on four, 4 clocks to wait */
        "movs r1, #1\n\t"
        "str r1, [r3, #0x08]\n\t"
        "movs r0, #0xEB\n\t"
        "str r0, [r3, #0x60]\n\t"
        "movs r0, #0xA0\n\t" /* address 0, mode A0h */
        "str r0, [r3, #0x60]\n\t"
        "bl 8f\n\t"
        "movs r1, #0\n\t"
        "str r1, [r3, #0x08]\n\t"
        "ldr r2, =0xA0002022\n\t"
        "str r2, [r3, r5]\n\t" /* SPI_CTRLR0: no command; address and mode A0h on four lines, 4 clocks to wait */
        "movs r1, #1\n\t"
        "str r1, [r3, #0x08]\n\t"

        "ldr r0, =0x10000100\n\t" /* the program's vector table */
        "ldr r1, =0xE000ED08\n\t" /* VTOR */
        "str r0, [r1]\n\t"
        "ldmia r0, {r0, r1}\n\t"
        "msr msp, r0\n\t"
        "bx r1\n\t"

        /* r0: sends a command and receives the byte after it. */
        "7: mov r6, lr\n\t"
        "str r0, [r3, #0x60]\n\t"
        "str r0, [r3, #0x60]\n\t"
        "bl 8f\n\t"
        "ldr r0, [r3, #0x60]\n\t"
        "ldr r0, [r3, #0x60]\n\t"
        "bx r6\n\t"

        /* Waits until all is sent: SR has TFE (bit 2) and not BUSY (bit 0). */
        "8: ldr r1, [r3, #0x28]\n\t"
        "movs r2, #5\n\t"
        "ands r1, r2\n\t"
        "cmp r1, #4\n\t"
        "bne 8b\n\t"
        "bx lr\n\t"
        ".ltorg");
}
