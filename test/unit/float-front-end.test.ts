/**
 * The single-precision front end against float64: its transform, features, gains, extremes, and who may ask for it. That
 * the C has the twin's bits is checked in test/golden/front-end.test.ts.
 */
import { describe, expect, it } from "vitest";
import { analyse, synthesise } from "../../codegen/frontend/analyse.ts";
import { createRealFft } from "../../codegen/frontend/fft.ts";
import { stagesOf } from "../../codegen/frontend/fixed-plan.ts";
import { digitReversed } from "../../codegen/frontend/fixed-transform.ts";
import { planFloatFrontEnd } from "../../codegen/frontend/float-plan.ts";
import {
  forwardSingles,
  inverseSingles,
  singleTurns,
} from "../../codegen/frontend/float-transform.ts";
import { createFloatFrontEndTwin } from "../../codegen/frontend/float-twin.ts";
import type { FrontEnd } from "../../codegen/model/sidecar.ts";
import { prepare } from "../../host/workflow/generate.ts";
import { extremeHops } from "./front-end-signals.ts";
import { SHIPPED_FRONT_END } from "./front-ends.ts";
import { seededValues } from "./onnx-writer.ts";

const EDGE = { type: "float32", scale: 1, zeroPoint: 0 } as const;
const HOP = 160;
const frontEndOf = (fftSize: number): FrontEnd => ({ ...SHIPPED_FRONT_END, fftSize });
const planOf = (fftSize: number) => planFloatFrontEnd(frontEndOf(fftSize), EDGE, EDGE);

/** What the twin makes of whole hops with the same gains each, its delay of a hop taken off. */
function process(fftSize: number, samples: Int16Array, gains: readonly number[]) {
  const twin = createFloatFrontEndTwin(planOf(fftSize));
  const features: Float64Array[] = [];
  const out: number[] = [];
  for (let start = 0; start <= samples.length; start += HOP) {
    const hop = new Int16Array(HOP);
    hop.set(samples.subarray(start, start + HOP));
    features.push(Float64Array.from(twin.analyse(hop)));
    out.push(...twin.synthesise(Float32Array.from(gains)));
  }
  return { features, samples: out.slice(HOP) };
}

const noise = (peak: number): Int16Array => Int16Array.from(seededValues(9, 20 * HOP, peak));

describe.each([512, 320])("the front end of %i points", (fftSize) => {
  const stages = stagesOf(frontEndOf(fftSize));
  const turns = stages.map(singleTurns);
  const points = fftSize / 2;

  it("transforms as the definition in float64, and back", () => {
    // A complex signal's transform is that of its real part and j times that of its imaginary part.
    const [re, im] = [seededValues(7, points, 1), seededValues(8, points, 1)];
    const data = new Float32Array(2 * points);
    re.forEach((value, n) => {
      data.set([value, im[n] as number], 2 * n);
    });
    const given = data.slice();
    const fft = createRealFft(points);
    const real = fft.forward(Float64Array.from({ length: points }, (_, n) => Number(given[2 * n])));
    const other = fft.forward(
      Float64Array.from({ length: points }, (_, n) => Number(given[2 * n + 1])),
    );
    const order = digitReversed(stages);
    forwardSingles(data, stages, turns);
    for (let k = 0; k <= points / 2; k++) {
      const place = 2 * (order[k] as number);
      const x = Number(real.real[k]) - Number(other.imaginary[k]);
      const y = Number(real.imaginary[k]) + Number(other.real[k]);
      expect(Math.hypot(Number(data[place]) - x, Number(data[place + 1]) - y)).toBeLessThan(3e-5);
    }
    inverseSingles(data, stages, turns);
    given.forEach((value, n) => {
      expect(Math.abs(Number(data[n]) / points - value)).toBeLessThan(1e-6);
    });
  });

  it.each([32767, 300, 2])("hears noise of peak %i as float64 does, and repeats it", (peak) => {
    const samples = noise(peak);
    const actual = process(fftSize, samples, new Array<number>(32).fill(1));
    expect(actual.samples).toEqual(Array.from(samples));
    analyse(samples, frontEndOf(fftSize)).features.forEach((bands, t) => {
      bands.forEach((value, band) => {
        expect(Math.abs(Number(actual.features[t]?.[band]) - value)).toBeLessThan(2e-5);
      });
    });
  });

  it("applies gains as float64 does", () => {
    const samples = noise(20_000);
    const gains = seededValues(11, 32, 0.5).map((value) => value + 0.5);
    const { spectra } = analyse(samples, frontEndOf(fftSize));
    const banded = spectra.map(() => Float64Array.from(gains));
    const expected = synthesise(spectra, banded, frontEndOf(fftSize), samples.length);
    process(fftSize, samples, gains).samples.forEach((value, n) => {
      // Rounding to a sample, and single precision's own.
      expect(Math.abs(value - 32768 * Number(expected[n]))).toBeLessThan(0.52);
    });
  });

  it("repeats extremes without a click", () => {
    const random = seededValues(5, 20_000, 0.5);
    let next = 0;
    const hops = extremeHops(HOP, () => Number(random[next++ % random.length]) + 0.5);
    const samples = Int16Array.from(hops.flatMap((hop) => Array.from(hop)));
    const actual = process(fftSize, samples, new Array<number>(32).fill(1));
    expect(actual.samples).toEqual(Array.from(samples));
  });

  it("takes gains beyond 0 to 1, and none that is a number, as the nearest", () => {
    const samples = noise(10_000);
    const wild = [Number.NaN, -1e30, 1e30, 1e-42];
    const sane = [0, 0, 1, 0];
    const of = (gains: readonly number[]) =>
      process(
        fftSize,
        samples,
        Array.from({ length: 32 }, (_, band) => Number(gains[band % 4])),
      );
    expect(of(wild).samples).toEqual(of(sane).samples);
  });
});

it("refuses a transform that has no stages", () => {
  expect(() => planOf(14)).toThrow(expect.objectContaining({ code: "TP-PLAN-024" }));
});

it("is refused to a program without a front end", () => {
  const request = { board: "qemu-m4", frontEnd: "float32" } as const;
  expect(() => prepare("hearable", request)).toThrow(
    expect.objectContaining({ code: "TP-USE-474" }),
  );
  const { generated } = prepare("hearable", { ...request, withFrontEnd: true });
  expect(generated.frontEnd?.arithmetic).toBe("float32");
});

it("warns where a core has no unit", () => {
  const { generated } = prepare("hearable", {
    ...{ board: "qemu-rv32", frontEnd: "float32", withFrontEnd: true },
  });
  expect(generated.warnings.join()).toContain("--front-end fixed is far faster");
});
