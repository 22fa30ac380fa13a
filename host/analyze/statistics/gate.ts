/**
 * Decides whether a candidate is really slower than its baseline, and what chance of error that verdict has.
 * Exact counts, where any rise is real, are left to ../comparison; the tests to rank-test.ts and tail-test.ts.
 *
 * With 100 samples or more on each side two one-sided tests share the false-alarm rate, half each: one of the whole
 * distribution, one of its slowest percent. With fewer the first has all of it.
 */

import { requirePositive, requireShare } from "../number-limits.ts";
import type { BootstrapOptions, MedianInterval } from "./bootstrap.ts";
import { medianInterval } from "./bootstrap.ts";
import { dependenceOf, INDEPENDENT, varianceInflation } from "./correlation.ts";
import { noiseOf } from "./noise.ts";
import type { RatioEstimate } from "./rank-test.ts";
import { compareRatio } from "./rank-test.ts";
import { detectableRise, fewestSamples, powerOfTest, samplesNeeded } from "./runs-needed.ts";
import { requireSamples } from "./samples.ts";
import type { TailComparison } from "./tail-test.ts";
import { compareTails } from "./tail-test.ts";
import type { WarmUp } from "./warm-up.ts";
import { detectWarmUp } from "./warm-up.ts";

/** Fewer samples on a side have no slowest percent. */
const FEWEST_FOR_TAIL = 100;

export interface GateOptions {
  /** The smallest rise that matters, relative; 0.02 without it. */
  readonly minEffect?: number;
  /** Chance of a verdict "regression" when nothing changed; 0.05 without it. */
  readonly falseAlarm?: number;
  /** Power that the samples needed are counted for; 0.8 without it. */
  readonly power?: number;
  /** True: every sample is a run of its own, so that neither order nor warm-up means anything. */
  readonly independent?: boolean;
  /** Of the intervals of the medians. */
  readonly bootstrap?: BootstrapOptions;
}

/** One side, after its warm-up. */
export interface GateSide {
  /** Samples given, and those behind the verdict. */
  readonly count: number;
  readonly used: number;
  readonly median: MedianInterval;
  /** Null for independent runs. */
  readonly warmUp: WarmUp | null;
}

/**
 * regression: a rise is shown, and it may be one that matters. improvement: a fall is shown. same: a rise that matters is
 * ruled out. cannot tell: none of these.
 */
export type Verdict = "regression" | "improvement" | "same" | "cannot tell";

/** What the samples can tell of a rise that matters. */
export interface GatePower {
  /** Chance that these samples show a rise of `minEffect`. */
  readonly ofMinEffect: number;
  /** The rise that they show with the planned power, relative; null when none. */
  readonly detectableRise: number | null;
  /** Samples on each side that show `minEffect` with the planned power; null when no number does. */
  readonly samplesNeeded: number | null;
  readonly planned: number;
}

export interface GateResult extends RatioEstimate {
  readonly verdict: Verdict;
  /** The reason in words. */
  readonly why: string;
  readonly baseline: GateSide;
  readonly candidate: GateSide;
  /** Neighbouring samples that count as one, with the margin for what so few samples cannot tell; 1: independent. */
  readonly inflation: number;
  /**
   * The slowest percent, the candidate's samples divided by 1 + minEffect; null with fewer than 100 samples on a side, or
   * where neighbours depend on each other.
   */
  readonly tail: (TailComparison & { readonly regressed: boolean }) | null;
  readonly minEffect: number;
  /** Stated chance of a false "regression". */
  readonly falseAlarm: number;
  /** Null where the samples show no noise: one on each side, or all of them equal. */
  readonly power: GatePower | null;
}

/**
 * @param baseline in the order of measurement, so that warm-up and dependence are found
 * @throws AnalysisError TP-USE-240 for no samples, -241 for one not finite, -242 for one not above 0 or an option out of range
 */
export function judgeSamples(
  baseline: ArrayLike<number>,
  candidate: ArrayLike<number>,
  options: GateOptions = {},
): GateResult {
  const { minEffect = 0.02, falseAlarm = 0.05, power: planned = 0.8 } = options;
  const { independent = false, bootstrap = {} } = options;
  requirePositive("the smallest effect", minEffect);
  requireShare("the false-alarm rate", falseAlarm);
  requireShare("the power", planned);
  const from = sideOf(baseline, "the baseline", independent, bootstrap);
  const to = sideOf(candidate, "the candidate", independent, bootstrap);
  const [n, m] = [from.steady.length, to.steady.length];
  const dependence = independent ? INDEPENDENT : dependenceOf(from.steady, to.steady);
  const inflation = varianceInflation(dependence, n + m);
  const hasTail = !independent && Math.min(n, m) >= FEWEST_FOR_TAIL;
  const alarm = hasTail ? falseAlarm / 2 : falseAlarm;
  const estimate = compareRatio(from.steady, to.steady, 1 - 2 * alarm, inflation);
  const tail =
    hasTail && dependence.time === 1
      ? tailOf(from.steady, to.steady, minEffect, falseAlarm / 2)
      : null;
  const noise = noiseOf([from.steady, to.steady], dependence);
  const plan = { falseAlarm: alarm, power: planned };
  return {
    ...estimate,
    ...verdictOf(estimate, alarm, minEffect, tail?.regressed === true),
    baseline: from.side,
    candidate: to.side,
    inflation,
    tail,
    minEffect,
    falseAlarm,
    power: noise && {
      ofMinEffect: powerOfTest(noise, n, m, minEffect, alarm),
      detectableRise: detectableRise(noise, n, m, plan),
      samplesNeeded: samplesNeeded(noise, minEffect, plan),
      planned,
    },
  };
}

function verdictOf(
  { riseProbability, interval }: RatioEstimate,
  alarm: number,
  minEffect: number,
  tailRegressed: boolean,
): Pick<GateResult, "verdict" | "why"> {
  if (tailRegressed)
    return {
      verdict: "regression",
      why: "times as slow as the slowest percent became more frequent",
    };
  if (interval === null) {
    const why = `fewer samples than can show anything: ${fewestSamples(alarm)} on each side at least`;
    return { verdict: "cannot tell", why };
  }
  const [, high] = interval;
  if (riseProbability <= alarm && high >= minEffect) {
    return {
      verdict: "regression",
      why: "a change for the worse is shown, and it may be one that matters",
    };
  }
  if (high < 0) return { verdict: "improvement", why: "a change for the better is shown" };
  if (high < minEffect)
    return { verdict: "same", why: "a change for the worse that matters is ruled out" };
  return { verdict: "cannot tell", why: "neither a change for the worse nor its absence is shown" };
}

function sideOf(
  values: ArrayLike<number>,
  name: string,
  independent: boolean,
  bootstrap: BootstrapOptions,
): { readonly side: GateSide; readonly steady: Float64Array } {
  requireSamples(values, { name, positive: true });
  const warmUp = independent ? null : detectWarmUp(values);
  // What a device gains before it throttles is part of its time; what it loses while it warms up is not.
  const from = warmUp?.state === "warm-up" ? warmUp.steadyFrom : 0;
  const steady = Float64Array.from(values).subarray(from);
  const median = medianInterval(steady, bootstrap);
  return { side: { count: values.length, used: steady.length, median, warmUp }, steady };
}

/** The candidate's samples are made shorter by what does not matter: a small rise of all of them is no rise of the tail. */
function tailOf(
  from: Float64Array,
  to: Float64Array,
  minEffect: number,
  alarm: number,
): GateResult["tail"] {
  const tail = compareTails(
    from,
    to.map((value) => value / (1 + minEffect)),
  );
  return { ...tail, regressed: tail.riseProbability <= alarm };
}
