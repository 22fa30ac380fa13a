/**
 * Decides the seeded random numbers of bootstraps, injected jitter and simulated tests: same seed, same numbers.
 * LoadGen's own generator, which must match its draws bit for bit, is left to loadgen/mt19937.ts.
 *
 * xoshiro128** by Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", ACM TOMS 47(4), 2021; its state
 * is filled by SplitMix32's steps so that neighbouring seeds share nothing.
 */
import { outOfRange } from "../number-limits.ts";

const TWO_32 = 2 ** 32;

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spare: number | null = null;

  /** @throws AnalysisError TP-USE-242 unless the seed is a whole number below 2^53 */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw outOfRange("the seed", seed, "a whole number");
    let state = (seed ^ Math.floor(seed / TWO_32)) | 0;
    const next = () => {
      state = (state + 0x9e37_79b9) | 0;
      let word = state ^ (state >>> 16);
      word = Math.imul(word, 0x21f0_aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a_2d97);
      return word ^ (word >>> 15);
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    // All four zero would stay zero.
    this.#d = next() | 1;
  }

  /** A whole number, 0 <= word < 2^32, all alike. */
  word(): number {
    const scrambled = Math.imul(this.#b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** Uniform, 0 <= x < 1, in steps of 2^-32. */
  uniform(): number {
    return this.word() / TWO_32;
  }

  /** Uniform, low <= x < high. */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** A whole number, 0 <= x < bound; the bias is below bound / 2^32. */
  below(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Exponential with this mean. */
  exponential(mean: number): number {
    return -mean * Math.log1p(-this.uniform());
  }

  /** Normal, mean 0, standard deviation 1: Marsaglia's polar method. */
  normal(): number {
    const spare = this.#spare;
    if (spare !== null) {
      this.#spare = null;
      return spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square === 0 || square >= 1) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = y * scale;
      return x * scale;
    }
  }
}
