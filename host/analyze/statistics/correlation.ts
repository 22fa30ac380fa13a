/**
 * Decides how much neighbouring samples of a series repeat each other: how many of them count as one.
 * What that does to a verdict is left to rank-test.ts and gate.ts.
 */
import { requireCount } from "../number-limits.ts";
import { requireSamples } from "./samples.ts";

/** Longest lag that is looked at, as a share of the series. */
const LONGEST_LAG = 1 / 4;
const MOST_LAGS = 1000;
/** Stronger correlations are taken as this one: no number of samples would be enough. */
const STRONGEST = 0.95;

/** Dependence of neighbouring samples within the sides of a comparison. */
export interface Dependence {
  /** Estimated correlation of a sample and the next, of ranks; its bias for short series is corrected. -1..1 */
  readonly correlation: number;
  /** Samples that count as one, where these series are long enough to tell. */
  readonly time: number;
}

export const INDEPENDENT: Dependence = { correlation: 0, time: 1 };

/**
 * Dependence that the series show together, each in its order of measurement. The correlation of a short series comes
 * out too low by (1 + 3 r) / n: Kendall, Biometrika 41, 1954.
 * @throws AnalysisError TP-USE-240, -241
 */
export function dependenceOf(...series: readonly ArrayLike<number>[]): Dependence {
  let count = 0;
  let first = 0;
  let total = 0;
  let time = 0;
  for (const values of series) {
    requireSamples(values);
    const centred = centredRanks(values);
    const variance = autocovariance(centred, 0);
    count += values.length;
    if (variance === 0) {
      time += values.length;
      continue;
    }
    // Ranks of a longer series are larger: each series counts by its number of samples.
    first += (values.length * autocovariance(centred, 1)) / variance;
    total += values.length;
    time += values.length * correlationTime(centred, variance);
  }
  if (total === 0) return INDEPENDENT;
  const raw = first / total;
  const correlation = raw + ((1 + 3 * Math.max(0, raw)) * series.length) / count;
  return { correlation: Math.max(-1, Math.min(STRONGEST, correlation)), time: time / count };
}

/**
 * By what the variance of a comparison exceeds that of independent samples, with a margin for what so few samples cannot
 * tell: (1 + r) / (1 - r), the sum of an AR(1) process's correlations, r one standard error above its estimate.
 * @param count samples of both sides together
 * @throws AnalysisError TP-USE-242
 */
export function varianceInflation(dependence: Dependence, count: number): number {
  requireCount("the number of samples", count);
  if (dependence === INDEPENDENT) return 1;
  const r = Math.min(STRONGEST, dependence.correlation + 1 / Math.sqrt(count));
  return Math.max(1, (1 + r) / (1 - r), dependence.time);
}

/**
 * 1 + 2 * (sum of the autocorrelations), lags added while pairs of them stay above 0: Geyer, "Practical Markov Chain
 * Monte Carlo", Statistical Science 7(4), 1992. It is 1 while the first is within chance, 2 / sqrt(n).
 */
function correlationTime(centred: Float64Array, variance: number): number {
  const count = centred.length;
  const first = autocovariance(centred, 1) / variance;
  if (first < 2 / Math.sqrt(count)) return 1;
  let time = 1 + 2 * first;
  const longest = Math.min(MOST_LAGS, Math.floor(count * LONGEST_LAG));
  for (let lag = 2; lag + 1 <= longest; lag += 2) {
    const pair = (autocovariance(centred, lag) + autocovariance(centred, lag + 1)) / variance;
    if (pair <= 0) break;
    time += 2 * pair;
  }
  return Math.max(1, time);
}

/** Ranks with their mean taken away; equal values share the mean of their ranks. */
function centredRanks(values: ArrayLike<number>): Float64Array {
  const count = values.length;
  const order = Uint32Array.from({ length: count }, (_, index) => index).sort(
    (a, b) => (values[a] as number) - (values[b] as number),
  );
  const ranks = new Float64Array(count);
  for (let start = 0; start < count; ) {
    let end = start + 1;
    const value = values[order[start] as number];
    while (end < count && values[order[end] as number] === value) end++;
    for (let i = start; i < end; i++) ranks[order[i] as number] = (start + end - count) / 2;
    start = end;
  }
  return ranks;
}

function autocovariance(centred: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = 0; i + lag < centred.length; i++) {
    sum += (centred[i] as number) * (centred[i + lag] as number);
  }
  return sum / centred.length;
}
