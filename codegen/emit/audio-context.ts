/**
 * Decides every name, number and text that the templates print of a front end, so that they hold no arithmetic.
 * Tables and scales are left to frontend/fixed-plan.ts, the order of the C text to templates/audio-*.hbs.
 */
import { type FrontEndPlan, LOG_PIECES, MOST_SHIFT } from "../frontend/fixed-plan.ts";
import { digitReversed, FIFTHS, type Pairs, type Stage } from "../frontend/fixed-transform.ts";
import type { Target } from "../plan/target.ts";
import {
  type CommonAudioContext,
  commonAudioContext,
  audioTable as table,
} from "./audio-common.ts";
import type { ArrayContext } from "./context-types.ts";

/** A stage without window: its template, its function without prefix. */
interface StageContext {
  readonly partial: string;
  readonly name: string;
  /** Points that it is about, and those from one of a butterfly to the next. */
  readonly span: number;
  readonly step: number;
  /** int16 values of a span, how many spans there are, and values from a butterfly's first point to each other one. */
  readonly spanValues: number;
  readonly blocks: number;
  readonly values: readonly number[];
}

/** Butterflies of the outermost stage that have as many points which are not padding, and as many of the first hop. */
interface RangeContext {
  readonly from: number;
  readonly to: number;
  readonly live: number;
  readonly first: number;
  /** Where their windows and turns begin: int16 values. */
  readonly offset: number;
}

/** What templates/audio-*.hbs print. */
export interface AudioContext extends CommonAudioContext {
  /** hop is no multiple of 8. */
  readonly oddHop: boolean;
  /** int16 values of the complex transform's points. */
  readonly pointValues: number;
  /** int16 values of the bins. */
  readonly spectrumValues: number;
  /** The core has instructions for two 16-bit halves of a word. */
  readonly dsp: boolean;
  /** It has Helium, and the stages can be computed four butterflies at a time. */
  readonly helium: boolean;
  readonly mostShift: number;
  /** Fraction bits of a band's power before its logarithm. */
  readonly powerBits: number;
  /** Q15 cosines and sines of fifths of a turn, or false without a stage of radix 5. */
  readonly fifths:
    | false
    | {
        readonly cos1: number;
        readonly cos2: number;
        readonly sin1: number;
        readonly sin2: number;
      };
  /** Templates of the outermost stage with its window, both ways. */
  readonly open: string;
  readonly close: string;
  /** Of the innermost stage and what lies between the complex transform and the real spectrum. */
  readonly split: string;
  readonly join: string;
  /** Parts of the points: the first two where the innermost stage has radix 4, the others where it has 5. */
  readonly fourth: number;
  readonly eighth: number;
  readonly fifth: number;
  readonly tenth: number;
  /** From one of its points to the next, and in int16 values to each other one. */
  readonly openStep: number;
  readonly openValues: readonly number[];
  readonly ranges: readonly RangeContext[];
  readonly forward: readonly StageContext[];
  readonly inverse: readonly StageContext[];
  readonly featureShift: number;
  readonly featureRounding: number;
  /** Of an integer of the input. */
  readonly inputBits: 8 | 16;
  readonly narrow: boolean;
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

/**
 * What the outermost stage needs for each butterfly, in order: the windows of its points but padding, then its turns.
 * @param lanes butterflies that are computed at once: for each point those of all of them
 */
function streamOf({ stages, filled }: FrontEndPlan, window: Int16Array, lanes: number): Int16Array {
  const { radix, span, turns } = stages[0] as Stage;
  const step = span / radix;
  const own = interleaved(turns);
  const values: number[] = [];
  for (let j = 0; j < step; j += lanes) {
    const butterflies = Array.from({ length: lanes }, (_, lane) => j + lane);
    for (let q = 0; q < radix; q++) {
      const points = butterflies.map((one) => one + q * step).filter((n) => n < filled);
      values.push(...points.flatMap((n) => Array.from(window.subarray(2 * n, 2 * n + 2))));
    }
    for (let q = 1; q < radix; q++) {
      values.push(...butterflies.flatMap((one) => turnPair(own, one * (radix - 1) + q - 1)));
    }
  }
  return Int16Array.from(values);
}

const turnPair = (turns: Int16Array, index: number): readonly number[] =>
  Array.from(turns.subarray(2 * index, 2 * index + 2));

/** Turns of an inner stage for four butterflies at once, of j = 0, which has none, too: for each q those of all four. */
function turnsOfFours({ radix, span, turns }: Stage): Int16Array {
  const own = interleaved(turns);
  const values: number[] = [];
  for (let j = 0; j < span / radix; j += HELIUM_LANES) {
    for (let q = 1; q < radix; q++) {
      for (let one = j; one < j + HELIUM_LANES; one++) {
        values.push(...(one === 0 ? [0, 0] : turnPair(own, (one - 1) * (radix - 1) + q - 1)));
      }
    }
  }
  return Int16Array.from(values);
}

/** Complex numbers of 16 bits a part in a vector. */
const HELIUM_LANES = 4;

/** An inner stage of so many butterflies a span is computed by vectors. */
const isByFours = ({ radix, span }: Stage): boolean => (span / radix) % HELIUM_LANES === 0;

/** Whether the outermost stage divides into fours: what it reads and writes changes between them alone. */
function hasHelium({ stages, hopLength, filled }: FrontEndPlan, target: Target): boolean {
  const outermost = stages[0] as Stage;
  return (
    target.instructions === "mve" &&
    rangesOf(outermost, hopLength / 2, filled).every(({ from, to }) =>
      [from, to].every((edge) => edge % HELIUM_LANES === 0),
    )
  );
}

/** An odd number of bins between two bands is followed by a weight that no bin has. */
function paddedWeights({ weights, segmentBins }: FrontEndPlan): Int16Array {
  let bin = 0;
  return Int16Array.from(
    Array.from(segmentBins).flatMap((bins) => {
      const own = Array.from(weights.subarray(bin, bin + bins));
      bin += bins;
      return bins % 2 === 0 ? own : [...own, 0];
    }),
  );
}

function logarithmPieces({ logTable }: FrontEndPlan): Uint32Array {
  return Uint32Array.from({ length: LOG_PIECES }, (_, i) => {
    const value = logTable[i] as number;
    return ((logTable[i + 1] as number) - value) * 65536 + value;
  });
}

const turnsName = (span: number): string => `turns_${span}`;

function tables(plan: FrontEndPlan, helium: boolean): readonly ArrayContext[] {
  const float = plan.input.type === "float32";
  const lanes = helium ? HELIUM_LANES : 1;
  const each = helium ? "four butterflies" : "butterfly";
  return [
    table(
      "opening",
      `For each ${each} of the first stage: windows of the samples, Q15, then cos, sin of the turns, Q15.`,
      streamOf(plan, plan.analysisWindow, lanes),
    ),
    table(
      "closing",
      `The same of the last stage back, whose windows take the scale back: ${plan.synthesisBits} fraction bits.`,
      streamOf(plan, plan.synthesisWindow, lanes),
    ),
    ...plan.stages
      .slice(1)
      .filter(({ turns }) => turns.real.length > 0)
      .map((stage) => {
        const { span, radix, turns } = stage;
        const what = `cos, sin of 2 pi j q / ${span}, Q15`;
        return helium && isByFours(stage)
          ? table(turnsName(span), `${what}, for each four j and q = 1 to 3.`, turnsOfFours(stage))
          : table(
              turnsName(span),
              `${what}, for j = 1 to ${span / radix - 1}, q = 1 to ${radix - 1}.`,
              interleaved(turns),
            );
      }),
    table(
      "split_turns",
      `cos, sin of 2 pi k / ${plan.fftSize}, Q15, for k = 1 to ${plan.points / 2}.`,
      interleaved(plan.splitTurns),
    ),
    table("order", "Where a bin of the complex transform lies.", digitReversed(plan.stages)),
    table(
      "weights",
      "A bin's share in the upper of its two bands less a half, Q16; those of two bands together begin on a word.",
      paddedWeights(plan),
    ),
    table(
      "segment_bins",
      "Bins from one band's centre to the next's; the first and the last have the edges too.",
      plan.segmentBins,
    ),
    table("roundings", "What rounding is expected to add to a band's power.", plan.roundings),
    table(
      "logarithms",
      "log2(1 + i / 32), Q15, and in the high half how much more the next one is.",
      logarithmPieces(plan),
    ),
    table(
      "epsilons",
      plan.powerBits === 0
        ? "What is added to a power before its logarithm, by the frame's shift."
        : `What is added to a power of ${plan.powerBits} fraction bits before its logarithm, by the frame's shift.`,
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

function stageContext(
  { radix, span }: Stage,
  points: number,
  way: "forward" | "inverse",
  helium: boolean,
): StageContext {
  const step = span / radix;
  const vectors = helium && step % HELIUM_LANES === 0 ? "-mve" : "";
  return {
    partial: `audio-${way}-four${vectors}`,
    name: `${way}_${span}`,
    span,
    step,
    spanValues: 2 * span,
    blocks: points / span,
    values: Array.from({ length: radix - 1 }, (_, q) => 2 * step * (q + 1)),
  };
}

/** Where the butterflies of the outermost stage change in what their points are. */
function rangesOf({ radix, span }: Stage, hopPoints: number, filled: number): RangeContext[] {
  const step = span / radix;
  const below = (j: number, end: number): number =>
    Math.min(radix, Math.max(0, Math.ceil((end - j) / step)));
  const ranges: RangeContext[] = [];
  let offset = 0;
  for (let j = 0; j < step; j++) {
    const [live, first] = [below(j, filled), below(j, hopPoints)];
    const open = ranges.at(-1);
    if (open?.live === live && open.first === first) {
      ranges[ranges.length - 1] = { ...open, to: j + 1 };
    } else ranges.push({ from: j, to: j + 1, live, first, offset });
    offset += 2 * (live + radix - 1);
  }
  return ranges;
}

/** The stages forward and back, and their functions. */
function stageContexts({ stages, hopLength, filled, points }: FrontEndPlan, helium: boolean) {
  const outermost = stages[0] as Stage;
  const innermost = stages.at(-1)?.radix === 4 ? "four" : "five";
  const inner = stages.slice(1, -1);
  const forward = inner.map((stage) => stageContext(stage, points, "forward", helium));
  const inverse = inner.map((stage) => stageContext(stage, points, "inverse", helium)).reverse();
  const [cos1, cos2] = FIFTHS.cos;
  const [sin1, sin2] = FIFTHS.sin;
  const word = `${outermost.radix === 2 ? "two" : "four"}${helium ? "-mve" : ""}`;
  const { step, values } = stageContext(outermost, points, "forward", helium);
  return {
    open: `audio-open-${word}`,
    close: `audio-close-${word}`,
    split: `audio-split-${innermost}`,
    join: `audio-join-${innermost}`,
    openStep: step,
    openValues: values,
    ranges: rangesOf(outermost, hopLength / 2, filled),
    forward,
    inverse,
    fifths: innermost === "five" && { cos1, cos2, sin1, sin2 },
  };
}

/** Everything the templates print for a front end. @param model the C prefix of the model it is for */
export function audioContext(plan: FrontEndPlan, model: string, target: Target): AudioContext {
  const { type } = plan.input;
  const helium = hasHelium(plan, target);
  return {
    ...commonAudioContext(plan, model, target),
    source: "audio-source",
    state: "audio-state",
    oddHop: plan.hopLength % 8 !== 0,
    pointValues: 2 * plan.points,
    fourth: plan.points / 4,
    eighth: plan.points / 8,
    fifth: plan.points / 5,
    tenth: plan.points / 10,
    spectrumValues: 2 * (plan.points + 1),
    dsp: target.instructions === "thumb-dsp" || target.instructions === "mve",
    mostShift: MOST_SHIFT,
    powerBits: plan.powerBits,
    helium,
    arrays: tables(plan, helium),
    ...stageContexts(plan, helium),
    featureShift: plan.featureShift,
    featureRounding: plan.featureShift - 1,
    inputBits: type === "int8" ? 8 : 16,
    narrow: type === "int8",
    gainMultiplier: plan.gainMultiplier,
    gainShift: plan.gainShift,
    gainRounding: plan.gainShift - 1,
    synthesisBits: plan.synthesisBits,
  };
}
