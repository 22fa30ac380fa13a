/**
 * Decides in which finer part of its range each wanted rank lies; one of the passes of latencies.ts.
 * How often to look again is left to latencies.ts.
 */
import type { Place } from "./latencies.ts";

/** Most parts that a range is cut into. */
const PARTS = 2 ** 16;

/** Counts within the ranges that hold wanted ranks; ranges are equal or apart, and ascend. */
export class FineCounts {
  readonly #wanted: readonly Place[];
  readonly #ranges: readonly Range[];
  readonly #lowest: number;

  constructor(wanted: readonly Place[]) {
    this.#wanted = wanted;
    const ranges = new Map<number, Range>();
    for (const place of wanted) if (!ranges.has(place.low)) ranges.set(place.low, rangeOf(place));
    this.#ranges = [...ranges.values()];
    this.#lowest = Math.min(...this.#ranges.map(({ low }) => low));
  }

  take(block: Float64Array, count: number): void {
    for (let index = 0; index < count; index++) {
      const latencyNs = block[index] as number;
      if (latencyNs >= this.#lowest) this.#add(latencyNs);
    }
  }

  #add(latencyNs: number): void {
    for (const { low, high, partWidth, counts } of this.#ranges) {
      if (latencyNs < low) return;
      if (latencyNs < high) {
        (counts[Math.floor((latencyNs - low) / partWidth)] as number)++;
        return;
      }
    }
  }

  /** The wanted ranks, each in its part. */
  places(): readonly Place[] {
    return this.#wanted.map((place) => {
      const range = this.#ranges.find(({ low }) => low === place.low) as Range;
      let { before } = place;
      let part = 0;
      while (before + (range.counts[part] as number) <= place.rank) {
        before += range.counts[part++] as number;
        if (part === range.counts.length) {
          throw new RangeError("the latencies were not the same when they were brought again");
        }
      }
      const { low, partWidth: width } = range;
      return { rank: place.rank, low: low + part * width, width, before };
    });
  }
}

interface Range {
  readonly low: number;
  readonly high: number;
  readonly partWidth: number;
  readonly counts: Uint32Array;
}

function rangeOf({ low, width }: Place): Range {
  const partWidth = Math.max(1, width / PARTS);
  return { low, high: low + width, partWidth, counts: new Uint32Array(width / partWidth) };
}
