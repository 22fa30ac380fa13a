/**
 * Proves the plugin's decoder of vectors and low-overhead loops: against objdump's text for every mnemonic of the
 * extension with operands by seed, and against encodings listed by hand. Cycles are left to the tests under QEMU.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instructionsOf } from "./disassembly.ts";
import { PLUGIN_SOURCES, THUMB_CLASS_SOURCES } from "./thumb-sources.ts";
import { vectorOperations } from "./vector-operations.ts";
import { PIPES, RESULTS, vectorText } from "./vector-text.ts";

const DRIVER = fileURLToPath(new URL("vector-decode.c", import.meta.url));
const HEAD =
  ".syntax unified\n.arch armv8.1-m.main\n.arch_extension mve.fp\n.arch_extension fp.dp\n.thumb\n";

const tools = ["gcc", "arm-none-eabi-as", "arm-none-eabi-objdump"];
const missing = tools.find((tool) => spawnSync(tool, ["--version"]).error);
if (missing) console.warn(`vector-decode: skipped, ${missing} is not installed`);

/** Flags as enum insn_flag numbers them. */
const UNDECODED = 1 << 8;
const VECTOR = 1 << 15;
const ELEMENTS = 1 << 16;
const LOW_OVERHEAD = 1 << 17;

describe.skipIf(missing)("vector decoder", () => {
  let folder = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pioneer-vectors-"));
    const flags = [
      "-std=c11",
      "-fsanitize=undefined",
      "-fno-sanitize-recover",
      `-I${PLUGIN_SOURCES}`,
    ];
    execFileSync("gcc", [...flags, "-o", join(folder, "decode"), DRIVER, ...THUMB_CLASS_SOURCES]);
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function decode(halfwords: readonly string[]) {
    const output = execFileSync(join(folder, "decode"), {
      input: `${halfwords.join("\n")}\n`,
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    return output
      .trimEnd()
      .split("\n")
      .map((line) => {
        const field = line.split(" ");
        const mask = (i: number) => Number.parseInt(field[i] ?? "", 16);
        /** Four single registers a vector. */
        const vectors = (i: number) =>
          [0, 1, 2, 3, 4, 5, 6, 7].reduce(
            (all, q) => all | (((mask(i) >>> (4 * q)) & 15) === 15 ? 1 << q : 0),
            0,
          );
        return {
          insnClass: field[0] ?? "",
          pipe: PIPES[Number(field[1])],
          result: RESULTS[Number(field[2])],
          reads: mask(3),
          writes: mask(4),
          accumulates: mask(5),
          address: mask(6),
          updates: mask(7),
          qWrites: vectors(8),
          qReads: vectors(9),
          qAddress: vectors(10),
          displacement: Number(field[11]),
          flags: Number(field[12]),
        };
      });
  }

  /** The decoder's word on each instruction of an object file, with objdump's text. */
  function decodeFile(file: string) {
    const found = instructionsOf("arm-none-eabi-objdump", ["-m", "armv8.1-m.main"], file);
    const halves = found.map(({ words }) => (words.includes(" ") ? words : `${words} 0`));
    const decoded = decode(halves);
    return found.map(({ text }, i) => ({ text, ...(decoded[i] as (typeof decoded)[number]) }));
  }

  function assembled(lines: readonly string[]): string {
    const [source, object] = [join(folder, "all.s"), join(folder, "all.o")];
    writeFileSync(source, `${HEAD}${lines.join("\n")}\n`);
    execFileSync("arm-none-eabi-as", ["-o", object, source], { stdio: "pipe" });
    return object;
  }

  test("objdump's text says the same of every mnemonic, operands by seed", () => {
    const lines = vectorOperations(55, 6);
    const decoded = decodeFile(assembled(lines));
    expect(decoded.length).toBe(lines.length);
    const wrong: unknown[] = [];
    const mnemonics = new Set<string>();
    decoded.forEach(({ text, ...got }) => {
      const expected = vectorText(text);
      if (expected === null) {
        wrong.push(`${text}: not listed`);
        return;
      }
      mnemonics.add(text.split(/[ .]/)[0] ?? "");
      const { accumulates, address, updates, displacement, flags, ...same } = got;
      if (JSON.stringify(sorted(same)) !== JSON.stringify(sorted(expected))) {
        wrong.push({ text, got: sorted(same), expected: sorted(expected) });
      }
      if ((flags & VECTOR) === 0 || (flags & UNDECODED) !== 0) wrong.push(`${text}: no vector`);
      if (((flags & ELEMENTS) !== 0) !== (expected.pipe === "memory"))
        wrong.push(`${text}: memory`);
    });
    expect(wrong).toEqual([]);
    expect(mnemonics.size).toBeGreaterThan(150);
  });

  test.each([
    // At address 0 each: reads, writes, distance of a jump (0: none), class.
    ["dls lr, r3", [3], [14], 0, "other"],
    ["dlstp.8 lr, r3", [3], [14], 0, "other"],
    ["1: wls lr, r3, 1b + 12", [3], [14], 12, "branch"],
    ["1: wlstp.16 lr, r3, 1b + 12", [3], [14], 12, "branch"],
    ["nop\nnop\n1: le lr, 1b - 4", [14], [14], -4, "branch"],
    ["nop\nnop\n1: letp lr, 1b - 4", [14], [14], -4, "branch"],
    ["lctp", [], [], 0, "other"],
  ])("%s", (line, reads, writes, distance, insnClass) => {
    const [last] = decodeFile(assembled([line])).slice(-1);
    const mask = (registers: readonly number[]) => registers.reduce((all, r) => all | (1 << r), 0);
    expect(last).toMatchObject({
      insnClass,
      reads: mask(reads),
      writes: mask(writes),
      displacement: distance,
    });
    expect((last?.flags ?? 0) & LOW_OVERHEAD).not.toBe(0);
  });

  test.each([
    ["csel r1, r2, r3, eq", [2, 3], [1]],
    ["csinc r1, r2, r3, ne", [2, 3], [1]],
    ["csneg r9, r2, r3, lt", [2, 3], [9]],
    ["lsll r4, r5, #7", [4, 5], [4, 5]],
    ["asrl r4, r7, r2", [2, 4, 7], [4, 7]],
    ["sqrshrl r4, r5, #64, r2", [2, 4, 5], [4, 5]],
    ["uqshl r9, #7", [9], [9]],
    ["sqrshr r9, r2", [2, 9], [9]],
    ["clrm {r0, r3, r7}", [], [0, 3, 7]],
    ["orrs r1, r2, r3, lsl #4", [2, 3], [1]],
    ["vmov r1, r2, q3[2], q3[0]", [], [1, 2]],
    ["vmov q3[2], q3[0], r1, r2", [1, 2], []],
  ])("%s", (line, reads, writes) => {
    const [only] = decodeFile(assembled([line]));
    const mask = (registers: readonly number[]) => registers.reduce((all, r) => all | (1 << r), 0);
    expect(only).toMatchObject({ reads: mask(reads), writes: mask(writes) });
    expect((only?.flags ?? 0) & UNDECODED).toBe(0);
  });

  test("pairs of halfwords from the whole space of vectors decode without undefined behaviour", () => {
    const words: string[] = [];
    for (
      let first = 0xec00;
      first < 0x10000;
      first += first < 0xf000 ? 3 : first < 0xfc00 ? 64 : 3
    ) {
      for (const second of [0x0e40, 0x1f01, 0xf0f0, 0xeffe, 0x0a5f, 0x7841]) {
        words.push(`${first.toString(16)} ${second.toString(16)}`);
      }
    }
    expect(decode(words)).toHaveLength(words.length);
  });

  test("the driver's flags are those of the plugin", () => {
    const header = readFileSync(join(PLUGIN_SOURCES, "insn.h"), "utf8");
    for (const [name, value] of Object.entries({ UNDECODED, VECTOR, ELEMENTS, LOW_OVERHEAD })) {
      expect(header).toMatch(new RegExp(`INSN_${name} = 1 << ${Math.log2(value)},`));
    }
  });
});

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
