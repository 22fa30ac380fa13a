/**
 * Decides the order statistics of a run: medians, tails and maxima.
 * Histograms, confidence intervals and coordinated omission are left to later modules.
 */
import { outOfRange } from "./number-limits.ts";
import { requireSamples } from "./statistics/samples.ts";

/**
 * The value at fraction p by MLPerf LoadGen's convention: sorted ascending, a[trunc(n * p)], no interpolation.
 * @throws AnalysisError TP-USE-240 when values is empty, -241 for one not finite, -242 when p is not in [0, 1)
 */
export function percentile(values: readonly number[], p: number): number {
  if (!(p >= 0 && p < 1)) throw outOfRange("the fraction", p, "at least 0 and below 1");
  return ascending(values)[Math.trunc(values.length * p)] as number;
}

/** Median, 99th percentile and largest value, in the unit of the input. */
export interface Tail {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** @throws AnalysisError TP-USE-240 when values is empty, -241 for one not finite */
export function tailOf(values: readonly number[]): Tail {
  const sorted = ascending(values);
  const at = (index: number): number => sorted[index] as number;
  return {
    p50: at(Math.trunc(values.length * 0.5)),
    p99: at(Math.trunc(values.length * 0.99)),
    max: at(values.length - 1),
  };
}

function ascending(values: readonly number[]): readonly number[] {
  requireSamples(values);
  return [...values].sort((a, b) => a - b);
}
