/*
 * The second stage of an RP2040's start: sets the serial flash up so that it can be read as memory, then
 * starts the program behind it. Which program that is, and the sum over these bytes, is left to the build.
 *
 * The boot ROM copies the first 256 bytes of flash into RAM, checks their sum and calls them with lr = 0
 * (RP2040 data sheet 2.8.1.3.1). Command 03h with 24 bits of address is known to every flash; registers
 * of the interface: data sheet 4.10.13.
 */

__attribute__((naked, used, section(".boot2"))) void boot2(void) {
    __asm__ volatile(".syntax unified\n\t"
                     "ldr r3, =0x18000000\n\t" /* SSI */
                     "movs r1, #0\n\t"
                     "str r1, [r3, #0x08]\n\t" /* SSIENR: off, so that it can be set */
                     "movs r1, #4\n\t"
                     "str r1, [r3, #0x14]\n\t" /* BAUDR: a quarter of the core's clock */
                     "ldr r1, =0x001F0300\n\t" /* CTRLR0: one line, words of 32 bits, send then read */
                     "str r1, [r3, #0x00]\n\t"
                     "movs r1, #0\n\t"
                     "str r1, [r3, #0x04]\n\t" /* CTRLR1: one word a read */
                     "ldr r0, =0x180000F4\n\t"
                     "ldr r1, =0x03000218\n\t" /* SPI_CTRLR0: command 03h, 8 bits; address, 24 bits */
                     "str r1, [r0]\n\t"
                     "movs r1, #1\n\t"
                     "str r1, [r3, #0x08]\n\t" /* SSIENR: on */
                     "ldr r0, =0x10000100\n\t" /* the program's vector table */
                     "ldr r1, =0xE000ED08\n\t" /* VTOR */
                     "str r0, [r1]\n\t"
                     "ldmia r0, {r0, r1}\n\t"
                     "msr msp, r0\n\t"
                     "bx r1\n\t"
                     ".ltorg");
}
