/**
 * Decides the largest load that a system carries: queries a second of the Server scenario, or streams of frames.
 * Whether one load is carried is left to simulate.ts and fixed-rate.ts.
 */
import { runFixedRate } from "./fixed-rate.ts";
import type { SystemUnderTest } from "./service.ts";
import type { TestSettings } from "./settings.ts";
import { effectiveSettings } from "./settings.ts";
import { simulateInSteps } from "./simulate.ts";
import type { Steps } from "./steps.ts";
import type { ScenarioResult } from "./verdict.ts";
import { judgeTest } from "./verdict.ts";

/** A load and the test it was found with. */
export interface CarriedLoad {
  /** [1/s] for a rate, streams for streams; 0 when not even the least load is carried. */
  readonly load: number;
  /** The test at that load; at the least load tried when none is carried. */
  readonly result: ScenarioResult;
  /** Tests made to find it. */
  readonly tests: number;
}

/** The search ends when the bounds are so close to each other, as a fraction. */
const PRECISION = 1e-3;
/** Rates tried first: the system's capacity over powers of two, from this one. */
const LADDER = 6;

/**
 * The largest arrival rate at which the Server test is valid, to 0.1 %: up a ladder of rates, then by bisection, as
 * LoadGen's FindPeakPerformance does. Chance makes single rates just above it pass or just below it fail.
 * @throws AnalysisError TP-USE-220 for a setting out of its range.
 */
export function* largestValidQps(
  settings: TestSettings,
  system: SystemUnderTest,
): Steps<CarriedLoad> {
  const capacity = (system.servers * 1e9) / system.meanNs;
  let tests = 0;
  const test = function* (targetQps: number): Steps<ScenarioResult> {
    tests++;
    return yield* simulateInSteps({ ...settings, targetQps }, system);
  };
  let low = capacity / 2 ** LADDER;
  let best = yield* test(low);
  // Few queries prove little: a slow rate may fail where a faster one passes.
  let valid = best.valid ? low : 0;
  for (let step = LADDER - 1; step >= 0; step--) {
    const rate = capacity / 2 ** step;
    const result = yield* test(rate);
    if (result.valid) [valid, best] = [rate, result];
  }
  if (valid === 0) return { load: 0, result: best, tests };
  low = valid;
  let high = 2 * valid;
  while (high - low > PRECISION * low) {
    const middle = (low + high) / 2;
    const result = yield* test(middle);
    if (result.valid) [low, best] = [middle, result];
    else high = middle;
  }
  return { load: low, result: best, tests };
}

/**
 * The most streams whose frames, one of each stream every `intervalNs`, are all served within the interval at the
 * judged percentile, early stopping included.
 * @throws AnalysisError TP-USE-220 for a setting out of its range.
 */
export function* carriedStreams(
  settings: TestSettings,
  system: SystemUnderTest,
  intervalNs: number,
): Steps<CarriedLoad> {
  let tests = 0;
  const test = function* (streams: number): Steps<ScenarioResult> {
    tests++;
    const effective = effectiveSettings({
      ...settings,
      scenario: "server",
      targetLatencyNs: intervalNs,
      targetQps: 1e9 / intervalNs,
    });
    return yield* judgeTest(effective, (take) =>
      runFixedRate(effective, system, streams, intervalNs, take),
    );
  };
  let low = 0;
  let best = yield* test(1);
  if (!best.valid) return { load: 0, result: best, tests };
  low = 1;
  // Twice what the servers can do in the mean is out of reach.
  let high = 2 * Math.ceil((system.servers * intervalNs) / system.meanNs) + 1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const result = yield* test(middle);
    if (result.valid) [low, best] = [middle, result];
    else high = middle;
  }
  return { load: low, result: best, tests };
}
