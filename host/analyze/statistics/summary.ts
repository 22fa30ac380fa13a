/**
 * Decides the plain numbers of a sample: mean, deviations, medians, quartiles, the normal interval of the mean.
 * Intervals without a normal distribution are left to bootstrap.ts and ../tails/quantile-interval.ts.
 */
import { requireSamples } from "./samples.ts";

/** Scales a median absolute deviation, or half an interquartile range, to the deviation of normal samples. */
const NORMAL_MAD = 1.482602218505602;
const Z_95 = 1.96;

export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** n - 1 in the denominator; 0 for a single sample. */
  readonly deviation: number;
  /** deviation / |mean|; null where the mean is 0. */
  readonly variation: number | null;
  /** Half of the normal 95 % interval of the mean: 1.96 * deviation / sqrt(n). */
  readonly halfWidth95: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** @throws AnalysisError TP-USE-240 without a sample, -241 for one that is not finite */
export function summarize(values: ArrayLike<number>): Summary {
  requireSamples(values);
  const sorted = ascending(values);
  const count = sorted.length;
  // Sums of distances to the median lose no digits, nor overflow, where sums of squares would.
  const middle = medianOfSorted(sorted);
  let sum = 0;
  for (const value of sorted) sum += (value - middle) / count;
  const mean = middle + sum;
  const largest = Math.max((sorted[count - 1] as number) - mean, mean - (sorted[0] as number));
  let squares = 0;
  for (const value of sorted) squares += largest === 0 ? 0 : ((value - mean) / largest) ** 2;
  const deviation = count === 1 ? 0 : largest * Math.sqrt(squares / (count - 1));
  return {
    count,
    mean,
    deviation,
    variation: mean === 0 ? null : deviation / Math.abs(mean),
    halfWidth95: (Z_95 * deviation) / Math.sqrt(count),
    min: sorted[0] as number,
    median: middle,
    max: sorted[count - 1] as number,
  };
}

export function ascending(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/** The middle value, or the mean of both in the middle. Range: at least one, ascending. */
export function medianOfSorted(sorted: ArrayLike<number>): number {
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : upper / 2 + (sorted[half - 1] as number) / 2;
}

/** @throws AnalysisError TP-USE-240 without a sample, -241 for one that is not finite */
export function median(values: ArrayLike<number>): number {
  requireSamples(values);
  return medianOfSorted(ascending(values));
}

/** The sample at a share of the sorted ones, a[trunc(n p)] as LoadGen does. Range: at least one, 0 <= p < 1. */
export function quantileOfSorted(sorted: ArrayLike<number>, p: number): number {
  return sorted[Math.trunc(sorted.length * p)] as number;
}

/**
 * Standard deviation of normal samples with the same median absolute deviation: outliers do not move it.
 * @throws AnalysisError TP-USE-240, -241
 */
export function robustDeviation(values: ArrayLike<number>): number {
  const middle = median(values);
  return NORMAL_MAD * median(Float64Array.from(values, (value) => Math.abs(value - middle)));
}

/**
 * Deviation of the noise from sample to sample: shifts of level and rare spikes hardly move it. From the median of
 * |x[i + 1] - x[i]|, which for normal noise is sqrt(2) times that of |x[i]|.
 * @throws AnalysisError TP-USE-240 for fewer than 2 samples
 */
export function stepDeviation(values: ArrayLike<number>): number {
  requireSamples(values, { atLeast: 2 });
  const steps = Float64Array.from({ length: values.length - 1 }, (_, i) =>
    Math.abs((values[i + 1] as number) - (values[i] as number)),
  );
  return (NORMAL_MAD * medianOfSorted(steps.sort())) / Math.SQRT2;
}
