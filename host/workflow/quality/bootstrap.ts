/**
 * Mean and bootstrap interval of a value measured on many clips.
 * What is measured is left to the callers.
 */

import { seededUniform } from "../../../codegen/index.ts";

export interface Estimate {
  readonly mean: number;
  /** Ends of the 95 % interval of the mean. */
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;
const SEED = 7;

/**
 * Percentile bootstrap over clips (Efron 1979), the same on every call.
 * @throws RangeError for no values
 */
export function bootstrap(values: readonly number[]): Estimate {
  if (values.length === 0) throw new RangeError("no values to resample");
  const uniform = seededUniform(SEED);
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let n = 0; n < values.length; n++) {
      sum += values[Math.floor(uniform() * values.length)] as number;
    }
    return sum / values.length;
  }).sort((a, b) => a - b);
  return { mean: meanOf(values), low: percentile(means, 0.025), high: percentile(means, 0.975) };
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Linear between the two nearest ranks of ascending values. */
function percentile(ascending: readonly number[], share: number): number {
  const rank = share * (ascending.length - 1);
  const below = Math.floor(rank);
  const low = ascending[below] as number;
  const high = ascending[Math.min(below + 1, ascending.length - 1)] as number;
  return low + (rank - below) * (high - low);
}
