/**
 * Proves the plugin's decoder of Xtensa: against objdump's text for every instruction of the compiler's library and of
 * a generated model; loops, windows and MAC16, which that objdump does not know, against the fields that the ISA
 * Reference Manual draws. Costs are left to test/qemu/plugin-sets.test.ts.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, describe as suite, test } from "vitest";
import { describe } from "./xtensa-text.ts";

const SOURCES = fileURLToPath(new URL("../../firmware/qemu/", import.meta.url));
const DRIVER = fileURLToPath(new URL("xtensa-decode.c", import.meta.url));
const MODEL = fileURLToPath(new URL("../golden/emitted-c/odd-stack/odd_stack.c", import.meta.url));
const PREFIX = "xtensa-lx106-elf-";

/** Flag letters by their bit in enum insn_flag. */
const LETTERS: Readonly<Record<string, number>> = {
  L: 0,
  S: 1,
  C: 2,
  P: 3,
  D: 4,
  N: 10,
  K: 11,
  O: 14,
};
const UNDECODED = 1 << 8;

const flagsOf = (letters: string) =>
  [...letters].reduce((sum, letter) => sum | (1 << (LETTERS[letter] ?? 0)), 0);

/** Fields of an instruction, four bits each, as the manual draws them: op2 op1 r s t op0. */
type Fields = readonly [number, number, number, number, number, number];
const wordOf = (fields: Fields) =>
  fields.reduce((word, field) => word * 16 + field, 0).toString(16);

const A = (...numbers: readonly number[]) => numbers.reduce((sum, n) => sum | (1 << n), 0);
const M = (n: number) => 1 << (16 + n);
const ACC = 1 << 20;

/** Name, fields, class, bytes, flags, reads, writes, address, displacement. */
const ROWS: readonly (readonly [
  string,
  Fields,
  string,
  number,
  string,
  number,
  number,
  number,
  number,
])[] = [
  [
    "mula.dd.ll.ldinc m1, a5, m0, m2",
    [0, 8, 1, 5, 0, 4],
    "mac",
    4,
    "L",
    A(5) | M(0) | M(2) | ACC,
    A(5) | M(1) | ACC,
    A(5),
    0,
  ],
  [
    "mula.dd.hh.ldinc m3, a4, m1, m3",
    [0, 11, 7, 4, 4, 4],
    "mac",
    4,
    "L",
    A(4) | M(1) | M(3) | ACC,
    A(4) | M(3) | ACC,
    A(4),
    0,
  ],
  [
    "mula.da.ll.ldinc m0, a9, m1, a15",
    [4, 8, 4, 9, 15, 4],
    "mac",
    4,
    "L",
    A(9, 15) | M(1) | ACC,
    A(9) | M(0) | ACC,
    A(9),
    0,
  ],
  ["mula.da.ll m0, a6", [6, 8, 0, 0, 6, 4], "mac", 0, "", A(6) | M(0) | ACC, ACC, 0, 0],
  ["mula.aa.ll a4, a5", [7, 8, 0, 4, 5, 4], "mac", 0, "", A(4, 5) | ACC, ACC, 0, 0],
  ["mul.aa.ll a4, a5", [7, 4, 0, 4, 5, 4], "mul", 0, "", A(4, 5), ACC, 0, 0],
  ["umul.aa.ll a4, a5", [7, 0, 0, 4, 5, 4], "mul", 0, "", A(4, 5), ACC, 0, 0],
  ["muls.ad.hl a3, m2", [3, 13, 0, 3, 0, 4], "mac", 0, "", A(3) | M(2) | ACC, ACC, 0, 0],
  ["ldinc m2, a4", [8, 0, 2, 4, 0, 4], "load", 4, "L", A(4), A(4) | M(2), A(4), 0],
  ["lddec m0, a5", [9, 0, 0, 5, 0, 4], "load", 4, "L", A(5), A(5) | M(0), A(5), 0],
  ["loop a9, to 10 bytes behind it", [0, 9, 8, 9, 7, 6], "branch", 0, "O", A(9), 0, 0, 13],
  ["loopnez a9, to 10 bytes behind it", [0, 9, 9, 9, 7, 6], "branch", 0, "CPDO", A(9), 0, 0, 13],
  ["loopgtz a3, to 20 bytes behind it", [1, 3, 10, 3, 7, 6], "branch", 0, "CPDO", A(3), 0, 0, 23],
  ["entry a1, 32", [0, 0, 4, 1, 3, 6], "alu", 0, "", A(1), A(1), 0, 0],
  ["retw", [0, 0, 0, 0, 9, 0], "branch", 0, "P", A(0), 0, 0, 0],
  ["callx8 a3", [0, 0, 0, 3, 14, 0], "branch", 0, "PK", A(3), A(8), 0, 0],
  // 8 words on, from an address that is no multiple of 4 (0x1001): 0x1000 + 4 + 32
  ["call8 0x1024", [0, 0, 0, 2, 2, 5], "branch", 0, "PDK", 0, A(8), 0, 0x23],
  ["quos a2, a3, a4", [13, 2, 2, 3, 4, 0], "div", 0, "", A(3, 4), A(2), 0, 0],
  ["sext a2, a3, 7", [2, 3, 2, 3, 0, 0], "alu", 0, "", A(3), A(2), 0, 0],
  ["min a2, a3, a4", [4, 3, 2, 3, 4, 0], "alu", 0, "", A(3, 4), A(2), 0, 0],
];

const tools = ["gcc", `${PREFIX}gcc`].filter((tool) => spawnSync(tool, ["--version"]).error);
if (tools.length > 0) console.warn(`xtensa-decode: skipped, ${tools.join(", ")} is not installed`);

suite.skipIf(tools.length > 0)("Xtensa decoder", () => {
  let folder: string;
  let decoder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pioneer-xtensa-"));
    decoder = join(folder, "decode");
    const parts = ["xtensa", "xtensa_registers", "xtensa_narrow", "xtensa_mac16"];
    execFileSync("gcc", [
      ...["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-fsanitize=undefined"],
      ...["-fno-sanitize-recover=all", `-I${SOURCES}`, "-o", decoder, DRIVER],
      ...[...parts, "counts", "cost", "rules", "lanes"].map((name) => join(SOURCES, `${name}.c`)),
    ]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const decode = (lines: readonly string[]) =>
    execFileSync(decoder, { input: lines.join("\n"), encoding: "utf8", maxBuffer: 1 << 26 })
      .trimEnd()
      .split("\n");

  /** Each different instruction of a file: address, its bits, objdump's text. */
  function instructions(file: string): readonly (readonly [number, string, string])[] {
    const listing = execFileSync(`${PREFIX}objdump`, ["-d", file], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    const lines = listing.matchAll(/^\s*([0-9a-f]+):\t([0-9a-f]{6}|[0-9a-f]{4})\s+(\S.*)$/gm);
    const different = new Map<string, readonly [number, string, string]>();
    for (const [, address = "", bits = "", text = ""] of lines) {
      // Data between functions is shown as such, or as what this objdump takes for EXCW and ILL.
      if (!/^(\.|excw|ill)/.test(text)) {
        different.set(bits, [Number.parseInt(address, 16), bits, text]);
      }
    }
    return [...different.values()];
  }

  const library = () =>
    execFileSync(`${PREFIX}gcc`, ["-print-libgcc-file-name"], { encoding: "utf8" }).trim();

  function modelObject(): string {
    const object = join(folder, "model.o");
    execFileSync(`${PREFIX}gcc`, ["-O2", "-ffreestanding", "-c", "-o", object, MODEL]);
    return object;
  }

  test.each([
    ["the compiler's library", library, 1000],
    ["a generated model", modelObject, 300],
  ])("objdump's text says the same of every instruction of %s", (_, file, atLeast) => {
    const listed = instructions(file());
    expect(listed.length).toBeGreaterThan(atLeast);
    const lines = decode(listed.map(([address, word]) => `${word} ${address.toString(16)}`));
    const wrong: string[] = [];
    listed.forEach(([address, word, text], i) => {
      const expected = describe(text);
      const line =
        expected &&
        [
          expected.insnClass,
          word.length / 2,
          expected.bytes,
          flagsOf(expected.flags),
          expected.reads.toString(16),
          expected.writes.toString(16),
          expected.address.toString(16),
          expected.target === null ? 0 : expected.target - address,
        ].join(" ");
      if (line !== lines[i]) wrong.push(`${word} ${text}: ${lines[i]}, not ${line}`);
    });
    expect(wrong.slice(0, 20)).toEqual([]);
  });

  test("loops, windows and MAC16 are what the manual draws", () => {
    const lines = decode(ROWS.map(([, fields]) => `${wordOf(fields)} 1001`));
    const expected = ROWS.map(
      ([, , insnClass, bytes, flags, reads, writes, address, displacement]) =>
        [
          ...[insnClass, 3, bytes, flagsOf(flags)],
          ...[reads, writes, address].map((mask) => mask.toString(16)),
          displacement,
        ].join(" "),
    );
    expect(lines.map((line, i) => `${ROWS[i]?.[0]}: ${line}`)).toEqual(
      expected.map((line, i) => `${ROWS[i]?.[0]}: ${line}`),
    );
  });

  test("words from the whole space decode without undefined behaviour", () => {
    let seed = 1;
    const words = Array.from({ length: 50_000 }, () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed >>> 8;
    });
    const lines = decode(words.map((word) => `${word.toString(16)} 1000`));
    expect(new Set(lines.map((line) => line.split(" ")[1]))).toEqual(new Set(["2", "3"]));
  });

  test("floats and what may or may not store are undecoded", () => {
    // lsi f0, a2, 0; add.s; s32c1i
    const words: readonly Fields[] = [
      [0, 0, 0, 2, 0, 3],
      [0, 10, 1, 2, 3, 0],
      [0, 0, 14, 2, 3, 2],
    ];
    const lines = decode(words.map((fields) => `${wordOf(fields)} 0`));
    expect(lines.map((line) => Number(line.split(" ")[3]))).toEqual(words.map(() => UNDECODED));
  });
});
