/**
 * Decides what single changes to work or machine would bring: exact for the roofs, and for the run by its own terms.
 * Evaluating a situation is left to situation.ts, where its numbers come from to time-terms.ts.
 */
import { AnalysisError } from "./analysis-error.ts";
import type { SituatedLevel, SituatedTime, Situation } from "./situation.ts";
import { evaluateSituation } from "./situation.ts";
import { amount, digits } from "./wording.ts";

export type ChangeId = "bandwidth" | "clock" | "bits" | "fuse" | "batch";

/** What a change needs to know beside the situation; null where nobody said. */
export interface ChangeFacts {
  /** Bytes of weights through each level, in the levels' order; they shrink with the bits and are shared by a batch. */
  readonly weightBytes: readonly number[] | null;
  /** Bytes of values that only pass from one kernel to the next, by level. */
  readonly intermediateBytes: readonly number[] | null;
  /** Overhead that one call in place of many would save. */
  readonly launchOverhead: number;
  /** The next narrower arithmetic that the machine states, if there is one. */
  readonly narrower: { readonly name: string; readonly peakOps: number } | null;
  /** The situation's unit of time. */
  readonly per: "s" | "cycle";
  /** What `weightBytes` supposes; empty when it is known. */
  readonly supposition?: string;
}

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

/** Streams or requests at once when nothing else is asked. */
export const BATCH = 8;
/** A gain below this is none: rounding of stated numbers is larger. */
const LEAST_GAIN = 1.005;

interface Change {
  readonly id: ChangeId;
  readonly change: string;
  readonly situation: Situation;
  readonly condition: string;
}

/**
 * The changes that can be judged, each alone.
 * @param batch items at once, 2 or more
 * @throws AnalysisError TP-USE-372, TP-USE-373
 */
export function whatIfs(
  situation: Situation,
  facts: ChangeFacts,
  batch = BATCH,
): readonly WhatIf[] {
  if (!(Number.isSafeInteger(batch) && batch >= 2)) {
    throw new AnalysisError(
      "TP-USE-373",
      {
        what: `a batch of ${batch}`,
        why: "a batch holds a whole number of items, 2 or more",
        fix: `take ${BATCH}`,
      },
      { batch },
    );
  }
  const before = evaluateSituation(situation);
  return [
    doubleBandwidth(situation, before),
    doubleClock(situation),
    ...halveBits(situation, facts),
    ...fuse(situation, facts),
    ...batched(situation, facts, batch),
  ].map((change) => judged(change, situation, before, facts));
}

/** Of the memory that binds, or of the one that holds the data when none does. */
function doubleBandwidth(situation: Situation, { bound, dataLevel }: SituatedTime): Change {
  const name = bound.bound === "memory" ? bound.roof : dataLevel;
  return {
    id: "bandwidth",
    change: `double the bandwidth of ${name}`,
    situation: {
      ...situation,
      levels: situation.levels.map((level) =>
        level.name === name ? { ...level, peakBytes: 2 * level.peakBytes } : level,
      ),
    },
    condition: "",
  };
}

function doubleClock(situation: Situation): Change {
  const { compute, levels, waitFreeBytes, overhead } = situation;
  const waiting = levels.filter(({ clock }) => clock === "own").map(({ name }) => name);
  const inOrder = waitFreeBytes !== null;
  return {
    id: "clock",
    change: "twice the clock of the core",
    situation: {
      ...situation,
      compute: { ...compute, peakOps: 2 * compute.peakOps },
      levels: levels.map((level) =>
        level.clock === "core" ? { ...level, peakBytes: 2 * level.peakBytes } : level,
      ),
      waitFreeBytes: inOrder ? 2 * waitFreeBytes : null,
      // The overhead of a core that waits for its loads is cycles too; that of a call is a driver's time.
      overhead: inOrder ? overhead / 2 : overhead,
    },
    condition: waiting.length === 0 ? "" : `${waiting.join(" and ")} stays as fast as it is`,
  };
}

function halveBits(
  situation: Situation,
  { weightBytes, narrower }: ChangeFacts,
): readonly Change[] {
  if (weightBytes === null) return [];
  const { compute } = situation;
  return [
    {
      id: "bits",
      change: "half the bits of a weight",
      situation: {
        ...situation,
        compute: narrower ?? compute,
        levels: less(situation.levels, weightBytes, 1 / 2),
      },
      condition:
        narrower === null
          ? "no narrower arithmetic is stated, so the operations stay as fast"
          : `the operations run as ${narrower.name}`,
    },
  ];
}

function fuse(
  situation: Situation,
  { intermediateBytes, launchOverhead }: ChangeFacts,
): readonly Change[] {
  if (intermediateBytes === null && launchOverhead === 0) return [];
  const levels =
    intermediateBytes === null ? situation.levels : less(situation.levels, intermediateBytes, 1);
  return [
    {
      id: "fuse",
      change: "fuse all kernels into one",
      situation: {
        ...situation,
        levels,
        overhead: Math.max(0, situation.overhead - launchOverhead),
      },
      condition: "fusing cuts bytes and calls, no operation",
    },
  ];
}

function batched(
  situation: Situation,
  { weightBytes, launchOverhead }: ChangeFacts,
  batch: number,
): readonly Change[] {
  if (weightBytes === null) return [];
  const inOrder = situation.waitFreeBytes !== null;
  const overhead = inOrder ? situation.overhead : situation.overhead / batch;
  return [
    {
      id: "batch",
      change: `batch ${batch} streams`,
      situation: {
        ...situation,
        levels: less(situation.levels, weightBytes, 1 - 1 / batch),
        overhead,
      },
      condition: `each weight is read once for ${batch} streams${launchOverhead > 0 ? ", each call made once" : ""}; one stream has nothing to batch, and each waits until all have come`,
    },
  ];
}

/** Every level with a share of some of its bytes gone; a byte stays, so that intensities stay finite. */
function less(
  levels: readonly SituatedLevel[],
  bytes: readonly number[],
  share: number,
): readonly SituatedLevel[] {
  return levels.map((level, index) => ({
    ...level,
    bytesMoved: Math.max(
      Math.min(1, level.bytesMoved),
      level.bytesMoved - share * (bytes[index] ?? 0),
    ),
  }));
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
  const roofSpeedUp = was.roofTime / is.roofTime;
  const speedUp = was.total / is.total;
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

/** "min(16-bit MAC 256 Mop/s, flash 1.88 op/byte x 85.3 Mbyte/s = 160 Mop/s) = 160 Mop/s" */
export function roofsInWords(
  { ops, compute, levels }: Situation,
  { bound }: SituatedTime,
  per: ChangeFacts["per"],
): string {
  const rate = (value: number) => amount(value, `op/${per}`);
  const memories = levels.map(({ name, bytesMoved, peakBytes }) => {
    const intensity = ops / bytesMoved;
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
