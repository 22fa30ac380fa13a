/**
 * Decides which samples a load generator that waits for its answers did not take while one of them stalled.
 * Counting them beside the recorded ones is left to the caller.
 *
 * A sample longer than the intended interval kept the following ones from starting; each of them would have waited one
 * interval less. Source: G. Tene, "How NOT to Measure Latency", 2013; HdrHistogram, recordValueWithExpectedInterval().
 */

import { AnalysisError } from "../analysis-error.ts";
import { requireAtLeast0, requirePositive } from "../number-limits.ts";

/** Samples that one correction may add: half a minute of counting. */
export const MOST_HIDDEN = 1e9;

/** How many samples a latency hid: those of latency - interval, latency - 2 x interval, ... that are >= interval. @throws AnalysisError TP-USE-242 */
export function hiddenSamples(latency: number, interval: number): number {
  requireAtLeast0("the latency", latency);
  return Math.max(0, Math.floor(latency / requirePositive("the interval", interval)) - 1);
}

/** Refuses an interval that adds more than MOST_HIDDEN. @throws AnalysisError TP-USE-300, -242 */
export function requireFewHidden(hidden: number, interval: number): void {
  if (requireAtLeast0("the number of hidden samples", hidden) <= MOST_HIDDEN) return;
  throw new AnalysisError(
    "TP-USE-300",
    {
      what: `the expected interval hides more than ${MOST_HIDDEN} samples`,
      why: "it is far shorter than the latencies, so almost every sample would be an invented one",
      fix: "give the interval at which samples were meant to start, in its own unit",
    },
    { hidden, interval },
  );
}
