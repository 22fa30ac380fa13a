/**
 * Decides the order statistics of a run: medians, tails and maxima.
 * Histograms, confidence intervals and coordinated omission are left to later modules.
 */

/**
 * The value at fraction p by MLPerf LoadGen's convention: sorted ascending, a[trunc(n * p)], no interpolation.
 * @throws RangeError when values is empty or p is not in [0, 1).
 */
export function percentile(values: readonly number[], p: number): number {
  if (!(p >= 0 && p < 1)) throw new RangeError(`percentile fraction ${p} is not in [0, 1)`);
  const found = ascending(values)[Math.trunc(values.length * p)];
  if (found === undefined) throw new RangeError("percentile of no values");
  return found;
}

/** Median, 99th percentile and largest value, in the unit of the input. */
export interface Tail {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** @throws RangeError when values is empty. */
export function tailOf(values: readonly number[]): Tail {
  const sorted = ascending(values);
  const at = (index: number): number => {
    const found = sorted[index];
    if (found === undefined) throw new RangeError("tail of no values");
    return found;
  };
  return {
    p50: at(Math.trunc(values.length * 0.5)),
    p99: at(Math.trunc(values.length * 0.99)),
    max: at(values.length - 1),
  };
}

function ascending(values: readonly number[]): readonly number[] {
  if (values.some((value) => !Number.isFinite(value))) {
    throw new RangeError("order statistics of a value that is not finite");
  }
  return [...values].sort((a, b) => a - b);
}
