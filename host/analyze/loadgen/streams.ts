/**
 * Decides a test of the SingleStream or MultiStream scenario: the next query is issued when the one before is done.
 * Judging the latencies is left to verdict.ts.
 */
import type { TakeLatencies } from "./latencies.ts";
import type { Ending, RunFacts } from "./run-facts.ts";
import { ServerPool } from "./server-pool.ts";
import type { SystemUnderTest } from "./service.ts";
import type { EffectiveSettings } from "./settings.ts";
import { generatedQueries } from "./settings.ts";
import type { Steps } from "./steps.ts";

const BLOCK_QUERIES = 512;
/** Queries between two pauses: whole blocks. */
const PAUSE = 64 * BLOCK_QUERIES;

/** Brings the latency of every query: of its slowest sample. */
export function* runStreams(
  settings: EffectiveSettings,
  system: SystemUnderTest,
  take: TakeLatencies,
): Steps<RunFacts> {
  const prepared = generatedQueries(settings);
  const latencyOf = queryLatency(settings.querySamples, system);
  const latencies = new Float64Array(BLOCK_QUERIES);
  let held = 0;
  let issuedNs = 0;
  for (let issued = 1; ; issued++) {
    const latencyNs = latencyOf();
    latencies[held++] = latencyNs;
    const ending = endingOf(issued, issuedNs, prepared, settings);
    if (held === BLOCK_QUERIES || ending !== null) {
      take(latencies, held);
      held = 0;
      if (issued % PAUSE === 0) yield issued;
    }
    if (ending !== null) {
      return {
        queryCount: issued,
        sampleCount: issued * settings.querySamples,
        lastScheduledNs: issuedNs,
        lastIssuedNs: issuedNs,
        lastDoneNs: issuedNs + latencyNs,
        ending,
      };
    }
    issuedNs += latencyNs;
  }
}

/** Samples of a query start together and share the servers. */
function queryLatency(samples: number, system: SystemUnderTest): () => number {
  const services = system.stream(samples);
  if (samples === 1) return () => services.next(1)[0] as number;
  const pool = new ServerPool(Math.min(system.servers, samples));
  const times = new Float64Array(samples);
  return () => {
    times.fill(0);
    pool.restart(0);
    pool.serve(times, services.next(samples), samples);
    return times.reduce((slowest, latencyNs) => Math.max(slowest, latencyNs), 0);
  };
}

/**
 * How a test ends with the query just issued, or null: LoadGen looks when it has issued a query, before it waits for it.
 * @param issued queries so far
 * @param issuedNs when the last one was issued [ns]
 * @param prepared queries made beforehand
 */
export function endingOf(
  issued: number,
  issuedNs: number,
  prepared: number,
  settings: EffectiveSettings,
): Ending | null {
  const { neededQueries, minDurationMs, maxQueryCount, maxDurationMs } = settings;
  if (issued >= neededQueries && issuedNs >= minDurationMs * 1e6) return "enough";
  if (maxQueryCount !== 0 && issued >= maxQueryCount) return "max-queries";
  if (maxDurationMs !== 0 && issuedNs > maxDurationMs * 1e6) return "max-duration";
  return issued === prepared ? "ran-out" : null;
}
