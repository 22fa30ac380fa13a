/**
 * Decides what the templates print of a front end whatever its arithmetic: names, edges, sizes and how a table is written.
 * The tables themselves and the stages are left to audio-context.ts and float-audio-context.ts.
 */
import type { AnyFrontEndPlan } from "../frontend/front-end.ts";
import type { Target } from "../plan/target.ts";
import { VALUE_BYTES } from "../quantize/params.ts";
import {
  commentText,
  floatRows,
  identifier,
  shortRows,
  signedRows,
  unsignedRows,
  wordRows,
} from "./c-literal.ts";
import type { ArrayContext } from "./context-types.ts";
import { edgeTypeOf } from "./vector-context.ts";

export interface CommonAudioContext {
  /** Templates of the C file and of the fields of its state. */
  readonly source: string;
  readonly state: string;
  readonly title: string;
  /** C prefix of the model, and of the front end: that and _audio. */
  readonly modelPrefix: string;
  readonly prefix: string;
  readonly PREFIX: string;
  readonly sampleRateHz: number;
  /** Samples of a call. */
  readonly hop: number;
  /** Of a step of the model. */
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly fftSize: number;
  /** Points of the complex transform, and half of them. */
  readonly points: number;
  readonly half: number;
  readonly bands: number;
  readonly lastBand: number;
  readonly inputType: string;
  readonly outputType: string;
  readonly quantized: boolean;
  /** C text behind a value: " + 3", " - 3", or empty. */
  readonly inputZeroPoint: string;
  readonly outputZeroPoint: string;
  readonly arrays: readonly ArrayContext[];
}

/** Adds a constant in C text; empty for 0. */
const plus = (value: number): string =>
  value === 0 ? "" : value > 0 ? ` + ${value}` : ` - ${-value}`;

/** A table of the C file. @param name without the front end's prefix */
export function audioTable(
  name: string,
  comment: string,
  values: Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array,
): ArrayContext {
  const attributes = " __attribute__((aligned(4))) PIONEER_TABLES";
  const of = (elementType: ArrayContext["elementType"], rows: readonly string[]): ArrayContext => ({
    name,
    comment,
    elementType,
    attributes,
    rows,
    bytes: values.byteLength,
  });
  if (values instanceof Int16Array) return of("int16_t", shortRows(values));
  if (values instanceof Uint16Array) return of("uint16_t", unsignedRows(values));
  if (values instanceof Int32Array) return of("int32_t", signedRows(values));
  return values instanceof Uint32Array
    ? of("uint32_t", wordRows(values))
    : of("float", floatRows(values));
}

/** @param model the C prefix of the model it is for */
export function commonAudioContext(
  plan: AnyFrontEndPlan,
  model: string,
  target: Target,
): Omit<CommonAudioContext, "arrays" | "source" | "state"> {
  const modelPrefix = identifier(model);
  const prefix = `${modelPrefix}_audio`;
  const { input, output, bandCount, points } = plan;
  return {
    title: commentText(`Front end of ${model}, for ${target.id} (${target.core}).`),
    modelPrefix,
    prefix,
    PREFIX: prefix.toUpperCase(),
    sampleRateHz: plan.sampleRateHz,
    hop: plan.hopLength,
    inputBytes: bandCount * VALUE_BYTES[input.type],
    outputBytes: bandCount * VALUE_BYTES[output.type],
    fftSize: plan.fftSize,
    points,
    half: points / 2,
    bands: bandCount,
    lastBand: bandCount - 1,
    inputType: edgeTypeOf(input),
    outputType: edgeTypeOf(output),
    quantized: input.type !== "float32",
    inputZeroPoint: plus(input.zeroPoint),
    outputZeroPoint: plus(-output.zeroPoint),
  };
}
