/**
 * Proves the plugin's decoder of RV32IMC: against objdump's text for every instruction of the C library, the compiler's
 * library and a generated model, and against arbitrary words. Costs are left to test/qemu/plugin-sets.test.ts.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, describe as suite, test } from "vitest";
import { describe } from "./riscv-text.ts";

const SOURCES = fileURLToPath(new URL("../../firmware/qemu/", import.meta.url));
const DRIVER = fileURLToPath(new URL("riscv-decode.c", import.meta.url));
const GOLDEN = fileURLToPath(new URL("../golden/emitted-c/", import.meta.url));
const FLAGS = ["-march=rv32imc", "-mabi=ilp32"];
const PREFIX = "riscv64-unknown-elf-";

/** Flag letters of riscv-text.ts by their bit in enum insn_flag; the others have none. */
const LETTERS: readonly (readonly [number, string])[] = [
  [0, "L"],
  [1, "S"],
  [2, "C"],
  [3, "P"],
  [4, "D"],
  [11, "K"],
];
const UNDECODED = 1 << 8;

const tools = ["gcc", `${PREFIX}gcc`].filter((tool) => spawnSync(tool, ["--version"]).error);
if (tools.length > 0) console.warn(`riscv-decode: skipped, ${tools.join(", ")} is not installed`);

suite.skipIf(tools.length > 0)("RV32IMC decoder", () => {
  let folder: string;
  let decoder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pioneer-riscv-"));
    decoder = join(folder, "decode");
    const inputs = ["riscv.c", "riscv_compressed.c", "counts.c", "cost.c", "rules.c", "lanes.c"];
    execFileSync("gcc", [
      ...["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-fsanitize=undefined"],
      ...["-fno-sanitize-recover=all", `-I${SOURCES}`, "-o", decoder, DRIVER],
      ...inputs.map((name) => join(SOURCES, name)),
    ]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const decode = (words: readonly string[]) =>
    execFileSync(decoder, { input: words.join("\n"), encoding: "utf8", maxBuffer: 1 << 26 })
      .trimEnd()
      .split("\n");

  /** Each different instruction of a file, as `address`, `bits` and objdump's text. */
  function instructions(file: string): readonly (readonly [number, string, string])[] {
    const listing = execFileSync(`${PREFIX}objdump`, ["-d", "-M", "no-aliases,numeric", file], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    const lines = listing.matchAll(/^\s*([0-9a-f]+):\t([0-9a-f]{8}|[0-9a-f]{4})\s+(.*)$/gm);
    const different = new Map<string, readonly [number, string, string]>();
    for (const [, address = "", bits = "", text = ""] of lines) {
      different.set(bits, [Number.parseInt(address, 16), bits, text]);
    }
    return [...different.values()];
  }

  const libraryOf = (name: string) =>
    execFileSync(`${PREFIX}gcc`, [...FLAGS, `-print-file-name=${name}`], {
      encoding: "utf8",
    }).trim();

  /** The generated C of a golden case, compiled as one object. */
  function modelObject(): string {
    const object = join(folder, "model.o");
    const [name = ""] = readdirSync(join(GOLDEN, "odd-stack")).filter((file) =>
      file.endsWith(".c"),
    );
    const source = join(GOLDEN, "odd-stack", name);
    const common = ["-O2", "-ffreestanding", "-c", "-o", object, source];
    execFileSync(`${PREFIX}gcc`, [...FLAGS, "--specs=picolibc.specs", ...common]);
    return object;
  }

  test.each([
    ["the compiler's library", () => libraryOf("libgcc.a"), 1000],
    ["a generated model", modelObject, 300],
  ])("objdump's text says the same of every instruction of %s", (_, file, atLeast) => {
    const listed = instructions(file());
    expect(listed.length).toBeGreaterThan(atLeast);
    const lines = decode(listed.map(([, bits]) => bits));
    const wrong: string[] = [];
    listed.forEach(([address, bits, text], i) => {
      const expected = describe(text);
      const target = expected?.target == null ? 0 : expected.target - address;
      const line =
        expected &&
        [
          expected.insnClass,
          bits.length / 2,
          expected.bytes,
          LETTERS.reduce(
            (sum, [bit, letter]) => sum | (expected.flags.includes(letter) ? 1 << bit : 0),
            0,
          ),
          (expected.reads >>> 0).toString(16),
          expected.writes.toString(16),
          expected.address.toString(16),
          target,
        ].join(" ");
      if (line !== lines[i]) wrong.push(`${bits} ${text}: ${lines[i]}, not ${line}`);
    });
    expect(wrong.slice(0, 20)).toEqual([]);
  });

  test("words from the whole space decode without undefined behaviour", () => {
    let seed = 1;
    const words = Array.from({ length: 50_000 }, () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return ((seed >>> 8) ^ (seed << 13)) >>> 0;
    });
    const lines = decode(words.map((word) => word.toString(16)));
    expect(lines).toHaveLength(words.length);
    const sizes = new Set(lines.map((line) => line.split(" ")[1]));
    expect(sizes).toEqual(new Set(["2", "4"]));
  });

  test("floats, atomics and the zero word are undecoded", () => {
    // flw f1, 0(x2); lr.w x1, (x2); c.flw; zeros; amoadd.w
    const lines = decode(["00012087", "100120af", "6000", "0000", "0031a0af"]);
    const flags = lines.map((line) => Number(line.split(" ")[3]));
    expect(flags).toEqual(flags.map(() => UNDECODED));
  });
});
