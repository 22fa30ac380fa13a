/**
 * Proves the plugin's decoder against encodings that the GNU assembler made, with classes, bytes and registers
 * listed by hand from the mnemonics. Costs are left to the tests under QEMU.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CASES, FPU_CASES, IT_CASES, TARGET_CASES } from "./thumb-cases.ts";
import { PLUGIN_SOURCES, THUMB_CLASS_SOURCES } from "./thumb-sources.ts";

const DRIVER = fileURLToPath(new URL("thumb-decode.c", import.meta.url));
const SLOT_BYTES = 32;

/** Flag letters in bit order of enum insn_flag. */
const FLAGS = ["L", "S", "C", "P", "D", "R", "X", "F", "U"];

interface Decoded {
  readonly insnClass: string;
  readonly size: number;
  readonly bytes: number;
  readonly itLength: number;
  readonly flags: string;
  readonly writes: readonly number[];
  readonly address: readonly number[];
  readonly fpWrites: readonly number[];
  readonly fpReads: readonly number[];
  readonly displacement: number;
}

function missingTool(): string | null {
  for (const tool of ["gcc", "arm-none-eabi-as", "arm-none-eabi-objcopy"]) {
    if (spawnSync(tool, ["--version"]).error) return tool;
  }
  return null;
}

const missing = missingTool();
if (missing) console.warn(`thumb-decode: skipped, ${missing} is not installed`);

function bitsOf(hex: string): readonly number[] {
  const mask = Number.parseInt(hex, 16);
  return Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (mask >>> bit) & 1);
}

function parseLine(line: string): Decoded {
  const field = line.split(" ");
  const at = (i: number) => field[i] ?? "";
  const flags = Number(at(4));
  return {
    insnClass: at(0),
    size: Number(at(1)),
    bytes: Number(at(2)),
    itLength: Number(at(3)),
    flags: FLAGS.filter((_, bit) => (flags >> bit) & 1).join(""),
    writes: bitsOf(at(5)),
    address: bitsOf(at(6)),
    fpWrites: bitsOf(at(7)),
    fpReads: bitsOf(at(8)),
    displacement: Number(at(9)),
  };
}

describe.skipIf(missing)("thumb decoder", () => {
  let folder = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pioneer-thumb-"));
    const warnings = ["-Wall", "-Wextra", "-Wconversion", "-Werror"];
    execFileSync("gcc", [
      "-std=c11",
      "-fsanitize=undefined",
      "-fno-sanitize-recover",
      ...warnings,
      `-I${PLUGIN_SOURCES}`,
      "-o",
      join(folder, "decode"),
      DRIVER,
      ...THUMB_CLASS_SOURCES,
    ]);
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function decodeHalfwords(input: string): readonly Decoded[] {
    const output = execFileSync(join(folder, "decode"), {
      input,
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    return output.trimEnd().split("\n").map(parseLine);
  }

  /** Assembles each text in its own slot and decodes the first instruction of each. */
  function decodeAll(texts: readonly string[]): readonly Decoded[] {
    const slots = texts.map((text) => `${text}\n.balign ${SLOT_BYTES}\n`);
    const head = ".syntax unified\n.cpu cortex-m4\n.fpu fpv4-sp-d16\n.thumb\n";
    writeFileSync(join(folder, "all.s"), `${head}${slots.join("")}`);
    execFileSync("arm-none-eabi-as", ["-o", join(folder, "all.o"), join(folder, "all.s")]);
    const binary = join(folder, "all.bin");
    execFileSync("arm-none-eabi-objcopy", ["-O", "binary", join(folder, "all.o"), binary]);
    const bytes = readFileSync(binary);
    const lines = texts.map((_, i) => {
      const half = (offset: number) => bytes.readUInt16LE(i * SLOT_BYTES + offset).toString(16);
      return `${half(0)} ${half(2)}\n`;
    });
    return decodeHalfwords(lines.join(""));
  }

  test("class, size, bytes, flags and registers of every listed instruction", () => {
    const decoded = decodeAll(CASES.map(([text]) => text));
    CASES.forEach(([text, insnClass, size, bytes, flags, writes, address], i) => {
      const { itLength, fpWrites, fpReads, displacement, ...got } = decoded[i] as Decoded;
      expect({ text, ...got }).toEqual({ text, insnClass, size, bytes, flags, writes, address });
    });
    const mnemonics = new Set(CASES.map(([text]) => text.split(/[ .]/)[0]));
    expect(mnemonics.size).toBeGreaterThanOrEqual(80);
  });

  test("an IT says how many instructions it governs", () => {
    const decoded = decodeAll(IT_CASES.map(([text]) => text));
    expect(decoded.map((d) => d.itLength)).toEqual(IT_CASES.map(([, length]) => length));
    expect(new Set(decoded.map((d) => d.insnClass))).toEqual(new Set(["other"]));
  });

  test("direct branches give their distance", () => {
    const decoded = decodeAll(TARGET_CASES.map(([text]) => text));
    expect(decoded.map((d) => d.displacement)).toEqual(
      TARGET_CASES.map(([, distance]) => distance),
    );
  });

  test("FPU instructions give the single registers they write and read", () => {
    const decoded = decodeAll(FPU_CASES.map(([text]) => text));
    FPU_CASES.forEach(([text, fpWrites, fpReads], i) => {
      const got = decoded[i] as Decoded;
      expect({ text, fpWrites: got.fpWrites, fpReads: got.fpReads }).toEqual({
        text,
        fpWrites,
        fpReads,
      });
    });
  });

  test("what no core of the family executes is undecoded", () => {
    // SRS, BLX to Arm state, coprocessor 0, branch future, reserved load size
    const words = ["e80d c000", "f000 e802", "ee00 0010", "f0c0 c001", "f870 0000"];
    const decoded = decodeHalfwords(`${words.join("\n")}\n`);
    expect(decoded.map((d) => d.flags)).toEqual(words.map(() => "U"));
  });

  test("pairs of halfwords from the whole space decode without undefined behaviour", () => {
    const lines: string[] = [];
    for (let first = 0; first < 0x10000; first += first < 0xe800 ? 3 : 13) {
      for (const second of [0x0000, 0x8a5f, 0xf0f0]) {
        lines.push(`${first.toString(16)} ${second.toString(16)}\n`);
      }
    }
    const decoded = decodeHalfwords(lines.join(""));
    expect(decoded.length).toBe(lines.length);
    expect(decoded.every((d) => d.size === 2 || d.size === 4)).toBe(true);
  });
});
