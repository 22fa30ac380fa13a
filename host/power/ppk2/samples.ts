/**
 * Turns a PPK2's stream of 4-byte samples into currents, and finds what is missing from it.
 * The conversation is left to ppk2.ts, what losses mean to analyze/frame-energy.ts.
 *
 * Sample, u32 little-endian: bits 0-13 ADC, 14-16 range, 18-23 counter, 24-31 digital inputs D0-D7.
 */
import type { CurrentBlock, SampleTotals } from "../monitor.ts";
import type { RangeConstants } from "./metadata.ts";
import { RANGES } from "./metadata.ts";

export const SAMPLE_RATE_HZ = 100_000;
export const SAMPLE_BYTES = 4;

/** The 14-bit ADC value stands for four times as much. */
const ADC_FACTOR = 4;
/** Volts an LSB of the scaled ADC value: 1.8 V over 163,840. */
const VOLTS_PER_LSB = 1.8 / 163_840;
const PINNED = 0x3fff;
const COUNTER_MODULUS = 64;

/**
 * So many counters in a row that advance by one tell a sample's true place in the bytes: at a wrong place they would
 * by chance once in 64^7, 4e12.
 */
const PROOF_SAMPLES = 8;

/**
 * Current of one sample [A]: UG * (x * (GS * x + GI) + (S * V + I)), x = (4 * ADC - O) * (1.8 / 163840) / R.
 * @param adc 0..16383
 * @param supplyV [V]
 */
export function sampleCurrentA(adc: number, constants: RangeConstants, supplyV: number): number {
  const { r, gs, gi, o, s, i, ug } = constants;
  const x = ((adc * ADC_FACTOR - o) * VOLTS_PER_LSB) / r;
  return ug * (x * (gs * x + gi) + (s * supplyV + i));
}

/** How late the last samples may arrive [s], and by how much two clocks may differ. */
const LATE_S = 0.1;
const CLOCK_ERROR = 0.005;

/** Decodes a stream piece by piece in bounded memory. */
export class Ppk2Decoder {
  readonly #constants: readonly RangeConstants[];
  readonly #supplyV: number;
  /** What waits for bytes behind it. */
  #rest: Uint8Array = new Uint8Array(0);
  /** Counter that the next sample must carry; undefined before the first one. */
  #expected: number | undefined;
  #nextSample = 0;
  #samples = 0;
  #lost = 0;
  #discardedBytes = 0;
  #clipped = 0;

  constructor(constants: readonly RangeConstants[], supplyV: number) {
    this.#constants = constants;
    this.#supplyV = supplyV;
  }

  /** The blocks that these bytes complete: none, one, or one more for each gap. */
  decode(piece: Uint8Array): CurrentBlock[] {
    return this.#take(joined(this.#rest, piece), false);
  }

  /** The blocks that waited for bytes to prove them by. */
  finish(): CurrentBlock[] {
    const blocks = this.#take(this.#rest, true);
    this.#discardedBytes += this.#rest.length;
    this.#rest = new Uint8Array(0);
    return blocks;
  }

  /**
   * What came and what did not.
   * @param elapsedS time between the first and the last byte by this computer's clock [s]: the counter starts again
   *   after 64 samples, so that a loss of 64, 128, ... shows only there
   */
  totals(elapsedS: number): SampleTotals {
    const known = this.#samples + this.#lost;
    const missing = elapsedS * SAMPLE_RATE_HZ - known;
    const certain = missing > SAMPLE_RATE_HZ * (LATE_S + CLOCK_ERROR * elapsedS);
    return {
      samples: this.#samples,
      lost: this.#lost,
      lostByClock: certain ? Math.floor(missing / COUNTER_MODULUS) * COUNTER_MODULUS : 0,
      discardedBytes: this.#discardedBytes,
      clipped: this.#clipped,
    };
  }

  #take(bytes: Uint8Array, isEnd: boolean): CurrentBlock[] {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const blocks = new BlockWriter(Math.floor(bytes.length / SAMPLE_BYTES));
    let at = 0;
    while (at + SAMPLE_BYTES <= bytes.length) {
      const word = view.getUint32(at, true);
      const counter = (word >>> 18) & (COUNTER_MODULUS - 1);
      const range = (word >>> 14) & 7;
      const isNext = counter === this.#expected && range < RANGES;
      if (!isNext) {
        const found = findRun(view, at, isEnd);
        if (found === "unknown") break;
        if (found === "none") {
          // One word that makes no sense: the place of one sample.
          this.#discardedBytes += SAMPLE_BYTES;
          this.#skip(1);
          at += SAMPLE_BYTES;
        } else {
          this.#discardedBytes += found - at;
          at = found;
          const first = (view.getUint32(at, true) >>> 18) & (COUNTER_MODULUS - 1);
          const gap = this.#expected === undefined ? 0 : first - this.#expected + COUNTER_MODULUS;
          this.#skip(gap % COUNTER_MODULUS);
          this.#expected = first;
        }
        continue;
      }
      const adc = word & PINNED;
      if (adc === PINNED) this.#clipped++;
      // range < RANGES, and the constants have an entry a range.
      const constants = this.#constants[range] as RangeConstants;
      const currentA = sampleCurrentA(adc, constants, this.#supplyV);
      blocks.add(this.#nextSample, currentA, range, word >>> 24);
      this.#samples++;
      this.#nextSample++;
      this.#expected = (counter + 1) % COUNTER_MODULUS;
      at += SAMPLE_BYTES;
    }
    this.#rest = bytes.slice(at);
    return blocks.finish();
  }

  /** Leaves room for samples that did not come; before the first one none are missed. */
  #skip(samples: number): void {
    if (this.#expected === undefined) return;
    this.#lost += samples;
    this.#nextSample += samples;
    this.#expected = (this.#expected + samples) % COUNTER_MODULUS;
  }
}

/** Where, from `at` on, samples begin whose counters advance; bytes may have slipped by one to three. */
function findRun(view: DataView, at: number, isEnd: boolean): number | "none" | "unknown" {
  for (let start = at; start < at + SAMPLE_BYTES; start++) {
    if (start + PROOF_SAMPLES * SAMPLE_BYTES > view.byteLength) return isEnd ? "none" : "unknown";
    if (advances(view, start)) return start;
  }
  return "none";
}

function advances(view: DataView, start: number): boolean {
  let expected: number | undefined;
  for (let index = 0; index < PROOF_SAMPLES; index++) {
    const word = view.getUint32(start + index * SAMPLE_BYTES, true);
    const counter = (word >>> 18) & (COUNTER_MODULUS - 1);
    if (((word >>> 14) & 7) >= RANGES) return false;
    if (expected !== undefined && counter !== expected) return false;
    expected = (counter + 1) % COUNTER_MODULUS;
  }
  return true;
}

/** Fills one set of arrays and cuts it into blocks where sample numbers jump. */
class BlockWriter {
  readonly #currentsA: Float64Array;
  readonly #ranges: Uint8Array;
  readonly #digital: Uint8Array;
  readonly #blocks: CurrentBlock[] = [];
  /** Where the block being filled begins, and its first sample's number. */
  #from = 0;
  #firstSample = 0;
  #length = 0;

  constructor(capacity: number) {
    this.#currentsA = new Float64Array(capacity);
    this.#ranges = new Uint8Array(capacity);
    this.#digital = new Uint8Array(capacity);
  }

  add(sample: number, currentA: number, range: number, digital: number): void {
    if (sample !== this.#firstSample + this.#length - this.#from) this.#cut(sample);
    this.#currentsA[this.#length] = currentA;
    this.#ranges[this.#length] = range;
    this.#digital[this.#length] = digital;
    this.#length++;
  }

  finish(): CurrentBlock[] {
    this.#cut(0);
    return this.#blocks;
  }

  #cut(nextSample: number): void {
    const [from, to] = [this.#from, this.#length];
    if (to > from) {
      this.#blocks.push({
        firstSample: this.#firstSample,
        currentsA: this.#currentsA.subarray(from, to),
        ranges: this.#ranges.subarray(from, to),
        digital: this.#digital.subarray(from, to),
      });
    }
    this.#from = to;
    this.#firstSample = nextSample;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
