/**
 * Decides a whole scenario on a simulated system: first come, first served, with given service times.
 * Each scenario's rules are left to its own module, the verdict to verdict.ts.
 */
import { AnalysisError } from "../analysis-error.ts";
import type { GapSource } from "./exponential-gaps.ts";
import { ExponentialGaps } from "./exponential-gaps.ts";
import type { TakeLatencies } from "./latencies.ts";
import { Mt19937, truncateSeed } from "./mt19937.ts";
import { runOffline } from "./offline.ts";
import type { RunFacts } from "./run-facts.ts";
import { runServer } from "./server.ts";
import type { SystemUnderTest } from "./service.ts";
import type { EffectiveSettings, TestSettings } from "./settings.ts";
import { effectiveSettings } from "./settings.ts";
import type { Steps } from "./steps.ts";
import { finish } from "./steps.ts";
import { runStreams } from "./streams.ts";
import type { ScenarioResult } from "./verdict.ts";
import { judgeTest } from "./verdict.ts";

/** Gives the gaps of a Server test with that 32-bit seed and rate; called once for each pass over the test. */
export type GapsOf = (seed: number, qps: number) => GapSource;

const drawHere: GapsOf = (seed, qps) => new ExponentialGaps(qps, new Mt19937(seed));

/**
 * The test that LoadGen would make of that system, without the time that LoadGen itself needs; in steps.
 * @throws AnalysisError TP-USE-220 for a setting out of its range.
 */
export function simulateInSteps(
  settings: TestSettings,
  system: SystemUnderTest,
  gapsOf = drawHere,
): Steps<ScenarioResult> {
  const effective = effectiveSettings(settings);
  checkSize(effective, system);
  return judgeTest(effective, (take) => run(effective, system, take, gapsOf));
}

/** The same at once. */
export function simulate(settings: TestSettings, system: SystemUnderTest): ScenarioResult {
  return finish(simulateInSteps(settings, system));
}

/** Counters have 32 bits. */
const MOST_LATENCIES = 4e9;

/** How many queries (Offline: samples) the test will have, about. */
export function expectedLatencies(settings: EffectiveSettings, system: SystemUnderTest): number {
  const seconds = settings.minDurationMs / 1000;
  if (settings.scenario === "offline") return settings.querySamples;
  const perSecond =
    settings.scenario === "server"
      ? settings.targetQps
      : 1e9 / (system.meanNs * Math.ceil(settings.querySamples / system.servers));
  return Math.max(settings.neededQueries, seconds * perSecond);
}

function checkSize(settings: EffectiveSettings, system: SystemUnderTest): void {
  const count = expectedLatencies(settings, system);
  if (count <= MOST_LATENCIES) return;
  throw new AnalysisError(
    "TP-USE-225",
    {
      what: `the test would have about ${count.toPrecision(2)} latencies`,
      why: `at most ${MOST_LATENCIES} are counted`,
      fix: "a shorter test or a lower rate: --seconds, --qps",
    },
    { count },
  );
}

function run(
  settings: EffectiveSettings,
  system: SystemUnderTest,
  take: TakeLatencies,
  gapsOf: GapsOf,
): Steps<RunFacts> {
  switch (settings.scenario) {
    case "server": {
      const gaps = gapsOf(truncateSeed(settings.scheduleSeed), settings.targetQps);
      return runServer(settings, system, take, gaps);
    }
    case "offline":
      return runOffline(settings, system, take);
    default:
      return runStreams(settings, system, take);
  }
}
