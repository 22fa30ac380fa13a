/**
 * Decides every table and constant of the fixed-point front end for one model's parameters and edges.
 * What is computed with them is left to fixed-twin.ts and the generated C, their text to emit/.
 *
 * Scales: a frame is doubled `shift` times, so that its largest sample fills 16 bits, and multiplied by a window of peak
 * `amplitude`, for which no sum of the transform overflows; a stored bin is then 2^(15 + shift) amplitude / 4^stages
 * times the bin of a signal whose full scale is 1.
 */
import { PlanError } from "../errors.ts";
import type { FrontEnd } from "../model/sidecar.ts";
import type { Quantization } from "../quantize/params.ts";
import { sqrtHannWindow } from "./analyse.ts";
import { bandMatrix } from "./bands.ts";
import {
  createPairs,
  type Pairs,
  putPair,
  type Stage,
  stageTurns,
  turnOf,
} from "./fixed-transform.ts";

/** Most doublings of a frame: silence. */
export const MOST_SHIFT = 15;
/** Pieces of the table of log2(1 + f). */
export const LOG_PIECES = 32;
/** What the amplitude leaves to rounding. */
const ROUNDING_ROOM = 0.995;
const LOG_BITS = 15;
/** Most fraction bits that a band's power gets before its logarithm. */
const MOST_POWER_BITS = 2;
/** Fraction bits of a logarithm less its mean. */
export const FEATURE_BITS = 11;
/** Bands' sums are below it. */
const MOST_POWER = 2 ** 30;

/** What a front end is in either arithmetic. */
export interface FrontEndShape {
  readonly sampleRateHz: number;
  readonly hopLength: number;
  readonly fftSize: number;
  readonly bandCount: number;
  readonly input: Quantization;
  readonly output: Quantization;
  /** Points of the complex transform, half the real one's. */
  readonly points: number;
}

export interface FrontEndPlan extends FrontEndShape {
  readonly arithmetic: "fixed";
  /** Complex inputs that are not padding, the first ones. */
  readonly filled: number;
  readonly stages: readonly Stage[];
  /** cos + j sin of 2 pi k / fftSize, for k = 1 to points / 2. */
  readonly splitTurns: Pairs;
  /** Q15, peak `amplitude`. [2 hopLength] */
  readonly analysisWindow: Int16Array;
  /** What a sample of the transform back is multiplied by, times 2^synthesisBits. [2 hopLength] */
  readonly synthesisWindow: Int16Array;
  readonly synthesisBits: number;
  /** Bins between one band's centre and the next's. [bandCount - 1] */
  readonly segmentBins: Uint16Array;
  /** A bin's share in the upper of its two bands less a half, Q16. [points + 1] */
  readonly weights: Int16Array;
  /** What rounding is expected to add to a band's power. [bandCount] */
  readonly roundings: Int16Array;
  /** Fraction bits of a band's power before its logarithm. */
  readonly powerBits: number;
  /** The features' epsilon in units of a band's power, times 2^powerBits, at least 1, for each shift. [MOST_SHIFT + 1] */
  readonly epsilons: Uint32Array;
  /** log2(1 + i / LOG_PIECES), Q15. [LOG_PIECES + 1] */
  readonly logTable: Uint16Array;
  /** The features' means and the power's unit, log2 in Q15. [bandCount] */
  readonly means: Int32Array;
  /** Integers: input steps per log2, times 2^(featureShift - FEATURE_BITS). [bandCount] */
  readonly multipliers: Int16Array;
  readonly featureShift: number;
  /** Single precision: input per 2^-FEATURE_BITS of a log2. [bandCount] */
  readonly factors: Float32Array;
  /** Integers: (output - zeroPoint) * gainMultiplier >> gainShift is the gain in Q15. */
  readonly gainMultiplier: number;
  readonly gainShift: number;
}

/** RAM of the generated C [byte]: of its state, and on the stack while a hop is computed. */
export function frontEndMemory({ points, hopLength, bandCount }: FrontEndPlan) {
  const aligned = (bytes: number): number => 8 * Math.ceil(bytes / 8);
  return {
    // The bins, the ring of three hops, three words.
    stateBytes: aligned(aligned(4 * (points + 1)) + 3 * 2 * hopLength + 12),
    // The transform's points, and the bands' powers beside them.
    stackBytes: 4 * points + 4 * bandCount,
  };
}

/** Radices for a complex transform: 2 first, then 4, 5 last; null where it has other factors, or fewer than two. */
function radicesOf(points: number): readonly Stage["radix"][] | null {
  const last: Stage["radix"][] = points % 5 === 0 ? [5] : [];
  let rest = points / (last[0] ?? 1);
  const fours: Stage["radix"][] = [];
  while (rest % 4 === 0) {
    fours.push(4);
    rest /= 4;
  }
  const radices: Stage["radix"][] = [...(rest === 2 ? ([2] as const) : []), ...fours, ...last];
  return (rest === 1 || rest === 2) && fours.length > 0 && radices.length >= 2 ? radices : null;
}

/** @throws PlanError TP-PLAN-024 where there are none */
export function stagesOf({ fftSize }: FrontEnd): readonly Stage[] {
  const radices = radicesOf(fftSize / 2);
  if (radices === null || fftSize % 8 !== 0) {
    throw new PlanError(
      "TP-PLAN-024",
      {
        what: `there is no transform of ${fftSize} points`,
        why: "its half has to be 2^n or 5 * 2^n with n of at least 2, 8 points or more",
        fix: "train with an FFT of 512 or 320 points, or process the audio without --app hearable",
      },
      { fftSize },
    );
  }
  let span = fftSize / 2;
  return radices.map((radix, index) => {
    const stage = { radix, span, turns: stageTurns(radix, span, index === 0 ? 0 : 1) };
    span /= radix;
    return stage;
  });
}

/** Two samples are one word: a window of an odd hop begins, and every second hop in the ring, in the middle of one. */
function checkHop({ hopLength }: FrontEnd): void {
  if (hopLength % 2 === 0) return;
  throw new PlanError(
    "TP-PLAN-024",
    {
      what: `there is no fixed-point front end of hops of ${hopLength} samples`,
      why: "samples are read and multiplied in pairs, so a hop has to hold an even number of them",
      fix: `train with a hop of ${hopLength - 1} or ${hopLength + 1} samples, or process the audio without --app hearable`,
    },
    { hopLength },
  );
}

/** A first stage of radix 4 reads at least one sample of the window in every butterfly. */
function checkPadding({ windowLength, fftSize }: FrontEnd, filled: number, first: Stage): void {
  if (first.radix !== 4 || filled >= first.span / 4) return;
  throw new PlanError(
    "TP-PLAN-024",
    {
      what: `there is no fixed-point front end of ${windowLength} samples padded to ${fftSize}`,
      why: "the transform's first stage takes windows of a quarter of its points or more",
      fix: `train with an FFT of ${fftSize / 2} points or a window of ${fftSize / 4} samples`,
    },
    { windowLength, fftSize },
  );
}

/**
 * The window's peak for which no stage's sums leave 16 bits: twice a stage's outputs stay below 1. An output joins the
 * inputs that lie `left` apart, each with both of its samples at full scale; every stage divides by 4.
 */
function amplitudeOf(window: Float64Array, filled: number, stages: readonly Stage[]): number {
  let largest = 0;
  stages.forEach(({ radix, span }, stage) => {
    const left = span / radix;
    for (let residue = 0; residue < left; residue++) {
      let sum = 0;
      for (let n = residue; n < filled; n += left) {
        sum += Math.hypot(window[2 * n] as number, window[2 * n + 1] as number);
      }
      largest = Math.max(largest, (2 * sum) / 4 ** (stage + 1));
    }
  });
  return Math.min(ROUNDING_ROOM / largest, ROUNDING_ROOM);
}

/** What the transform back makes of a windowed sample of one frame, without the shift. */
function returnedOf(stages: readonly Stage[], points: number, amplitude: number): number {
  const turning = stages.length - 1;
  const five = stages.at(-1)?.radix === 5 ? 1 : 0;
  return (amplitude * points) / 4 ** stages.length / 2 ** (1 + turning + five);
}

/**
 * The power that rounding is expected to add to a bin: variances of both parts, errors taken for independent of each other
 * and of the signal (Oppenheim & Weinstein 1972). A rounded product has 1/12, a half rounded down 1/16 about its mean.
 */
function roundingPowerOf(stages: readonly Stage[]): number {
  const [product, half] = [2 / 12, 2 / 16];
  let power = product;
  stages.forEach(({ radix, span }, index) => {
    const isLast = span === radix;
    if (index === 0) power = (radix * power) / 4 + product;
    else if (radix === 5) power = (5 * power) / 4 + half + 2 * product;
    else power = isLast ? power + 2 * half : (power + 2 * half) / 4 + product;
  });
  // The split: halves of sums and differences, of which one is turned and one halved again.
  return power / 4 + half / 2 + half + product;
}

/**
 * More than any band's power: what all bins have of a frame at full scale (Parseval).
 * @param unit power in the C of a power of 1
 */
function mostPowerOf(window: Float64Array, fftSize: number, unit: number): number {
  return fftSize * unit * window.reduce((sum, w) => sum + w * w, 0);
}

const clamped = (value: number, most: number): number =>
  Math.min(Math.max(Math.round(value), -most), most);

/** The multiplier of at most `most` and the shift for a factor: factor = multiplier / 2^shift. */
function scaled(factor: number, most: number): { multiplier: number; shift: number } {
  const shift = Math.min(Math.max(Math.floor(Math.log2(most / factor)), 1), 30);
  return { multiplier: clamped(factor * 2 ** shift, most), shift };
}

/** Bins between one band's centre and the next's; the first and the last have the edges too. @returns [bandCount - 1] */
export function segmentBinsOf(frontEnd: FrontEnd): Uint16Array {
  const { lower, bandCount } = bandMatrix(frontEnd);
  const segmentBins = new Uint16Array(bandCount - 1);
  for (const band of lower) segmentBins[band] = (segmentBins[band] as number) + 1;
  return segmentBins;
}

/** @param roundingPower what rounding is expected to add to a bin's power */
function bandTables(frontEnd: FrontEnd, roundingPower: number) {
  const { lower, upperWeight, bandCount } = bandMatrix(frontEnd);
  const roundings = new Float64Array(bandCount);
  lower.forEach((band, bin) => {
    const upper = upperWeight[bin] as number;
    // The product by which a bin is nearer to the upper band is rounded down, by half on average.
    roundings[band] = (roundings[band] as number) + (1 - upper) * roundingPower + 0.5;
    roundings[band + 1] = (roundings[band + 1] as number) + upper * roundingPower - 0.5;
  });
  return {
    segmentBins: segmentBinsOf(frontEnd),
    roundings: Int16Array.from(roundings, Math.round),
    weights: Int16Array.from(upperWeight, (u) => Math.min(Math.round((u - 0.5) * 65536), 32767)),
  };
}

/**
 * How a band's power becomes the model's input.
 * @param unit power in the C of a power of 1
 * @param mostPower of a band
 */
function featureTables(
  { features, bands }: FrontEnd,
  input: Quantization,
  unit: number,
  mostPower: number,
) {
  const epsilonAt = (shift: number, powerBits: number): number =>
    Math.min(
      Math.max(Math.round(features.epsilon * unit * 4 ** shift * 2 ** powerBits), 1),
      MOST_POWER,
    );
  let powerBits = MOST_POWER_BITS;
  while (powerBits > 0 && mostPower * 2 ** powerBits + epsilonAt(MOST_SHIFT, powerBits) >= 2 ** 32)
    powerBits--;
  const perStep = (deviation: number): number => 1 / (deviation * input.scale);
  const steepest = Math.max(...Array.from(features.deviation, perStep));
  const { shift } = scaled(steepest / 2 ** FEATURE_BITS, 2 ** 14 - 1);
  return {
    bandCount: bands.count,
    powerBits,
    epsilons: Uint32Array.from({ length: MOST_SHIFT + 1 }, (_, s) => epsilonAt(s, powerBits)),
    means: Int32Array.from(features.mean, (mean) =>
      clamped((mean + Math.log2(unit) + powerBits) * 2 ** LOG_BITS, 2 ** 28),
    ),
    multipliers: Int16Array.from(features.deviation, (deviation) =>
      clamped(perStep(deviation) * 2 ** (shift - FEATURE_BITS), 2 ** 14 - 1),
    ),
    featureShift: shift,
    factors: Float32Array.from(
      features.deviation,
      (deviation) => 1 / (deviation * 2 ** FEATURE_BITS),
    ),
  };
}

/**
 * @param input the model's, of bands.count values, as @param output
 * @throws PlanError TP-PLAN-024 for a transform that has no stages here, an odd hop, whose
 *   windows do not begin on a word, or a window of less than a quarter of a transform that begins with radix 4
 */
export function planFrontEnd(
  frontEnd: FrontEnd,
  input: Quantization,
  output: Quantization,
): FrontEndPlan {
  const { sampleRateHz, hopLength, windowLength, fftSize } = frontEnd;
  checkHop(frontEnd);
  const stages = stagesOf(frontEnd);
  const points = fftSize / 2;
  const filled = Math.ceil(windowLength / 2);
  checkPadding(frontEnd, filled, stages[0] as Stage);
  const window = sqrtHannWindow(windowLength);
  const amplitude = amplitudeOf(window, filled, stages);
  const back = 1 / returnedOf(stages, points, amplitude);
  const { shift: synthesisBits } = scaled(back, 32767);
  const splitTurns = createPairs(points / 2);
  for (let k = 1; k <= points / 2; k++) putPair(splitTurns, k - 1, turnOf(k / fftSize));
  const { multiplier, shift } = scaled(output.scale * 32768, 32767);
  const unit = ((32768 * amplitude) / 4 ** stages.length) ** 2;
  return {
    arithmetic: "fixed",
    sampleRateHz,
    hopLength,
    fftSize,
    input,
    output,
    points,
    filled,
    stages,
    splitTurns,
    analysisWindow: Int16Array.from(window, (w) => clamped(w * amplitude * 32768, 32767)),
    synthesisWindow: Int16Array.from(window, (w) => clamped(w * back * 2 ** synthesisBits, 32767)),
    synthesisBits,
    ...bandTables(frontEnd, roundingPowerOf(stages)),
    logTable: Uint16Array.from({ length: LOG_PIECES + 1 }, (_, i) =>
      Math.round(Math.log2(1 + i / LOG_PIECES) * 2 ** LOG_BITS),
    ),
    ...featureTables(frontEnd, input, unit, mostPowerOf(window, fftSize, unit)),
    gainMultiplier: multiplier,
    gainShift: shift,
  };
}
