/**
 * Decides the front end of the generated C, bit for bit: a hop of samples to the model's input, its output to a hop.
 * The tables are left to fixed-plan.ts, the complex transform to fixed-transform.ts.
 *
 * Hop t completes frame t; the model's answer to it completes hop t - 1 of the output.
 */
import { type ActivationArray, valueArray } from "../quantize/params.ts";
import { FEATURE_BITS, type FrontEndPlan, LOG_PIECES, MOST_SHIFT } from "./fixed-plan.ts";
import {
  createPairs,
  difference,
  digitReversed,
  forward,
  halved,
  inverse,
  pairAt,
  putPair,
  saturate16,
  sum,
  turned,
} from "./fixed-transform.ts";

export interface FrontEndTwin {
  /** Back to silence before the first hop. */
  reset(): void;
  /** The next hop of samples. @returns the model's input, in its own type. @throws RangeError for another length */
  analyse(hop: Int16Array): ActivationArray;
  /** The model's output for it. @returns a hop, one hop after its input. @throws RangeError for another length */
  synthesise(gains: ActivationArray): Int16Array;
}

/** Where the largest magnitude's highest bit shows, whatever the sign: bit 15 for 16384 and more. */
const magnitudeBits = (samples: Int16Array): number =>
  samples.reduce((bits, x) => bits | ((x ^ (x << 1)) & 0xffff), 0);

/** a * b >> 16 of a product of more than 32 bits. */
const highProduct = (a: number, b: number): number => Math.floor((a * b) / 65536);

export function createFrontEndTwin(plan: FrontEndPlan): FrontEndTwin {
  const { hopLength, points, stages, bandCount, input } = plan;
  const half = points / 2;
  const order = digitReversed(stages);
  const place = (k: number): number => order[k] as number;
  /** Bins 0 to points - above points / 2 inclusive conjugated - until they are synthesised. */
  const spectrum = createPairs(points + 1);
  const work = createPairs(points);
  const frame = new Int16Array(2 * hopLength);
  const overlap = new Int16Array(hopLength);
  let shift = MOST_SHIFT;

  function reset(): void {
    for (const values of [spectrum.real, spectrum.imaginary, frame, overlap]) values.fill(0);
    shift = MOST_SHIFT;
  }

  function window(): void {
    shift = Math.min(Math.clz32(magnitudeBits(frame)) - 16, MOST_SHIFT);
    work.real.fill(0);
    work.imaginary.fill(0);
    const weighted = (n: number): number => {
      const product = (frame[n] as number) * (plan.analysisWindow[n] as number);
      return (product * 2 ** shift + 0x8000) >> 16;
    };
    for (let n = 0; n < 2 * hopLength; n++)
      (n % 2 === 0 ? work.real : work.imaginary)[n >> 1] = weighted(n);
  }

  /** The spectrum of the real frame from that of its even and odd samples as one complex signal. */
  function split(): void {
    const first = pairAt(work, 0);
    putPair(spectrum, 0, { re: (first.re + first.im) >> 1, im: 0 });
    putPair(spectrum, points, { re: (first.re - first.im) >> 1, im: 0 });
    for (let k = 1; k <= half; k++) {
      const [a, b] = [pairAt(work, place(k)), pairAt(work, place(points - k))];
      const [s, d] = [halved(sum(a, b)), halved(difference(a, b))];
      // Rounded up, since s and d were rounded down.
      const even = halved({ re: s.re + 1, im: d.im + 1 });
      // W^k times the odd samples' bin, which is { s.im, -d.re }, its imaginary part negated.
      const odd = turned({ re: s.im, im: d.re }, pairAt(plan.splitTurns, k - 1));
      const [plus, minus] = [sum(even, odd), difference(even, odd)];
      putPair(spectrum, k, { re: plus.re, im: minus.im });
      putPair(spectrum, points - k, { re: minus.re, im: plus.im });
    }
  }

  function bandPowers(): Int32Array {
    const bands = new Int32Array(bandCount);
    let bin = 0;
    let before = 0;
    plan.segmentBins.forEach((bins, band) => {
      let [all, tilt] = [0, 0];
      for (const end = bin + bins; bin < end; bin++) {
        const { re, im } = pairAt(spectrum, bin);
        const power = re * re + im * im;
        all += power;
        tilt += highProduct(power, plan.weights[bin] as number);
      }
      bands[band] = before + (all >> 1) - tilt;
      before = (all >> 1) + tilt;
    });
    bands[bandCount - 1] = before;
    return bands;
  }

  /** log2, Q15. @param value 1 to 2^32 - 1 */
  function logarithm(value: number): number {
    const zeros = Math.clz32(value);
    const mantissa = (value << zeros) >>> 0;
    const piece = (mantissa >>> 26) % LOG_PIECES;
    const [low, high] = [plan.logTable[piece] as number, plan.logTable[piece + 1] as number];
    return (31 - zeros) * 32768 + low + (((high - low) * ((mantissa >>> 11) & 0x7fff)) >> 15);
  }

  function features(): ActivationArray {
    const values = valueArray(input.type, bandCount);
    const epsilon = plan.epsilons[shift] as number;
    bandPowers().forEach((power, band) => {
      // Little power may be less than what rounding is expected to add.
      const fine = Math.max(power - (plan.roundings[band] as number), 0) * 2 ** plan.powerBits;
      const level = logarithm(fine + epsilon) - 2 * shift * 32768;
      const distance = (level - (plan.means[band] as number)) >> (15 - FEATURE_BITS);
      values[band] = inputOf(Math.min(Math.max(distance, -65536), 65535), band);
    });
    return values;
  }

  function inputOf(distance: number, band: number): number {
    if (input.type === "float32") return distance * (plan.factors[band] as number);
    const product = distance * (plan.multipliers[band] as number);
    const value = ((product + 2 ** (plan.featureShift - 1)) >> plan.featureShift) + input.zeroPoint;
    return input.type === "int8" ? Math.min(Math.max(value, -128), 127) : saturate16(value);
  }

  /** Q15, 0 to 32767. */
  function bandGain(value: number): number {
    const gain =
      plan.output.type === "float32"
        ? Math.trunc(Math.min(Math.max(Math.fround(value * 32768), 0), 32767))
        : ((value - plan.output.zeroPoint) * plan.gainMultiplier + 2 ** (plan.gainShift - 1)) >>
          plan.gainShift;
    return Math.min(Math.max(gain, 0), 32767);
  }

  /** Every bin times its gain, half. */
  function applyGains(values: ActivationArray): void {
    let bin = 0;
    plan.segmentBins.forEach((bins, band) => {
      const from = bandGain(values[band] as number);
      const rise = bandGain(values[band + 1] as number) - from;
      for (const end = bin + bins; bin < end; bin++) {
        // Q31, of which the middle of both bands has no share.
        const gain = (2 * from + rise) * 32768 + rise * (plan.weights[bin] as number);
        const { re, im } = pairAt(spectrum, bin);
        const times = (x: number): number => (highProduct(gain, x) + 0x8000) >> 16;
        putPair(spectrum, bin, { re: times(re), im: times(im) });
      }
    });
  }

  /** What split did, the other way; half. */
  function join(): void {
    const [first, last] = [spectrum.real[0] as number, spectrum.real[points] as number];
    putPair(work, 0, { re: (first + last) >> 1, im: (first - last) >> 1 });
    for (let k = 1; k < half; k++) {
      const [x, y] = [pairAt(spectrum, k), pairAt(spectrum, points - k)];
      const even = halved(sum(x, y));
      const odd = turned(difference(x, y), pairAt(plan.splitTurns, k - 1));
      putPair(work, place(k), { re: even.re - odd.im, im: even.im + odd.re });
      putPair(work, place(points - k), { re: even.re + odd.im, im: odd.re - even.im });
    }
    putPair(work, place(half), pairAt(spectrum, half));
  }

  /** A sample of the frame that came back, windowed and at its own scale again. */
  function returned(n: number): number {
    const value = (n % 2 === 0 ? work.real : work.imaginary)[n >> 1] as number;
    const bits = plan.synthesisBits + shift;
    return saturate16((value * (plan.synthesisWindow[n] as number) + 2 ** (bits - 1)) >> bits);
  }

  return {
    reset,
    analyse(hop) {
      expectLength(hop, hopLength);
      frame.copyWithin(0, hopLength);
      frame.set(hop, hopLength);
      window();
      forward(work, stages);
      split();
      return features();
    },
    synthesise(gains) {
      expectLength(gains, bandCount);
      applyGains(gains);
      join();
      inverse(work, stages);
      const hop = overlap.map((tail, n) => saturate16(tail + returned(n)));
      overlap.forEach((_, n) => {
        overlap[n] = returned(hopLength + n);
      });
      return hop;
    },
  };
}

/** @throws RangeError for another length */
export function expectLength(values: ActivationArray, length: number): void {
  if (values.length !== length) {
    throw new RangeError(`${values.length} values where the front end takes ${length}`);
  }
}
