/**
 * Decides a test of the Server scenario: queries of one sample arrive at random and queue without limit.
 * Judging the latencies is left to verdict.ts.
 */
import { PoissonArrivals } from "./arrivals.ts";
import type { GapSource } from "./exponential-gaps.ts";
import { BLOCK_GAPS } from "./exponential-gaps.ts";
import type { TakeLatencies } from "./latencies.ts";
import type { Ending, RunFacts } from "./run-facts.ts";
import { ServerPool } from "./server-pool.ts";
import type { SystemUnderTest } from "./service.ts";
import type { EffectiveSettings } from "./settings.ts";
import type { Steps } from "./steps.ts";

/** Blocks between two pauses. */
const PAUSE = 128;

/**
 * Brings the latency of every query, from the scheduled arrival to the end of its service.
 * @param gaps those of the test's seed and rate
 */
export function* runServer(
  settings: EffectiveSettings,
  system: SystemUnderTest,
  take: TakeLatencies,
  gaps: GapSource,
): Steps<RunFacts> {
  const arrivals = new PoissonArrivals(gaps);
  const pool = new ServerPool(system.servers);
  const services = system.stream(BLOCK_GAPS);
  let issued = 0;
  for (let block = 1; ; block++) {
    const times = arrivals.next();
    const { count, ending } = countIssued(times, issued, settings);
    const lastScheduledNs = times[count - 1] as number;
    pool.serve(times, services.next(count), count);
    take(times, count);
    issued += count;
    if (ending !== null) {
      return {
        queryCount: issued,
        sampleCount: issued,
        lastScheduledNs,
        lastIssuedNs: lastScheduledNs,
        lastDoneNs: lastScheduledNs + (times[count - 1] as number),
        ending,
      };
    }
    if (block % PAUSE === 0) yield issued;
  }
}

/** How many of a block's arrivals the test issues, and how it ends if it ends there. */
function countIssued(
  times: Float64Array,
  before: number,
  settings: EffectiveSettings,
): { readonly count: number; readonly ending: Ending | null } {
  const minNs = settings.minDurationMs * 1e6;
  const maxNs =
    settings.maxDurationMs === 0 ? Number.POSITIVE_INFINITY : settings.maxDurationMs * 1e6;
  const maxQueries = settings.maxQueryCount || Number.POSITIVE_INFINITY;
  const { neededQueries } = settings;
  const all = times.length;
  const last = times[all - 1] as number;
  const within = last <= maxNs && before + all < maxQueries;
  if (within && (last < minNs || before + all < neededQueries)) return { count: all, ending: null };
  for (let index = 0; index < all; index++) {
    const issued = before + index + 1;
    const timeNs = times[index] as number;
    if (timeNs >= minNs && issued >= neededQueries) return { count: index + 1, ending: "enough" };
    if (issued >= maxQueries) return { count: index + 1, ending: "max-queries" };
    if (timeNs > maxNs) return { count: index + 1, ending: "max-duration" };
  }
  return { count: all, ending: null };
}
