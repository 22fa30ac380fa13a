/**
 * The fixed-point front end against float64: features, unit gains, gains of a band, extremes. That the C has the twin's
 * bits is checked in test/golden/front-end.test.ts.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { analyse, synthesise } from "../../codegen/frontend/analyse.ts";
import { type FrontEndPlan, planFrontEnd } from "../../codegen/frontend/fixed-plan.ts";
import {
  createPairs,
  digitReversed,
  forward,
  inverse,
} from "../../codegen/frontend/fixed-transform.ts";
import { createFrontEndTwin } from "../../codegen/frontend/fixed-twin.ts";
import type { FrontEnd } from "../../codegen/model/sidecar.ts";
import { extremeHops } from "./front-end-signals.ts";
import { SHIPPED_FRONT_END } from "./front-ends.ts";
import { seededValues } from "./onnx-writer.ts";

/** A step of the input is 2^-12 deviations, of which there are 8 either side: 2^-10 of a log2. */
const INPUT = { type: "int16", scale: 8 / 32768, zeroPoint: 0 } as const;
const OUTPUT = { type: "int16", scale: 1 / 32768, zeroPoint: 0 } as const;
const SIZES = [512, 320];
const HOP = 160;

const frontEndOf = (fftSize: number): FrontEnd => ({ ...SHIPPED_FRONT_END, fftSize });
const planOf = (fftSize: number): FrontEndPlan => planFrontEnd(frontEndOf(fftSize), INPUT, OUTPUT);

/** Voice-like: a buzz of 110 Hz whose harmonics fall by 6 dB an octave, and noise 30 dB below. */
function buzz(peak: number, hops: number): Int16Array {
  const noise = seededValues(3, hops * HOP, 0.03);
  return Int16Array.from({ length: hops * HOP }, (_, n) => {
    let value = noise[n] as number;
    for (let h = 1; h < 40; h++) value += (0.5 / h) * Math.sin((2 * Math.PI * 110 * h * n) / 16000);
    return Math.round(Math.max(-1, Math.min(1, value)) * peak);
  });
}

/** What the twin makes of whole hops with the same gains each, without its delay of a hop. */
function process(plan: FrontEndPlan, samples: Int16Array, gains: readonly number[]) {
  const twin = createFrontEndTwin(plan);
  const output = Int16Array.from(gains, (gain) => Math.min(Math.round(gain * 32768), 32767));
  const features: number[][] = [];
  const out: number[] = [];
  for (let start = 0; start <= samples.length; start += HOP) {
    const hop = new Int16Array(HOP);
    hop.set(samples.subarray(start, start + HOP));
    features.push(Array.from(twin.analyse(hop), (value) => value * INPUT.scale));
    out.push(...twin.synthesise(output));
  }
  return { features, samples: out.slice(HOP) };
}

function snrDb(actual: readonly number[], expected: ArrayLike<number>): number {
  let [signal, noise] = [0, 0];
  actual.forEach((value, n) => {
    signal += (expected[n] as number) ** 2;
    noise += (value - (expected[n] as number)) ** 2;
  });
  return 10 * Math.log10(signal / noise);
}

describe.each([
  { radices: "4 4 4 4", points: 256, fftSize: 512 },
  { radices: "2 4 4 5", points: 160, fftSize: 320 },
])("the transform of radices $radices", ({ points, fftSize }) => {
  const { stages } = planOf(fftSize);
  const order = digitReversed(stages);
  const [re, im] = [seededValues(7, points, 7000), seededValues(8, points, 7000)];

  it("is the definition's within five steps at the scale of its stages", () => {
    const data = createPairs(points);
    data.real.set(re.map(Math.round));
    data.imaginary.set(im.map(Math.round));
    forward(data, stages);
    for (let k = 0; k < points; k++) {
      let [x, y] = [0, 0];
      for (let n = 0; n < points; n++) {
        const angle = (-2 * Math.PI * ((k * n) % points)) / points;
        x +=
          Math.round(re[n] as number) * Math.cos(angle) -
          Math.round(im[n] as number) * Math.sin(angle);
        y +=
          Math.round(re[n] as number) * Math.sin(angle) +
          Math.round(im[n] as number) * Math.cos(angle);
      }
      // Inputs are halves: 2 / 4^4 * 2.
      const [re2, im2] = [data.real[order[k] as number], data.imaginary[order[k] as number]];
      expect(Math.hypot(Number(re2) - x / 64, Number(im2) - y / 64)).toBeLessThan(6);
    }
  });

  it("goes back", () => {
    const data = createPairs(points);
    data.real[order[3] as number] = 16000;
    inverse(data, stages);
    // A single bin is a turning pointer of the same length; stages with turns halve it, and that of radix 5.
    const length = 16000 / (fftSize === 512 ? 8 : 16);
    for (let n = 0; n < points; n++) {
      const angle = (2 * Math.PI * 3 * n) / points;
      expect(Math.abs((data.real[n] as number) - length * Math.cos(angle))).toBeLessThan(3);
      expect(Math.abs((data.imaginary[n] as number) - length * Math.sin(angle))).toBeLessThan(3);
    }
  });
});

describe.each(SIZES)("the front end of %i points", (fftSize) => {
  const plan = planOf(fftSize);
  const unit = new Array<number>(32).fill(1);

  it.each([32767, 3000, 300])("hears and repeats a voice of peak %i", (peak) => {
    const samples = buzz(peak, 40);
    const actual = process(plan, samples, unit);
    expect(snrDb(actual.samples, samples)).toBeGreaterThan(40);
    const expected = analyse(samples, frontEndOf(fftSize));
    let square = 0;
    expected.features.forEach((bands, t) => {
      bands.forEach((value, band) => {
        const limited = Math.min(Math.max(value, -8), 8 - INPUT.scale);
        square += ((actual.features[t]?.[band] as number) - limited) ** 2;
      });
    });
    // A hundredth of a deviation; an int8 step is five.
    expect(Math.sqrt(square / (expected.features.length * 32))).toBeLessThan(0.01);
  });

  it("hears faint bands beside a loud tone neither louder nor fainter", () => {
    // Noise of 35 steps beside a tone of 28,000: without being told, rounding would add a quarter to its power and more.
    const noise = seededValues(17, 200 * HOP, 60);
    const samples = noise.map((value, n) =>
      Math.round(28000 * Math.sin((2 * Math.PI * 413.3 * n) / 16000) + value),
    );
    const heard = Int16Array.from(samples);
    const expected = analyse(heard, frontEndOf(fftSize)).features;
    const actual = process(plan, heard, unit).features;
    // The bands from 3.5 kHz up; the last one has the bin of half the rate, to which all that is constant goes.
    for (let band = 22; band < 31; band++) {
      let sum = 0;
      for (let t = 2; t < 200; t++) {
        sum += 4 * (Number(actual[t]?.[band]) - Number(expected[t]?.[band]));
      }
      // A deviation is 4 of a log2.
      expect(Math.abs(sum / 198), `band ${band}, log2`).toBeLessThan(0.2);
    }
  });

  it("applies gains as float64 does", () => {
    const samples = buzz(20000, 40);
    const gains = seededValues(11, 32, 0.5).map((value) => value + 0.5);
    const { spectra } = analyse(samples, frontEndOf(fftSize));
    const banded = spectra.map(() => Float64Array.from(gains));
    const expected = synthesise(spectra, banded, frontEndOf(fftSize), samples.length);
    const actual = process(plan, samples, gains).samples.map((value) => value / 32768);
    expect(snrDb(actual, expected)).toBeGreaterThan(30);
  });

  it("repeats extremes without a click", () => {
    let seed = 5;
    const random = (): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return seed / 2 ** 32;
    };
    const samples = Int16Array.from(extremeHops(HOP, random).flatMap((hop) => Array.from(hop)));
    const actual = process(plan, samples, unit).samples;
    // The error of a sample against the largest one that shares a frame with it.
    for (let start = 0; start < samples.length; start += HOP) {
      const near = samples.subarray(Math.max(0, start - HOP), start + 2 * HOP);
      const peak = near.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      const errors = actual
        .slice(start, start + HOP)
        .map((y, n) => Math.abs(y - Number(samples[start + n])));
      expect(Math.max(...errors)).toBeLessThan(2 + 0.02 * peak);
    }
  });

  it("is silent in silence", () => {
    const { samples, features } = process(plan, new Int16Array(4 * HOP), unit);
    expect(samples.every((value) => value === 0)).toBe(true);
    // (log2(1e-9) + 8) / 4
    for (const value of features.flat()) expect(value).toBeCloseTo(-5.474, 2);
  });
});

it("refuses a transform that has no stages", () => {
  expect(() => planOf(14)).toThrow(expect.objectContaining({ code: "TP-PLAN-024" }));
});

it("refuses a hop that is no whole number of pairs, and takes the next one", () => {
  const rate = { sampleRateHz: 44_100, fftSize: 1024 };
  const of = (hopLength: number): FrontEnd => ({
    ...SHIPPED_FRONT_END,
    ...rate,
    hopLength,
    windowLength: 2 * hopLength,
  });
  expect(() => planFrontEnd(of(441), INPUT, OUTPUT)).toThrow(
    expect.objectContaining({ code: "TP-PLAN-024", facts: { hopLength: 441 } }),
  );
  expect(planFrontEnd(of(442), INPUT, OUTPUT).filled).toBe(442);
});

it("refuses a window that leaves butterflies of radix 4 without a sample", () => {
  // Windows of 320 samples are 160 complex ones; 1024 points of radix 4 have 256 butterflies, 512 begin with radix 2.
  expect(() => planOf(2048)).toThrow(
    expect.objectContaining({ code: "TP-PLAN-024", facts: { windowLength: 320, fftSize: 2048 } }),
  );
  expect(planOf(1024).stages[0]?.radix).toBe(2);
});

it("has the window's peak that docs/front-end.md states for the shipped model", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/front-end.md"), "utf8");
  const [, stated] = /peak \(([\d.]+) for the shipped model\)/.exec(page) ?? [];
  const peak = Math.max(...planOf(512).analysisWindow) / 32768;
  expect(stated).toBe(peak.toFixed(3));
});

it("refuses hops and outputs of another length", () => {
  const twin = createFrontEndTwin(planOf(512));
  expect(() => twin.analyse(new Int16Array(HOP - 1))).toThrow(RangeError);
  expect(() => twin.synthesise(new Int16Array(31))).toThrow(RangeError);
});
