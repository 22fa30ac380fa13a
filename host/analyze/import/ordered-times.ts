/**
 * Refuses statistics of times that cannot be of one list: a percentile below a lower one, a mean outside the extremes.
 * Times that an importer sorts itself need no such check.
 */
import type { TimeStatistics } from "../machine-record.ts";
import { unusable } from "./refusals.ts";

const ASCENDING = ["min", "p50", "p90", "p99", "max"] as const;
/** Numbers are written rounded. */
const ROUNDING = 1e-6;

/**
 * @param where the statistics stand, for the message
 * @throws AnalysisError TP-USE-284 naming the statistic that is out of order
 */
export function requireOrdered(file: string, where: string, time: TimeStatistics): void {
  let below: (typeof ASCENDING)[number] = "min";
  for (const name of ASCENDING) {
    requireNotBelow(file, where, [name, time[name]], [below, time[below]]);
    if (typeof time[name] === "number") below = name;
  }
  requireNotBelow(file, where, ["mean", time.mean], ["min", time.min]);
  requireNotBelow(file, where, ["max", time.max], ["mean", time.mean]);
}

/** What a document leaves out is not known. */
type Named = readonly [string, number | null | undefined];

function requireNotBelow(file: string, where: string, [name, value]: Named, [low, least]: Named) {
  if (value == null || least == null || value >= least * (1 - ROUNDING)) return;
  throw unusable(file, `${name} of ${where}`, `${value} s`, `at least the ${low}, ${least} s`);
}
