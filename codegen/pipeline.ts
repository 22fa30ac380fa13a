/**
 * Decides the order of the stages: size, quantize, lower, plan, emit; each value is readonly and prints as JSON.
 * Reading models, boards and recordings is left to the callers.
 */
import type { Board } from "./board.ts";
import { identifier } from "./emit/c-literal.ts";
import { emitContext } from "./emit/context.ts";
import { type Footprint, footprintOf } from "./emit/footprint.ts";
import { frontEndContext } from "./emit/front-end-context.ts";
import { type GeneratedFile, renderAudio, renderFiles } from "./emit/render.ts";
import { type SourceParts, sourceParts } from "./emit/source-parts.ts";
import { PlanError } from "./errors.ts";
import {
  type AnyFrontEndPlan,
  type FrontEndArithmetic,
  planAnyFrontEnd,
} from "./frontend/front-end.ts";
import { lower, type Program } from "./lower/kernel-ir.ts";
import type { FrontEnd } from "./model/sidecar.ts";
import type { RecurrentModel } from "./model/types.ts";
import { checkWeightsFit, withWeightsIn } from "./plan/placement.ts";
import { type Plan, plan } from "./plan/plan.ts";
import { productsOf, rowsSchedule, schedule } from "./plan/schedule.ts";
import { requireSteps } from "./plan/steps.ts";
import { type Target, type TargetOptions, targetOf } from "./plan/target.ts";
import {
  type Calibration,
  type CalibrationData,
  calibrate,
  noiseFrames,
} from "./quantize/calibrate.ts";
import { toFloat32 } from "./quantize/float32-model.ts";
import { type AnyFormat, isTfliteFormat } from "./quantize/params.ts";
import { quantizeModel } from "./quantize/quantize-model.ts";
import { requireSpareable, type SparedWork, withSparedWork } from "./quantize/spared-work.ts";
import { prepareTflite } from "./quantize/tflite/prepare.ts";
import type { ModelInFormat } from "./quantize/twin.ts";
import { weightStepWarnings } from "./quantize/weight-steps.ts";
import { columnGranule, judgeHiddenSize, type LineVerdict } from "./size/cache-line.ts";
import { sparsifyModel } from "./size/sparsify.ts";

/** The stages whose values `--dump` prints. */
export const STAGES = ["model", "size", "quantize", "lower", "plan"] as const;
export type Stage = (typeof STAGES)[number];

export interface GenerateOptions extends TargetOptions, SparedWork {
  readonly model: RecurrentModel;
  /** The board whose line, section and instructions the C is made for. */
  readonly board: Board;
  readonly format: AnyFormat;
  /** Of int8: layers whose weights have 4 bits, by name; none where it is not given. */
  readonly fourBits?: readonly string[];
  /** C prefix of names and files; the model's name by default. */
  readonly prefix?: string;
  /** Frames to find ranges from; null takes seeded noise and warns. */
  readonly calibration: CalibrationData | null;
  /** The weights' licence, from the model's sidecar file. */
  readonly licence?: string;
  /** From the same, its bands the model's inputs and outputs: also makes PREFIX_audio.{h,c} and pioneer_audio.h. */
  readonly frontEnd?: FrontEnd;
  /** In which the front end computes; fixed point where it is not given. */
  readonly frontEndArithmetic?: FrontEndArithmetic;
  /** After each kernel a step calls pioneer_kernel_done, which the program brings: it stamps the time. */
  readonly stamps?: boolean;
}

export interface StageValues {
  readonly model: RecurrentModel;
  /** One verdict a recurrent layer. */
  readonly size: readonly LineVerdict[];
  readonly quantize: { readonly calibration: Calibration; readonly model: ModelInFormat };
  readonly lower: Program;
  readonly plan: Plan;
}

export interface Generated {
  readonly files: readonly GeneratedFile[];
  /** Which layer and part of a kernel the functions and lines of the C belong to. */
  readonly parts: SourceParts;
  readonly stages: StageValues;
  /** What createFrontEndTwin takes; null without a front end. */
  readonly frontEnd: AnyFrontEndPlan | null;
  /** Layers whose kernels tell the program when they are done, in order; empty without stamps. */
  readonly stamped: readonly string[];
  /** What the C takes beside its code and stack. */
  readonly footprint: Footprint;
  readonly warnings: readonly string[];
}

/** Single precision is slow where instructions for it are missing. @param faster what is not */
function floatWarnings(target: Target, faster: string): readonly string[] {
  return target.floatUnit
    ? []
    : [
        `${target.id} (${target.core}) has no float unit: its compiler calls a function for every operation; ${faster} is far faster`,
      ];
}

/** Names that pioneer_model.h gives to every model, and of headers that a C program may include. */
const TAKEN_NAMES = ["model", "assert", "errno", "float", "limits", "math", "signal", "time"];

/** The model's name, but for a taken one. */
function defaultPrefix(name: string): string {
  return TAKEN_NAMES.includes(identifier(name).toLowerCase()) ? "network" : name;
}

/** Integers from calibration, singles as the target adds them, or the file's own integers. */
function quantize(
  { model, format, calibration: data, fourBits = [], ...spared }: GenerateOptions,
  target: Target,
): StageValues["quantize"] {
  if (isTfliteFormat(format)) {
    return { calibration: NOT_CALIBRATED, model: prepareTflite(model, format) };
  }
  const calibration = calibrate(model, data);
  if (format === "float32") {
    return { calibration, model: toFloat32(model, productsOf(schedule(format, target))) };
  }
  const whole = quantizeModel(model, calibration, format, { halves: target.steps > 1, fourBits });
  const quantized = withSparedWork(whole, spared);
  const warnings = [...calibration.warnings, ...weightStepWarnings(model, quantized)];
  return { calibration: { ...calibration, warnings }, model: quantized };
}

/** The scales of a quantized file are its own. */
const NOT_CALIBRATED: Calibration = {
  source: "the file's own scales",
  frames: 0,
  inputPeak: 0,
  peaks: [],
  warnings: [],
};

/** @throws PlanError TP-PLAN-033 */
function requireStampable({ steps }: Target): void {
  if (steps === 1) return;
  throw new PlanError(
    "TP-PLAN-033",
    {
      what: "--stamps does not go with --steps",
      why: "a call of several steps computes a layer's part of all of them at once",
      fix: "no --steps",
    },
    { steps },
  );
}

/** @throws PlanError TP-PLAN-035 */
function requireWhole({ fourBits = [], delta, format }: GenerateOptions, { steps }: Target): void {
  if (fourBits.length === 0) return;
  const refuse = (what: string, why: string, fix: string): never => {
    throw new PlanError("TP-PLAN-035", { what, why, fix }, { format, fourBits });
  };
  if (format !== "int8") {
    refuse(
      `layers of ${format} cannot have 4-bit weights`,
      "they read int8 activations",
      "--format int8,LAYER=int4",
    );
  }
  if (delta !== undefined || steps > 1) {
    refuse(
      `4-bit weights of some layers do not go with ${delta === undefined ? "--steps" : "--delta"}`,
      "sums that wait between steps, or are made ahead, are those of bytes",
      "--format int8, or leave that option out",
    );
  }
}

/**
 * The options with a model whose least important weights are zero, where some are to be left out.
 * @throws PlanError TP-PLAN-040, -041
 */
function withLeftOut(options: GenerateOptions, target: Target): GenerateOptions {
  const { sparse, model, calibration, format, delta } = options;
  if (sparse === undefined) return options;
  schedule(format, target);
  if (delta !== undefined) {
    throw new PlanError("TP-PLAN-040", {
      what: "--sparse does not go with --delta",
      why: "sums that are kept have weights column by column, so that each column can be taken in by itself",
      fix: "one of them",
    });
  }
  const data = calibration ?? noiseFrames(model.inputSize);
  return { ...options, model: sparsifyModel(model, sparse, data) };
}

/**
 * C for one model on one board. The same options give the same bytes.
 * @throws PlanError when the model cannot be generated
 */
export function generate(given: GenerateOptions): Generated {
  const board = withWeightsIn(given.board, given.placement?.weights);
  const target = targetOf(given.board, given);
  const options = withLeftOut(given, target);
  const { model, format, fourBits = [] } = options;
  if (target.steps !== 1) requireSteps(model, format, target);
  requireSpareable(options, format, target);
  requireWhole(options, target);
  const { stamps = false } = options;
  if (stamps) requireStampable(target);
  const size = model.layers
    .filter((layer) => layer.kind === "lstm" || layer.kind === "gru")
    .map(({ name, inputSize, hiddenSize, kind }) => {
      const scheduled = schedule(format, target, fourBits.length > 0);
      const { block } = rowsSchedule(scheduled, fourBits.includes(name));
      const granule = columnGranule(target.lineBytes, scheduled.block);
      return judgeHiddenSize(inputSize, hiddenSize, target, block, kind, granule);
    });
  const { calibration, model: quantized } = quantize(options, target);
  const program = lower(quantized);
  const planned = plan(program, target);
  checkWeightsFit(board, planned.cost.weightBytes);
  const context = emitContext(planned, {
    prefix: options.prefix ?? defaultPrefix(model.name),
    licence: options.licence ?? "the model file's own licence",
    verdicts: size,
    stamps,
  });
  const { files, lines } = renderFiles(context);
  const parts = sourceParts(planned, context.prefix, files[1].text, lines);
  const frontEnd =
    options.frontEnd === undefined
      ? null
      : planAnyFrontEnd(
          options.frontEnd,
          planned.input,
          planned.output,
          options.frontEndArithmetic,
        );
  const audio =
    frontEnd === null ? [] : renderAudio(frontEndContext(frontEnd, context.prefix, target));
  return {
    files: [...files, ...audio],
    frontEnd,
    parts,
    stamped: stamps ? parts.layers.map(({ layer }) => layer) : [],
    footprint: footprintOf(context),
    stages: {
      model,
      size,
      quantize: { calibration, model: quantized },
      lower: program,
      plan: planned,
    },
    warnings: [
      // Nothing is calibrated in single precision.
      ...(format === "float32" ? floatWarnings(target, "int8") : calibration.warnings),
      ...(frontEnd?.arithmetic === "float32" ? floatWarnings(target, "--front-end fixed") : []),
    ],
  };
}
