/**
 * Decides when the queries of the Server scenario arrive: a Poisson process, nanosecond by nanosecond as LoadGen's.
 * When the process ends is left to server.ts.
 *
 * LoadGen draws std::exponential_distribution<double>(qps) from std::mt19937 and truncates to whole nanoseconds. With
 * libstdc++ one draw is -ln(1 - u) / qps, u = (first word + second word * 2^32) / 2^64 in double precision.
 */
import { BLOCK_WORDS, Mt19937 } from "./mt19937.ts";

/** Arrivals of one block: two words make one. */
export const BLOCK_ARRIVALS = BLOCK_WORDS / 2;

const WORD = 2 ** 32;
const UNIT = 2 ** -64;
/** The largest double below 1: libstdc++ returns it where rounding gave 1. */
const BELOW_ONE = 1 - 2 ** -53;

/** Times of arrival [ns], whole, ascending, the first at 0. */
export class PoissonArrivals {
  readonly #random: Mt19937;
  readonly #words = new Int32Array(BLOCK_WORDS);
  readonly #qps: number;
  #nextNs = 0;

  /**
   * @param qps mean rate [1/s], above 0.
   * @param seed 32 bits; see truncateSeed.
   */
  constructor(qps: number, seed: number) {
    this.#random = new Mt19937(seed);
    this.#qps = qps;
  }

  /** Puts the next BLOCK_ARRIVALS times into `times`. Exact while they stay below 2^53 ns, 104 days. */
  nextBlock(times: Float64Array): void {
    this.#random.nextBlock(this.#words);
    exponentials(this.#words, times, this.#qps);
    this.#nextNs = accumulate(times, this.#nextNs);
  }
}

/** Draws of the exponential distribution, in whole nanoseconds. Three short loops run faster than one long one. */
function exponentials(words: Int32Array, drawsNs: Float64Array, qps: number): void {
  for (let index = 0; index < BLOCK_ARRIVALS; index++) {
    const first = (words[2 * index] as number) >>> 0;
    const second = (words[2 * index + 1] as number) >>> 0;
    drawsNs[index] = 1 - Math.min((first + second * WORD) * UNIT, BELOW_ONE);
  }
  for (let index = 0; index < BLOCK_ARRIVALS; index++) {
    drawsNs[index] = Math.log(drawsNs[index] as number);
  }
  for (let index = 0; index < BLOCK_ARRIVALS; index++) {
    drawsNs[index] = Math.trunc((-(drawsNs[index] as number) / qps) * 1e9);
  }
}

/** Turns gaps into times that start at `startNs`; gives the time after the last gap. */
function accumulate(gapsNs: Float64Array, startNs: number): number {
  let timeNs = startNs;
  for (let index = 0; index < BLOCK_ARRIVALS; index++) {
    const gapNs = gapsNs[index] as number;
    gapsNs[index] = timeNs;
    timeNs += gapNs;
  }
  return timeNs;
}
