/**
 * Decides when the queries of the Server scenario arrive: a Poisson process, nanosecond by nanosecond as LoadGen's.
 * When the process ends is left to server.ts.
 *
 * LoadGen draws std::exponential_distribution<double>(qps) from std::mt19937 and truncates to whole nanoseconds. With
 * libstdc++ one draw is -ln(1 - u) / qps, u = (first word + second word * 2^32) / 2^64 in double precision.
 */
import { BLOCK_WORDS, type Mt19937 } from "./mt19937.ts";

/** Draws of one block: two words make one. */
export const BLOCK_DRAWS = BLOCK_WORDS / 2;

const WORD = 2 ** 32;
const UNIT = 2 ** -64;
/** The largest double below 1: libstdc++ returns it where rounding gave 1. */
const BELOW_ONE = 1 - 2 ** -53;

/** Blocks of ln(1 - u): the same for every rate, and most of the work, so that another thread may make them. */
export interface DrawSource {
  /** The next BLOCK_DRAWS of them, for the caller to overwrite; valid until the next call. */
  next(): Float64Array;
}

/** Draws made on the spot. */
export class Draws implements DrawSource {
  readonly random: Mt19937;
  readonly #words = new Int32Array(BLOCK_WORDS);
  readonly #block = new Float64Array(BLOCK_DRAWS);

  constructor(random: Mt19937) {
    this.random = random;
  }

  next(): Float64Array {
    this.fill(this.#block);
    return this.#block;
  }

  /** Puts the next BLOCK_DRAWS into `draws`. Two short loops run faster than one long one. */
  fill(draws: Float64Array): void {
    const words = this.#words;
    this.random.nextBlock(words);
    for (let index = 0; index < BLOCK_DRAWS; index++) {
      const first = (words[2 * index] as number) >>> 0;
      const second = (words[2 * index + 1] as number) >>> 0;
      draws[index] = 1 - Math.min((first + second * WORD) * UNIT, BELOW_ONE);
    }
    for (let index = 0; index < BLOCK_DRAWS; index++) {
      draws[index] = Math.log(draws[index] as number);
    }
  }
}

/** Times of arrival [ns], whole, ascending, the first at 0; exact while they stay below 2^53 ns, 104 days. */
export class PoissonArrivals {
  readonly #draws: DrawSource;
  readonly #qps: number;
  #nextNs = 0;

  /** @param qps mean rate [1/s], above 0. */
  constructor(qps: number, draws: DrawSource) {
    this.#draws = draws;
    this.#qps = qps;
  }

  /** The next BLOCK_DRAWS times, for the caller to overwrite; valid until the next call. */
  next(): Float64Array {
    const block = this.#draws.next();
    const qps = this.#qps;
    let timeNs = this.#nextNs;
    for (let index = 0; index < BLOCK_DRAWS; index++) {
      const gapNs = Math.trunc((-(block[index] as number) / qps) * 1e9);
      block[index] = timeNs;
      timeNs += gapNs;
    }
    this.#nextNs = timeNs;
    return block;
  }
}
