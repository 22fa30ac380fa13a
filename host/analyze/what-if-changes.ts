/**
 * Decides what each what-if changes in a situation: bandwidth, clock, bits of a weight, fusion, batch.
 * What a change brings is left to what-if.ts.
 */
import { AnalysisError } from "./analysis-error.ts";
import { requireFiniteIn } from "./number-limits.ts";
import type { SituatedLevel, SituatedTime, Situation } from "./situation.ts";

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

/** A situation with one thing changed. */
export interface Change {
  readonly id: ChangeId;
  readonly change: string;
  readonly situation: Situation;
  readonly condition: string;
}

/** Streams or requests at once when nothing else is asked. */
export const BATCH = 8;

/**
 * The changes that can be judged, in the order of their letters.
 * @param batch items at once, 2 or more
 * @throws AnalysisError TP-USE-242 for a number that is not finite, TP-USE-373 for another batch
 */
export function changesOf(
  situation: Situation,
  before: SituatedTime,
  facts: ChangeFacts,
  batch: number,
): readonly Change[] {
  requireFiniteIn("what a change needs", [situation, facts]);
  if (!(Number.isSafeInteger(batch) && batch >= 2)) throw noBatch(batch);
  return [
    doubleBandwidth(situation, before),
    doubleClock(situation),
    ...halveBits(situation, facts),
    ...fuse(situation, facts),
    ...batched(situation, facts, batch),
  ];
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

function noBatch(batch: number): AnalysisError {
  return new AnalysisError(
    "TP-USE-373",
    {
      what: `a batch of ${batch}`,
      why: "a batch holds a whole number of items, 2 or more",
      fix: `take ${BATCH}`,
    },
    { batch },
  );
}
