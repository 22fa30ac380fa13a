/**
 * Holds the plugin's decoders against objdump's text for every instruction of a firmware file.
 * Which files are held is left to the tests and to firmware.ts.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { instructionsOf, type Listed } from "../unit/disassembly.ts";
import { describe as describeRiscv } from "../unit/riscv-text.ts";
import { PLUGIN_SOURCES, THUMB_SOURCES } from "../unit/thumb-sources.ts";
import { readsAndWrites } from "../unit/thumb-text.ts";
import { vectorText } from "../unit/vector-text.ts";
import { describe as describeXtensa } from "../unit/xtensa-text.ts";
import { thumbClass } from "./thumb-class.ts";

/** What came of one file. */
export interface Comparison {
  /** Different instructions held against their text. */
  readonly compared: number;
  /** Those whose text nobody here has a rule for. */
  readonly unlisted: readonly string[];
  readonly wrong: readonly string[];
}

interface Decoder {
  readonly driver: string;
  readonly sources: readonly string[];
  readonly options: readonly string[];
  /** A line for the driver. */
  readonly input: (one: Listed) => string;
  /** What the driver's line has to begin with or hold; null: the text is not listed. */
  readonly check: (one: Listed, line: string) => string | null | undefined;
}

const COUNTS = ["counts", "cost", "rules", "lanes"].map((name) =>
  join(PLUGIN_SOURCES, `${name}.c`),
);
const sourcesOf = (...names: readonly string[]) =>
  names.map((name) => join(PLUGIN_SOURCES, `${name}.c`));
const hex = (mask: number) => (mask >>> 0).toString(16);

/** Undefined when all agrees, else what does not; null for a text without a rule. */
function checkThumb({ text }: Listed, line: string): string | null | undefined {
  const [insnClass, pipe, , reads, writes, , , , , , , , flags] = line.split(" ");
  const undecoded = 1 << 8;
  if ((Number(flags) & undecoded) !== 0) return "undecoded";
  const vector = vectorText(text);
  if (vector !== null && pipe !== "0") {
    const expected = `${vector.insnClass} ${hex(vector.reads)} ${hex(vector.writes)}`;
    const got = `${insnClass} ${reads} ${writes}`;
    return got === expected ? undefined : `${got}, not ${expected}`;
  }
  const registers = readsAndWrites(text);
  if (registers === null) return null;
  const expected = `${thumbClass(text)} ${hex(registers.reads)} ${hex(registers.writes)}`;
  const got = `${insnClass} ${reads} ${writes}`;
  return got === expected ? undefined : `${got}, not ${expected}`;
}

/** RISC-V and Xtensa print class, size, bytes, flags, reads, writes, address. */
function checkDescribed(describe: typeof describeRiscv | typeof describeXtensa): Decoder["check"] {
  return ({ text, words }, line) => {
    const expected = describe(text);
    if (expected === null) return null;
    const [insnClass, size, bytes, , reads, writes, address] = line.split(" ");
    const right = [expected.insnClass, words.length / 2, expected.bytes].join(" ");
    const masks = [expected.reads, expected.writes, expected.address].map(hex).join(" ");
    const got = `${[insnClass, size, bytes].join(" ")} ${[reads, writes, address].join(" ")}`;
    return got === `${right} ${masks}` ? undefined : `${got}, not ${right} ${masks}`;
  };
}

const DECODERS: Readonly<Record<string, Decoder>> = {
  "arm-none-eabi-": {
    driver: "vector-decode.c",
    sources: [...THUMB_SOURCES, ...COUNTS],
    options: [],
    input: ({ words }) => (words.includes(" ") ? words : `${words} 0`),
    check: checkThumb,
  },
  "riscv64-unknown-elf-": {
    driver: "riscv-decode.c",
    sources: [...sourcesOf("riscv", "riscv_compressed"), ...COUNTS],
    options: ["-M", "no-aliases,numeric"],
    input: ({ words }) => words,
    check: checkDescribed(describeRiscv),
  },
  "xtensa-lx106-elf-": {
    driver: "xtensa-decode.c",
    sources: [
      ...sourcesOf("xtensa", "xtensa_registers", "xtensa_narrow", "xtensa_mac16"),
      ...COUNTS,
    ],
    options: [],
    input: ({ words, address }) => `${words} ${hex(address)}`,
    check: checkDescribed(describeXtensa),
  },
};

const built = new Map<string, string>();

/** The driver of a decoder, built once a process. */
function driverOf(toolchain: string, { driver, sources }: Decoder): string {
  const known = built.get(toolchain);
  if (known !== undefined) return known;
  const program = join(mkdtempSync(join(tmpdir(), "pioneer-decoder-")), "decode");
  const source = fileURLToPath(new URL(`../unit/${driver}`, import.meta.url));
  execFileSync("gcc", ["-std=c11", `-I${PLUGIN_SOURCES}`, "-o", program, source, ...sources]);
  built.set(toolchain, program);
  return program;
}

/** True for a file whose vectors objdump names only when it is told the architecture. */
function isArmv81(elf: string, toolchain: string): boolean {
  if (toolchain !== "arm-none-eabi-") return false;
  const attributes = execFileSync(`${toolchain}readelf`, ["-A", elf], { encoding: "utf8" });
  return attributes.includes("Tag_MVE_arch");
}

/**
 * What this objdump shows for data between functions, cannot name, or names as undefined for good; shifts by 64 are
 * instructions of RV128, and the halves of a jump table's addresses.
 */
const NO_INSTRUCTION =
  /^(?:\.|udf\b|excw|ill\b|[rw]er\b|[rw][id]tlb|unimp|c\.unimp|c\.s[lr][la]i64)|UNDEFINED|UNPREDICTABLE/;

/** @param toolchain prefix of the names of its compiler's programs */
export function compareFirmware(elf: string, toolchain: string): Comparison {
  const decoder = DECODERS[toolchain];
  if (!decoder) throw new Error(`no decoder for ${toolchain}`);
  const listed = new Map<string, Listed>();
  const options = isArmv81(elf, toolchain) ? ["-m", "armv8.1-m.main"] : decoder.options;
  for (const one of instructionsOf(`${toolchain}objdump`, options, elf)) {
    // The same word has the same text but for a target, which an address decides.
    if (!NO_INSTRUCTION.test(one.text)) listed.set(one.words, one);
  }
  const instructions = [...listed.values()];
  const lines = execFileSync(driverOf(toolchain, decoder), {
    input: `${instructions.map(decoder.input).join("\n")}\n`,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  })
    .trimEnd()
    .split("\n");
  const unlisted: string[] = [];
  const wrong: string[] = [];
  instructions.forEach((one, i) => {
    const problem = decoder.check(one, lines[i] ?? "");
    if (problem === null) unlisted.push(one.text);
    else if (problem !== undefined) wrong.push(`${one.words} ${one.text}: ${problem}`);
  });
  return { compared: instructions.length - unlisted.length, unlisted, wrong };
}
