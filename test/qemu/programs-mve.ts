/** Programs of Armv8.1-M with vectors, counted and charged by hand from boards/cores/cortex-m55.json. */
import type { InstructionSet } from "./instruction-sets.ts";

export const MVE: InstructionSet = {
  board: "qemu-m55",
  toolchain: "arm-none-eabi-",
  flags: ["-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard"],
  script: "SECTIONS { . = 0; .text : { *(.text) } . = 0x20000000; .bss : { *(.bss) } }",
  marks: 0x2000_0000,
  isDecoded: true,
  // CPACR lets the vector unit run; an exception would end the program with another status.
  head: ` .syntax unified
 .thumb
 .bss
marks: .space 32
data: .space 64
 .text
 .word 0x20010000
 .word start + 1
 .rept 14
 .word fault + 1
 .endr
 .thumb_func
fault: movs r3, #1
 b leave
 .thumb_func
start: ldr r0, =0xe000ed88
 mov r1, #0xf00000
 str r1, [r0]
 dsb
 isb
 ldr r4, =marks
 ldr r5, =data
 movs r6, #0
`,
  tail: ` movs r3, #0
leave: ldr r1, =0x20026
 push {r1, r3}
 mov r1, sp
 movs r0, #0x20
 bkpt 0xab
`,
  mark: (offset) => ` strb r6, [r4, #${offset}]\n`,
  programs: [
    {
      name: "vectors, each one load or store",
      body: " vldrw.u32 q0, [r5]\n vldrb.s16 q1, [r5]\n vadd.i32 q0, q0, q1\n vstrw.32 q0, [r5, #16]\n",
      // vldrw 1, vldrb 3 for the pipe, vadd 4, vstrw 5
      expected: {
        instructions: 4,
        loads: 2,
        bytesLoaded: 24,
        stores: 1,
        bytesStored: 16,
        classes: { alu: 1, load: 2, store: 1 },
        charged: [5, 5, 5],
      },
    },
    {
      name: "a tail-predicated loop over 20 bytes",
      // three, then twice a load and LETP; of the second vector four elements are there
      body: " movs r0, #20\n mov r7, r5\n wlstp.8 lr, r0, 2f\n1: vldrb.u8 q0, [r7], #16\n letp lr, 1b\n2:\n",
      // movs and mov 1 together, wlstp 2, vldrb 3, and 3 lost; 7, and 1 lost. Low: 3, 5. High: wlstp to 4; 5, 10, and 3 lost
      expected: {
        instructions: 7,
        loads: 2,
        bytesLoaded: 20,
        classes: { alu: 2, load: 2, branch: 3, branchTaken: 1 },
        charged: [8, 5, 13],
      },
    },
  ],
};
