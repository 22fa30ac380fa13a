/**
 * Takes any number of latencies in bounded memory: counts in HdrHistograms, moments exactly, the first ones in order.
 * What follows from them is left to analyze/tails.
 *
 * The library's WebAssembly histogram counts seven times as fast as its JavaScript one, which is used for reading only.
 */
import type { Histogram } from "hdr-histogram-js";
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  Float64Histogram,
  initWebAssemblySync,
} from "hdr-histogram-js";
import { AnalysisError } from "../../analyze/analysis-error.ts";
import { LONGEST_TRACE } from "../../analyze/tails/causes.ts";
import { hiddenSamples, requireFewHidden } from "../../analyze/tails/coordinated-omission.ts";
import type { Bucket } from "../../analyze/tails/latency-counts.ts";
import { LatencyCounts } from "../../analyze/tails/latency-counts.ts";

/** 26 days in nanoseconds. */
const HIGHEST = 2 ** 51;
/** Above 2048 a bucket is at most 1/1024 of its values wide, and its middle half of that away. */
const DIGITS = 3;
const RELATIVE_ERROR = 1 / 2048;
/** Hidden samples that are counted at a time, however many a stall hid. */
const HIDDEN_BLOCK = 65_536;

/** Whole ticks, such as nanoseconds or cycles. */
export class LatencyRecorder {
  readonly #interval: number;
  readonly #taken = new Tally();
  readonly #hidden = new Tally();
  #hiddenCount = 0;
  readonly #trace = new Float64Array(LONGEST_TRACE);

  /** @param interval ticks between two intended starts, at least 1; 0 corrects nothing */
  constructor(interval = 0) {
    this.#interval = interval;
  }

  get count(): number {
    return this.#taken.count;
  }

  /** Samples that the correction added. */
  get hidden(): number {
    return this.#hiddenCount;
  }

  /** The first samples, in order. */
  get trace(): Float64Array {
    return this.#trace.subarray(0, Math.min(this.count, LONGEST_TRACE));
  }

  /**
   * Records a block, each value times `ticks` and rounded.
   * @throws AnalysisError TP-USE-302 for a latency that is not finite, negative or too long, -300 for an interval that
   * hides too many
   */
  recordAll(values: Float64Array, ticks = 1): void {
    const before = this.count;
    const block = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) {
      const value = Math.round((values[i] as number) * ticks);
      if (!(value >= 0 && value < HIGHEST)) throw unusable(before + i, values[i] as number);
      block[i] = value;
    }
    this.#taken.addAll(block);
    if (before < LONGEST_TRACE) {
      this.#trace.set(block.subarray(0, LONGEST_TRACE - before), before);
    }
    if (this.#interval > 0) this.#correct(block);
  }

  #correct(block: Float64Array): void {
    const interval = this.#interval;
    for (const latency of block) {
      if (latency < 2 * interval) continue;
      const hidden = hiddenSamples(latency, interval);
      this.#hiddenCount += hidden;
      requireFewHidden(this.#hiddenCount, interval);
      for (let done = 0; done < hidden; done += HIDDEN_BLOCK) {
        const waits = new Float64Array(Math.min(HIDDEN_BLOCK, hidden - done));
        for (let i = 0; i < waits.length; i++) waits[i] = latency - (done + i + 1) * interval;
        this.#hidden.addAll(waits);
      }
    }
  }

  /** @throws AnalysisError TP-USE-240 when nothing was recorded */
  recorded(): LatencyCounts {
    return this.#taken.counts();
  }

  /** Recorded and hidden together, after the last block; null without an interval. */
  corrected(): LatencyCounts | null {
    if (this.#interval === 0) return null;
    this.#hidden.merge(this.#taken);
    return this.#hidden.counts();
  }

  /** Gives the memory outside JavaScript back. */
  close(): void {
    this.#taken.close();
    this.#hidden.close();
  }
}

/** One histogram and the exact moments beside it. */
class Tally {
  readonly #histogram: Histogram;
  count = 0;
  min = Number.POSITIVE_INFINITY;
  max = 0;
  /** Distances to the first value: they lose no digits where values are large and alike. */
  #origin = 0;
  #sum = 0;
  #squares = 0;

  constructor() {
    initWebAssemblySync();
    this.#histogram = build({
      bitBucketSize: 64,
      autoResize: false,
      lowestDiscernibleValue: 1,
      highestTrackableValue: HIGHEST - 1,
      numberOfSignificantValueDigits: DIGITS,
      useWebAssembly: true,
    });
  }

  addAll(values: Float64Array): void {
    if (values.length === 0) return;
    if (this.count === 0) this.#origin = values[0] as number;
    const histogram = this.#histogram;
    const origin = this.#origin;
    let [sum, squares, min, max] = [0, 0, this.min, this.max];
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      histogram.recordValue(value);
      const distance = value - origin;
      sum += distance;
      squares += distance * distance;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    this.count += values.length;
    this.#sum += sum;
    this.#squares += squares;
    this.min = min;
    this.max = max;
  }

  merge(other: Tally): void {
    this.#histogram.add(other.#histogram);
    // Distances to another origin: (x - a) = (x - b) + (b - a).
    const shift = other.#origin - this.#origin;
    this.#sum += other.#sum + other.count * shift;
    this.#squares += other.#squares + 2 * shift * other.#sum + other.count * shift * shift;
    this.count += other.count;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
  }

  counts(): LatencyCounts {
    const { count, min, max } = this;
    const mean = this.#origin + this.#sum / count;
    const variance = Math.max(0, this.#squares - this.#sum ** 2 / count) / Math.max(1, count - 1);
    const moments = { min, mean, deviation: Math.sqrt(variance), max };
    return new LatencyCounts(this.#buckets(), moments, RELATIVE_ERROR);
  }

  #buckets(): readonly Bucket[] {
    const encoded = encodeIntoCompressedBase64(this.#histogram);
    const readable = decodeFromCompressedBase64(encoded, 64);
    if (!(readable instanceof Float64Histogram)) throw new TypeError("64 bits are Float64");
    const buckets: Bucket[] = [];
    for (let index = 0; index < readable.countsArrayLength; index++) {
      const count = readable.getCountAtIndex(index);
      if (count === 0) continue;
      const low = readable.valueFromIndex(index);
      buckets.push({ low, high: readable.highestEquivalentValue(low), count });
    }
    return buckets;
  }

  close(): void {
    this.#histogram.destroy();
  }
}

function unusable(index: number, value: number): AnalysisError {
  return new AnalysisError(
    "TP-USE-302",
    {
      what: `sample ${index + 1} is ${value}`,
      why: "a latency is finite, at least 0 and below 2^51 ticks (26 days in nanoseconds)",
      fix: "check the type and the unit of the numbers: --numbers, --unit",
    },
    { index, value },
  );
}
