/**
 * Decides whether rare slow samples became more frequent, which a comparison of medians cannot see.
 * The comparison of medians is left to rank-test.ts.
 *
 * Fisher's exact test on the samples at or above a limit that both sides share: the pooled P99. Given how many of all are
 * there, the number that falls to the candidate is hypergeometric when nothing changed.
 */
import { requireShare } from "../number-limits.ts";
import { requireSamples } from "./samples.ts";
import { ascending, quantileOfSorted } from "./summary.ts";

export interface TailComparison {
  /** The pooled percentile, in the unit of the samples. */
  readonly limit: number;
  /** Share of each side's samples at or above the limit. */
  readonly baselineShare: number;
  readonly candidateShare: number;
  /** Chance that so many or more of those are the candidate's, were there no change. */
  readonly riseProbability: number;
}

/** @throws AnalysisError TP-USE-240, -241, -242 */
export function compareTails(
  baseline: ArrayLike<number>,
  candidate: ArrayLike<number>,
  p = 0.99,
): TailComparison {
  requireSamples(baseline, { name: "the baseline" });
  requireSamples(candidate, { name: "the candidate" });
  requireShare("the percentile", p);
  const [n, m] = [baseline.length, candidate.length];
  const pooled = new Float64Array(n + m);
  pooled.set(Float64Array.from(baseline));
  pooled.set(Float64Array.from(candidate), n);
  const limit = quantileOfSorted(ascending(pooled), p);
  const slow = (values: ArrayLike<number>) => {
    let count = 0;
    for (let i = 0; i < values.length; i++) if ((values[i] as number) >= limit) count++;
    return count;
  };
  const [before, after] = [slow(baseline), slow(candidate)];
  return {
    limit,
    baselineShare: before / n,
    candidateShare: after / m,
    riseProbability: hypergeometricTail(after, before + after, m, n + m),
  };
}

/** P(X >= least), X of `drawn` marked ones that fall into `side` of `total` places. */
export function hypergeometricTail(
  least: number,
  drawn: number,
  side: number,
  total: number,
): number {
  const most = Math.min(drawn, side);
  const smallest = Math.max(0, drawn - (total - side));
  if (least <= smallest) return 1;
  const logTerm = (k: number) =>
    logChoose(side, k) + logChoose(total - side, drawn - k) - logChoose(total, drawn);
  let sum = 0;
  for (let k = least; k <= most; k++) sum += Math.exp(logTerm(k));
  return Math.min(1, sum);
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** ln n!; Stirling's series from 16 on, where the first term left out is below 1e-12. */
function logFactorial(n: number): number {
  if (n < 16) {
    let product = 1;
    for (let k = 2; k <= n; k++) product *= k;
    return Math.log(product);
  }
  const inverse = 1 / n;
  const series = inverse * (1 / 12 - inverse ** 2 * (1 / 360 - inverse ** 2 / 1260));
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series;
}
