import { inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { encodePalettePng } from "../../host/report/png.ts";
import { loudestBin, magnitudesOf, spectrogramOf } from "../../host/report/spectrogram.ts";
import {
  at,
  escapeXml,
  linearScale,
  logScale,
  logTicks,
  roundTicks,
  standaloneSvg,
} from "../../host/report/svg.ts";

test("coordinates have one decimal and no negative zero", () => {
  expect(at(12.345)).toBe("12.3");
  expect(at(7)).toBe("7");
  expect(at(-0.04)).toBe("0");
  expect(() => at(Number.NaN)).toThrow(RangeError);
});

test("text cannot become markup", () => {
  expect(escapeXml(`<a href="x">&'`)).toBe("&#60;a href=&#34;x&#34;&#62;&#38;&#39;");
});

describe("scales", () => {
  test("map their domain to their range", () => {
    const x = linearScale([0, 10], [100, 200]);
    expect([x(0), x(5), x(10)]).toEqual([100, 150, 200]);
    const y = logScale([1, 100], [200, 0]);
    expect([y(1), y(10), y(100)]).toEqual([200, 100, 0]);
  });

  test("a single value still has a place, a log axis needs positive ends", () => {
    expect(linearScale([5, 5], [0, 10])(5)).toBe(0);
    expect(() => logScale([0, 1], [0, 1])).toThrow(/log scale/);
  });

  test("ticks are round and inside", () => {
    expect(roundTicks([0, 10], 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(roundTicks([0.95, 1.32], 4)).toEqual([1, 1.1, 1.2, 1.3]);
    expect(logTicks([0.1, 10])).toEqual([0.1, 0.2, 0.5, 1, 2, 5, 10]);
    expect(logTicks([0.001, 100])).toEqual([0.001, 0.01, 0.1, 1, 10, 100]);
  });
});

test("a picture names and describes itself and follows the reader's colours", () => {
  const svg = standaloneSvg({
    id: "p",
    title: "A & B",
    description: "two letters",
    width: 10,
    height: 20,
    body: "<path/>",
  });
  expect(svg).toContain('role="img" aria-labelledby="p-title p-desc"');
  expect(svg).toContain('<title id="p-title">A &#38; B</title>');
  expect(svg).toContain('<desc id="p-desc">two letters</desc>');
  expect(svg).toContain("prefers-color-scheme: dark");
});

test("a PNG unpacks to the pixels that went in", () => {
  const width = 300;
  const height = 260;
  const pixels = Uint8Array.from({ length: width * height }, (_, i) => (i * 7) & 255);
  const png = encodePalettePng(width, height, pixels, new Uint8Array(768));
  expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  const view = new DataView(png.buffer);
  const idat = Buffer.from(png).indexOf("IDAT");
  const raw = inflateSync(png.subarray(idat + 4, idat + 4 + view.getUint32(idat - 4)));
  expect(raw.length).toBe(height * (width + 1));
  for (const row of [0, 1, 218, 219, height - 1]) {
    const line = raw.subarray(row * (width + 1), (row + 1) * (width + 1));
    expect(line[0]).toBe(0);
    expect([...line.subarray(1)]).toEqual([...pixels.subarray(row * width, (row + 1) * width)]);
  }
});

describe("the spectrogram", () => {
  test("has the magnitudes of the discrete Fourier transform", () => {
    const n = 16;
    const signal = Float64Array.from({ length: n }, (_, i) => Math.sin(i * i) + 0.3 * i);
    const found = magnitudesOf(Float64Array.from(signal));
    for (let k = 0; k < n / 2; k++) {
      let re = 0;
      let im = 0;
      signal.forEach((value, i) => {
        re += value * Math.cos((2 * Math.PI * k * i) / n);
        im -= value * Math.sin((2 * Math.PI * k * i) / n);
      });
      expect(found[k]).toBeCloseTo(Math.hypot(re, im), 9);
    }
  });

  test("shows a tone of 4 kHz in the middle row and silence as black", () => {
    const tone = Int16Array.from({ length: 8000 }, (_, i) => 8000 * Math.sin((Math.PI * i) / 2));
    const picture = spectrogramOf(tone, loudestBin(tone));
    const column = Math.floor(picture.columns / 2);
    const levels = Array.from(
      { length: picture.rows },
      (_, row) => picture.levels[row * picture.columns + column] ?? 0,
    );
    const loudest = levels.indexOf(Math.max(...levels));
    expect(Math.abs(loudest - picture.rows / 2)).toBeLessThanOrEqual(1);
    expect(levels[0]).toBe(0);
    const silence = spectrogramOf(new Int16Array(8000), loudestBin(tone));
    expect(silence.levels.every((level) => level === 0)).toBe(true);
  });

  test("takes a clip shorter than its window", () => {
    expect(spectrogramOf(new Int16Array(3), 1).columns).toBe(1);
    expect(spectrogramOf(new Int16Array(0), 1).columns).toBe(1);
  });
});
