import { describe, expect, it } from "vitest";
import { analyse, frameCount, sqrtHannWindow, synthesise } from "../../codegen/frontend/analyse.ts";
import { bandMatrix, gatherBands, spreadBands } from "../../codegen/frontend/bands.ts";
import { createRealFft } from "../../codegen/frontend/fft.ts";
import { SHIPPED_FRONT_END } from "./front-ends.ts";
import { seededValues } from "./onnx-writer.ts";

/** The definition of the transform, O(n^2). */
function naiveDft(signal: readonly number[]): { real: number[]; imaginary: number[] } {
  const size = signal.length;
  const sum = (k: number, part: (angle: number) => number) =>
    signal.reduce((total, x, n) => total + x * part((-2 * Math.PI * ((k * n) % size)) / size), 0);
  const bins = Array.from({ length: size / 2 + 1 }, (_, k) => k);
  return { real: bins.map((k) => sum(k, Math.cos)), imaginary: bins.map((k) => sum(k, Math.sin)) };
}

/** Band weights straight from the words: triangles in mel with the corner bins closed. */
function bandWeight(band: number, bin: number): number {
  const mel = (hz: number) => 2595 * Math.log10(1 + hz / 700);
  const centre = (b: number) => mel(60) + (b * (mel(8000) - mel(60))) / 31;
  const x = mel((bin * 16000) / 512);
  if (x <= centre(0)) return band === 0 ? 1 : 0;
  if (x >= centre(31)) return band === 31 ? 1 : 0;
  return Math.max(0, 1 - Math.abs(x - centre(band)) / (centre(1) - centre(0)));
}

const noise = (samples: number, seed: number) =>
  Int16Array.from(seededValues(seed, samples, 20000), Math.round);

describe("the real transform", () => {
  it.each([2, 4, 10, 64, 320, 512])("of %i points equals the definition and goes back", (size) => {
    const signal = seededValues(size, size, 1);
    const fft = createRealFft(size);
    const spectrum = fft.forward(Float64Array.from(signal));
    const expected = naiveDft(signal);
    spectrum.real.forEach((value, k) => {
      expect(value).toBeCloseTo(expected.real[k] as number, 11);
    });
    spectrum.imaginary.forEach((value, k) => {
      expect(value).toBeCloseTo(expected.imaginary[k] as number, 11);
    });
    fft.inverse(spectrum).forEach((value, n) => {
      expect(value).toBeCloseTo(signal[n] as number, 13);
    });
  });

  it("refuses sizes and lengths it cannot take", () => {
    expect(() => createRealFft(321)).toThrow(RangeError);
    expect(() => createRealFft(8).forward(new Float64Array(7))).toThrow(RangeError);
  });
});

describe("the bands", () => {
  const matrix = bandMatrix(SHIPPED_FRONT_END);

  it("are the triangles of the definition, and every bin's weights sum to 1", () => {
    for (let bin = 0; bin < 257; bin++) {
      const oneBin = new Float64Array(257);
      oneBin[bin] = 1;
      const gathered = gatherBands(matrix, oneBin);
      expect(gathered.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 14);
      gathered.forEach((weight, band) => {
        expect(weight).toBeCloseTo(bandWeight(band, bin), 12);
      });
    }
  });

  it("spread gains with the same weights that gather power", () => {
    const gains = Float64Array.from(seededValues(5, 32, 1));
    spreadBands(matrix, gains).forEach((value, bin) => {
      const expected = gains.reduce((sum, gain, band) => sum + bandWeight(band, bin) * gain, 0);
      expect(value).toBeCloseTo(expected, 12);
    });
  });

  it("below the first centre belong wholly to it", () => {
    // 0 Hz and 31.25 Hz lie below 60 Hz.
    expect([...matrix.lower.slice(0, 2), ...matrix.upperWeight.slice(0, 2)]).toEqual([0, 0, 0, 0]);
  });
});

describe("analysis and synthesis", () => {
  it("has windows whose squares sum to 1 at the hop", () => {
    const window = sqrtHannWindow(320);
    for (let n = 0; n < 160; n++) {
      expect((window[n] as number) ** 2 + (window[n + 160] as number) ** 2).toBeCloseTo(1, 14);
    }
    expect(window[0]).toBe(0);
    expect(window[160]).toBe(1);
  });

  it.each([0, 1, 159, 160, 161, 1000])("gives %i samples back with unit gains", (length) => {
    const samples = noise(length, length + 1);
    const { spectra, features } = analyse(samples, SHIPPED_FRONT_END);
    expect(features).toHaveLength(frameCount(length, 160));
    const ones = features.map(() => new Float64Array(32).fill(1));
    const signal = synthesise(spectra, ones, SHIPPED_FRONT_END, length);
    expect(signal).toHaveLength(length);
    signal.forEach((value, n) => {
      expect(value * 32768).toBeCloseTo(samples[n] as number, 8);
    });
  });

  it("computes features as the definition does, frame by frame", () => {
    const samples = noise(700, 3);
    const { features } = analyse(samples, SHIPPED_FRONT_END);
    expect(features).toHaveLength(6);
    for (const t of [0, 2, 5]) {
      const frame = Array.from({ length: 512 }, (_, n) => {
        const sample = samples[(t - 1) * 160 + n];
        if (n >= 320 || sample === undefined) return 0;
        return (sample / 32768) * Math.sqrt(0.5 - 0.5 * Math.cos((2 * Math.PI * n) / 320));
      });
      const { real, imaginary } = naiveDft(frame);
      for (const band of [0, 1, 15, 31]) {
        const power = real.reduce(
          (sum, re, k) => sum + bandWeight(band, k) * (re ** 2 + (imaginary[k] as number) ** 2),
          0,
        );
        expect(features[t]?.[band]).toBeCloseTo((Math.log2(power + 1e-9) + 8) / 4, 10);
      }
    }
  });

  it("puts a sinusoid into the bands around its frequency, with its known power", () => {
    // 1000 Hz is bin 32 exactly; amplitude A under a window whose squares sum to 160.
    const amplitude = 0.25;
    const samples = Int16Array.from({ length: 3200 }, (_, n) =>
      Math.round(amplitude * 32768 * Math.sin((2 * Math.PI * 1000 * n) / 16000)),
    );
    const { features } = analyse(samples, SHIPPED_FRONT_END);
    const middle = features[10] as Float64Array;
    const bandPower = [...middle].map((feature) => 2 ** (4 * feature - 8));
    const loudest = bandPower.indexOf(Math.max(...bandPower));
    expect(bandWeight(loudest, 32)).toBeGreaterThan(0.4);
    // Parseval over 512 bins, half of them stored: sum |X|^2 = 512 / 2 * A^2 / 2 * 160.
    const total = bandPower.reduce((sum, power) => sum + power, 0);
    expect(total / ((512 / 2) * (amplitude ** 2 / 2) * 160)).toBeCloseTo(1, 3);
  });

  it("is silent floor for silence, and silence for zero gains", () => {
    const { features, spectra } = analyse(new Int16Array(480), SHIPPED_FRONT_END);
    expect(features[1]?.[7]).toBeCloseTo((Math.log2(1e-9) + 8) / 4, 12);
    const loud = analyse(noise(480, 9), SHIPPED_FRONT_END).spectra;
    const zeros = spectra.map(() => new Float64Array(32));
    expect(synthesise(loud, zeros, SHIPPED_FRONT_END, 480).every((value) => value === 0)).toBe(
      true,
    );
  });

  it("refuses gains that do not belong to the recording", () => {
    const { spectra } = analyse(new Int16Array(480), SHIPPED_FRONT_END);
    const gains = (bands: number, frames: number) =>
      Array.from({ length: frames }, () => new Float64Array(bands));
    expect(() => synthesise(spectra, gains(32, 3), SHIPPED_FRONT_END, 480)).toThrow(RangeError);
    expect(() => synthesise(spectra, gains(31, 4), SHIPPED_FRONT_END, 480)).toThrow(RangeError);
  });
});
