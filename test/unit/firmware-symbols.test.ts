/**
 * Proves what is read of a firmware file: functions at any address of 32 bits, and damaged files refused with a code.
 * Where a profile's places lie is left to profile.test.ts.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  addressOf,
  type FirmwareSymbol,
  functionAt,
  parseSections,
  readObjects,
  readSizes,
  readSymbols,
} from "../../host/workflow/symbols.ts";

describe("functionAt", () => {
  const symbol = (name: string, address: number, bytes: number): FirmwareSymbol => ({
    name,
    address,
    bytes,
    isFunction: true,
  });
  // RAM of the emulated RISC-V board begins at 0x80000000; Thumb functions have odd addresses.
  const symbols = [
    symbol("low", 0x0000_0101, 8),
    symbol("middle", 0x7fff_fff0, 16),
    symbol("high", 0x8000_0000, 16),
    symbol("last", 0xffff_fff0, 16),
  ];

  test.each([
    [0x0000_0100, "low"],
    [0x0000_0105, "low+4"],
    [0x0000_0108, undefined],
    [0x7fff_fffe, "middle+14"],
    [0x8000_0000, "high"],
    [0x8000_000f, "high+14"],
    [0x8000_0010, undefined],
    [0xffff_fffe, "last+14"],
    [0x0000_00fe, undefined],
  ])("%i", (pc, name) => {
    expect(functionAt(symbols, pc)).toBe(name);
  });
});

test.each([
  ["none", []],
  ["one above 32 bits", [{ name: "mark", address: 2 ** 32, bytes: 16, isFunction: false }]],
])("a firmware with %s of a symbol is refused", (_, symbols) => {
  expect(() => addressOf(symbols, "mark")).toThrow(
    expect.objectContaining({ code: "TP-BUILD-004", exitStatus: 3 }),
  );
});

test("sections are flash or RAM by where they run and what writes them", () => {
  const flags = (words: string) => `CONTENTS, ALLOC, LOAD, ${words}`;
  const line = (name: string, size: string, runs: string, loaded: string, words: string) =>
    `  0 ${name} ${size}  ${runs}  ${loaded}  00001000  2**5  ${words}`;
  const text = [
    "Idx Name             Size      VMA       LMA       File off  Algn  Flags",
    line(".text", "00000100", "00000000", "00000000", flags("READONLY, CODE")),
    line(".code_ram", "00000020", "00800000", "00000100", flags("READONLY, CODE")),
    // Variables and functions between them.
    line(".data", "00000008", "20002000", "00000120", flags("CODE")),
    line(".bss", "00000040", "20002008", "20002008", "ALLOC"),
    line(".debug_info", "00009000", "00000000", "00000000", "CONTENTS, READONLY, DEBUGGING"),
  ].join("\n");
  expect(parseSections(text)).toEqual({ text: 0x100, data: 0x28, bss: 0x40 });
});

const missing = ["arm-none-eabi-as", "arm-none-eabi-ld"].filter(
  (tool) => spawnSync(tool, ["--version"]).error,
);
if (missing.length > 0) console.warn(`damaged firmware: skipped, ${missing.join()} not installed`);

describe.skipIf(missing.length > 0)("damaged firmware", () => {
  const folder = mkdtempSync(join(tmpdir(), "pioneer-symbols-"));
  const file = join(folder, "damaged.elf");
  let whole: Buffer = Buffer.alloc(0);

  beforeAll(() => {
    const [source, object, elf] = ["s", "o", "elf"].map((end) => join(folder, `whole.${end}`));
    writeFileSync(
      source as string,
      ".syntax unified\n.thumb\n.type f, %function\n.global f\nf: bx lr\n.size f, . - f\n.data\n.global mark\n.type mark, %object\nmark: .space 16\n.size mark, 16\n",
    );
    execFileSync("arm-none-eabi-as", ["-o", object as string, source as string]);
    execFileSync("arm-none-eabi-ld", ["-e", "f", "-o", elf as string, object as string]);
    whole = readFileSync(elf as string);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What each reader makes of a file: "read", or the code of its error. */
  async function outcomes(bytes: Buffer): Promise<readonly string[]> {
    writeFileSync(file, bytes);
    const readers = [readSymbols(file), readSizes(file), readObjects(file)];
    const settled = await Promise.allSettled(readers);
    return settled.map((one) =>
      one.status === "fulfilled" ? "read" : String(one.reason?.code ?? one.reason),
    );
  }

  /** Fields of a 32-bit ELF file's header: offset of the section table, and the number of its names' section. */
  const SECTIONS = 32;
  const NAMES = 50;
  const SECTION_BYTES = 40;

  const changed = (at: number, value: number) => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt32LE(value >>> 0, at);
    return bytes;
  };
  const half = (at: number, value: number) => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt16LE(value, at);
    return bytes;
  };
  /** Every section with one of its ten words changed: 4 offset, 5 size, 6 link, 9 size of an entry. */
  const sections = (word: number, value: (section: number) => number) => {
    const bytes = Buffer.from(whole);
    const table = bytes.readUInt32LE(SECTIONS);
    for (let i = 1; i < bytes.readUInt16LE(48); i++) {
      bytes.writeUInt32LE(value(i) >>> 0, table + i * SECTION_BYTES + 4 * word);
    }
    return bytes;
  };

  test("the file itself is read", async () => {
    expect(await outcomes(whole)).toEqual(["read", "read", "read"]);
    expect(await readSymbols(file)).toContainEqual(expect.objectContaining({ name: "f" }));
  });

  test.each([
    ["nothing", () => Buffer.alloc(0)],
    ["words", () => Buffer.from("no firmware\n")],
    ["another magic number", () => changed(0, 0)],
    ["half of it", () => whole.subarray(0, whole.length / 2)],
    ["a section table behind its end", () => changed(SECTIONS, 0xffff_fff0)],
  ])("%s is refused with a code by every reader that needs it", async (_, bytes) => {
    const [symbols] = await outcomes(bytes());
    expect(symbols).toBe("TP-BUILD-003");
  });

  test.each([
    ["names in a section that is not there", () => half(NAMES, 0xfff0)],
    ["names in themselves", () => half(NAMES, 0)],
    ["sections behind the end", () => sections(4, () => 0xffff_ff00)],
    ["sections of 4 GiB", () => sections(5, () => 0xffff_ffff)],
    ["sections that link to each other in a circle", () => sections(6, (i) => i)],
    ["entries of no bytes", () => sections(9, () => 0)],
    ["names of symbols behind their table", () => sections(0, () => 0x7fff_ffff)],
  ])("%s end in an answer or a code", async (_, bytes) => {
    for (const outcome of await outcomes(bytes())) expect(outcome).toMatch(/^read$|^TP-BUILD-003$/);
  });

  test("so do forty files with a few bytes changed, by seed", async () => {
    let seed = 6;
    const next = (limit: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * limit);
    };
    for (let i = 0; i < 40; i++) {
      const bytes = Buffer.from(whole);
      const table = bytes.readUInt32LE(SECTIONS);
      for (let k = 0; k <= next(4); k++) {
        const isHeader = next(2) === 0;
        bytes[isHeader ? next(52) : table + next(bytes.length - table)] = next(256);
      }
      for (const outcome of await outcomes(bytes)) {
        expect(outcome, `file ${i}`).toMatch(/^read$|^TP-BUILD-003$/);
      }
    }
  }, 60_000);

  test("a name of 100,000 characters is a name like any other", async () => {
    const name = "n".repeat(100_000);
    const source = join(folder, "long.s");
    writeFileSync(source, `.global ${name}\n${name}: .word 0\n`);
    execFileSync("arm-none-eabi-as", ["-o", file, source]);
    expect((await readSymbols(file)).map((symbol) => symbol.name)).toEqual([name]);
  });
});
