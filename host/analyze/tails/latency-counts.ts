/**
 * Decides ranks and shares of latencies that were counted in buckets, whoever counted them.
 * Counting is left to the caller: an HdrHistogram for any number of samples, countsOf() for a list that fits in memory.
 */
import { outOfRange } from "../number-limits.ts";
import { requireSamples, tooFew } from "../statistics/samples.ts";
import { ascending } from "../statistics/summary.ts";

/** Values from low to high, both included; one value where they are the same. */
export interface Bucket {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** What was summed up exactly beside the buckets. */
export interface Moments {
  readonly min: number;
  readonly mean: number;
  /** n - 1 in the denominator; 0 for one value. */
  readonly deviation: number;
  readonly max: number;
}

/** Latencies in one unit, the ticks of whoever counted them. */
export class LatencyCounts implements Moments {
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly deviation: number;
  readonly max: number;
  /** Largest relative distance of valueAtRank() from the value it stands for. */
  readonly relativeError: number;
  /** Ascending, none empty. */
  readonly buckets: readonly Bucket[];
  /** Values in the buckets up to each, that one included. */
  readonly #upTo: Float64Array;

  /** @throws AnalysisError TP-USE-240 without a value */
  constructor(buckets: readonly Bucket[], moments: Moments, relativeError: number) {
    let count = 0;
    this.#upTo = Float64Array.from(buckets, (bucket) => {
      count += bucket.count;
      return count;
    });
    if (count === 0) throw tooFew("the histogram", 0, 1);
    this.count = count;
    this.min = moments.min;
    this.mean = moments.mean;
    this.deviation = moments.deviation;
    this.max = moments.max;
    this.relativeError = relativeError;
    this.buckets = buckets;
  }

  /**
   * The value at a 0-based rank of the sorted ones: the middle of its bucket, the extremes exactly.
   * @throws AnalysisError TP-USE-242 for a rank that is not below the count
   */
  valueAtRank(rank: number): number {
    if (!(rank >= 0 && rank < this.count)) {
      throw outOfRange("the rank", rank, `at least 0 and below ${this.count}`);
    }
    if (rank === 0) return this.min;
    if (rank === this.count - 1) return this.max;
    return this.middleOf(this.#bucketAt(rank));
  }

  /**
   * The least and the largest value that ranks from `low` to `high` can have: whole buckets, the extremes exactly.
   * A side is null where its rank is. Range: ranks below the count.
   */
  valuesBetween(low: number | null, high: number | null): readonly [number | null, number | null] {
    return [
      low === null ? null : Math.max(this.min, this.#bucketAt(low).low),
      high === null ? null : Math.min(this.max, this.#bucketAt(high).high),
    ];
  }

  #bucketAt(rank: number): Bucket {
    let low = 0;
    let high = this.buckets.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#upTo[middle] as number) > rank) high = middle;
      else low = middle + 1;
    }
    return this.buckets[low] as Bucket;
  }

  /** Values above a limit; a bucket counts as a whole, by its middle. */
  countAbove(limit: number): number {
    let above = 0;
    for (const bucket of this.buckets) if (this.middleOf(bucket) > limit) above += bucket.count;
    return above;
  }

  /** The value that stands for all of a bucket. */
  middleOf({ low, high }: Bucket): number {
    return Math.min(this.max, Math.max(this.min, low + (high - low) / 2));
  }
}

/**
 * A list, each value in a bucket of its own.
 * @throws AnalysisError TP-USE-240 for an empty list, -241 for a value that is not finite, -242 for one below 0
 */
export function countsOf(values: ArrayLike<number>): LatencyCounts {
  requireSamples(values, { name: "the list of latencies" });
  const sorted = ascending(values);
  if ((sorted[0] as number) < 0) throw outOfRange("a latency", sorted[0] as number, "at least 0");
  const buckets: Bucket[] = [];
  for (let start = 0; start < sorted.length; ) {
    const value = sorted[start] as number;
    let end = start + 1;
    while (end < sorted.length && sorted[end] === value) end++;
    buckets.push({ low: value, high: value, count: end - start });
    start = end;
  }
  return new LatencyCounts(buckets, momentsOf(sorted), 0);
}

/** In two passes, so that no digits are lost. Range: at least one value, ascending. */
function momentsOf(sorted: Float64Array): Moments {
  const count = sorted.length;
  let mean = 0;
  for (const value of sorted) mean += value / count;
  let squares = 0;
  for (const value of sorted) squares += (value - mean) ** 2;
  return {
    min: sorted[0] as number,
    mean,
    deviation: count === 1 ? 0 : Math.sqrt(squares / (count - 1)),
    max: sorted[count - 1] as number,
  };
}
