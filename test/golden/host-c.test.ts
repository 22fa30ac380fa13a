/**
 * The generated C, built by the host's compiler under the address and undefined-behaviour sanitizers, gives the bits
 * of the twin: 1,000 random models, in programs of many models each.
 */
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { writeFiles } from "../../codegen/emit/write.ts";
import { generate } from "../../codegen/pipeline.ts";
import { FORMAT_FACTS, type Format } from "../../codegen/quantize/params.ts";
import type { QuantizedModel } from "../../codegen/quantize/quantized-model.ts";
import { createTwin } from "../../codegen/quantize/reference-int8.ts";
import {
  createRandom,
  type ModelShape,
  type Random,
  randomFrames,
  randomModel,
} from "../random-model.ts";

const PROGRAMS = 20;
const MODELS_PER_PROGRAM = 50;
const STEPS = 5;
/** Models with hidden sizes far beyond the others', one in each of the first programs. */
const LARGE_MODELS = 6;
const AT_ONCE = 2;

const WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-pedantic"];
const SANITIZERS = [
  "-fsanitize=address,undefined",
  "-fno-sanitize-recover",
  // Checks as calls instead of inline code: a third less to compile.
  ...["--param", "asan-instrumentation-with-call-threshold=0"],
];
/** Twenty times what a quiet machine needs. */
const TIMEOUT_MS = 600_000;
const DRIVER = fileURLToPath(new URL("host-c/driver.c", import.meta.url));

const hasGcc = spawnSync("gcc", ["--version"]).status === 0;
const crossGcc = "arm-none-eabi-gcc";
const hasCrossGcc = spawnSync(crossGcc, ["--version"]).status === 0;
const directory = mkdtempSync(join(tmpdir(), "pioneer-host-c-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** One of each instruction set: the host reads its streams by the portable path of the same file. */
const CORES = [
  "cortex-m4",
  "cortex-m0plus",
  "cortex-m55",
  "rv32imc",
  "xtensa-lx106",
  "xtensa-mac16",
] as const;

interface Case {
  readonly prefix: string;
  readonly format: Format;
  readonly model: QuantizedModel;
  /** STEPS frames of raw values; extremes included. */
  readonly frames: readonly (Int8Array | Int16Array)[];
}

function randomShape(random: Random, name: string, large: boolean): ModelShape {
  // Most shapes are small: every remainder of the padding, fast to compile.
  const size = (): number =>
    random.integer(0, 9) === 0 ? random.integer(1, 70) : random.integer(1, 20);
  const dense = () => ({
    size: size(),
    activation: random.pick(["none", "sigmoid", "tanh", "relu"] as const),
  });
  // Half of the models are one LSTM: compiling takes most of the time, and every layer more of it.
  const [lstms, denses] = random.pick([
    [1, 0],
    [1, 0],
    [1, 0],
    [1, 1],
    [2, 1],
    [0, random.integer(1, 2)],
  ] as const);
  return {
    name,
    inputSize: large ? random.integer(100, 300) : size(),
    lstms: large ? [random.integer(100, 300)] : Array.from({ length: lstms }, size),
    denses: Array.from({ length: denses }, dense),
    densesFirst: random.integer(0, 4) === 0,
    reach: random.pick([0.2, 1.7, 6]),
    initialState: random.integer(0, 3) === 0,
  };
}

function rawFrames(random: Random, size: number, format: Format): Case["frames"] {
  const { activationMax: max } = FORMAT_FACTS[format];
  const value = (): number =>
    random.integer(0, 15) === 0 ? random.pick([-max - 1, max, 0]) : random.integer(-max - 1, max);
  return Array.from({ length: STEPS }, () => {
    const values = Array.from({ length: size }, value);
    return format === "int8" ? Int8Array.from(values) : Int16Array.from(values);
  });
}

function makeCase(random: Random, folder: string, index: number, large: boolean): Case {
  const prefix = `m${index}`;
  const format = random.pick(["int8", "int16x8"] as const);
  const model = randomModel(random, randomShape(random, prefix, large));
  const board = {
    ...loadBoard(random.pick(["qemu-m4", "nucleo-f446re"])),
    core: random.pick(CORES),
  };
  const sequences = [randomFrames(random, 6, model.inputSize)];
  const calibration = { source: "random frames", sequences };
  const plain = random.integer(0, 4) === 0 ? ({ instructions: "c11" } as const) : {};
  const storage = random.pick(["narrow", "wide"] as const);
  const generated = generate({ model, board, format, prefix, calibration, storage, ...plain });
  writeFiles(folder, generated.files);
  const quantized = generated.stages.quantize.model;
  return { prefix, format, model: quantized, frames: rawFrames(random, model.inputSize, format) };
}

function bytesOf(values: Int8Array | Int16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** What the driver writes for a case, according to the twin. */
function expectedBytes({ model, frames }: Case): Buffer {
  const twin = createTwin(model);
  const parts: Uint8Array[] = [];
  const step = (frame: Int8Array | Int16Array): void => {
    parts.push(bytesOf(twin.step(frame)), twin.readState());
  };
  for (const frame of frames) step(frame);
  twin.reset();
  step(frames[0] as Int8Array);
  return Buffer.concat(parts);
}

function execute(program: string, args: readonly string[], input?: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (bytes: Buffer) => out.push(bytes));
    child.stderr.on("data", (bytes: Buffer) => err.push(bytes));
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) resolve(Buffer.concat(out));
      else reject(new Error(`${program} ended with ${status}: ${Buffer.concat(err)}`));
    });
    child.stdin.end(input);
  });
}

/** One program of many models: its folder holds all that is needed to repeat it by hand. */
function makeProgram(
  index: number,
  models = MODELS_PER_PROGRAM,
): { readonly folder: string; readonly cases: readonly Case[] } {
  const random = createRandom(1000 + index);
  const folder = join(directory, `program${index}`);
  mkdirSync(folder);
  const cases = Array.from({ length: models }, (_, i) =>
    makeCase(random, folder, i, i === 0 && index < LARGE_MODELS),
  );
  const lines = [
    `#define STEPS ${STEPS}`,
    ...cases.map(({ prefix }) => `#include "${prefix}.c"`),
    `#define MODELS(X) ${cases
      .map(
        ({ prefix, format }) =>
          `X(${prefix}, ${prefix.toUpperCase()}, ${format === "int8" ? "int8_t" : "int16_t"})`,
      )
      .join(" ")}`,
  ];
  writeFileSync(join(folder, "models.h"), `${lines.join("\n")}\n`);
  copyFileSync(DRIVER, join(folder, "driver.c"));
  return { folder, cases };
}

/** Prefixes of the cases whose bytes differ from the twin's. */
async function mismatches(index: number): Promise<readonly string[]> {
  const { folder, cases } = makeProgram(index);
  const program = join(folder, "program");
  const source = join(folder, "driver.c");
  // Optimised code takes three times as long to compile; every third program is.
  const level = index % 3 === 0 ? "-O1" : "-O0";
  await execute("gcc", ["-std=c11", level, ...WARNINGS, ...SANITIZERS, source, "-o", program]);
  const input = Buffer.concat(cases.flatMap(({ frames }) => frames.map(bytesOf)));
  const output = await execute(program, [], input);
  let at = 0;
  const wrong = cases.filter((one) => {
    const expected = expectedBytes(one);
    const actual = output.subarray(at, at + expected.length);
    at += expected.length;
    return !actual.equals(expected);
  });
  expect(at).toBe(output.length);
  return wrong.map(({ prefix, format }) => `program ${index} ${prefix} ${format}`);
}

test.skipIf(!hasGcc)(
  `host-built C equals the twin for ${PROGRAMS * MODELS_PER_PROGRAM} random models`,
  async () => {
    const wrong: string[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < PROGRAMS) wrong.push(...(await mismatches(next++)));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    expect(wrong).toEqual([]);
  },
  TIMEOUT_MS,
);

test.skipIf(!hasCrossGcc).each(["-O3", "-Os"])(
  "a program of random models compiles for a Cortex-M4 with %s and every warning an error",
  async (level) => {
    const { folder } = makeProgram(PROGRAMS + Number(level === "-Os"), 10);
    const target = ["-mcpu=cortex-m4", "-mthumb", "-std=c11", level, ...WARNINGS];
    writeFileSync(join(folder, "models.c"), '#include "models.h"\n');
    await execute(crossGcc, [
      ...target,
      "-c",
      join(folder, "models.c"),
      "-o",
      join(folder, "models.o"),
    ]);
  },
);
