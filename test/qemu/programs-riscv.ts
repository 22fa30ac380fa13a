/** Programs of RV32IMC, counted and charged by hand from boards/cores/rv32imc.json. */
import type { InstructionSet } from "./instruction-sets.ts";

export const RISC_V: InstructionSet = {
  board: "qemu-rv32",
  toolchain: "riscv64-unknown-elf-",
  flags: ["-march=rv32imc", "-mabi=ilp32"],
  script: "SECTIONS { . = 0x80000000; .text : { *(.text) } . = 0x80100000; .bss : { *(.bss) } }",
  marks: 0x8010_0000,
  isDecoded: true,
  head: ` .bss
marks: .space 32
data: .space 64
 .text
 la s0, marks
 la s1, data
`,
  tail: " li t0, 0x100000\n li t1, 0x5555\n sw t1, 0(t0)\n1: j 1b\n",
  mark: (offset) => ` sb zero, ${offset}(s0)\n`,
  programs: [
    { name: "nothing", body: "", expected: { instructions: 0, charged: [0, 0, 0] } },
    {
      name: "arithmetic, short and long encodings",
      body: " li a0, 1\n li a1, 100000\n mul a2, a0, a1\n add a2, a2, a0\n", // li of 100000: lui, addi
      // high: a product may take 2
      expected: { instructions: 5, classes: { alu: 4, mul: 1 }, charged: [5, 5, 6] },
    },
    {
      name: "loads and stores of every width",
      body: " lb a0, 0(s1)\n lhu a1, 2(s1)\n lw a2, 4(s1)\n sb a0, 8(s1)\n sh a1, 10(s1)\n sw a2, 12(s1)\n",
      expected: {
        instructions: 6,
        loads: 3,
        bytesLoaded: 7,
        stores: 3,
        bytesStored: 7,
        classes: { load: 3, store: 3 },
        // high: each may take 2
        charged: [6, 6, 12],
      },
    },
    {
      name: "a loop",
      // one, then seven times: load, add that waits a cycle for it, decrement, branch; six are taken and lose 2. High: load
      // and branch may take 2
      body: " li a0, 7\n1: lw a1, 0(s1)\n add a2, a2, a1\n addi a0, a0, -1\n bnez a0, 1b\n",
      expected: {
        instructions: 29,
        loads: 7,
        bytesLoaded: 28,
        classes: { alu: 15, load: 7, branch: 7, branchTaken: 6 },
        charged: [48, 29, 62],
      },
    },
    {
      name: "a loop that goes back into the middle of its block",
      // five, then twice more the last three, each time behind a taken branch. High: three branches may take 2
      body: " li a0, 3\n nop\n1: nop\n addi a0, a0, -1\n bnez a0, 1b\n",
      expected: {
        instructions: 11,
        classes: { alu: 8, branch: 3, branchTaken: 2 },
        charged: [15, 11, 18],
      },
    },
    {
      name: "a division and a product that waits for nothing",
      body: " li a0, 9\n li a1, 2\n divu a2, a0, a1\n mul a3, a2, a1\n",
      expected: { instructions: 4, classes: { alu: 2, div: 1, mul: 1 }, charged: [36, 5, 39] },
    },
    {
      name: "a call",
      // jal 2, ret 3, j 2; low 1 each, high 4 each
      body: " jal 2f\n j 3f\n2: ret\n3:\n",
      expected: {
        instructions: 3,
        classes: { branch: 3, branchTaken: 3 },
        charged: [7, 3, 12],
      },
    },
    {
      name: "more than a translation block holds",
      body: " .rept 3000\n lbu a0, 0(s1)\n .endr\n",
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
