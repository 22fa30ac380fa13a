/**
 * Decides between which order statistics a quantile lies, whatever the distribution, and how sure a share is.
 * Reading the values at those ranks is left to percentiles.ts.
 *
 * Of n independent samples the number below the true quantile is binomial with probability p. Sources: David and
 * Nagaraja, "Order Statistics", 3rd edition, section 7.1; Clopper and Pearson, Biometrika 26(4), 1934.
 */
import { binomialCdf } from "../loadgen/binomial.ts";
import { outOfRange, requireCount, requireShare } from "../number-limits.ts";

/** 0-based ranks of the sorted samples; null where even the extreme sample does not bound the quantile. */
export interface QuantileRanks {
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * The closest ranks between which the quantile p lies with at least this confidence, half the error on each side.
 * @throws AnalysisError TP-USE-242 for a count below 1, a p or a confidence outside (0, 1)
 */
export function quantileRanks(count: number, p: number, confidence = 0.95): QuantileRanks {
  requireCount("the number of samples", count);
  requireShare("the percentile", p);
  requireShare("the confidence", confidence);
  const error = (1 - confidence) / 2;
  const low = lastTrue(-1, count - 1, (rank) => binomialCdf(rank, count, p) <= error);
  // P(X > d) of n with p is P(X <= n - d - 1) of n with 1 - p: no digits are lost close to 1.
  const beyond = (rank: number) => binomialCdf(count - rank - 1, count, 1 - p) > error;
  const high = lastTrue(-1, count, beyond) + 1;
  return { low: low < 0 ? null : low, high: high > count - 1 ? null : high };
}

/** Fewest samples whose largest bounds the quantile p from above with this confidence: ln(error) / ln(p). */
export function samplesToBound(p: number, confidence = 0.95): number {
  requireShare("the percentile", p);
  requireShare("the confidence", confidence);
  return Math.ceil(Math.log((1 - confidence) / 2) / Math.log(p));
}

/**
 * The exact interval of a share of which `hits` of `count` were seen.
 * @throws AnalysisError TP-USE-242
 */
export function shareInterval(
  hits: number,
  count: number,
  confidence = 0.95,
): readonly [number, number] {
  requireCount("the number of samples", count);
  requireCount("the number of hits", hits, 0);
  if (hits > count) throw outOfRange("the number of hits", hits, `at most ${count}`);
  requireShare("the confidence", confidence);
  const error = (1 - confidence) / 2;
  // Both tails fall or rise with the share, which bisection uses.
  const low = bisect((share) => binomialCdf(count - hits, count, 1 - share) < error);
  const high = bisect((share) => binomialCdf(hits, count, share) > error);
  return [hits === 0 ? 0 : low, hits === count ? 1 : high];
}

/** The border in (0, 1) below which `holds` is true. */
function bisect(holds: (share: number) => boolean): number {
  let low = 0;
  let high = 1;
  for (let middle = 0.5; middle > low && middle < high; middle = (low + high) / 2) {
    if (holds(middle)) low = middle;
    else high = middle;
    if (high - low < high * 1e-13) break;
  }
  return (low + high) / 2;
}

/** The largest whole number above `from` and at most `to` up to which `holds` is true; `from` when it never is. */
function lastTrue(from: number, to: number, holds: (value: number) => boolean): number {
  let low = from;
  let high = to + 1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
