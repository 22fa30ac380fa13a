/**
 * Decides by how much one sample is above another, with an interval, whatever the distribution of both.
 * Turning it into a verdict is left to gate.ts.
 *
 * Wilcoxon's rank-sum test, and the shift that belongs to it by Hodges and Lehmann: the median of all pairwise
 * differences, here of logarithms, so that shifts are ratios. Source: Hollander, Wolfe and Chicken, "Nonparametric
 * Statistical Methods", 3rd edition, chapter 4.
 */

import { requireShare } from "../number-limits.ts";
import { stepOf } from "./noise.ts";
import type { PairDistribution } from "./rank-distribution.ts";
import { pairDistribution } from "./rank-distribution.ts";
import { requireSamples } from "./samples.ts";
import { ascending, medianOfSorted } from "./summary.ts";

export interface RatioEstimate {
  /** Candidate over baseline - 1: 0.02 is 2 % more. */
  readonly effect: number;
  /**
   * [low, high] of the effect, a step of the clock wider on both sides where equal samples show that it has steps; null
   * where there are too few samples to bound it.
   */
  readonly interval: readonly [number, number] | null;
  /** Chance that the interval holds the true effect. */
  readonly confidence: number;
  /** Chance of a rise like this one or a larger one, were there none. */
  readonly riseProbability: number;
  readonly method: PairDistribution["method"];
}

/**
 * @param inflation by what dependence of neighbouring samples widens the variance (correlation.ts); 1 without
 * @throws AnalysisError TP-USE-240 for no samples, -241 for one not finite, -242 for one not above 0
 */
export function compareRatio(
  baseline: ArrayLike<number>,
  candidate: ArrayLike<number>,
  confidence = 0.95,
  inflation = 1,
): RatioEstimate {
  requireSamples(baseline, { name: "the baseline", positive: true });
  requireSamples(candidate, { name: "the candidate", positive: true });
  requireShare("the confidence", confidence);
  const sorted = [ascending(baseline), ascending(candidate)] as const;
  const step = stepOf(sorted) / medianOfSorted(sorted[0]);
  const [from, to] = sorted.map((side) => side.map(Math.log)) as [Float64Array, Float64Array];
  const pairs = from.length * to.length;
  const distribution = pairDistribution(
    from.length,
    to.length,
    tieShare(from, to),
    Math.max(1, inflation),
  );
  const critical = distribution.lowerCritical((1 - confidence) / 2);
  const half = Math.floor((pairs - 1) / 2);
  const ratio = (rank: number) => Math.expm1(pairwiseDifference(from, to, rank));
  const middle =
    (pairwiseDifference(from, to, half) + pairwiseDifference(from, to, pairs - 1 - half)) / 2;
  return {
    effect: Math.expm1(middle),
    interval: critical < 0 ? null : [ratio(critical) - step, ratio(pairs - 1 - critical) + step],
    confidence,
    riseProbability: distribution.upperTail(pairsAbove(from, to)),
    method: distribution.method,
  };
}

/** Pairs with the second above the first; equal ones count half. Both ascend. */
function pairsAbove(from: Float64Array, to: Float64Array): number {
  let above = 0;
  let below = 0;
  let notAbove = 0;
  for (const value of to) {
    while (below < from.length && (from[below] as number) < value) below++;
    while (notAbove < from.length && (from[notAbove] as number) <= value) notAbove++;
    above += below + (notAbove - below) / 2;
  }
  return above;
}

/** Sum of t^3 - t over groups of equal values of both, over N^3 - N. */
function tieShare(from: Float64Array, to: Float64Array): number {
  const all = new Float64Array(from.length + to.length);
  all.set(from);
  all.set(to, from.length);
  all.sort();
  const total = all.length;
  let ties = 0;
  for (let start = 0; start < total; ) {
    let end = start + 1;
    while (end < total && all[end] === all[start]) end++;
    ties += (end - start) ** 3 - (end - start);
    start = end;
  }
  return total < 2 ? 0 : ties / (total ** 3 - total);
}

/**
 * The difference to[j] - from[i] at a 0-based rank among all pairs, without listing them: bisection over the value, the
 * pairs at or below it counted along both ascending lists.
 */
function pairwiseDifference(from: Float64Array, to: Float64Array, rank: number): number {
  let low = (to[0] as number) - (from[from.length - 1] as number);
  let high = (to[to.length - 1] as number) - (from[0] as number);
  if (pairsAtMost(from, to, low) > rank) return low;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    if (pairsAtMost(from, to, middle) > rank) high = middle;
    else low = middle;
  }
}

function pairsAtMost(from: Float64Array, to: Float64Array, difference: number): number {
  let pairs = 0;
  let first = 0;
  // The larger the candidate's value, the larger the baseline's must be.
  for (const value of to) {
    while (first < from.length && value - (from[first] as number) > difference) first++;
    pairs += from.length - first;
  }
  return pairs;
}
