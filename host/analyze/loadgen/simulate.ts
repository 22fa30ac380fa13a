/**
 * Decides a whole scenario on a simulated system: first come, first served, with given service times.
 * Each scenario's rules are left to its own module, the verdict to verdict.ts.
 */
import type { DrawSource } from "./arrivals.ts";
import { Draws } from "./arrivals.ts";
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

/** Gives the random numbers of a Server test with that 32-bit seed; called once for each pass over the test. */
export type DrawsOf = (seed: number) => DrawSource;

const drawHere: DrawsOf = (seed) => new Draws(new Mt19937(seed));

/**
 * The test that LoadGen would make of that system, without the time that LoadGen itself needs; in steps.
 * @throws AnalysisError TP-USE-220 for a setting out of its range.
 */
export function simulateInSteps(
  settings: TestSettings,
  system: SystemUnderTest,
  drawsOf = drawHere,
): Steps<ScenarioResult> {
  const effective = effectiveSettings(settings);
  return judgeTest(effective, (take) => run(effective, system, take, drawsOf));
}

/** The same at once. */
export function simulate(settings: TestSettings, system: SystemUnderTest): ScenarioResult {
  return finish(simulateInSteps(settings, system));
}

function run(
  settings: EffectiveSettings,
  system: SystemUnderTest,
  take: TakeLatencies,
  drawsOf: DrawsOf,
): Steps<RunFacts> {
  switch (settings.scenario) {
    case "server": {
      const draws = drawsOf(truncateSeed(settings.scheduleSeed));
      return runServer(settings, system, take, draws);
    }
    case "offline":
      return runOffline(settings, system, take);
    default:
      return runStreams(settings, system, take);
  }
}
