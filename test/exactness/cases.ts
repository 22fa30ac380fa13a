/**
 * Seeded cases of exactness: a random model for a random target, the C made of it, frames, and the twin's answers.
 * Compiling and running the C is left to host-program.ts and board-program.ts.
 */
import { type Board, type Core, loadBoard } from "../../codegen/board.ts";
import { writeFiles } from "../../codegen/emit/write.ts";
import { PlanError } from "../../codegen/errors.ts";
import type { RecurrentModel } from "../../codegen/model/types.ts";
import { generate } from "../../codegen/pipeline.ts";
import type { KernelVariant } from "../../codegen/plan/schedule.ts";
import { FUSIONS, type TargetOptions } from "../../codegen/plan/target.ts";
import { formatName, weightedLayers } from "../../codegen/quantize/mixed-format.ts";
import {
  type ActivationArray,
  ALL_FORMATS,
  type AnyFormat,
  FORMATS,
  isTfliteFormat,
  type TfliteFormat,
} from "../../codegen/quantize/params.ts";
import { hasHalves } from "../../codegen/quantize/quantized-model.ts";
import type { SparedWork } from "../../codegen/quantize/spared-work.ts";
import { createTwin, type ModelInFormat } from "../../codegen/quantize/twin.ts";
import { withRandomIntegers } from "../random-integers.ts";
import {
  createRandom,
  type ModelShape,
  type Random,
  randomFrames,
  randomModel,
} from "../random-model.ts";
import { makeExtreme, rawFrames, WEIGHT_KINDS } from "./extremes.ts";

/** Steps of one stream; its first frame is stepped once more after a reset. */
export const STEPS = 5;

export interface Case {
  /** C prefix: m and the case's number in its program. */
  readonly prefix: string;
  readonly format: AnyFormat;
  readonly model: ModelInFormat;
  readonly variant: KernelVariant;
  /** Time steps of a frame, which PREFIX_steps takes at once; 1: PREFIX_step takes one. */
  readonly steps: number;
  /** An LSTM has its rows in halves. */
  readonly halves: boolean;
  /** It keeps sums from step to step, or repeats results. */
  readonly spared: SparedWork;
  /** Part of the tiles of weights that are left out [%]; null where all are stored. */
  readonly sparse: number | null;
  /** What the frames are made from. */
  readonly frameSeed: number;
  /** STEPS frames of raw values. */
  readonly frames: readonly ActivationArray[];
  /** Shape, target and weights, for people. */
  readonly description: string;
}

/** What C may be made for; with `sparse` that part of the tiles of weights is left out, or another. */
export interface CaseTarget extends TargetOptions {
  readonly board: Board;
}

/** Every kernel variant: the host reads their streams by the portable path of the same C. */
export const ALL_TARGETS: readonly CaseTarget[] = (
  [
    ["cortex-m4"],
    ["cortex-m7"],
    ["cortex-m33"],
    ["cortex-m0plus"],
    ["cortex-m55"],
    ["rv32imc"],
    ["rv32imc", { storage: "wide" }],
    ["xtensa-lx106"],
    ["xtensa-mac16"],
    ["cortex-m4", { instructions: "c11" }],
    ["cortex-m4", { sparse: 0 }],
    ["rv32imc", { sparse: 0 }],
    ["xtensa-lx106", { sparse: 0 }],
  ] as readonly (readonly [Core, TargetOptions?])[]
).flatMap(([core, options]) =>
  // Two boards' lines for weights.
  ["qemu-m4", "nucleo-f446re"].map((id) => ({ board: { ...loadBoard(id), core }, ...options })),
);

/**
 * What is made for one board: its own instructions, twice where there are two storages, seldom plain C, and seldom with tiles of
 * weights left out where there are kernels for it.
 */
export function targetsOf(board: Board): readonly CaseTarget[] {
  const own: readonly CaseTarget[] =
    board.core === "rv32imc" ? [{ board }, { board, storage: "wide" }] : [{ board }];
  const sparse: readonly CaseTarget[] =
    board.core === "cortex-m55"
      ? []
      : [
          { board, sparse: 0 },
          { board, sparse: 0 },
        ];
  return [...own, ...own, ...own, { board, instructions: "c11" }, ...sparse];
}

/** What cases are drawn from. */
export interface Draw {
  /** The first case has sizes of 100 to 300. */
  readonly large: boolean;
  /** All of int8, with 4-bit weights in some layers, not all. */
  readonly mixed?: boolean;
  /** All with tiles of weights left out. */
  readonly sparse?: boolean;
}

const LAST_LAYER = { size: 5, activation: "sigmoid" } as const;

/** Most sizes are small: every remainder of the padding, fast to compile. */
function randomSize(random: Random): number {
  const range = random.integer(0, 39);
  return random.integer(1, range === 0 ? 300 : range < 5 ? 70 : 20);
}

function randomShape(random: Random, name: string, large: boolean): ModelShape {
  const size = (): number => randomSize(random);
  const dense = () => ({
    size: size(),
    activation: random.pick(["none", "sigmoid", "tanh", "relu"] as const),
  });
  // Half of the models are one recurrent layer: compiling takes most of the time, and every layer more of it.
  const [lstms, grus, denses] = random.pick([
    [1, 0, 0],
    [1, 0, 0],
    [1, 0, 1],
    [2, 0, 1],
    [0, 1, 0],
    [0, 1, 0],
    [0, 2, 1],
    [1, 1, 0],
    [0, 0, random.integer(1, 2)],
  ] as const);
  const recurrentSize = (): number => (large ? random.integer(100, 300) : size());
  return {
    name,
    inputSize: large ? random.integer(100, 300) : size(),
    lstms: Array.from({ length: lstms }, recurrentSize),
    grus: Array.from({ length: grus }, () => ({
      size: recurrentSize(),
      resetAfter: random.integer(0, 1) === 1,
    })),
    grusFirst: random.integer(0, 1) === 1,
    denses: Array.from({ length: denses }, dense),
    densesFirst: random.integer(0, 4) === 0,
    convolutions: random.integer(0, 5) === 0 ? [{ ...dense(), taps: random.integer(1, 5) }] : [],
    normalized: random.integer(0, 5) === 0,
    softmax: random.integer(0, 5) === 0,
    reach: random.pick([0.2, 1.7, 6]),
    recurrentReach: random.pick([1, 0.02, 40]),
    initialState: random.integer(0, 3) === 0,
    ...(random.integer(0, 3) === 0 ? { cellClip: random.pick([0.25, 0.9]) } : {}),
  };
}

function describeModel({ inputSize, layers }: RecurrentModel): string {
  const parts = layers.map((layer) =>
    layer.kind === "activation" ? layer.activation : `${layer.kind} ${layer.outputSize}`,
  );
  return [inputSize, ...parts].join(" > ");
}

/** Frames whose peak gives inputs the step of a hidden state, so that equal weights stay equal in a joined row. */
function calibrationFrames(random: Random, size: number, format: AnyFormat): Float64Array[] {
  const peak = format === "int8" || format === "int4" ? 127 / 128 : 32767 / 32768;
  return randomFrames(random, 6, size, peak).map((frame) => frame.fill(peak, 0, 1));
}

/** LSTMs, dense layers and, of int8, softmax alone: what quantized TFLite files hold. */
function withoutOtherLayers(
  { grus = [], lstms, softmax, ...shape }: ModelShape,
  format: TfliteFormat,
): ModelShape {
  const sizes = [...lstms, ...grus.map(({ size }) => size)];
  const ends = softmax === true && format === "tflite-int8";
  return { ...shape, lstms: sizes, convolutions: [], normalized: false, softmax: ends };
}

/** Of each integer format some cases that leave work out; random frames move by any distance. */
function randomSparing(
  random: Random,
  format: AnyFormat,
  { layers }: RecurrentModel,
  mayKeep: boolean,
): SparedWork {
  if (format === "float32" || isTfliteFormat(format)) return {};
  const threshold = (): number => random.pick([0, 1, 30, 120]);
  const keeps = mayKeep && format === "int8" && layers.some(({ kind }) => kind === "lstm");
  return {
    ...(keeps && random.integer(0, 2) === 0
      ? { delta: { input: threshold(), hidden: threshold() } }
      : {}),
    ...(random.integer(0, 5) === 0 ? { skip: { level: 0, frames: random.integer(1, 2) } } : {}),
  };
}

/** Which layers have 4-bit weights, where others have bytes: some, but not all. */
function randomFourBits(random: Random, model: RecurrentModel): readonly string[] {
  const names = weightedLayers(model);
  const chosen = names.filter(() => random.integer(0, 1) === 1);
  if (chosen.length > 0 && chosen.length < names.length) return chosen;
  return [random.pick(names)];
}

/** @throws PlanError when the model cannot be quantized */
function tryCase(
  random: Random,
  folder: string,
  prefix: string,
  targets: readonly CaseTarget[],
  { large, mixed: isMixed = false, sparse: isSparse = false }: Draw,
): Case {
  const fitting = isMixed ? targets.filter((one) => one.sparse === undefined) : targets;
  const target = random.pick(
    isSparse ? targets.filter((one) => one.sparse !== undefined) : fitting,
  );
  const sparse = target.sparse === undefined ? null : random.pick([target.sparse, 30, 70, 97]);
  const format = isMixed || sparse !== null ? "int8" : random.pick([...FORMATS, ...ALL_FORMATS]);
  const any = randomShape(random, prefix, large);
  // Bits differ from layer to layer where there are two.
  const drawn = isMixed ? { ...any, denses: [...any.denses, LAST_LAYER] } : any;
  const tflite = isTfliteFormat(format);
  const real = randomModel(random, tflite ? withoutOtherLayers(drawn, format) : drawn);
  const model = tflite ? withRandomIntegers(random, real, format) : real;
  const extreme = !tflite && random.integer(0, 2) === 0 ? random.pick(WEIGHT_KINDS) : undefined;
  if (extreme) makeExtreme(random, model, extreme);
  const sequences = [
    extreme
      ? calibrationFrames(random, model.inputSize, format)
      : randomFrames(random, 6, model.inputSize),
  ];
  const spared = randomSparing(random, format, model, !isMixed && sparse === null);
  const isPlain = !isMixed && sparse === null && (format === "int8" || format === "int16x8");
  const takesApart = isPlain && spared.delta === undefined;
  const fusion = takesApart ? random.pick(FUSIONS) : "full";
  const sequence = isPlain && fusion === "full";
  const inSteps = sequence && model.layers.some(({ kind }) => kind === "lstm");
  const isSpared = spared.delta !== undefined || spared.skip !== undefined;
  const steps = inSteps && !isSpared ? random.pick([1, 2, 6]) : 1;
  const calibration = { source: "random frames", sequences };
  const fourBits = isMixed ? randomFourBits(random, model) : [];
  const { files, stages } = generate({
    ...target,
    fusion,
    steps,
    model,
    format,
    fourBits,
    prefix,
    calibration,
    ...spared,
    ...(sparse === null ? {} : { sparse }),
  });
  writeFiles(folder, files);
  const frameSeed = random.integer(1, 2 ** 31);
  const { variant } = stages.plan.schedule;
  return {
    prefix,
    format,
    variant,
    model: stages.quantize.model,
    steps,
    halves: stages.quantize.model.layers.some(hasHalves),
    spared,
    sparse,
    frameSeed,
    frames: rawFrames(frameSeed, steps * model.inputSize, stages.quantize.model.input.type, STEPS),
    description: `${formatName({ format, fourBits })}, ${variant}, fusion ${fusion}, ${steps} steps, ${JSON.stringify(spared)}, ${sparse === null ? "" : `sparse ${sparse} %, `}${describeModel(model)}, ${extreme ?? "random"} weights`,
  };
}

export interface CaseSet {
  readonly cases: readonly Case[];
  /** Models that the generator refused to make, and in whose place others were drawn. */
  readonly refused: number;
}

/**
 * `count` cases, their C in `folder`; the same arguments give the same ones.
 */
export function makeCases(
  seed: number,
  folder: string,
  count: number,
  targets: readonly CaseTarget[],
  { large, ...draw }: Draw,
): CaseSet {
  const random = createRandom(seed);
  const cases: Case[] = [];
  let refused = 0;
  while (cases.length < count) {
    const index = cases.length;
    try {
      cases.push(
        tryCase(random, folder, `m${index}`, targets, { ...draw, large: large && index === 0 }),
      );
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      refused++;
    }
  }
  return { cases, refused };
}

/** The C type of a model's values. */
export function cTypeOf({ model }: Case): "int8_t" | "int16_t" | "float" {
  const { type } = model.input;
  return type === "float32" ? "float" : `${type}_t`;
}

/** The bytes of values as they lie in memory. */
export function bytesOf(values: ActivationArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** C that makes PREFIX_steps what a program calls as PREFIX_step, its sizes those of a frame; behind the model's own. */
export function framesInSteps({ prefix, steps, model }: Case): readonly string[] {
  if (steps === 1) return [];
  const sizes = { INPUT: model.inputSize, OUTPUT: model.outputSize };
  return [
    ...Object.entries(sizes).flatMap(([edge, size]) => {
      const name = `${prefix.toUpperCase()}_${edge}_SIZE`;
      return [`#undef ${name}`, `#define ${name} ${steps * size}`];
    }),
    `#define ${prefix}_step ${prefix}_steps`,
  ];
}

export interface Answer {
  readonly output: Uint8Array;
  /** As PREFIX_read_state writes it. */
  readonly state: Uint8Array;
}

/** The twin's answers to the frames, and to the first one again after a reset. */
export function expectedAnswers({ model, frames, steps }: Case): readonly Answer[] {
  const twin = createTwin(model);
  const { inputSize } = model;
  const step = (frame: ActivationArray): Answer => ({
    output: Buffer.concat(
      Array.from({ length: steps }, (_, index) =>
        bytesOf(twin.step(frame.slice(index * inputSize, (index + 1) * inputSize))).slice(),
      ),
    ),
    state: twin.readState(),
  });
  const answers = frames.map(step);
  twin.reset();
  return [...answers, step(frames[0] as ActivationArray)];
}
