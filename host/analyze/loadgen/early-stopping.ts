/**
 * Decides what a finite number of queries proves about a percentile: LoadGen's early stopping, confidence 0.99.
 * The latencies themselves are left to latencies.ts, the verdict to verdict.ts.
 *
 * Of n queries t were over the bound. If more than a fraction 1 - p of all possible queries were over it, so few would
 * be seen with a probability of at most BinomCDF(t; n, 1 - p); the claim holds when that is at most 0.01.
 * Source: mlcommons/inference, loadgen/early_stopping.cc and results.cc.
 */
import { binomialCdf } from "./binomial.ts";

/** One minus the confidence. */
const ALLOWED = 0.01;

/**
 * True when n queries with t of them over the bound prove that a fraction p is under it.
 * Range: n and t whole, 0 <= t <= n, 0 < p < 1.
 */
export function provesPercentile(n: number, t: number, p: number): boolean {
  // The median of the distribution is at least floor(n (1 - p)): beyond it the probability is above one half.
  if (t > n * (1 - p)) return false;
  return binomialCdf(t, n, 1 - p) <= ALLOWED;
}

/** h(t): how many queries must be under the bound so that t over it still prove the fraction p. */
export function neededUnderBound(t: number, p: number): number {
  const proves = (h: number) => provesPercentile(h + t, t, p);
  let low = 0;
  let high = 64;
  while (!proves(high)) {
    low = high;
    high *= 2;
  }
  // proves(low) is false, or low is 0; proves(high) is true.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (proves(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The fewest queries from which SingleStream and MultiStream can estimate the percentile: h(1) + 1. */
export function leastQueries(p: number): number {
  return neededUnderBound(1, p) + 1;
}

/**
 * The largest t of which n queries prove the fraction p; 0 when even one is too many. The percentile's conservative
 * estimate is then the t-th largest latency: sorted[n - t].
 */
export function provenOverBound(n: number, p: number): number {
  let low = 0;
  let high = Math.floor(n * (1 - p)) + 1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (provesPercentile(n, middle, p)) low = middle;
    else high = middle;
  }
  return low;
}
