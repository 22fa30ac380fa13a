/**
 * Decides every name, number and text that the templates print of a single-precision front end.
 * Tables and scales are left to frontend/float-plan.ts, the order of the C text to templates/audio-float-*.hbs.
 */
import { LOG_PIECES } from "../frontend/fixed-plan.ts";
import { digitReversed, type Stage } from "../frontend/fixed-transform.ts";
import type { FloatFrontEndPlan } from "../frontend/float-plan.ts";
import { SINGLE_FIFTHS } from "../frontend/float-transform.ts";
import type { Target } from "../plan/target.ts";
import { audioTable, type CommonAudioContext, commonAudioContext } from "./audio-common.ts";
import { hexadecimalFloat } from "./c-literal.ts";
import type { ArrayContext } from "./context-types.ts";

/** A stage of the transform: its template and its functions without prefix. */
interface FloatStageContext {
  readonly partial: string;
  readonly name: string;
  /** Points that it is about, how many spans there are, and points from one of a butterfly to the next. */
  readonly span: number;
  readonly blocks: number;
  readonly step: number;
  /** Its butterflies but the first of each span are turned. */
  readonly isTurned: boolean;
  /** Floats of a span, and of the turns of a butterfly. */
  readonly spanFloats: number;
  readonly turnFloats: number;
}

/** What templates/audio-float-*.hbs print; every text in it that is a number is a C literal. */
export interface FloatAudioContext extends CommonAudioContext {
  /** Floats of the points and of the bins, and of a window that is padded. */
  readonly pointFloats: number;
  readonly spectrumFloats: number;
  readonly frameFloats: number;
  readonly padded: boolean;
  readonly forward: readonly FloatStageContext[];
  readonly inverse: readonly FloatStageContext[];
  /** Cosines and sines of fifths of a turn, or false without a stage of radix 5. */
  readonly fifths:
    | false
    | {
        readonly cos1: string;
        readonly cos2: string;
        readonly sin1: string;
        readonly sin2: string;
      };
  readonly epsilon: string;
  readonly log1: string;
  readonly log2: string;
  readonly log3: string;
  readonly least: number;
  readonly most: number;
  /** Of an integer of the output. */
  readonly outputScale: string;
  readonly backScale: string;
}

const RADIX_NAMES = { 2: "two", 4: "four", 5: "five" } as const;

function stageContext(
  { radix, span }: Stage,
  points: number,
  way: "forward" | "inverse",
): FloatStageContext {
  return {
    partial: `audio-float-${way}-${RADIX_NAMES[radix]}`,
    name: `${way}_${span}`,
    span,
    blocks: points / span,
    step: span / radix,
    isTurned: span > radix,
    spanFloats: 2 * span,
    turnFloats: 2 * (radix - 1),
  };
}

function tables(plan: FloatFrontEndPlan): readonly ArrayContext[] {
  return [
    audioTable("window", "The window over 65536, both ways.", plan.window),
    ...plan.stages.flatMap(({ span, radix }, index) => {
      const turns = plan.turns[index] as Float32Array;
      const comment = `cos, sin of 2 pi j q / ${span}, for j = 1 to ${span / radix - 1}, q = 1 to ${radix - 1}.`;
      return turns.length === 0 ? [] : [audioTable(`turns_${span}`, comment, turns)];
    }),
    audioTable(
      "split_turns",
      `cos, sin of 2 pi k / ${plan.fftSize}, for k = 1 to ${plan.points / 2}.`,
      plan.splitTurns,
    ),
    audioTable("order", "Where a bin of the complex transform lies.", digitReversed(plan.stages)),
    audioTable("weights", "A bin's share in the upper of its two bands.", plan.weights),
    audioTable(
      "segment_bins",
      "Bins from one band's centre to the next's; the first and the last have the edges too.",
      plan.segmentBins,
    ),
    audioTable(
      "logarithms",
      `log2 of the middle of each piece of 1 to 2: 1 + (i + 1/2) / ${LOG_PIECES}.`,
      plan.logTable,
    ),
    audioTable("inverses", "1 over the same.", plan.inverseTable),
    audioTable("means", "Means of the logarithms.", plan.means),
    audioTable("factors", "The model's input for 1 of a logarithm.", plan.factors),
  ];
}

/** Everything the templates print for a front end. @param model the C prefix of the model it is for */
export function floatAudioContext(
  plan: FloatFrontEndPlan,
  model: string,
  target: Target,
): FloatAudioContext {
  const { points, stages, hopLength, output, input } = plan;
  const [cos1, cos2] = SINGLE_FIFTHS.cos;
  const [sin1, sin2] = SINGLE_FIFTHS.sin;
  const [log1, log2, log3] = plan.logTerms;
  const narrow = input.type === "int8";
  return {
    ...commonAudioContext(plan, model, target),
    source: "audio-float-source",
    state: "audio-float-state",
    pointFloats: 2 * points,
    spectrumFloats: 2 * (points + 1),
    frameFloats: 2 * hopLength,
    padded: points > hopLength,
    forward: stages.map((stage) => stageContext(stage, points, "forward")),
    inverse: stages.map((stage) => stageContext(stage, points, "inverse")).reverse(),
    fifths: stages.at(-1)?.radix === 5 && {
      cos1: hexadecimalFloat(cos1),
      cos2: hexadecimalFloat(cos2),
      sin1: hexadecimalFloat(sin1),
      sin2: hexadecimalFloat(sin2),
    },
    arrays: tables(plan),
    epsilon: hexadecimalFloat(plan.epsilon),
    log1: hexadecimalFloat(log1),
    log2: hexadecimalFloat(log2),
    log3: hexadecimalFloat(log3),
    least: narrow ? -128 : -32768,
    most: narrow ? 127 : 32767,
    outputScale: hexadecimalFloat(Math.fround(output.scale)),
    backScale: hexadecimalFloat(plan.backScale),
  };
}
