/**
 * Decides the single-precision front end of the generated C, bit for bit: a hop of samples to the model's input, its
 * output to a hop. The tables are left to float-plan.ts, the complex transform to float-transform.ts.
 *
 * Hop t completes frame t; the model's answer to it completes hop t - 1 of the output.
 */
import { type ActivationArray, valueArray } from "../quantize/params.ts";
import { digitReversed, saturate16 } from "./fixed-transform.ts";
import { expectLength, type FrontEndTwin } from "./fixed-twin.ts";
import type { FloatFrontEndPlan } from "./float-plan.ts";
import {
  add,
  forwardSingles,
  inverseSingles,
  putSingle,
  singleAt,
  subtract,
  turned,
  turnedBack,
} from "./float-transform.ts";

const round = Math.fround;

/** The nearest integer of 16 bits; halves up, as far as 8 fraction bits tell. */
const integer16 = (value: number): number => saturate16(Math.trunc(round(value + 32768.5)) - 32768);

export function createFloatFrontEndTwin(plan: FloatFrontEndPlan): FrontEndTwin {
  const { hopLength, points, stages, turns, bandCount, input, output, window } = plan;
  const half = points / 2;
  const order = digitReversed(stages);
  const place = (k: number): number => order[k] as number;
  const spectrum = new Float32Array(2 * (points + 1));
  const work = new Float32Array(2 * points);
  const previous = new Int16Array(hopLength);
  const overlap = new Float32Array(hopLength);
  const bits = new DataView(new ArrayBuffer(4));

  function reset(): void {
    for (const values of [spectrum, previous, overlap]) values.fill(0);
  }

  function windowed(hop: Int16Array): void {
    work.fill(0);
    for (let n = 0; n < hopLength; n++) {
      work[n] = (previous[n] as number) * (window[n] as number);
      work[hopLength + n] = (hop[n] as number) * (window[hopLength + n] as number);
    }
    previous.set(hop);
  }

  /** The spectrum of the real frame from that of its even and odd samples as one complex signal; doubled. */
  function split(): void {
    const first = singleAt(work, 0);
    const twice = (value: number): number => round(value + value);
    putSingle(spectrum, 0, { re: twice(round(first.re + first.im)), im: 0 });
    putSingle(spectrum, points, { re: twice(round(first.re - first.im)), im: 0 });
    for (let k = 1; k <= half; k++) {
      const [a, b] = [singleAt(work, place(k)), singleAt(work, place(points - k))];
      const [s, d] = [add(a, b), subtract(a, b)];
      const odd = turnedBack({ re: s.im, im: -d.re }, singleAt(plan.splitTurns, k - 1));
      const even = { re: s.re, im: d.im };
      const upper = { re: round(even.re - odd.re), im: round(odd.im - even.im) };
      putSingle(spectrum, points - k, upper);
      putSingle(spectrum, k, add(even, odd));
    }
  }

  function bandPowers(): Float32Array {
    const bands = new Float32Array(bandCount);
    let [bin, before] = [0, 0];
    plan.segmentBins.forEach((bins, band) => {
      let [lower, upper] = [before, 0];
      for (const end = bin + bins; bin < end; bin++) {
        const { re, im } = singleAt(spectrum, bin);
        const power = round(round(re * re) + round(im * im));
        const share = round(power * (plan.weights[bin] as number));
        lower = round(lower + round(power - share));
        upper = round(upper + share);
      }
      bands[band] = lower;
      before = upper;
    });
    bands[bandCount - 1] = before;
    return bands;
  }

  /** log2. @param value normal, above 0 */
  function logarithm(value: number): number {
    bits.setFloat32(0, value);
    const word = bits.getUint32(0);
    const piece = (word >>> 18) & 31;
    const single = (pattern: number): number => {
      bits.setUint32(0, pattern);
      return bits.getFloat32(0);
    };
    const mantissa = single((word & 0x007fffff) | 0x3f800000);
    const middle = single((word & 0x007c0000) | 0x3f820000);
    const x = round(round(mantissa - middle) * (plan.inverseTable[piece] as number));
    const [l1, l2, l3] = plan.logTerms;
    const inner = round(l1 + round(x * round(l2 + round(x * l3))));
    const fraction = round((plan.logTable[piece] as number) + round(x * inner));
    return round((word >>> 23) - 127 + fraction);
  }

  function features(): ActivationArray {
    const values = valueArray(input.type, bandCount);
    bandPowers().forEach((power, band) => {
      const level = logarithm(round(power + plan.epsilon));
      const distance = round(level - (plan.means[band] as number));
      values[band] = inputOf(round(distance * (plan.factors[band] as number)));
    });
    return values;
  }

  function inputOf(value: number): number {
    if (input.type === "float32") return value;
    const steps = integer16(Math.min(Math.max(value, -32768), 32767)) + input.zeroPoint;
    return input.type === "int8" ? Math.min(Math.max(steps, -128), 127) : saturate16(steps);
  }

  /** What a band's bins are multiplied by. */
  function bandGain(value: number): number {
    const gain =
      output.type === "float32" ? value : round((value - output.zeroPoint) * round(output.scale));
    return round((gain > 0 ? Math.min(gain, 1) : 0) * plan.backScale);
  }

  function applyGains(values: ActivationArray): void {
    let bin = 0;
    plan.segmentBins.forEach((bins, band) => {
      const from = bandGain(values[band] as number);
      const rise = round(bandGain(values[band + 1] as number) - from);
      for (const end = bin + bins; bin < end; bin++) {
        const gain = round(from + round(rise * (plan.weights[bin] as number)));
        const { re, im } = singleAt(spectrum, bin);
        putSingle(spectrum, bin, { re: round(re * gain), im: round(im * gain) });
      }
    });
  }

  /** What split did, the other way; doubled. */
  function join(): void {
    const [first, last] = [spectrum[0] as number, spectrum[2 * points] as number];
    putSingle(work, 0, { re: round(first + last), im: round(first - last) });
    for (let k = 1; k <= half; k++) {
      const [x, y] = [singleAt(spectrum, k), singleAt(spectrum, points - k)];
      const [s, d] = [add(x, y), subtract(x, y)];
      const odd = turned({ re: d.re, im: s.im }, singleAt(plan.splitTurns, k - 1));
      putSingle(work, place(points - k), { re: round(s.re + odd.im), im: round(odd.re - d.im) });
      putSingle(work, place(k), { re: round(s.re - odd.im), im: round(d.im + odd.re) });
    }
  }

  const returned = (n: number): number => round((work[n] as number) * (window[n] as number));

  return {
    reset,
    analyse(hop) {
      expectLength(hop, hopLength);
      windowed(hop);
      forwardSingles(work, stages, turns);
      split();
      return features();
    },
    synthesise(gains) {
      expectLength(gains, bandCount);
      applyGains(gains);
      join();
      inverseSingles(work, stages, turns);
      const hop = Int16Array.from(overlap, (tail, n) => integer16(round(tail + returned(n))));
      overlap.forEach((_, n) => {
        overlap[n] = returned(hopLength + n);
      });
      return hop;
    },
  };
}
