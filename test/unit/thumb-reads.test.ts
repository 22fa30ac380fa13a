/**
 * Proves which registers the plugin's decoder says an instruction reads and writes: against objdump's text for every
 * instruction of a C library and of compiled C, and against a table by hand for how it reads them.
 * Classes, bytes and branches are left to thumb-decode.test.ts.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PLUGIN_SOURCES, THUMB_SOURCES } from "./thumb-sources.ts";
import { readsAndWrites } from "./thumb-text.ts";

const DRIVER = fileURLToPath(new URL("thumb-reads.c", import.meta.url));
const CORE = ["-mcpu=cortex-m7", "-mthumb", "-mfpu=fpv5-d16", "-mfloat-abi=hard"];
const SLOT_BYTES = 16;

const PLAIN = 0;
const SUM = 1;
const SHIFTED = 2;
const SIMD = 3;
const SATURATING = 4;
const EXTRACT = 5;
const EXTEND_ADD = 6;

/** Flags above the first nine, in bit order: S sets the condition flags, N two-byte hint, C call, O known offset, D doubles. */
const FLAGS = ["S", "N", "C", "O", "D"];

interface Uses {
  /** Read where sums and products are made. */
  readonly operands?: readonly number[];
  readonly shifts?: readonly number[];
  readonly accumulates?: readonly number[];
  readonly stores?: readonly number[];
  readonly updates?: readonly number[];
  readonly fpAccumulates?: readonly number[];
  readonly group?: number;
  readonly flags?: string;
  readonly offset?: number;
}

const CASES: readonly (readonly [string, Uses])[] = [
  ["eors r1, r2", { operands: [1, 2], flags: "S" }],
  ["mvns r1, r2", { operands: [2], flags: "S" }],
  ["rsbs r1, r2, #0", { operands: [2], flags: "S" }],
  ["movs r1, #5", { group: SUM, flags: "S" }],
  ["mov r9, r2", { operands: [2], group: SUM }],
  ["lsls r1, r2, #3", { operands: [2], group: SUM, flags: "S" }],
  ["rors r1, r2", { operands: [1, 2], group: SUM, flags: "S" }],
  ["adds r1, r2, r3", { operands: [2, 3], group: SUM, flags: "S" }],
  ["adds r1, r2, #7", { operands: [2], group: SUM, flags: "S" }],
  ["subs r4, #200", { operands: [4], group: SUM, flags: "S" }],
  ["add r4, r11", { operands: [4, 11], group: SUM }],
  ["add r2, sp, #16", { operands: [13], group: SUM }],
  ["cmp r9, r2", { operands: [2, 9], flags: "S" }],
  ["uxtb r1, r2", { operands: [2], group: SIMD }],
  ["rev r1, r2", { operands: [2], shifts: [2], group: EXTRACT }],
  ["add.w r9, r2, r3", { operands: [2, 3], group: SUM }],
  ["add.w r9, r2, r3, lsl #2", { operands: [2, 3], shifts: [3], group: SHIFTED }],
  ["orr.w r9, r2, r3, lsl #2", { operands: [2, 3], shifts: [3], group: SHIFTED }],
  ["lsl.w r9, r3, #2", { operands: [3], group: SUM }],
  ["lsl.w r9, r3, r2", { operands: [2, 3], group: SUM }],
  ["rrx r9, r3", { operands: [3], shifts: [3], group: SHIFTED }],
  ["mvn.w r9, r2, lsl #3", { operands: [2], shifts: [2], group: SHIFTED }],
  ["eor r9, r2, #0x1b1b1b1b", { operands: [2] }],
  ["eor r9, r2, #0x1fc0", { operands: [2], group: SHIFTED }],
  ["adds.w r9, r2, #0x1fc0", { operands: [2], group: SHIFTED, flags: "S" }],
  ["addw r9, r2, #4095", { operands: [2], group: SUM }],
  ["movw r9, #0x1234", { group: SUM }],
  ["movt r9, #0x1234", { operands: [9], group: SUM }],
  ["ubfx r9, r2, #3, #5", { shifts: [2], group: EXTRACT }],
  ["bfi r9, r2, #3, #5", { operands: [9], shifts: [2], group: EXTRACT }],
  ["bfc r9, #3, #5", { operands: [9], group: EXTRACT }],
  ["pkhbt r9, r2, r3, lsl #16", { operands: [2, 3], shifts: [3], group: EXTRACT }],
  ["pkhtb r9, r2, r3, asr #16", { operands: [2, 3], shifts: [2, 3], group: EXTRACT }],
  ["clz r9, r2", { operands: [2], group: SIMD }],
  ["sel r9, r2, r3", { operands: [2, 3], group: SIMD }],
  ["sxtb16 r9, r2, ror #8", { operands: [2], group: SIMD }],
  ["sxtab16 r9, r2, r3", { operands: [2, 3], shifts: [3], group: EXTEND_ADD }],
  ["sadd16 r9, r2, r3", { operands: [2, 3], group: SIMD }],
  ["uqadd8 r9, r2, r3", { operands: [2, 3], group: SATURATING }],
  ["qadd r9, r2, r3", { operands: [2, 3], group: SATURATING }],
  ["ssat r9, #8, r2, asr #4", { shifts: [2], group: SATURATING }],
  ["usat16 r9, #8, r2", { shifts: [2], group: SATURATING }],
  ["usada8 r9, r2, r3, r4", { operands: [2, 3], accumulates: [4], group: SATURATING }],
  ["muls r1, r2, r1", { operands: [1, 2], flags: "S" }],
  ["mul r9, r2, r3", { operands: [2, 3] }],
  ["mla r9, r2, r3, r4", { operands: [2, 3], accumulates: [4] }],
  ["smlad r9, r2, r3, r9", { operands: [2, 3], accumulates: [9] }],
  ["smlal r8, r9, r2, r3", { operands: [2, 3], accumulates: [8, 9] }],
  ["umull r8, r9, r2, r3", { operands: [2, 3] }],
  ["sdiv r9, r2, r3", { operands: [2, 3] }],
  ["ldr r1, [r2, #4]", { flags: "O", offset: 4 }],
  ["ldrh r1, [r2, #4]", { flags: "O", offset: 4 }],
  ["ldrb r1, [r2, #4]", { flags: "O", offset: 4 }],
  ["ldr r1, [sp, #4]", { flags: "O", offset: 4 }],
  ["ldr.w r9, [r2, #-4]", { flags: "O", offset: -4 }],
  ["ldr.w r9, [r2, #4092]", { flags: "O", offset: 4092 }],
  ["ldr r9, [r2], #4", { updates: [2], flags: "O", offset: 0 }],
  ["ldr r9, [r2, #4]!", { updates: [2], flags: "O", offset: 4 }],
  ["ldr r1, [r2, r3]", {}],
  ["ldr r2, [r2]", { flags: "O" }],
  ["str r1, [r2, #4]", { stores: [1], flags: "O", offset: 4 }],
  ["strb.w r9, [r2, r3, lsl #1]", { stores: [9] }],
  ["strd r8, r9, [r2], #8", { stores: [8, 9], updates: [2] }],
  ["strex r9, r3, [r2]", { stores: [3] }],
  ["strexh r9, r3, [r2]", { stores: [3] }],
  ["push {r4, lr}", { stores: [4, 14], updates: [13] }],
  ["stmia r2!, {r3, r4}", { stores: [3, 4], updates: [2] }],
  ["ldmia r2!, {r3, r4}", { updates: [2] }],
  ["vldr s5, [r2, #-4]", { flags: "O", offset: -4 }],
  ["vldmia r2!, {s4-s7}", { updates: [2] }],
  ["vfma.f32 s1, s2, s3", { fpAccumulates: [1] }],
  ["vmul.f64 d1, d2, d3", { flags: "D" }],
  ["vmov s1, r9", { operands: [9] }],
  ["vmov s2, s3, r8, r9", { operands: [8, 9] }],
  ["cbz r1, . + 6", { operands: [1] }],
  ["bl . + 4", { flags: "C" }],
  ["blx r3", { operands: [3], flags: "C" }],
  ["nop", { flags: "N" }],
  ["msr primask, r9", { operands: [9] }],
  ["pld [r2, #4]", { operands: [2] }],
];

function missingTool(): string | null {
  for (const tool of ["gcc", "arm-none-eabi-gcc", "arm-none-eabi-as", "arm-none-eabi-objdump"]) {
    if (spawnSync(tool, ["--version"]).error) return tool;
  }
  return null;
}

const missing = missingTool();
if (missing) console.warn(`thumb-reads: skipped, ${missing} is not installed`);

function bitsOf(mask: number): readonly number[] {
  return Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (mask >>> bit) & 1);
}

describe.skipIf(missing)("registers of the thumb decoder", () => {
  let folder = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pioneer-thumb-reads-"));
    const flags = [
      "-std=c11",
      "-fsanitize=undefined",
      "-fno-sanitize-recover",
      `-I${PLUGIN_SOURCES}`,
    ];
    execFileSync("gcc", [...flags, "-o", join(folder, "reads"), DRIVER, ...THUMB_SOURCES]);
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function decode(halfwords: readonly string[]): readonly (readonly string[])[] {
    const output = execFileSync(join(folder, "reads"), {
      input: `${halfwords.join("\n")}\n`,
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    return output
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" "));
  }

  test("how the listed instructions read and write", () => {
    const slots = CASES.map(([text]) => `${text}\n.balign ${SLOT_BYTES}\n`).join("");
    const head = ".syntax unified\n.cpu cortex-m7\n.fpu fpv5-d16\n.thumb\n";
    writeFileSync(join(folder, "all.s"), head + slots);
    execFileSync("arm-none-eabi-as", ["-o", join(folder, "all.o"), join(folder, "all.s")]);
    const binary = join(folder, "all.bin");
    execFileSync("arm-none-eabi-objcopy", ["-O", "binary", join(folder, "all.o"), binary]);
    const bytes = readFileSync(binary);
    const halves = CASES.map((_, i) => {
      const half = (offset: number) => bytes.readUInt16LE(i * SLOT_BYTES + offset).toString(16);
      return `${half(0)} ${half(2)}`;
    });
    const lines = decode(halves);
    CASES.forEach(([text, uses], i) => {
      const line = lines[i] ?? [];
      const mask = (field: number) => bitsOf(Number.parseInt(line[field] ?? "0", 16));
      const got = {
        operands: mask(2),
        shifts: mask(3),
        accumulates: mask(4),
        stores: mask(5),
        updates: mask(6),
        fpAccumulates: mask(7),
        group: Number(line[8]),
        flags: FLAGS.filter((_, bit) => (Number(line[9]) >> bit) & 1).join(""),
        offset: Number(line[10]),
      };
      const none: readonly number[] = [];
      const defaults = {
        ...{ operands: none, shifts: none, accumulates: none, stores: none, updates: none },
        ...{ fpAccumulates: none, group: PLAIN, flags: "", offset: 0 },
      };
      expect({ text, ...got }).toEqual({ text, ...defaults, ...uses });
    });
  });

  test("objdump's text names the same registers for every instruction of the C library", () => {
    const texts = ["libgcc.a", "libc.a", "libm.a"].map((name) => {
      const options = [...CORE, `-print-file-name=${name}`];
      const file = execFileSync("arm-none-eabi-gcc", options, { encoding: "utf8" }).trim();
      return execFileSync("arm-none-eabi-objdump", ["-d", "-w", file], {
        encoding: "utf8",
        maxBuffer: 1 << 28,
      });
    });
    const seen = new Map<string, string>();
    for (const line of texts.join("\n").split("\n")) {
      const [, words = "", text = ""] = /^ *[0-9a-f]+:\t([0-9a-f ]+?) *\t(.*)$/.exec(line) ?? [];
      if (/^[0-9a-f]{4}( [0-9a-f]{4})?$/.test(words) && !text.startsWith(".")) {
        seen.set(words, text.replace(/\t/g, " "));
      }
    }
    const halves = [...seen.keys()].map((words) => (words.includes(" ") ? words : `${words} 0`));
    const lines = decode(halves);
    expect(lines.length).toBeGreaterThan(10_000);
    const wrong: string[] = [];
    let known = 0;
    [...seen.values()].forEach((text, i) => {
      const expected = readsAndWrites(text);
      if (expected === null) return;
      known++;
      const [reads = "", writes = ""] = lines[i] ?? [];
      const got = `${reads} ${writes}`;
      const right = `${expected.reads.toString(16)} ${expected.writes.toString(16)}`;
      if (got !== right) wrong.push(`${text}: ${got}, not ${right}`);
    });
    expect(wrong).toEqual([]);
    expect(known / seen.size).toBeGreaterThan(0.99);
  });
});
