/**
 * What a user sees of each kernel variant: its order and padding as a picture in the header, and C that an Arduino sketch
 * of its core's own C++ compiler takes as it is.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { writeFiles } from "../../codegen/emit/write.ts";
import { generate } from "../../codegen/pipeline.ts";
import { type KernelVariant, ROW_LAYOUTS } from "../../codegen/plan/schedule.ts";
import type { TargetOptions } from "../../codegen/plan/target.ts";
import { type AnyFormat, isTfliteFormat } from "../../codegen/quantize/params.ts";
import { WARNINGS } from "../exactness/host-program.ts";
import { withRandomIntegers } from "../random-integers.ts";
import { createRandom, randomFrames, randomModel } from "../random-model.ts";
import { complaints, isThere, symbolsOf } from "./compiled-models.ts";

const ARM = "arm-none-eabi-";
const RISCV = "riscv64-unknown-elf-";
const XTENSA = "xtensa-lx106-elf-";

const M4 = ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"];
const M7 = ["-mcpu=cortex-m7", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"];
const M33 = ["-mcpu=cortex-m33", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"];
const M55 = ["-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard"];
const M0 = ["-mcpu=cortex-m0plus", "-mthumb"];
const RV32 = ["-march=rv32imc", "-mabi=ilp32", "-ffreestanding"];
const LX106 = ["-ffreestanding"];

interface Variant {
  readonly format: AnyFormat;
  readonly board: string;
  readonly toolchain: string;
  readonly flags: readonly string[];
  readonly options?: TargetOptions;
}

const on = (
  format: AnyFormat,
  board: string,
  toolchain: string,
  flags: readonly string[],
  options: TargetOptions = {},
): Variant => ({ format, board, toolchain, flags, options });

/** Of one layer alone: blocks of eight plain rows are made beside 4-bit weights, which test/golden/mixed-c.test.ts has. */
type OneLayerVariant = Exclude<KernelVariant, "c11-int8-eights">;

const VARIANTS: Readonly<Record<OneLayerVariant, Variant>> = {
  "dsp-packed-pairs": on("int8", "qemu-m33", ARM, M33),
  "dsp-packed-pairs-dual": on("int8", "qemu-m7", ARM, M7),
  "dsp-packed-pairs-grouped": on("int8", "qemu-m4", ARM, M4),
  "dsp-rows": on("int16x8", "qemu-m7", ARM, M7),
  "dsp-rows-grouped": on("int16x8", "qemu-m4", ARM, M4),
  "dsp-sums": on("tflite-int8", "qemu-m7", ARM, M7),
  "dsp-sums-grouped": on("tflite-int16x8", "qemu-m4", ARM, M4),
  "mve-int8": on("int8", "qemu-m55", ARM, M55),
  "mve-int16x8": on("int16x8", "qemu-m55", ARM, M55),
  "vfp-float32": on("float32", "qemu-m7", ARM, M7),
  "vfp-float32-apart": on("float32", "qemu-m4", ARM, M4),
  "mve-float32": on("float32", "qemu-m55", ARM, M55),
  "thumb1-lanes": on("int8", "qemu-m0", ARM, M0),
  "thumb1-bytes": on("int16x8", "qemu-m0", ARM, M0),
  "dsp-nibbles": on("int4", "qemu-m33", ARM, M33),
  "dsp-nibbles-grouped": on("int4", "qemu-m4", ARM, M4),
  "rv32-nibbles": on("int4", "qemu-rv32", RISCV, RV32),
  "c11-int4": on("int4", "qemu-xtensa", XTENSA, LX106),
  "dsp-sparse": on("int8", "qemu-m33", ARM, M33, { sparse: 50 }),
  "dsp-sparse-grouped": on("int8", "qemu-m4", ARM, M4, { sparse: 50 }),
  "rv32-sparse": on("int8", "qemu-rv32", RISCV, RV32, { sparse: 50 }),
  "c11-sparse": on("int8", "qemu-xtensa", XTENSA, LX106, { sparse: 50 }),
  "c11-int8": on("int8", "qemu-m0", ARM, M0, { instructions: "c11" }),
  "c11-int16x8": on("int16x8", "qemu-m0", ARM, M0, { instructions: "c11" }),
  "c11-float32": on("float32", "qemu-m0", ARM, M0),
  "c11-tflite-int8": on("tflite-int8", "qemu-m0", ARM, M0),
  "c11-tflite-int16x8": on("tflite-int16x8", "qemu-rv32", RISCV, RV32),
  "rv32-lanes": on("int8", "qemu-rv32", RISCV, RV32),
  "rv32-wide": on("int8", "qemu-rv32", RISCV, RV32, { storage: "wide" }),
  "rv32-bytes": on("int16x8", "qemu-rv32", RISCV, RV32),
  "xtensa-lanes": on("int8", "qemu-xtensa", XTENSA, LX106),
  "xtensa-bytes": on("int16x8", "qemu-xtensa", XTENSA, LX106),
  "xtensa-mac16": on("int8", "qemu-xtensa-mac16", XTENSA, LX106),
  "xtensa-mac16-int16x8": on("int16x8", "qemu-xtensa-mac16", XTENSA, LX106),
};
const NAMES = Object.keys(VARIANTS) as OneLayerVariant[];

const folder = mkdtempSync(join(tmpdir(), "pioneer-variants-"));
afterAll(() => rmSync(folder, { recursive: true }));

const prefixOf = (name: OneLayerVariant): string => name.replaceAll("-", "_");

/** Three values into an LSTM of five units: nothing fills a block. Its C in `into`. */
function write(name: OneLayerVariant, into: string): string {
  const { format, board, options } = VARIANTS[name];
  const random = createRandom(8);
  const real = randomModel(random, { name, inputSize: 3, lstms: [5], denses: [] });
  const model = isTfliteFormat(format) ? withRandomIntegers(random, real, format) : real;
  const sequences = [randomFrames(random, 6, 3)];
  const { files, stages } = generate({
    ...options,
    model,
    format,
    board: loadBoard(board),
    prefix: prefixOf(name),
    calibration: { source: "random frames", sequences },
  });
  expect(stages.plan.schedule.variant).toBe(name);
  mkdirSync(into, { recursive: true });
  writeFiles(into, files);
  return readFileSync(join(into, `${prefixOf(name)}.h`), "utf8");
}

const UNITS_OF = {
  1: "| input 0 | forget 0 | cell 0 | output 0 | ... | output 4 |",
  2: "| input 0-1 | forget 0-1 | cell 0-1 | output 0-1 | ... | output 4 + 1 padding |",
  4: "| input 0-3 | forget 0-3 | cell 0-3 | output 0-3 | ... | output 4 + 3 padding |",
  8: "| input 0-4 + 3 padding | forget 0-4 + 3 padding | cell 0-4 + 3 padding | output 0-4 + 3 padding |",
} as const;
const COLUMNS_OF = {
  1: "| 0-2 input | 3-7 lstm0 hidden |",
  4: "| 0-2 input | 3 padding | 4-8 lstm0 hidden | 9-11 padding |",
  8: "| 0-2 input | 3-7 padding | 8-12 lstm0 hidden | 13-15 padding |",
  16: "| 0-2 input | 3-15 padding | 16-20 lstm0 hidden | 21-31 padding |",
} as const;

/** Units that lie side by side and columns a loop takes at a time, by the layouts' own documentation. */
const SHAPES: Readonly<Record<string, readonly [keyof typeof UNITS_OF, keyof typeof COLUMNS_OF]>> =
  {
    "dsp-packed-pairs": [2, 4],
    "dsp-rows": [2, 4],
    "mve-int8": [8, 16],
    "mve-int16x8": [8, 8],
    "vfp-float32": [4, 4],
    "mve-float32": [4, 4],
    thumb1: [2, 4],
    "dsp-nibbles": [2, 4],
    "rv32-nibbles": [2, 4],
    "c11-int4": [2, 4],
    "dsp-sparse": [2, 4],
    "rv32-sparse": [2, 4],
    "c11-sparse": [2, 4],
    rv32: [4, 4],
    xtensa: [2, 4],
    "c11-float32": [1, 1],
    "c11-int": [1, 4],
  };

describe("the header draws", () => {
  test("every variant", () =>
    expect([...NAMES, "c11-int8-eights"].sort()).toEqual(Object.keys(ROW_LAYOUTS).sort()));

  test.each(NAMES)("order and padding of %s", async (name) => {
    const lines = write(name, join(folder, "pictures"))
      .split("\n")
      .map((line) => line.replace(/^ \* ?/, ""));
    const first = lines.findIndex((line) => line.startsWith("Weights: one stream"));
    const picture = lines.slice(first, lines.indexOf("/", first));
    expect(Math.max(...picture.map((line) => line.length))).toBeLessThanOrEqual(110);
    const shape = Object.entries(SHAPES).find(([start]) => name.startsWith(start))?.[1];
    if (shape) {
      const [units, columns] = shape;
      expect(picture).toContain(`    columns ${COLUMNS_OF[columns]}`);
      expect(picture).toContain(`    rows    ${UNITS_OF[units]}`);
    } else {
      const units = name.startsWith("dsp") ? 2 : 1;
      expect(picture).toContain("    columns | 0-2 input | 3 padding |");
      expect(picture).toContain("    columns | 0-4 lstm0 hidden | 5-7 padding |");
      expect(picture.filter((line) => line === `    rows    ${UNITS_OF[units]}`)).toHaveLength(2);
    }
    await expect(`${picture.join("\n")}\n`).toMatchFileSnapshot(`pictures/${name}.txt`);
  });
});

/** What a user of a model writes; the Arduino builder puts its own header before it and compiles it as C++. */
function sketch(names: readonly OneLayerVariant[]): string {
  const prefixes = names.map(prefixOf);
  const each = (text: (prefix: string) => string): string => prefixes.map(text).join("");
  return [
    each((prefix) => `#include "${prefix}.h"\n`),
    each((prefix) => `static ${prefix}_state ${prefix}_stream;\n`),
    `void setup() {\n${each((prefix) => `  ${prefix}_init(&${prefix}_stream);\n`)}}\n`,
    "void loop() {\n",
    prefixes
      .map((prefix, index) => {
        const { format } = VARIANTS[names[index] as OneLayerVariant];
        const type =
          format === "float32"
            ? "float"
            : format.endsWith("t8") || format === "int4"
              ? "int8_t"
              : "int16_t";
        const PREFIX = prefix.toUpperCase();
        return [
          "  {\n",
          `    static ${type} input[${PREFIX}_INPUT_SIZE], output[${PREFIX}_OUTPUT_SIZE];\n`,
          `    static uint8_t bytes[${PREFIX}_STATE_BYTES];\n`,
          `    ${prefix}_step(&${prefix}_stream, input, output);\n`,
          `    ${prefix}_read_state(&${prefix}_stream, bytes);\n`,
          `    if (output[0] == 0) ${prefix}_reset(&${prefix}_stream);\n`,
          "  }\n",
        ].join("");
      })
      .join(""),
    "}\n",
  ].join("");
}

/** Variants for which one compiler takes the same flags. */
const GROUPS = [...new Set(NAMES.map((name) => `${VARIANTS[name].flags.join(" ")}`))].map((key) => {
  const names = NAMES.filter((name) => VARIANTS[name].flags.join(" ") === key);
  const { toolchain, flags } = VARIANTS[names[0] as OneLayerVariant];
  return { names, toolchain, flags, title: names.join(", ") };
});

function need(toolchain: string): boolean {
  const there = isThere(`${toolchain}g++`) && isThere(`${toolchain}gcc`);
  if (!there) console.warn(`no sketch is compiled by ${toolchain}g++: it is not installed`);
  return there;
}

describe.each(GROUPS)("an Arduino sketch with $title", ({ names, toolchain, flags }) => {
  const there = need(toolchain);

  test.skipIf(!there).each(["gnu++11", "gnu++17"])("links in %s", (standard) => {
    const place = join(folder, `${prefixOf(names[0] as OneLayerVariant)}-${standard}`);
    for (const name of names) write(name, place);
    writeFileSync(join(place, "sketch.ino"), sketch(names));
    const objects = names.map((name) => join(place, `${prefixOf(name)}.o`));
    for (const object of objects) {
      const source = object.replace(/o$/, "c");
      const c = ["-std=gnu11", "-Os", ...flags, ...WARNINGS, "-c", source, "-o", object];
      expect(complaints(`${toolchain}gcc`, c)).toBe("");
    }
    const program = join(place, "sketch.o");
    const cpp = ["-fno-exceptions", "-fno-rtti", "-x", "c++", join(place, "sketch.ino")];
    const args = [`-std=${standard}`, "-Os", ...flags, ...WARNINGS, ...cpp, "-c", "-o", program];
    expect(complaints(`${toolchain}g++`, args)).toBe("");
    const linked = join(place, "linked.o");
    const link = [...flags, "-r", "-nostdlib", program, ...objects, "-o", linked];
    expect(complaints(`${toolchain}g++`, link)).toBe("");
    const prefixes = names.map(prefixOf);
    const missing = symbolsOf(linked, toolchain).undefined.filter((symbol) =>
      prefixes.some((prefix) => symbol.includes(prefix)),
    );
    expect(missing).toEqual([]);
  });
});

/** Loops that about fill the 1 KB of flash that an STM32L4 or F4 keeps: one line more, and each lap waits for all of them. */
describe.skipIf(!need(ARM))(
  "the loop by hand begins a line of flash, wherever it is linked",
  () => {
    test.each([
      ["dsp-packed-pairs-grouped", "_blocks"],
      ["dsp-nibbles-grouped", "_blocks"],
      ["dsp-sparse-grouped", "_blocks"],
      ["vfp-float32-apart", "_rows"],
    ] as const)("%s", (name, suffix) => {
      const place = join(folder, `aligned-${name}`);
      write(name, place);
      const object = join(place, `${prefixOf(name)}.o`);
      const source = object.replace(/o$/, "c");
      const c = ["-std=gnu11", "-Os", ...VARIANTS[name].flags, "-c", source, "-o", object];
      expect(complaints(`${ARM}gcc`, c)).toBe("");
      const dump = spawnSync(`${ARM}objdump`, ["-ht", object], { encoding: "utf8" }).stdout;
      const [, address] =
        new RegExp(`^([0-9a-f]+) .*${prefixOf(name)}${suffix}$`, "m").exec(dump) ?? [];
      expect(Number.parseInt(address ?? "1", 16) % 32).toBe(0);
      const [, alignment] = /\.text .*2\*\*(\d+)/.exec(dump) ?? [];
      expect(Number(alignment)).toBeGreaterThanOrEqual(5);
    });
  },
);
