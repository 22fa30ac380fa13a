/**
 * Decides what a number of samples can tell: its power, the smallest rise it shows, how many samples a rise takes.
 * Measuring the noise is left to noise.ts, the test that is meant to rank-test.ts.
 */

import { outOfRange, requireCount, requirePositive, requireShare } from "../number-limits.ts";
import type { Noise } from "./noise.ts";
import { normalCdf } from "./normal.ts";
import { pairDistribution } from "./rank-distribution.ts";

/** More samples than this on a side are called none. */
const MOST_SAMPLES = 2 ** 30;
const LARGEST_RISE = 1000;
const SMALLEST_RISE = 1e-9;

/** What a comparison is planned for. */
export interface TestPlan {
  /** Chance of an alarm when nothing changed, one-sided. */
  readonly falseAlarm: number;
  /** Chance of an alarm when the rise is there. */
  readonly power: number;
}

/**
 * Chance that the rank test of n and m samples shows this rise: the number of pairs that are the right way round is
 * about normal with mean n m p and Hanley and McNeil's variance (Radiology 143, 1982, equation 2), p the separation.
 * @param rise 0.02 for 2 %
 * @throws AnalysisError TP-USE-242
 */
export function powerOfTest(
  noise: Noise,
  n: number,
  m: number,
  rise: number,
  falseAlarm: number,
): number {
  requirePositive("the rise", rise);
  return powerCurve(noise, n, m, falseAlarm)(rise);
}

/** Power by rise: the critical value is searched once. */
function powerCurve(
  noise: Noise,
  n: number,
  m: number,
  falseAlarm: number,
): (rise: number) => number {
  requireCount("the samples of the baseline", n);
  requireCount("the samples of the candidate", m);
  requireShare("the false-alarm rate", falseAlarm);
  if (!(noise.ties >= 0 && noise.ties < 1))
    throw outOfRange("the ties", noise.ties, "at least 0 and below 1");
  const inflation = requirePositive("the inflation", noise.inflation(n + m));
  const pairs = n * m;
  const critical = pairDistribution(n, m, noise.ties, inflation).lowerCritical(falseAlarm);
  if (critical < 0) return () => 0;
  return (rise) => {
    const p = noise.separation(rise);
    const variance =
      p * (1 - p) + (n - 1) * (p / (2 - p) - p * p) + (m - 1) * ((2 * p * p) / (1 + p) - p * p);
    const deviation = Math.sqrt(Math.max(0, variance) * pairs * inflation * (1 - noise.ties));
    const missing = pairs - critical - 0.5 - pairs * p;
    return deviation === 0 ? Number(missing < 0) : normalCdf(-missing / deviation);
  };
}

/** The rise that n and m samples show with the planned power; null when none does. @throws AnalysisError TP-USE-242 */
export function detectableRise(noise: Noise, n: number, m: number, plan: TestPlan): number | null {
  requireShare("the power", plan.power);
  const power = powerCurve(noise, n, m, plan.falseAlarm);
  const shown = (rise: number) => power(rise) >= plan.power;
  if (!shown(LARGEST_RISE)) return null;
  let low = Math.log(SMALLEST_RISE);
  let high = Math.log(LARGEST_RISE);
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (shown(Math.exp(middle))) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

/**
 * Samples on each side with which the rank test shows a rise with the planned power; null when no number does, as for a
 * rise below the step of a coarse clock.
 * @throws AnalysisError TP-USE-242
 */
export function samplesNeeded(noise: Noise, rise: number, plan: TestPlan): number | null {
  requireShare("the power", plan.power);
  requirePositive("the rise", rise);
  const shown = (n: number) => powerOfTest(noise, n, n, rise, plan.falseAlarm) >= plan.power;
  let enough = fewestSamples(plan.falseAlarm);
  let tooFew = enough - 1;
  while (!shown(enough)) {
    if (enough >= MOST_SAMPLES) return null;
    tooFew = enough;
    enough *= 2;
  }
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (shown(middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
}

/** Fewest samples a side of which the most extreme arrangement is as rare as the false-alarm rate: C(2n, n) >= 1 / a. */
export function fewestSamples(falseAlarm: number): number {
  requireShare("the false-alarm rate", falseAlarm);
  let samples = 1;
  for (let ways = 2; ways * falseAlarm < 1; samples++) {
    ways *= (2 * (2 * samples + 1)) / (samples + 1);
  }
  return samples;
}
