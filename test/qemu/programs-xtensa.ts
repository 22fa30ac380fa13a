/** Programs of Xtensa without and with loops and MAC16, counted and charged by hand from boards/cores/xtensa-*.json. */
import type { InstructionSet } from "./instruction-sets.ts";

export const XTENSA: InstructionSet = {
  board: "qemu-xtensa",
  toolchain: "xtensa-lx106-elf-",
  flags: ["-Wa,--no-transform"],
  script: "SECTIONS { . = 0x50000000; .text : { *(.text) } . = 0x60000000; .bss : { *(.bss) } }",
  marks: 0x6000_0000,
  isDecoded: true,
  // 230: PS, which starts with an exception active.
  head: ` .bss
marks: .space 32
data: .space 64
 .text
 j 1f
 .align 4
2: .word marks
3: .word data
1: movi a9, 0
 wsr a9, 230
 l32r a10, 2b
 l32r a11, 3b
 j 4f
 .align 4
4:
`,
  tail: " movi a2, 1\n movi a3, 0\n simcall\n",
  mark: (offset) => ` s8i a9, a10, ${offset}\n`,
  programs: [
    { name: "nothing", body: "", expected: { instructions: 0, charged: [0, 0, 0] } },
    {
      name: "arithmetic, short and long encodings",
      body: " movi.n a4, 3\n movi a5, 1000\n mull a6, a4, a5\n add.n a6, a6, a4\n",
      // high: a product may take 2
      expected: { instructions: 4, classes: { alu: 3, mul: 1 }, charged: [4, 4, 5] },
    },
    {
      name: "loads and stores of every width, and a literal",
      body: " l8ui a4, a11, 0\n l16si a5, a11, 2\n l32i.n a6, a11, 4\n l32r a7, 2b\n s8i a4, a11, 8\n s16i a5, a11, 10\n s32i a6, a11, 12\n",
      expected: {
        instructions: 7,
        loads: 4,
        bytesLoaded: 11,
        stores: 3,
        bytesStored: 7,
        classes: { load: 4, store: 3 },
        // high: each may take 2
        charged: [7, 7, 14],
      },
    },
    {
      name: "a loop",
      // one, then seven times: load (high 2), add that waits 1 (high 2) for it, decrement, branch (high 2); six taken ones
      // lose 2 (1 to 3)
      body: " movi a4, 7\n5: l32i a5, a11, 0\n add a6, a6, a5\n addi a4, a4, -1\n bnez a4, 5b\n",
      expected: {
        instructions: 29,
        loads: 7,
        bytesLoaded: 28,
        classes: { alu: 15, load: 7, branch: 7, branchTaken: 6 },
        charged: [29 + 7 + 12, 29 + 7 + 6, 29 + 7 + 7 + 14 + 18],
      },
    },
    {
      name: "a call",
      body: " j 6f\n .align 4\n5: ret\n .align 4\n6: call0 5b\n",
      // each of the three loses 2 (1 to 3), and may take 2
      expected: {
        instructions: 3,
        classes: { branch: 3, branchTaken: 3 },
        charged: [9, 6, 15],
      },
    },
    {
      name: "more than a translation block holds",
      body: " .rept 3000\n l8ui a4, a11, 0\n .endr\n",
      expected: {
        instructions: 3000,
        loads: 3000,
        bytesLoaded: 3000,
        classes: { load: 3000 },
        charged: [3000, 3000, 6000],
      },
    },
  ],
};

/** The assembler knows neither loops nor MAC16, so that both are written as the ISA summary encodes them. */
export const XTENSA_MAC16: InstructionSet = {
  ...XTENSA,
  board: "qemu-xtensa-mac16",
  programs: [
    {
      name: "a zero-overhead loop, whose end costs no instruction",
      // LOOP a4, to 7 bytes after its own start: one, itself, then six times load and add, and a nop. Each add waits
      // 2 (low 1) for its load; nothing is lost on the way back. High: NOP may take 5, a load 2.
      body: " movi a4, 6\n .byte 0x76, 0x84, 3\n l32i.n a5, a11, 0\n add.n a6, a6, a5\n nop\n",
      expected: {
        instructions: 15,
        loads: 6,
        bytesLoaded: 24,
        classes: { alu: 7, load: 6, branch: 1, other: 1 },
        charged: [15 + 12, 15 + 6, 15 + 12 + 4 + 6],
      },
    },
    {
      name: "multiply-accumulates, one of which loads",
      // MULA.AA.LL a4, a5 and MULA.DA.LL.LDINC m0, a12, m0, a5. High: its address may come a cycle late
      body: " movi a4, 3\n movi a5, 5\n .byte 0x54, 0x04, 0x78\n mov a12, a11\n .byte 0x54, 0x0c, 0x48\n",
      expected: {
        instructions: 5,
        loads: 1,
        bytesLoaded: 4,
        classes: { alu: 3, mac: 2 },
        charged: [5, 5, 6],
      },
    },
    {
      name: "a sum of products waits for what it loaded, not for the sum beside the load",
      // MULA.DA.LL.LDINC m0, a12, m0, a5 twice: behind it MULA.AA.LL a4, a5, which waits for nothing, and
      // MULA.DA.LL m0, a5, which waits 2 (low 1) for m0. High: the first address may come a cycle late
      body: " movi a4, 3\n movi a5, 5\n mov a12, a11\n .byte 0x54, 0x0c, 0x48\n .byte 0x54, 0x04, 0x78\n .byte 0x54, 0x0c, 0x48\n .byte 0x54, 0x00, 0x68\n",
      expected: {
        instructions: 7,
        loads: 2,
        bytesLoaded: 8,
        classes: { alu: 3, mac: 4 },
        charged: [7 + 2, 7 + 1, 7 + 2 + 1],
      },
    },
  ],
};
