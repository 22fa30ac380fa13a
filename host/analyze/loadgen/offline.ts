/**
 * Decides a test of the Offline scenario: all samples are there at the start, in one query.
 * Judging the latencies is left to verdict.ts.
 */
import type { TakeLatencies } from "./latencies.ts";
import type { RunFacts } from "./run-facts.ts";
import { ServerPool } from "./server-pool.ts";
import type { SystemUnderTest } from "./service.ts";
import type { EffectiveSettings } from "./settings.ts";
import type { Steps } from "./steps.ts";

const BLOCK_SAMPLES = 512;
/** Samples between two pauses: whole blocks. */
const PAUSE = 64 * BLOCK_SAMPLES;

/** Brings the latency of every sample, from the start of the test. */
export function* runOffline(
  settings: EffectiveSettings,
  system: SystemUnderTest,
  take: TakeLatencies,
): Steps<RunFacts> {
  const pool = new ServerPool(system.servers);
  const services = system.stream(BLOCK_SAMPLES);
  const times = new Float64Array(BLOCK_SAMPLES);
  let lastDoneNs = 0;
  for (let done = 0; done < settings.querySamples; done += BLOCK_SAMPLES) {
    const count = Math.min(BLOCK_SAMPLES, settings.querySamples - done);
    times.fill(0);
    pool.serve(times, services.next(count), count);
    take(times, count);
    for (let index = 0; index < count; index++) {
      lastDoneNs = Math.max(lastDoneNs, times[index] as number);
    }
    if (done % PAUSE === 0) yield done;
  }
  return {
    queryCount: 1,
    sampleCount: settings.querySamples,
    lastScheduledNs: 0,
    lastIssuedNs: 0,
    lastDoneNs,
    ending: "enough",
  };
}
