/**
 * Decides the interval of a median by resampling: seeded, so that the same samples give the same interval.
 * Whether two medians differ is left to rank-test.ts, which needs no resampling.
 *
 * Percentile bootstrap, Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13. A resampled median
 * of n values is the sample at a rank that is distributed as the median of n draws from 0..n-1, so ranks are drawn
 * instead of samples and the values are sorted once.
 */

import { requireCount, requireShare } from "../number-limits.ts";
import { Random } from "./random.ts";
import { requireSamples } from "./samples.ts";
import { ascending, medianOfSorted } from "./summary.ts";

export interface MedianInterval {
  readonly median: number;
  /** [low, high], same unit; both the median for a single sample. */
  readonly interval: readonly [number, number];
  /** Chance that the method covers the true median. */
  readonly confidence: number;
  readonly resamples: number;
  readonly seed: number;
  readonly method: string;
}

export interface BootstrapOptions {
  /** 0.95 without it. */
  readonly confidence?: number;
  /** 2000 without it. */
  readonly resamples?: number;
  readonly seed?: number;
}

/** Draws that one call may take; beyond, the rank of the median is drawn at once. */
const MOST_DRAWS = 4_000_000;

/** @throws AnalysisError TP-USE-240 without a sample, -241 for one that is not finite, -242 for options out of range */
export function medianInterval(
  values: ArrayLike<number>,
  options: BootstrapOptions = {},
): MedianInterval {
  const { confidence = 0.95, resamples = 2000, seed = 1 } = options;
  requireSamples(values);
  requireShare("the confidence", confidence);
  requireCount("the number of resamples", resamples, 100);
  const sorted = ascending(values);
  const random = new Random(seed);
  const medians = new Float64Array(resamples);
  const exact = sorted.length * resamples <= MOST_DRAWS;
  for (let round = 0; round < resamples; round++) {
    medians[round] = exact ? resampledMedian(sorted, random) : distantMedian(sorted, random);
  }
  medians.sort();
  const cut = (1 - confidence) / 2;
  const at = (share: number) =>
    medians[Math.min(resamples - 1, Math.trunc(resamples * share))] as number;
  return {
    median: medianOfSorted(sorted),
    interval: [at(cut), at(1 - cut)],
    confidence,
    resamples,
    seed,
    method: "percentile bootstrap of the median",
  };
}

/** The median of as many draws as there are samples: their ranks are counted, not sorted. */
function resampledMedian(sorted: Float64Array, random: Random): number {
  const count = sorted.length;
  const drawn = new Uint32Array(count);
  for (let i = 0; i < count; i++) (drawn[random.below(count)] as number)++;
  const upper = rankReached(drawn, count >> 1);
  if (count % 2 === 1) return sorted[upper] as number;
  const lower = rankReached(drawn, (count >> 1) - 1);
  return (sorted[upper] as number) / 2 + (sorted[lower] as number) / 2;
}

/** The rank whose draws hold the draw number `place`, counted from 0. */
function rankReached(drawn: Uint32Array, place: number): number {
  let below = 0;
  for (let rank = 0; ; rank++) {
    below += drawn[rank] as number;
    if (below > place) return rank;
  }
}

/**
 * Of many samples: the median of n uniform draws is normal around n / 2 with deviation sqrt(n) / 2, to within a rank in
 * sqrt(n).
 */
function distantMedian(sorted: Float64Array, random: Random): number {
  const count = sorted.length;
  const rank = Math.round(count / 2 + (Math.sqrt(count) / 2) * random.normal() - 0.5);
  return sorted[Math.min(count - 1, Math.max(0, rank))] as number;
}
