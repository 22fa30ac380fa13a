/**
 * Decides what single changes to work or machine would bring: exact for the roofs, and for the run by its own terms.
 * Which changes there are is left to what-if-changes.ts, evaluating a situation to situation.ts, where its numbers come
 * from to time-terms.ts.
 */
import { requireFiniteIn, requirePositive } from "./number-limits.ts";
import { arithmeticIntensity } from "./roofline.ts";
import type { SituatedLevel, SituatedTime, Situation } from "./situation.ts";
import { evaluateSituation } from "./situation.ts";
import type { Change, ChangeFacts, ChangeId } from "./what-if-changes.ts";
import { BATCH, changesOf } from "./what-if-changes.ts";
import { amount, digits } from "./wording.ts";

/** A changed situation against the one that is. Times are in the situation's unit; of a batch, for one of its items. */
export interface WhatIf {
  readonly id: ChangeId;
  /** "double the bandwidth of flash" */
  readonly change: string;
  /** Where the roofs allow the work to be, before and after: the ends of its arrow. */
  readonly from: RoofPoint;
  readonly to: RoofPoint;
  readonly newBound: "compute" | "memory";
  /** Name of the roof that binds then. */
  readonly newRoof: string;
  /** Shortest time by the roofs before / after; exact. */
  readonly roofSpeedUp: number;
  /** Time by the terms, with the utilisation and overhead of today. */
  readonly newTime: number;
  /** Time by the terms before / after. */
  readonly speedUp: number;
  /** The roofs' arithmetic with its numbers. */
  readonly arithmetic: string;
  /** What bounds the gain, or why there is none. */
  readonly limit: string;
  /** What it takes or supposes; empty when nothing. */
  readonly condition: string;
}

export interface RoofPoint {
  /** At the level that the plot's axis is for, the first [op/byte]. */
  readonly arithmeticIntensity: number;
  /** [op/time] */
  readonly attainable: number;
}

/** A gain below this is none: rounding of stated numbers is larger. */
const LEAST_GAIN = 1.005;

/**
 * The changes that can be judged, each alone.
 * @param batch items at once, 2 or more
 * @throws AnalysisError TP-USE-242 for a change that is not finite, -372, -373
 */
export function whatIfs(
  situation: Situation,
  facts: ChangeFacts,
  batch = BATCH,
): readonly WhatIf[] {
  const before = evaluateSituation(situation);
  return changesOf(situation, before, facts, batch).map((change) =>
    judged(change, situation, before, facts),
  );
}

function judged(
  change: Change,
  before: Situation,
  was: SituatedTime,
  { per, supposition = "" }: ChangeFacts,
): WhatIf {
  const { situation } = change;
  const supposed = change.id === "bits" || change.id === "batch" ? supposition : "";
  const condition = [change.condition, supposed].filter((text) => text !== "").join("; ");
  const is = evaluateSituation(situation);
  const roofSpeedUp = requirePositive("the speed-up", was.roofTime / is.roofTime);
  const speedUp = requirePositive("the speed-up", was.total / is.total);
  return {
    id: change.id,
    change: change.change,
    from: roofPoint(before, was),
    to: roofPoint(situation, is),
    newBound: is.bound.bound,
    newRoof: is.bound.roof,
    roofSpeedUp,
    newTime: is.total,
    speedUp,
    arithmetic: `${roofsInWords(situation, is, per)}, was ${amount(was.bound.attainableOps, `op/${per}`)}: ${digits(roofSpeedUp)}x`,
    limit: gainInWords(was, is, roofSpeedUp, speedUp),
    condition,
  };
}

function roofPoint({ ops, levels }: Situation, { bound }: SituatedTime): RoofPoint {
  const first = levels[0] as SituatedLevel;
  return { arithmeticIntensity: ops / first.bytesMoved, attainable: bound.attainableOps };
}

/** "min(16-bit MAC 256 Mop/s, flash 1.88 op/byte x 85.3 MB/s = 160 Mop/s) = 160 Mop/s". @throws AnalysisError TP-USE-242 */
export function roofsInWords(
  { ops, compute, levels }: Situation,
  { bound }: SituatedTime,
  per: ChangeFacts["per"],
): string {
  requireFiniteIn("the roofs", [ops, compute, levels, bound]);
  const rate = (value: number) => amount(value, `op/${per}`);
  const memories = levels.map(({ name, bytesMoved, peakBytes }) => {
    const intensity = arithmeticIntensity(ops, bytesMoved);
    return `${name} ${digits(intensity)} op/byte x ${amount(peakBytes, `byte/${per}`)} = ${rate(intensity * peakBytes)}`;
  });
  return `min(${[`${compute.name} ${rate(compute.peakOps)}`, ...memories].join(", ")}) = ${rate(bound.attainableOps)}`;
}

function gainInWords(was: SituatedTime, is: SituatedTime, roofs: number, time: number): string {
  if (roofs < LEAST_GAIN && time < LEAST_GAIN) {
    return roofs > 1 / LEAST_GAIN
      ? `gains nothing: ${was.bound.roof} binds, and this does not move it`
      : `loses: ${is.bound.roof} binds lower`;
  }
  if (roofs < LEAST_GAIN) {
    return `moves no roof that binds (${was.bound.roof}); what it gains it gains below the roof`;
  }
  if (time < LEAST_GAIN) {
    return `the roof rises and this run does not: its ${was.largest} takes the time`;
  }
  return `${is.bound.roof} ${is.bound.roof === was.bound.roof ? "still" : "then"} binds`;
}
