/**
 * Decides every name, number and text that the templates print of a front end, so that they hold no arithmetic.
 * Tables and scales are left to frontend/fixed-plan.ts, the order of the C text to templates/audio-*.hbs.
 */
import { type FrontEndPlan, MOST_SHIFT } from "../frontend/fixed-plan.ts";
import { digitReversed, FIFTHS, type Pairs } from "../frontend/fixed-transform.ts";
import type { Target } from "../plan/target.ts";
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

/** A call of a stage: its function without prefix, and its arguments after the data, each behind a comma. */
interface StageContext {
  readonly name: string;
  readonly arguments: string;
}

/** What templates/audio-*.hbs print. */
export interface AudioContext {
  readonly title: string;
  /** C prefix of the model, and of the front end: that and _audio. */
  readonly modelPrefix: string;
  readonly prefix: string;
  readonly PREFIX: string;
  readonly sampleRateHz: number;
  /** Samples: of a call, and from arrival to departure. */
  readonly hop: number;
  readonly latency: number;
  readonly fftSize: number;
  /** Points of the complex transform, their int16 values, and half of them. */
  readonly points: number;
  readonly pointValues: number;
  readonly half: number;
  /** int16 values of the bins. */
  readonly spectrumValues: number;
  readonly bands: number;
  readonly lastBand: number;
  readonly inputType: string;
  readonly outputType: string;
  readonly quantized: boolean;
  readonly countsZeros: boolean;
  readonly mostShift: number;
  readonly arrays: readonly ArrayContext[];
  /** Q15 cosines and sines of fifths of a turn, or false without a stage of radix 5. */
  readonly fifths:
    | false
    | {
        readonly cos1: number;
        readonly cos2: number;
        readonly sin1: number;
        readonly sin2: number;
      };
  /** Templates of the stages that the transform has, each once. */
  readonly partials: readonly { readonly name: string }[];
  readonly forward: readonly StageContext[];
  readonly inverse: readonly StageContext[];
  readonly featureShift: number;
  readonly featureRounding: number;
  readonly inputLeast: number;
  readonly inputMost: number;
  /** C text behind a value: " + 3", " - 3", or empty. */
  readonly inputZeroPoint: string;
  readonly outputZeroPoint: string;
  readonly gainMultiplier: number;
  readonly gainShift: number;
  readonly gainRounding: number;
  readonly synthesisBits: number;
}

/** Real part, imaginary part, by turns. */
function interleaved({ real, imaginary }: Pairs): Int16Array {
  return Int16Array.from({ length: 2 * real.length }, (_, i) =>
    Number((i % 2 === 0 ? real : imaginary)[i >> 1]),
  );
}

const plus = (value: number): string =>
  value === 0 ? "" : value > 0 ? ` + ${value}` : ` - ${-value}`;

function table(
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

const turnsName = (span: number): string => `turns_${span}`;

function tables(plan: FrontEndPlan): readonly ArrayContext[] {
  const float = plan.input.type === "float32";
  return [
    table("window", "The frame's window before the transform, Q15.", plan.analysisWindow),
    table(
      "synthesis_window",
      `The same after it, which takes its scale back too, ${plan.synthesisBits} fraction bits.`,
      plan.synthesisWindow,
    ),
    ...plan.stages
      .filter(({ turns }) => turns.real.length > 0)
      .map(({ span, radix, turns }) =>
        table(
          turnsName(span),
          `cos, sin of 2 pi j q / ${span}, Q15, for j = 1 to ${span / radix - 1}, q = 1 to ${radix - 1}.`,
          interleaved(turns),
        ),
      ),
    table(
      "split_turns",
      `cos, sin of 2 pi k / ${plan.fftSize}, Q15, for k = 1 to ${plan.points / 2}.`,
      interleaved(plan.splitTurns),
    ),
    table("order", "Where a bin of the complex transform lies.", digitReversed(plan.stages)),
    table("upper_weights", "A bin's share in the upper of its two bands, Q15.", plan.upperWeights),
    table(
      "segment_bins",
      "Bins from one band's centre to the next's; the first and the last have the edges too.",
      plan.segmentBins,
    ),
    table("logarithms", "log2(1 + i / 32), Q15.", plan.logTable),
    table(
      "epsilons",
      "What is added to a power before its logarithm, by the frame's shift.",
      plan.epsilons,
    ),
    table("means", "Means of the logarithms, and the power's unit, Q15.", plan.means),
    float
      ? table("factors", "Input for 2^-11 of a logarithm: 1 / deviation.", plan.factors)
      : table(
          "multipliers",
          `Steps of the input for 2^-11 of a logarithm, ${plan.featureShift} fraction bits.`,
          plan.multipliers,
        ),
  ];
}

/** The stages forward and back, and the templates of their functions. */
function stageContexts(
  { stages }: FrontEndPlan,
  prefix: string,
): Pick<AudioContext, "forward" | "inverse" | "partials" | "fifths"> {
  const words = { 2: "two", 4: "four", 5: "fives" } as const;
  const turning = (span: number, radix: number): string =>
    `, ${span / radix}, ${prefix}_${turnsName(span)}`;
  const forward = stages.map(({ radix, span }, stage): StageContext => {
    if (radix === 5) return { name: "fives", arguments: ", 0" };
    if (radix === span) return { name: `forward_last_${words[radix]}`, arguments: "" };
    const name = `forward_${stage === 0 ? "first_" : ""}${words[radix]}`;
    return { name, arguments: turning(span, radix) };
  });
  const inverse = [...stages].reverse().map(({ radix, span }): StageContext => {
    if (radix === 5) return { name: "fives", arguments: ", 1" };
    return radix === span
      ? { name: `inverse_first_${words[radix]}`, arguments: "" }
      : { name: `inverse_${words[radix]}`, arguments: turning(span, radix) };
  });
  const functions = new Set([...forward, ...inverse].map(({ name }) => name));
  const [cos1, cos2] = FIFTHS.cos;
  const [sin1, sin2] = FIFTHS.sin;
  return {
    forward,
    inverse,
    partials: [...functions].map((name) => ({ name: `audio-${name.replaceAll("_", "-")}` })),
    fifths: functions.has("fives") && { cos1, cos2, sin1, sin2 },
  };
}

/** Everything the templates print for a front end. @param model the C prefix of the model it is for */
export function audioContext(plan: FrontEndPlan, model: string, target: Target): AudioContext {
  const modelPrefix = identifier(model);
  const prefix = `${modelPrefix}_audio`;
  const { type, zeroPoint } = plan.input;
  return {
    title: commentText(`Front end of ${model}, for ${target.id} (${target.core}).`),
    modelPrefix,
    prefix,
    PREFIX: prefix.toUpperCase(),
    sampleRateHz: plan.sampleRateHz,
    hop: plan.hopLength,
    latency: 2 * plan.hopLength,
    fftSize: plan.fftSize,
    points: plan.points,
    pointValues: 2 * plan.points,
    half: plan.points / 2,
    spectrumValues: 2 * (plan.points + 1),
    bands: plan.bandCount,
    lastBand: plan.bandCount - 1,
    inputType: edgeTypeOf(plan.input),
    outputType: edgeTypeOf(plan.output),
    quantized: type !== "float32",
    countsZeros: target.instructions === "thumb-dsp" || target.instructions === "mve",
    mostShift: MOST_SHIFT,
    arrays: tables(plan),
    ...stageContexts(plan, prefix),
    featureShift: plan.featureShift,
    featureRounding: plan.featureShift - 1,
    inputLeast: type === "int8" ? -128 : -32768,
    inputMost: type === "int8" ? 127 : 32767,
    inputZeroPoint: plus(zeroPoint),
    outputZeroPoint: plus(-plan.output.zeroPoint),
    gainMultiplier: plan.gainMultiplier,
    gainShift: plan.gainShift,
    gainRounding: plan.gainShift - 1,
    synthesisBits: plan.synthesisBits,
  };
}
