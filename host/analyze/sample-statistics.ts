/**
 * Gathers times of repetitions in bounded memory and gives their order statistics.
 * Confidence intervals, histograms and coordinated omission are left to the modules named after them.
 */
import { AnalysisError } from "./analysis-error.ts";
import type { TimeStatistics } from "./machine-record.ts";
import type { Kind } from "./quantity.ts";

/** Samples that are kept and sorted exactly; beyond, only counts of logarithmic buckets are. */
export const KEPT_SAMPLES = 65_536;
/** Half the relative width of a bucket. */
const BUCKET_ERROR = 1e-3;
/** Buckets grow by this factor, so that the middle of one is within BUCKET_ERROR of all in it (Masson, Rim and Lee 2019). */
const GROWTH = Math.log((1 + BUCKET_ERROR) / (1 - BUCKET_ERROR));

/** Times of one workload on one machine [s]. */
export class SampleStatistics {
  readonly #name: string;
  #kept: number[] = [];
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  /** @param name what is timed, for messages */
  constructor(name: string) {
    this.#name = name;
  }

  get count(): number {
    return this.#count;
  }

  /** The samples in their order, or none when there were more than KEPT_SAMPLES. */
  get samples(): readonly number[] {
    return this.#kept;
  }

  /** @throws AnalysisError TP-USE-284 for a time that is not finite or below 0 */
  add(seconds: number): void {
    if (!(Number.isFinite(seconds) && seconds >= 0)) throw this.#unusable(seconds);
    this.#count++;
    this.#sum += seconds;
    this.#min = Math.min(this.#min, seconds);
    this.#max = Math.max(this.#max, seconds);
    if (this.#count <= KEPT_SAMPLES) {
      this.#kept.push(seconds);
      return;
    }
    for (const kept of this.#kept) this.#intoBucket(kept);
    this.#kept = [];
    this.#intoBucket(seconds);
  }

  /** The statistics so far; null without a sample. */
  statistics(kind: Kind, source: string): TimeStatistics | null {
    if (this.#count === 0) return null;
    const sorted = [...this.#kept].sort((a, b) => a - b);
    const at = (fraction: number): number => {
      const rank = Math.trunc(this.#count * fraction);
      return sorted[rank] ?? this.#fromBuckets(rank);
    };
    return {
      kind,
      source,
      unit: "s",
      count: this.#count,
      min: this.#min,
      mean: this.#sum / this.#count,
      p50: at(0.5),
      p90: at(0.9),
      p99: at(0.99),
      max: this.#max,
      relativeError: sorted.length > 0 ? 0 : BUCKET_ERROR,
    };
  }

  #intoBucket(seconds: number): void {
    const index = seconds === 0 ? Number.NEGATIVE_INFINITY : Math.ceil(Math.log(seconds) / GROWTH);
    this.#buckets.set(index, (this.#buckets.get(index) ?? 0) + 1);
  }

  /** The middle of the bucket that holds a 0-based rank, kept within the extremes seen. */
  #fromBuckets(rank: number): number {
    let below = 0;
    for (const index of [...this.#buckets.keys()].sort((a, b) => a - b)) {
      below += this.#buckets.get(index) ?? 0;
      if (below <= rank) continue;
      const middle = Math.exp(index * GROWTH) * (1 - BUCKET_ERROR);
      return Math.min(Math.max(middle, this.#min), this.#max);
    }
    return this.#max;
  }

  #unusable(seconds: number): AnalysisError {
    return new AnalysisError(
      "TP-USE-284",
      {
        what: `a time of "${this.#name}" is ${seconds} s`,
        why: "order statistics need finite times of at least 0",
        fix: "remove that sample, or time the workload again",
      },
      { name: this.#name, seconds },
    );
  }
}
