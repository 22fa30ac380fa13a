/**
 * A few models of every shape the templates distinguish, as C for a core, and the programs that compile and inspect it.
 * What must hold of the C is left to the tests.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadBoard } from "../../codegen/board.ts";
import { writeFiles } from "../../codegen/emit/write.ts";
import { generate } from "../../codegen/pipeline.ts";
import type { TargetOptions } from "../../codegen/plan/target.ts";
import { FORMATS, type Format } from "../../codegen/quantize/params.ts";
import type { ModelInFormat } from "../../codegen/quantize/twin.ts";
import { WARNINGS } from "../exactness/host-program.ts";
import { createRandom, type ModelShape, randomFrames, randomModel } from "../random-model.ts";

/** Layers that stand alone, in a stack, behind and before dense ones; with and without padding and initial state. */
export const SHAPES = {
  stack: {
    name: "stack",
    inputSize: 16,
    lstms: [16, 9],
    cellClip: 0.75,
    denses: [{ size: 3, activation: "sigmoid" }],
  },
  behind: {
    name: "behind",
    inputSize: 3,
    lstms: [5],
    denses: [{ size: 6, activation: "tanh" }],
    densesFirst: true,
    initialState: true,
  },
  gated: {
    name: "gated",
    inputSize: 6,
    lstms: [],
    grus: [
      { size: 8, resetAfter: true },
      { size: 11, resetAfter: false },
    ],
    denses: [{ size: 2, activation: "none" }],
  },
  halves: {
    name: "halves",
    inputSize: 6,
    lstms: [9],
    denses: [{ size: 3, activation: "none" }],
    recurrentReach: 0.03,
    initialState: true,
  },
  convolved: {
    name: "convolved",
    inputSize: 3,
    convolutions: [
      { size: 6, taps: 3, activation: "sigmoid" },
      { size: 5, taps: 4, activation: "none" },
      { size: 4, taps: 1, activation: "relu" },
    ],
    lstms: [5],
    denses: [],
  },
  normalized: {
    name: "normalized",
    inputSize: 12,
    convolutions: [{ size: 9, taps: 1, activation: "none" }],
    normalized: true,
    lstms: [],
    denses: [],
  },
  normalizedBetween: {
    name: "normalizedBetween",
    inputSize: 7,
    convolutions: [{ size: 10, taps: 2, activation: "none" }],
    normalized: true,
    lstms: [8],
    denses: [{ size: 3, activation: "tanh" }],
  },
  alone: { name: "alone", inputSize: 5, lstms: [7], denses: [] },
  long: { name: "long", inputSize: 104, lstms: [24], denses: [{ size: 3, activation: "none" }] },
  dense: {
    name: "dense",
    inputSize: 9,
    lstms: [],
    denses: [
      { size: 12, activation: "relu" },
      { size: 4, activation: "none" },
    ],
  },
} as const satisfies Readonly<Record<string, ModelShape>>;
export type ShapeName = keyof typeof SHAPES;

export interface CompiledTarget extends TargetOptions {
  readonly name: string;
  /** Board file whose core, line and section the C is made for. */
  readonly board: string;
}

export interface WrittenModel {
  readonly prefix: string;
  readonly model: ModelInFormat;
}

/** Writes one model's C into a folder. */
export function writeModel(
  folder: string,
  prefix: string,
  shape: ModelShape,
  format: Format,
  { name: _, board, ...options }: CompiledTarget,
): WrittenModel {
  const random = createRandom(77);
  const model = randomModel(random, shape);
  const sequences = [randomFrames(random, 6, model.inputSize)];
  const calibration = { source: "random frames", sequences };
  const request = { model, board: loadBoard(board), format, prefix, calibration, ...options };
  const { files, stages } = generate(request);
  writeFiles(folder, files);
  return { prefix, model: stages.quantize.model };
}

/** What can be computed in passes and in several steps a call; the others are always fused, step by step. */
export const SEPARABLE_FORMATS = ["int8", "int16x8"] as const;

function formatsOf({ fusion = "full", steps = 1 }: CompiledTarget): readonly Format[] {
  return fusion === "full" && steps === 1 ? FORMATS : SEPARABLE_FORMATS;
}

/** One source that includes the C of these shapes in every format; gives its path and the models' prefixes. */
export function writeModels(
  folder: string,
  targets: readonly CompiledTarget[],
  shapes: readonly ShapeName[],
): { readonly source: string; readonly prefixes: readonly string[] } {
  mkdirSync(folder, { recursive: true });
  const prefixes = targets.flatMap((target) =>
    shapes.flatMap((shape) =>
      formatsOf(target).map((format) => {
        const prefix = `${target.name}_${shape}_${format}`;
        return writeModel(folder, prefix, SHAPES[shape], format, target).prefix;
      }),
    ),
  );
  const source = join(folder, "models.c");
  writeFileSync(source, prefixes.map((prefix) => `#include "${prefix}.c"\n`).join(""));
  return { source, prefixes };
}

/** True when the program can be started. */
export function isThere(program: string): boolean {
  return spawnSync(program, ["--version"]).status === 0;
}

/** What the program says; empty when it ends well and says nothing. */
export function complaints(program: string, args: readonly string[]): string {
  const { status, error, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  const said = `${stdout}${stderr}`.trim();
  if (error) return error.message;
  return status === 0 ? said : `${program} ended with ${status}: ${said}`;
}

/** What a compiler says of a source, as C11 with every warning an error. */
export function compile(
  compiler: string,
  flags: readonly string[],
  source: string,
  object: string,
): string {
  return complaints(compiler, ["-std=c11", ...WARNINGS, ...flags, "-c", source, "-o", object]);
}

export interface Symbols {
  /** Names that other files see. */
  readonly global: readonly string[];
  /** Names that other files must bring. */
  readonly undefined: readonly string[];
  /** Names of anything that can be written, global or not. */
  readonly writable: readonly string[];
}

/** Symbols of an object file, as `nm` of the compiler's own tools lists them. */
export function symbolsOf(object: string, toolchain = ""): Symbols {
  const { stdout } = spawnSync(`${toolchain}nm`, ["--format=posix", object], { encoding: "utf8" });
  const symbols = stdout
    .trim()
    .split("\n")
    .map((line) => line.split(" ") as [string, string]);
  const named = (types: RegExp): readonly string[] =>
    symbols.filter(([, type]) => types.test(type)).map(([name]) => name);
  return {
    global: named(/^[A-TV-Z]$/),
    undefined: named(/^[Uvw]$/),
    writable: named(/^[BbCDdGgSs]$/),
  };
}
