/**
 * Decides the plain numbers of a sample: its order, median, quantiles and the deviation of its noise.
 * Intervals are left to bootstrap.ts and ../tails/quantile-interval.ts.
 */
import { requireSamples } from "./samples.ts";

/** Scales a median absolute deviation to the deviation of normal samples. */
const NORMAL_MAD = 1.482602218505602;

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
