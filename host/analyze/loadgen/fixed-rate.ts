/**
 * Decides a test in which several streams each bring a frame at a fixed interval, all at the same moment.
 * How many streams that may be is left to search.ts.
 */
import type { TakeLatencies } from "./latencies.ts";
import type { RunFacts } from "./run-facts.ts";
import { ServerPool } from "./server-pool.ts";
import type { SystemUnderTest } from "./service.ts";
import type { EffectiveSettings } from "./settings.ts";
import type { Steps } from "./steps.ts";

const BLOCK_INTERVALS = 512;

/** Brings, for each interval, the latency of its last frame; what is not done in time delays the next interval. */
export function* runFixedRate(
  settings: EffectiveSettings,
  system: SystemUnderTest,
  streams: number,
  intervalNs: number,
  take: TakeLatencies,
): Steps<RunFacts> {
  const pool = new ServerPool(system.servers);
  const services = system.stream(streams);
  const times = new Float64Array(streams);
  const latencies = new Float64Array(BLOCK_INTERVALS);
  const lastInterval = Math.ceil((settings.minDurationMs * 1e6) / intervalNs) + 1;
  const intervals = Math.max(settings.neededQueries, lastInterval);
  let held = 0;
  for (let interval = 0; interval < intervals; interval++) {
    times.fill(interval * intervalNs);
    pool.serve(times, services.next(streams), streams);
    latencies[held++] = times.reduce((slowest, latencyNs) => Math.max(slowest, latencyNs), 0);
    if (held === BLOCK_INTERVALS || interval === intervals - 1) {
      take(latencies, held);
      held = 0;
      yield interval;
    }
  }
  const lastScheduledNs = (intervals - 1) * intervalNs;
  return {
    queryCount: intervals,
    sampleCount: intervals * streams,
    lastScheduledNs,
    lastIssuedNs: lastScheduledNs,
    lastDoneNs: lastScheduledNs + (latencies[(intervals - 1) % BLOCK_INTERVALS] as number),
    ending: "enough",
  };
}
