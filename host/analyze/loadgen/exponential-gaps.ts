/**
 * Decides the gaps between random arrivals, nanosecond by nanosecond as LoadGen draws them, quickly.
 * The random words are left to mt19937.ts, what the gaps add up to to arrivals.ts.
 *
 * LoadGen draws std::exponential_distribution<double>(qps) from std::mt19937 and truncates to whole nanoseconds. With
 * libstdc++ one draw is -ln(1 - u) / qps, u = (first word + second word * 2^32) / 2^64 in double precision.
 */
import { BLOCK_WORDS } from "./mt19937.ts";

/** Gaps of one block: two words make one. */
export const BLOCK_GAPS = BLOCK_WORDS / 2;

const WORD = 2 ** 32;
const UNIT = 2 ** -64;
/** The largest double below 1: libstdc++ returns it where rounding gave 1. */
const BELOW_ONE = 1 - 2 ** -53;

/** Blocks of gaps; most of the work of a long test, so that another thread may make them. */
export interface GapSource {
  /** The next BLOCK_GAPS of them [ns], whole, for the caller to overwrite; valid until the next call. */
  next(): Float64Array;
}

/** Words of std::mt19937, wherever they are drawn. */
export interface RandomWords {
  /** Puts the next 624 words into `words`, as signed 32-bit patterns. */
  nextBlock(words: Int32Array): void;
}

/** Each octave of x = 1 - u is cut into so many parts, with the logarithm of each one's middle in a table. */
const PARTS_BITS = 8;
const PARTS = 2 ** PARTS_BITS;
/** Octaves whose part the leading 32 bits of x tell; further down, one draw in 2^24, the table says NaN. */
const OCTAVES = 24;
const INVERSE = new Float64Array(33 * PARTS).fill(Number.NaN);
const LOGARITHM = new Float64Array(33 * PARTS);
for (let octave = 0; octave < OCTAVES; octave++) {
  for (let part = 0; part < PARTS; part++) {
    const middle = (1 + (part + 0.5) / PARTS) * 2 ** (-octave - 1);
    INVERSE[octave * PARTS + part] = 1 / middle;
    LOGARITHM[octave * PARTS + part] = Math.log(middle);
  }
}

/**
 * Bound of the quick logarithm's error. With r = x / middle - 1, |r| < 2^-8.99, the series ends before r^6 / 6 < 2^-56;
 * table, products and sums, all below 24 ln 2 < 2^4.1, round seven times by at most 2^-49: together below 2^-46.
 */
const LOGARITHM_ERROR = 2 ** -46;

/** Gaps made on the spot. */
export class ExponentialGaps implements GapSource {
  readonly #random: RandomWords;
  readonly #qps: number;
  readonly #words = new Int32Array(BLOCK_WORDS);
  readonly #block = new Float64Array(BLOCK_GAPS);

  /** @param qps mean rate [1/s], above 0. */
  constructor(qps: number, random: RandomWords) {
    this.#qps = qps;
    this.#random = random;
  }

  next(): Float64Array {
    this.fill(this.#block);
    return this.#block;
  }

  /** Puts the next BLOCK_GAPS into `gaps` [ns]. */
  fill(gaps: Float64Array): void {
    this.#random.nextBlock(this.#words);
    fillGaps(gaps, this.#words, this.#qps);
  }
}

/** The quick logarithm decides a gap unless a whole nanosecond lies within its error, or it is NaN; else Math.log does. */
function fillGaps(gaps: Float64Array, words: Int32Array, qps: number): void {
  const nsPerUnit = 1e9 / qps;
  // Twice the bound: the product rounds as well.
  const margin = 2 * LOGARITHM_ERROR * nsPerUnit;
  for (let index = 0; index < BLOCK_GAPS; index++) {
    const second = words[2 * index + 1] as number;
    const x = complement(words[2 * index] as number, second);
    // The leading 32 bits of x, at most one too few of them: its octave and part, or a neighbour's edge.
    const leading = ~second;
    const octave = Math.clz32(leading);
    const at = (octave << PARTS_BITS) | (((leading << octave) >>> 23) & (PARTS - 1));
    const r = x * (INVERSE[at] as number) - 1;
    const r2 = r * r;
    const series = r - r2 * (0.5 - r * (1 / 3) + r2 * (0.25 - r * 0.2));
    const gapNs = -((LOGARITHM[at] as number) + series) * nsPerUnit;
    const whole = Math.trunc(gapNs);
    const part = gapNs - whole;
    gaps[index] =
      part > margin && part < 1 - margin ? whole : Math.trunc((-Math.log(x) / qps) * 1e9);
  }
}

/** 1 - u of two words. */
function complement(first: number, second: number): number {
  return 1 - Math.min(((first >>> 0) + (second >>> 0) * WORD) * UNIT, BELOW_ONE);
}
