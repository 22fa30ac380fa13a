/**
 * Decides exact order statistics of any number of latencies in bounded memory: counts first, then a closer look.
 * Where the latencies come from is left to the caller, who can bring the same ones again as often as asked.
 *
 * Every latency below 8.4 ms has a counter of its own, one a nanosecond. A longer one counts in a bucket 2^-16 of its
 * octave wide; when a wanted rank lies there, the latencies are brought again and only that bucket is counted, finer.
 */
import { AnalysisError } from "../analysis-error.ts";
import { ExactSum } from "./exact-sum.ts";
import { FineCounts } from "./fine-counts.ts";
import type { Steps } from "./steps.ts";

/** Latencies below this have their own counter [ns]. */
const DIRECT = 2 ** 23;
/** A latency is below this [ns], 52 days: sums stay exact. */
const MOST = 2 ** 52;
const OCTAVE_BUCKETS = 2 ** 16;
const OCTAVES = 52 - 23;

/** Takes the first `count` of a block of latencies [ns], whole and at least 0. */
export type TakeLatencies = (latenciesNs: Float64Array, count: number) => void;

/** Brings all latencies, block by block; each call brings the same ones. */
export type BringLatencies = (take: TakeLatencies) => Steps<unknown>;

/** MLPerf's percentiles and extremes [ns]. */
export interface LatencySummary extends LatencyExtremes {
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p97: number;
  readonly p99: number;
  readonly p999: number;
}

interface LatencyExtremes {
  /** Truncated to whole nanoseconds, as LoadGen's integer division does. */
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

const FRACTIONS = { p50: 0.5, p90: 0.9, p95: 0.95, p97: 0.97, p99: 0.99, p999: 0.999 } as const;

export interface LatencyStatistics {
  readonly count: number;
  readonly summary: LatencySummary;
  /** How many were longer than the bound. */
  readonly overBound: number;
  /** The latencies at the ranks asked for, in that order [ns]. */
  readonly atRanks: readonly number[];
}

/**
 * @param boundNs what `overBound` counts beyond; Infinity when there is none
 * @param ranksOf further 0-based ranks of interest, given how many latencies there are
 * @throws AnalysisError TP-USE-222 for no latencies, or one that is negative, not whole or beyond 52 days.
 */
export function* latencyStatistics(
  bring: BringLatencies,
  boundNs = Number.POSITIVE_INFINITY,
  ranksOf: (count: number) => readonly number[] = () => [],
): Steps<LatencyStatistics> {
  const tally = new Tally(boundNs);
  yield* bring((block, count) => tally.take(block, count));
  const { count, overBound, ...extremes } = tally.totals();
  const wanted = ranksOf(count);
  const fractions = Object.values(FRACTIONS).map((p) => Math.trunc(count * p));
  const found = yield* valuesAt([...fractions, ...wanted], tally, bring);
  const [p50 = 0, p90 = 0, p95 = 0, p97 = 0, p99 = 0, p999 = 0, ...atRanks] = found;
  return { count, summary: { p50, p90, p95, p97, p99, p999, ...extremes }, overBound, atRanks };
}

/** Brings latencies that are in memory. */
export function bringAll(latenciesNs: Float64Array): BringLatencies {
  return function* (take) {
    take(latenciesNs, latenciesNs.length);
    yield latenciesNs.length;
  };
}

function* valuesAt(ranks: readonly number[], tally: Tally, bring: BringLatencies): Steps<number[]> {
  const values = new Map<number, number>();
  let open = tally
    .places([...new Set(ranks)].sort((a, b) => a - b))
    .filter(({ rank, low, width }) => {
      values.set(rank, low);
      return width > 1;
    });
  while (open.length > 0) {
    const finer = new FineCounts(open);
    yield* bring((block, count) => finer.take(block, count));
    open = finer.places().filter(({ rank, low, width }) => {
      values.set(rank, low);
      return width > 1;
    });
  }
  return ranks.map((rank) => values.get(rank) as number);
}

class Tally {
  readonly #boundNs: number;
  // Pages of a typed array that no latency touches take no memory.
  readonly #direct = new Uint32Array(DIRECT);
  readonly #coarse = new Uint32Array(OCTAVES * OCTAVE_BUCKETS);
  #least = Number.POSITIVE_INFINITY;
  #most = 0;
  #longSum = new ExactSum();
  #longCount = 0;
  #longOverBound = 0;
  #usable = true;

  constructor(boundNs: number) {
    this.#boundNs = boundNs;
  }

  take(block: Float64Array, count: number): void {
    const direct = this.#direct;
    let least = this.#least;
    let most = this.#most;
    for (let index = 0; index < count; index++) {
      const latencyNs = block[index] as number;
      const counter = latencyNs | 0;
      if (counter === latencyNs && counter >= 0 && counter < DIRECT) (direct[counter] as number)++;
      else this.#takeLong(latencyNs);
      if (latencyNs < least) least = latencyNs;
      if (latencyNs > most) most = latencyNs;
    }
    this.#least = least;
    this.#most = most;
  }

  #takeLong(latencyNs: number): void {
    if (!(latencyNs >= DIRECT && latencyNs < MOST && Number.isInteger(latencyNs))) {
      this.#usable = false;
      return;
    }
    (this.#coarse[bucketOf(latencyNs)] as number)++;
    this.#longSum.add(latencyNs);
    this.#longCount++;
    if (latencyNs > this.#boundNs) this.#longOverBound++;
  }

  /** @throws AnalysisError TP-USE-222 when there is no latency, or one that cannot be. */
  totals(): Pick<LatencyStatistics, "count" | "overBound"> & LatencyExtremes {
    const sum = this.#longSum;
    let count = this.#longCount;
    let overBound = this.#longOverBound;
    const last = this.#lastDirect();
    for (let latencyNs = this.#least | 0; this.#usable && latencyNs <= last; latencyNs++) {
      const here = this.#direct[latencyNs] as number;
      if (here === 0) continue;
      count += here;
      if (latencyNs > this.#boundNs) overBound += here;
      sum.addTimes(latencyNs, here);
    }
    if (count === 0 || !this.#usable) throw unusable(count);
    return { count, overBound, mean: sum.over(count), min: this.#least, max: this.#most };
  }

  /** The largest latency that may have its own counter; before all of them when none has. */
  #lastDirect(): number {
    return this.#least < DIRECT ? Math.min(this.#most, DIRECT - 1) : -1;
  }

  /** The counter in which the latency of each rank is; ranks ascend. */
  places(ranks: readonly number[]): readonly Place[] {
    const found: Place[] = [];
    let before = 0;
    const count = (here: number, low: number, width: number) => {
      for (;;) {
        const rank = ranks[found.length];
        if (rank === undefined || rank >= before + here) break;
        found.push({ rank, low, width, before });
      }
      before += here;
    };
    const last = this.#lastDirect();
    for (let latencyNs = this.#least | 0; latencyNs <= last; latencyNs++) {
      const here = this.#direct[latencyNs] as number;
      if (here !== 0) count(here, latencyNs, 1);
    }
    const end = this.#most < DIRECT ? 0 : bucketOf(this.#most) + 1;
    for (let bucket = 0; bucket < end; bucket++) {
      const here = this.#coarse[bucket] as number;
      if (here === 0) continue;
      const octave = Math.floor(bucket / OCTAVE_BUCKETS);
      const width = (DIRECT / OCTAVE_BUCKETS) * 2 ** octave;
      count(here, DIRECT * 2 ** octave + (bucket % OCTAVE_BUCKETS) * width, width);
    }
    return found;
  }
}

/** Where the latency of a rank is known to be. */
export interface Place {
  readonly rank: number;
  /** The latency is in [low, low + width) [ns]. */
  readonly low: number;
  readonly width: number;
  /** Latencies shorter than `low`. */
  readonly before: number;
}

/** The coarse counter of a latency of at least DIRECT. */
function bucketOf(latencyNs: number): number {
  const octave = 31 - Math.clz32(Math.floor(latencyNs / DIRECT));
  const width = (DIRECT / OCTAVE_BUCKETS) * 2 ** octave;
  return octave * OCTAVE_BUCKETS + Math.floor(latencyNs / width) - OCTAVE_BUCKETS;
}

function unusable(count: number): AnalysisError {
  return new AnalysisError("TP-USE-222", {
    what: count === 0 ? "there are no latencies" : "a latency is not a whole number of nanoseconds",
    why: "every latency has to be whole, at least 0 and below 52 days",
    fix: "check the times that the scenario was given",
  });
}
