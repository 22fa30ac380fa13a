/**
 * Decides tails of the binomial distribution, to 13 digits for up to 1e12 trials.
 * What they are compared with is left to early-stopping.ts.
 *
 * The largest term is by C. Loader, "Fast and Accurate Computation of Binomial Probabilities" (2000), which never
 * subtracts large logarithms from each other; the other terms follow by their ratios.
 */

const HALF_LOG_2PI = 0.9189385332046728;

/**
 * P(X <= most), X binomial with `trials` trials of probability q each.
 * Range: trials >= 0 and most whole, 0 < q < 1.
 */
export function binomialCdf(most: number, trials: number, q: number): number {
  if (most < 0) return 0;
  if (most >= trials) return 1;
  // Terms grow up to the mode and fall beyond it: add from the largest one that counts, both ways.
  const start = Math.min(most, Math.floor((trials + 1) * q));
  const first = binomialTerm(start, trials, q);
  const odds = q / (1 - q);
  let sum = first;
  let term = first;
  for (let k = start; k > 0 && term > sum * Number.EPSILON * 1e-3; k--) {
    term *= k / ((trials - k + 1) * odds);
    sum += term;
  }
  term = first;
  for (let k = start + 1; k <= most && term > sum * Number.EPSILON * 1e-3; k++) {
    term *= ((trials - k + 1) * odds) / k;
    sum += term;
  }
  return Math.min(sum, 1);
}

/** P(X = k). */
function binomialTerm(k: number, trials: number, q: number): number {
  if (k === 0) return Math.exp(trials * Math.log1p(-q));
  if (k === trials) return Math.exp(trials * Math.log(q));
  const others = trials - k;
  const exponent =
    stirlingError(trials) -
    stirlingError(k) -
    stirlingError(others) -
    deviance(k, trials * q) -
    deviance(others, trials * (1 - q));
  return Math.exp(exponent) * Math.sqrt(trials / (2 * Math.PI * k * others));
}

/** ln n! - (n + 1/2) ln n + n - ln sqrt(2 pi), for whole n >= 1. */
function stirlingError(n: number): number {
  if (n < 16) {
    let factorial = 1;
    for (let k = 2; k <= n; k++) factorial *= k;
    return Math.log(factorial) - (n + 0.5) * Math.log(n) + n - HALF_LOG_2PI;
  }
  // At n = 16 the first term left out is below 1e-14.
  const inverse = 1 / n;
  const square = inverse * inverse;
  return (
    inverse *
    (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))))
  );
}

/** x ln(x / mean) - x + mean, without cancellation where x is close to the mean. */
function deviance(x: number, mean: number): number {
  const difference = x - mean;
  if (Math.abs(difference) >= 0.1 * (x + mean)) return x * Math.log(x / mean) - difference;
  const ratio = difference / (x + mean);
  const square = ratio * ratio;
  let sum = difference * ratio;
  let power = 2 * x * ratio;
  for (let odd = 3; ; odd += 2) {
    power *= square;
    const next = sum + power / odd;
    if (next === sum) return next;
    sum = next;
  }
}
