/**
 * Decides how well a rise stands out from the noise of single samples: how often a slowed sample is above another one.
 * What number of samples then shows the rise is left to runs-needed.ts.
 */

import { requirePositive } from "../number-limits.ts";
import type { Dependence } from "./correlation.ts";
import { INDEPENDENT, varianceInflation } from "./correlation.ts";
import { normalCdf } from "./normal.ts";
import { requireSamples } from "./samples.ts";
import { ascending, medianOfSorted } from "./summary.ts";

/** Pairs are made of at most so many samples of a side, evenly spread over it. */
const MOST_SAMPLES = 256;
/** Fewer samples, beside one a side, are taken as normal ones: their own pairs are too few for a distribution. */
const FEWEST_SAMPLES = 8;
/** Above this share of equal pairs the clock's step hides the noise, and rises below a step with it. */
const COARSE = 0.5;
/** Relative rounding of a product. */
const ROUNDING = 1e-9;

/** Noise as the rank test meets it. */
export interface Noise {
  /** Chance that a sample slowed by this rise is above one that is not, equal ones counted half: 0.5 to 1. */
  separation(rise: number): number;
  /** Share by which equal values narrow the test's variance; 0 without them. */
  readonly ties: number;
  /** By what dependence widens the variance of a comparison of so many samples on both sides together. */
  inflation(count: number): number;
}

/** Noise of independent samples with a normal logarithm. @param variation its deviation, about the deviation over mean */
export function normalNoise(variation: number): Noise {
  requirePositive("the coefficient of variation", variation);
  return {
    separation: (rise) => normalCdf(Math.log1p(rise) / (Math.SQRT2 * variation)),
    ties: 0,
    inflation: () => 1,
  };
}

/**
 * Noise that the samples show themselves, all pairs within a side, whatever their distribution; null where no two samples
 * of a side differ. Few samples show their noise badly, so it is taken as 2 / (n - 1) wider.
 * @throws AnalysisError TP-USE-240, -241, -242 for one not above 0
 */
export function noiseOf(
  sides: readonly ArrayLike<number>[],
  dependence: Dependence = INDEPENDENT,
): Noise | null {
  for (const side of sides) requireSamples(side, { positive: true });
  const kept = sides.map((side) => ascending(evenly(side)));
  if (kept.every((side) => side[0] === side[side.length - 1])) return null;
  const pairs = kept.reduce((sum, { length }) => sum + length * (length - 1), 0);
  const equal = kept.reduce((sum, side) => sum + equalPairs(side), 0) / pairs;
  const step = stepOf(kept);
  const middle = Math.max(...kept.map(medianOfSorted));
  const coarse = equal > COARSE;
  const spread = coarse ? kept : kept.map((side) => withinSteps(side, step));
  const freedom = kept.reduce((sum, { length }) => sum + length - 1, 0);
  const wider = 1 + 2 / freedom;
  const few = freedom < FEWEST_SAMPLES ? normalNoise(pooledDeviation(kept, freedom)) : null;
  return {
    separation(rise) {
      const seen = coarse ? Math.floor((rise * middle) / step + ROUNDING) * (step / middle) : rise;
      if (few !== null) return few.separation(seen / wider);
      return spread.reduce((sum, side) => sum + pairsAbove(side, 1 + seen / wider), 0) / pairs;
    },
    // Three samples are equal at least as often as two pairs are.
    ties: equal ** 2,
    inflation: (count) => varianceInflation(dependence, count),
  };
}

/**
 * Step of the clock that equal samples give away: the smallest difference between two that differ; 0 where none are
 * equal. Range: ascending lists.
 */
export function stepOf(sides: readonly Float64Array[]): number {
  let ties = 0;
  let step = Number.POSITIVE_INFINITY;
  const all = Float64Array.from(sides.flatMap((side) => [...side])).sort();
  for (let i = 1; i < all.length; i++) {
    const gap = (all[i] as number) - (all[i - 1] as number);
    if (gap <= ROUNDING * (all[i] as number)) ties++;
    else step = Math.min(step, gap);
  }
  return ties > 0 && Number.isFinite(step) ? step : 0;
}

/** Deviation of the logarithms about the mean of their own side. */
function pooledDeviation(sides: readonly Float64Array[], freedom: number): number {
  let squares = 0;
  for (const side of sides) {
    const logs = side.map(Math.log);
    const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
    squares += logs.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  }
  return Math.sqrt(squares / freedom);
}

function evenly(side: ArrayLike<number>): Float64Array {
  const kept = Math.min(side.length, MOST_SAMPLES);
  return Float64Array.from(
    { length: kept },
    (_, i) => side[Math.floor((i * side.length) / kept)] as number,
  );
}

/** Equal samples spread evenly over the step that made them equal. */
function withinSteps(sorted: Float64Array, step: number): Float64Array {
  const spread = Float64Array.from(sorted);
  for (const [start, end] of ties(sorted)) {
    for (let i = start; i < end; i++) {
      spread[i] = (sorted[i] as number) + step * ((i - start + 0.5) / (end - start) - 0.5);
    }
  }
  return spread;
}

function equalPairs(sorted: Float64Array): number {
  let pairs = 0;
  for (const [start, end] of ties(sorted)) pairs += (end - start) * (end - start - 1);
  return pairs;
}

/** [start, end) of each group of equal samples. */
function* ties(sorted: Float64Array): Generator<readonly [number, number]> {
  for (let start = 0; start < sorted.length; ) {
    const limit = (sorted[start] as number) * (1 + ROUNDING);
    let end = start + 1;
    while (end < sorted.length && (sorted[end] as number) <= limit) end++;
    yield [start, end];
    start = end;
  }
}

/** Ordered pairs of different samples with the first, times the factor, above the second; equal ones count half. */
function pairsAbove(sorted: Float64Array, factor: number): number {
  let above = 0;
  let below = 0;
  let notAbove = 0;
  for (const value of sorted) {
    const slowed = value * factor;
    while (below < sorted.length && (sorted[below] as number) < slowed * (1 - ROUNDING)) below++;
    while (notAbove < sorted.length && (sorted[notAbove] as number) <= slowed * (1 + ROUNDING)) {
      notAbove++;
    }
    above += (below + notAbove) / 2;
  }
  // Each sample beside itself is no pair: it is above itself, or equal when nothing is slowed.
  return above - sorted.length * (factor > 1 + ROUNDING ? 1 : 0.5);
}
