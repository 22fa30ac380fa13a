/**
 * Decides the random words: the Mersenne Twister MT19937 as std::mt19937 makes them, and LoadGen's way of seeding it.
 * Turning words into times is left to arrivals.ts.
 *
 * Source: Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998); seeding as C++ [rand.eng.mers].
 */

import { outOfRange } from "../number-limits.ts";

/** Words of state, and of one block. */
export const BLOCK_WORDS = 624;

const SHIFT = 397;
const UPPER = 0x8000_0000 | 0;
const LOWER = 0x7fff_ffff;
const MATRIX = 0x9908_b0df | 0;

/**
 * The 32-bit seed that std::mt19937 takes from LoadGen's 64-bit one: its low half.
 * @throws AnalysisError TP-USE-242 when the seed is not in [0, 2^64).
 */
export function truncateSeed(seed: bigint): number {
  if (seed < 0n || seed >= 1n << 64n) throw outOfRange("the seed", seed, "in [0, 2^64)");
  return Number(seed & 0xffff_ffffn);
}

/** A stream of uniform 32-bit words; the same seed gives the same words for ever. */
export class Mt19937 {
  readonly #state = new Int32Array(BLOCK_WORDS);

  /** @param seed 32 bits, see truncateSeed */
  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed;
    for (let index = 1; index < BLOCK_WORDS; index++) {
      const before = state[index - 1] as number;
      state[index] = Math.imul(1812433253, before ^ (before >>> 30)) + index;
    }
  }

  /** Where the generator is between two blocks: one of another make goes on from a copy of it. */
  get state(): Int32Array {
    return this.#state;
  }

  /** Puts the next 624 words into `words`, as signed 32-bit patterns. */
  nextBlock(words: Int32Array): void {
    advance(this.#state, words);
  }
}

/** Advances the whole state by one block and puts its words out. One loop would read past both ends of the state. */
function advance(state: Int32Array, words: Int32Array): void {
  let word = state[0] as number;
  let index = 0;
  for (; index < BLOCK_WORDS - SHIFT; index++) {
    const next = state[index + 1] as number;
    const twisted = (state[index + SHIFT] as number) ^ mix(word, next);
    state[index] = twisted;
    words[index] = temper(twisted);
    word = next;
  }
  for (; index < BLOCK_WORDS - 1; index++) {
    const next = state[index + 1] as number;
    const twisted = (state[index + SHIFT - BLOCK_WORDS] as number) ^ mix(word, next);
    state[index] = twisted;
    words[index] = temper(twisted);
    word = next;
  }
  state[index] = (state[SHIFT - 1] as number) ^ mix(word, state[0] as number);
  words[index] = temper(state[index] as number);
}

function mix(word: number, next: number): number {
  return (((word & UPPER) | (next & LOWER)) >>> 1) ^ (-(next & 1) & MATRIX);
}

function temper(twisted: number): number {
  let word = twisted ^ (twisted >>> 11);
  word ^= (word << 7) & 0x9d2c_5680;
  word ^= (word << 15) & 0xefc6_0000;
  return word ^ (word >>> 18);
}
