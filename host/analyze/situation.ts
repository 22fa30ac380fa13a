/**
 * Decides how long a piece of work takes on given roofs, and which roof binds: plain numbers, in any one unit of time.
 * Kinds, sources and words are left to time-terms.ts, changing a situation to what-if.ts.
 */
import { AnalysisError } from "./analysis-error.ts";
import type { Bound, Level } from "./roofline.ts";
import { boundOf } from "./roofline.ts";

/** A memory as a roof, and what raises it. */
export interface SituatedLevel extends Level {
  /** core: its rate rises with the core's clock. own: it waits in nanoseconds, or has a clock of its own. */
  readonly clock: "core" | "own";
}

/** Work, the roofs over it, and how far below them real code stays. */
export interface Situation {
  /** [op] */
  readonly ops: number;
  readonly compute: { readonly name: string; readonly peakOps: number };
  /** The memory that holds the data first. */
  readonly levels: readonly SituatedLevel[];
  /** Share of the highest arithmetic that the code can reach, above 0, at most 1. */
  readonly utilisation: number;
  /** Share of the bandwidth that real reads reach, above 0, at most 1. */
  readonly memoryShare: number;
  /** Time that neither data nor arithmetic takes; 0 or more. */
  readonly overhead: number;
  /**
   * Null where data and arithmetic overlap. On a core that waits for its loads: the rate at which the data of the first
   * level would cost no wait [byte/time].
   */
  readonly waitFreeBytes: number | null;
}

/** The terms of time = data / bandwidth against ops / (peak x utilisation) + overhead. */
export interface SituatedTime {
  readonly bound: Bound;
  /** Shortest time that the roofs allow. */
  readonly roofTime: number;
  /** bytes / (bandwidth x share) of the slowest level. */
  readonly data: number;
  /** Name of that level. */
  readonly dataLevel: string;
  /** ops / (peak x utilisation). */
  readonly arithmetic: number;
  /** What the core waits for its data; null where both overlap. */
  readonly wait: number | null;
  readonly overhead: number;
  readonly total: number;
  readonly largest: "data" | "arithmetic" | "overhead";
}

/**
 * total = max(data, arithmetic) + overhead where both overlap, else arithmetic + wait + overhead.
 * @throws AnalysisError TP-USE-372 for numbers that describe no work or no machine
 */
export function evaluateSituation(situation: Situation): SituatedTime {
  check(situation);
  const { ops, compute, levels, utilisation, memoryShare, overhead, waitFreeBytes } = situation;
  const bound = boundOf(ops, compute, levels);
  const times = levels.map(({ name, bytesMoved, peakBytes }) => ({
    name,
    time: bytesMoved / (peakBytes * memoryShare),
  }));
  const slowest = times.reduce((best, next) => (next.time > best.time ? next : best));
  const arithmetic = ops / (compute.peakOps * utilisation);
  const first = levels[0] as SituatedLevel;
  const wait =
    waitFreeBytes === null
      ? null
      : Math.max(
          0,
          first.bytesMoved / (first.peakBytes * memoryShare) - first.bytesMoved / waitFreeBytes,
        );
  const busy = wait === null ? Math.max(slowest.time, arithmetic) : arithmetic + wait;
  const terms = { data: wait ?? slowest.time, arithmetic, overhead };
  const largest = (["overhead", "data", "arithmetic"] as const).reduce((best, next) =>
    terms[next] >= terms[best] ? next : best,
  );
  const total = busy + overhead;
  if (!Number.isFinite(total)) {
    throw refused("a time beyond the range of numbers", "a rate is too close to 0", { total });
  }
  return {
    bound,
    roofTime: ops / bound.attainableOps,
    data: slowest.time,
    dataLevel: slowest.name,
    arithmetic,
    wait,
    overhead,
    total,
    largest,
  };
}

function check(situation: Situation): void {
  const { ops, compute, levels, utilisation, memoryShare, overhead, waitFreeBytes } = situation;
  const above: readonly (readonly [string, number])[] = [
    ["operations", ops],
    [`the rate of ${compute.name}`, compute.peakOps],
    ...levels.flatMap(({ name, bytesMoved, peakBytes }) => [
      [`the bytes through ${name}`, bytesMoved] as const,
      [`the bandwidth of ${name}`, peakBytes] as const,
    ]),
    ["the utilisation", utilisation],
    ["the share of the bandwidth", memoryShare],
    ...(waitFreeBytes === null ? [] : [["the rate without waits", waitFreeBytes] as const]),
  ];
  const wrong = above.find(([, value]) => !(value > 0 && Number.isFinite(value)));
  const [name, value] = wrong ?? ["the overhead", overhead];
  if (wrong === undefined && overhead >= 0 && Number.isFinite(overhead) && levels.length > 0)
    return;
  if (levels.length === 0) throw refused("a machine without a memory", "a roofline needs one", {});
  throw refused(`${name} is ${value}`, "it must be finite and above 0", { name, value });
}

function refused(what: string, why: string, facts: Readonly<Record<string, unknown>>) {
  return new AnalysisError(
    "TP-USE-372",
    { what, why, fix: "give the work's operations and bytes, and the machine's rates" },
    facts,
  );
}
