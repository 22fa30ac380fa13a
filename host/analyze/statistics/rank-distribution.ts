/**
 * Decides how the number of pairs (a, b) with b above a is distributed when both samples come from the same source.
 * What follows from an unlikely number is left to rank-test.ts.
 */
import { normalCdf, normalQuantile } from "./normal.ts";

/** Up to so many samples together all arrangements are counted: C(50, 25) is exact in a double. */
const MOST_COUNTED = 50;

/** Distribution of the rank sum's pair count under no difference. */
export interface PairDistribution {
  readonly method: "exact" | "normal approximation";
  /** P(pairs >= observed). */
  upperTail(observed: number): number;
  /** Largest whole c with P(pairs <= c) <= share; below 0 when there is none. */
  lowerCritical(share: number): number;
}

/**
 * @param n samples of one side, at least 1
 * @param m samples of the other side, at least 1
 * @param tieShare sum of (t^3 - t) over groups of t equal values, over N^3 - N; 0 without ties
 * @param inflation by what the variance exceeds that of independent samples; 1 when they are
 */
export function pairDistribution(
  n: number,
  m: number,
  tieShare: number,
  inflation: number,
): PairDistribution {
  const independent = inflation === 1;
  // With ties the exact distribution without them is wider than the true one: the test errs on the safe side.
  return n + m <= MOST_COUNTED && independent
    ? counted(n, m)
    : approximated(n, m, tieShare, inflation);
}

/** Coefficients of the Gaussian binomial: Mann and Whitney, Annals of Mathematical Statistics 18(1), 1947. */
function counted(n: number, m: number): PairDistribution {
  const pairs = n * m;
  const ways = new Float64Array(pairs + 1);
  ways[0] = 1;
  for (let i = 1; i <= n; i++) {
    for (let u = pairs; u >= m + i; u--) ways[u] = at(ways, u) - at(ways, u - m - i);
    for (let u = i; u <= pairs; u++) ways[u] = at(ways, u) + at(ways, u - i);
  }
  const total = ways.reduce((sum, way) => sum + way, 0);
  const atMost = (most: number): number => {
    let sum = 0;
    for (let u = 0; u <= Math.min(most, pairs); u++) sum += at(ways, u);
    return sum / total;
  };
  return {
    method: "exact",
    // Symmetric: as likely as so few the other way round.
    upperTail: (observed) => atMost(Math.floor(pairs - observed)),
    lowerCritical(share) {
      let sum = 0;
      for (let u = 0; u <= pairs; u++) {
        sum += at(ways, u);
        if (sum / total > share) return u - 1;
      }
      return pairs;
    },
  };
}

function at(values: Float64Array, index: number): number {
  return values[index] as number;
}

/** Normal with the variance n m (N + 1) / 12, less for ties, more for dependence; corrected for continuity. */
function approximated(n: number, m: number, tieShare: number, inflation: number): PairDistribution {
  const centre = (n * m) / 2;
  const deviation = Math.sqrt(((n * m * (n + m + 1)) / 12) * (1 - tieShare) * inflation);
  return {
    method: "normal approximation",
    upperTail(observed) {
      const distance = observed - centre - 0.5;
      if (deviation === 0) return distance > 0 ? 0 : 1;
      return normalCdf(-distance / deviation);
    },
    lowerCritical(share) {
      const critical = Math.floor(centre + normalQuantile(share) * deviation - 0.5);
      return Math.min(critical, Math.ceil(centre) - 1);
    },
  };
}
