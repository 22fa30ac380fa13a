/**
 * Decides the tail of counted latencies: P50 to P99.99 with intervals that assume no distribution, beside the normal model's.
 * Drawing is left to report/, what was not recorded to coordinated-omission.ts.
 */

import { outOfRange, requirePositive, requireShare } from "../number-limits.ts";
import type { Kind } from "../quantity.ts";
import { normalQuantile } from "../statistics/normal.ts";
import type { LatencyCounts } from "./latency-counts.ts";
import { countsOf } from "./latency-counts.ts";
import { quantileRanks, samplesToBound } from "./quantile-interval.ts";

/** Shares of the samples below each percentile. */
export const PERCENTILES = [0.5, 0.9, 0.95, 0.99, 0.999, 0.9999] as const;

export interface Percentile {
  /** "p50", "p99", "p99.99". */
  readonly name: string;
  readonly share: number;
  /** Sorted ascending, a[trunc(n * share)], as LoadGen does. */
  readonly value: number;
  /** [low, high] of the true percentile; a side is null where there are too few samples to bound it. */
  readonly interval: readonly [number | null, number | null];
  /** Samples from which both sides are bounded. */
  readonly samplesToBound: number;
  /** mean + z * deviation, z with two decimals as tables print it: what a normal distribution would give. */
  readonly normal: number;
}

/** Percentiles of one list of latencies; every value in `unit`. */
export interface LatencyTail {
  readonly kind: Kind;
  readonly source: string;
  readonly unit: string;
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly deviation: number;
  readonly max: number;
  /** Chance that an interval holds its percentile, for independent samples. */
  readonly confidence: number;
  /** Largest relative error of a value that the buckets cause. */
  readonly relativeError: number;
  readonly percentiles: readonly Percentile[];
}

export interface TailOptions {
  readonly kind: Kind;
  readonly source: string;
  /** Unit of the result. */
  readonly unit: string;
  /** Recorded ticks in one unit: 1e6 for nanoseconds shown in ms. */
  readonly ticksPerUnit: number;
  /** 0.95 without it. */
  readonly confidence?: number;
  readonly shares?: readonly number[];
}

/** @throws AnalysisError TP-USE-242 for options out of range */
export function latencyTail(counts: LatencyCounts, options: TailOptions): LatencyTail {
  const { kind, source, unit, ticksPerUnit, confidence = 0.95, shares = PERCENTILES } = options;
  requirePositive("the ticks in a unit", ticksPerUnit);
  const { count } = counts;
  const shown = (ticks: number) => ticks / ticksPerUnit;
  const mean = shown(counts.mean);
  const deviation = shown(counts.deviation);
  return {
    kind,
    source,
    unit,
    count,
    min: shown(counts.min),
    mean,
    deviation,
    max: shown(counts.max),
    confidence,
    relativeError: counts.relativeError,
    percentiles: shares.map((share) => {
      const { low, high } = quantileRanks(count, share, confidence);
      const [from, to] = counts.valuesBetween(low, high);
      return {
        name: percentileName(share),
        share,
        value: shown(counts.valueAtRank(Math.trunc(count * share))),
        interval: [from === null ? null : shown(from), to === null ? null : shown(to)],
        samplesToBound: Math.max(
          samplesToBound(share, confidence),
          samplesToBound(1 - share, confidence),
        ),
        normal: normalPercentile(mean, deviation, share),
      };
    }),
  };
}

/** The tail of times that were kept one by one [s]; null where none were. */
export function sampleTail(
  samples: readonly number[],
  time: { readonly kind: Kind; readonly source: string } | null,
): LatencyTail | null {
  if (time === null || samples.length === 0) return null;
  const { kind, source } = time;
  return latencyTail(countsOf(samples), { kind, source, unit: "s", ticksPerUnit: 1 });
}

/** "p99.99" of 0.9999. */
export function percentileName(share: number): string {
  return `p${Number((share * 100).toPrecision(12))}`;
}

/**
 * mean + z * deviation: the percentile that a normal distribution would have.
 * @param z from the share, rounded to two decimals as in the tables of textbooks: 2.33 for 0.99
 * @throws AnalysisError TP-USE-241 or -242 for numbers out of range
 */
export function normalPercentile(
  mean: number,
  deviation: number,
  share: number,
  z = tableZ(share),
): number {
  if (!Number.isFinite(mean)) throw outOfRange("the mean", mean, "finite");
  if (!(Number.isFinite(deviation) && deviation >= 0)) {
    throw outOfRange("the deviation", deviation, "finite and at least 0");
  }
  return mean + z * deviation;
}

function tableZ(share: number): number {
  requireShare("the percentile", share);
  return Math.round(normalQuantile(share) * 100) / 100;
}
