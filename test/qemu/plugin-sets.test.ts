/**
 * Proves the timing plugin's counts on instruction sets other than Thumb, against small programs whose instructions,
 * loads, stores, bytes and, where the set is decoded, classes and cycles are worked out by hand. Thumb is left to
 * plugin-counts.test.ts.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/index.ts";
import { INSTRUCTION_CLASSES, parseCounts, type RegionCounts } from "../../host/workflow/counts.ts";
import { emulatorArguments } from "../../host/workflow/device.ts";
import {
  pluginArguments,
  prepareTimingPlugin,
  type TimingPlugin,
} from "../../host/workflow/plugin.ts";
import { createWorkplace, type Workplace } from "./plugin-run.ts";

interface Counts extends Partial<Omit<RegionCounts, "classes" | "instructions">> {
  readonly instructions: number;
  /** Without those that are 0. */
  readonly classes?: Partial<NonNullable<RegionCounts["classes"]>>;
  /** Stated, low and high. */
  readonly charged?: readonly [number, number, number];
}

interface InstructionSet {
  readonly board: string;
  readonly toolchain: string;
  readonly flags: readonly string[];
  readonly script: string;
  /** Address of the 32 bytes of marks. */
  readonly marks: number;
  /** Classes and cycles are known. */
  readonly isDecoded: boolean;
  readonly head: string;
  readonly tail: string;
  /** A one-byte store at an offset of the marks. */
  readonly mark: (offset: number) => string;
  readonly programs: readonly {
    readonly name: string;
    readonly body: string;
    readonly expected: Counts;
  }[];
}

const RISC_V: InstructionSet = {
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
        // high: a load behind the mark, which is a store, and each store may take 2
        charged: [6, 6, 10],
      },
    },
    {
      name: "a loop",
      // one, then seven times: load, add that waits a cycle for it, decrement, branch; six are taken and lose 2
      body: " li a0, 7\n1: lw a1, 0(s1)\n add a2, a2, a1\n addi a0, a0, -1\n bnez a0, 1b\n",
      expected: {
        instructions: 29,
        loads: 7,
        bytesLoaded: 28,
        classes: { alu: 15, load: 7, branch: 7, branchTaken: 6 },
        charged: [48, 29, 48],
      },
    },
    {
      name: "a loop that goes back into the middle of its block",
      // five, then twice more the last three, each time behind a taken branch
      body: " li a0, 3\n nop\n1: nop\n addi a0, a0, -1\n bnez a0, 1b\n",
      expected: {
        instructions: 11,
        classes: { alu: 8, branch: 3, branchTaken: 2 },
        charged: [15, 11, 15],
      },
    },
    {
      name: "a division and a product that waits for nothing",
      body: " li a0, 9\n li a1, 2\n divu a2, a0, a1\n mul a3, a2, a1\n",
      expected: { instructions: 4, classes: { alu: 2, div: 1, mul: 1 }, charged: [36, 5, 39] },
    },
    {
      name: "a call",
      // jal 2, ret 3, j 2; low 1 each, high 3 each
      body: " jal 2f\n j 3f\n2: ret\n3:\n",
      expected: {
        instructions: 3,
        classes: { branch: 3, branchTaken: 3 },
        charged: [7, 3, 9],
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
        charged: [3000, 3000, 3001],
      },
    },
  ],
};

const XTENSA: InstructionSet = {
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
        // high: each store may take 2
        charged: [7, 7, 10],
      },
    },
    {
      name: "a loop",
      // one, then seven times: load, add that waits 1 (high 2) for it, decrement, branch; six taken ones lose 2 (1 to 3)
      body: " movi a4, 7\n5: l32i a5, a11, 0\n add a6, a6, a5\n addi a4, a4, -1\n bnez a4, 5b\n",
      expected: {
        instructions: 29,
        loads: 7,
        bytesLoaded: 28,
        classes: { alu: 15, load: 7, branch: 7, branchTaken: 6 },
        charged: [29 + 7 + 12, 29 + 7 + 6, 29 + 14 + 18],
      },
    },
    {
      name: "a call",
      body: " j 6f\n .align 4\n5: ret\n .align 4\n6: call0 5b\n",
      // each of the three loses 2 (1 to 3)
      expected: {
        instructions: 3,
        classes: { branch: 3, branchTaken: 3 },
        charged: [9, 6, 12],
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
        charged: [3000, 3000, 3000],
      },
    },
  ],
};

/** The assembler knows neither loops nor MAC16, so that both are written as the ISA summary encodes them. */
const XTENSA_MAC16: InstructionSet = {
  ...XTENSA,
  board: "qemu-xtensa-mac16",
  programs: [
    {
      name: "a zero-overhead loop, whose end costs no instruction",
      // LOOP a4, to 7 bytes after its own start: one, itself, then six times load and add, and a nop. Each add waits
      // 2 (low 1) for its load; nothing is lost on the way back. High: NOP may take 5.
      body: " movi a4, 6\n .byte 0x76, 0x84, 3\n l32i.n a5, a11, 0\n add.n a6, a6, a5\n nop\n",
      expected: {
        instructions: 15,
        loads: 6,
        bytesLoaded: 24,
        classes: { alu: 7, load: 6, branch: 1, other: 1 },
        charged: [15 + 12, 15 + 6, 15 + 12 + 4],
      },
    },
    {
      name: "multiply-accumulates, one of which loads",
      // MULA.AA.LL a4, a5 and MULA.DA.LL.LDINC m0, a12, m0, a5
      body: " movi a4, 3\n movi a5, 5\n .byte 0x54, 0x04, 0x78\n mov a12, a11\n .byte 0x54, 0x0c, 0x48\n",
      expected: {
        instructions: 5,
        loads: 1,
        bytesLoaded: 4,
        classes: { alu: 3, mac: 2 },
        charged: [5, 5, 5],
      },
    },
  ],
};

const MVE: InstructionSet = {
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

const SETS: readonly InstructionSet[] = [MVE, RISC_V, XTENSA, XTENSA_MAC16];

function missingFor({ board, toolchain }: InstructionSet): string | null {
  const loaded = loadBoard(board);
  const emulator = loaded.kind === "emulated" ? loaded.emulator.program : "";
  const tools = ["gcc", `${toolchain}gcc`, emulator];
  return tools.find((tool) => spawnSync(tool, ["--version"]).error) ?? null;
}

describe.each(SETS)("timing plugin on $board", (set) => {
  const missing = missingFor(set);
  if (missing) console.warn(`plugin-sets: ${set.board} is skipped, ${missing} is not installed`);
  let place: Workplace;
  let plugin: TimingPlugin;
  let elf: string;

  beforeAll(async () => {
    if (missing) return;
    const board = loadBoard(set.board);
    if (board.kind !== "emulated") throw new Error(`${set.board} is not emulated`);
    place = createWorkplace();
    plugin = await prepareTimingPlugin({
      core: board.core,
      emulator: board.emulator.program,
      directory: place.folder,
    });
    elf = build(place, set);
  });

  afterAll(() => place?.remove());

  /** Runs the program and gives its regions. */
  function count(name: string, more: readonly string[] = []): readonly RegionCounts[] {
    const board = loadBoard(set.board);
    if (board.kind !== "emulated") throw new Error(`${set.board} is not emulated`);
    const out = join(place.folder, name);
    const marks = { begin: set.marks, end: set.marks + 16 };
    const args = [...emulatorArguments(board, elf), "-serial", "none", ...more];
    const run = spawnSync(
      board.emulator.program,
      [...args, ...pluginArguments(plugin, marks, out)],
      {
        encoding: "utf8",
        timeout: 20_000,
      },
    );
    expect(run.stderr).toBe("");
    expect(run.status).toBe(0);
    const { regions, problems } = parseCounts(readFileSync(out, "utf8"));
    expect(problems).toEqual([]);
    return regions;
  }

  test.skipIf(missing)("agrees with counts by hand", () => {
    const regions = count("plain");
    const none = { loads: 0, stores: 0, bytesLoaded: 0, bytesStored: 0 };
    const unknown = {
      ...{ cycles: null, cyclesSimple: null, classes: null },
      ...{ assumed: null, undecoded: null, interrupted: null },
    };
    const noClasses = Object.fromEntries(INSTRUCTION_CLASSES.map((name) => [name, 0]));
    const known = (charged: Counts["charged"] = [0, 0, 0], classes: Counts["classes"] = {}) => ({
      ...{ cycles: charged[0], cyclesSimple: null },
      ...{ cyclesLow: charged[1], cyclesHigh: charged[2] },
      ...{ assumed: 0, undecoded: 0, interrupted: 0 },
      classes: { ...noClasses, ...classes },
    });
    const named = regions.map((counts, i) => ({ ...counts, name: set.programs[i]?.name }));
    expect(named).toEqual(
      set.programs.map(({ name, expected: { classes, charged, ...counted } }, region) => {
        const decoded = set.isDecoded ? known(charged, classes) : unknown;
        return { name, region, index: 0, ...none, ...counted, ...decoded };
      }),
    );
  });

  test.skipIf(missing)("counts the same again, and with one instruction a block", () => {
    const regions = count("first");
    expect(count("second")).toEqual(regions);
    const single = plugin.api === 1 ? ["-singlestep"] : ["-accel", "tcg,one-insn-per-tb=on"];
    expect(count("single", single)).toEqual(regions);
  });
});

function build(place: Workplace, set: InstructionSet): string {
  const file = (extension: string) => join(place.folder, `program.${extension}`);
  const regions = set.programs.map(({ body }, id) => `${set.mark(id)}${body}${set.mark(16 + id)}`);
  writeFileSync(file("S"), `${set.head}${regions.join("")}${set.tail}`);
  writeFileSync(file("ld"), set.script);
  const options = ["-nostdlib", "-Wl,--no-warn-rwx-segments", "-T", file("ld"), "-o", file("elf")];
  execFileSync(`${set.toolchain}gcc`, [...set.flags, ...options, file("S")]);
  return file("elf");
}
