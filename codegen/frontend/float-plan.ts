/**
 * Decides every table and constant of the single-precision front end for one model's parameters and edges.
 * What is computed with them is left to float-twin.ts and the generated C, their text to emit/.
 *
 * Scales: the window divides samples by 65536, since the split into a real signal's spectrum doubles: a bin is that of a
 * signal whose full scale is 1. The gains multiply by what both windows and the transforms leave.
 *
 * Numbers below 2^-126, which some units take for 0, change no bit of what comes out: beside an epsilon of at least 2^-60
 * or a sample's half they vanish in a sum, and whatever they are multiplied by leaves them below 2^-60.
 */
import type { FrontEnd } from "../model/sidecar.ts";
import type { Quantization } from "../quantize/params.ts";
import { sqrtHannWindow } from "./analyse.ts";
import { bandMatrix } from "./bands.ts";
import { type FrontEndShape, LOG_PIECES, segmentBinsOf, stagesOf } from "./fixed-plan.ts";
import type { Stage } from "./fixed-transform.ts";
import { putSingle, type Singles, singleTurn, singleTurns } from "./float-transform.ts";

/** Full scale of a sample, times what the split doubles. */
const SAMPLE_UNIT = 65536;
const LEAST_EPSILON = 2 ** -60;
/** No mean of a logarithm is further from 0, and no factor larger: neither leaves single precision. */
const MOST_MEAN = 2 ** 13;
const MOST_FACTOR = 2 ** 60;

export interface FloatFrontEndPlan extends FrontEndShape {
  readonly arithmetic: "float32";
  /** Their radices and spans; the turns in them are not used. */
  readonly stages: readonly Stage[];
  /** Of each stage. */
  readonly turns: readonly Singles[];
  /** cos + j sin of 2 pi k / fftSize, for k = 1 to points / 2. */
  readonly splitTurns: Singles;
  /** The window over SAMPLE_UNIT, both ways. [2 hopLength] */
  readonly window: Float32Array;
  /** Bins between one band's centre and the next's. [bandCount - 1] */
  readonly segmentBins: Uint16Array;
  /** A bin's share in the upper of its two bands. [points + 1] */
  readonly weights: Float32Array;
  readonly epsilon: number;
  /** Of 1 + (i + 1/2) / LOG_PIECES, the middle of a piece: log2, and 1 over it. [LOG_PIECES] */
  readonly logTable: Float32Array;
  readonly inverseTable: Float32Array;
  /** log2(1 + x) = x (L1 + x (L2 + x L3)) of |x| <= 1/64, within 2^-25 (Mercator's series). */
  readonly logTerms: readonly [number, number, number];
  /** Of the logarithms. [bandCount] */
  readonly means: Float32Array;
  /** Input, or its steps, per log2. [bandCount] */
  readonly factors: Float32Array;
  /** A gain of 1 for a bin on its way back. */
  readonly backScale: number;
}

/** RAM of the generated C [byte]: of its state, and on the stack while a hop is computed. */
export function floatFrontEndMemory({ points, hopLength, bandCount }: FloatFrontEndPlan) {
  return {
    // The bins, the overlap, the hop before.
    stateBytes: 4 * Math.ceil((8 * (points + 1) + 4 * hopLength + 2 * hopLength) / 4),
    stackBytes: 8 * points + 4 * bandCount,
  };
}

/** @throws PlanError TP-PLAN-024 for a transform that has no stages */
export function planFloatFrontEnd(
  frontEnd: FrontEnd,
  input: Quantization,
  output: Quantization,
): FloatFrontEndPlan {
  const { sampleRateHz, hopLength, windowLength, fftSize, bands, features } = frontEnd;
  const stages = stagesOf(frontEnd);
  const points = fftSize / 2;
  const { upperWeight } = bandMatrix(frontEnd);
  const splitTurns = new Float32Array(points);
  for (let k = 1; k <= points / 2; k++) putSingle(splitTurns, k - 1, singleTurn(k / fftSize));
  const middles = Array.from({ length: LOG_PIECES }, (_, i) => 1 + (i + 0.5) / LOG_PIECES);
  const step = input.type === "float32" ? 1 : input.scale;
  return {
    arithmetic: "float32",
    sampleRateHz,
    hopLength,
    fftSize,
    bandCount: bands.count,
    input,
    output,
    points,
    stages,
    turns: stages.map(singleTurns),
    splitTurns,
    window: Float32Array.from(sqrtHannWindow(windowLength), (w) => w / SAMPLE_UNIT),
    segmentBins: segmentBinsOf(frontEnd),
    weights: Float32Array.from(upperWeight),
    epsilon: Math.fround(Math.max(features.epsilon, LEAST_EPSILON)),
    logTable: Float32Array.from(middles, Math.log2),
    inverseTable: Float32Array.from(middles, (middle) => 1 / middle),
    logTerms: [Math.fround(Math.LOG2E), Math.fround(-Math.LOG2E / 2), Math.fround(Math.LOG2E / 3)],
    means: Float32Array.from(features.mean, (mean) =>
      Math.min(Math.max(mean, -MOST_MEAN), MOST_MEAN),
    ),
    factors: Float32Array.from(features.deviation, (deviation) =>
      Math.min(1 / (deviation * step), MOST_FACTOR),
    ),
    // The transform back doubles and sums `points` terms; its window is the analysis one, for full scale 32768.
    backScale: Math.fround((SAMPLE_UNIT * 32768) / (2 * points)),
  };
}
