/** Oracle: the PyPI package pystoi, recorded by scripts/record-stoi-vectors.py, which says what the signals are. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { resample } from "../../host/audio/resample.ts";
import { stoi } from "../../host/audio/stoi.ts";

interface Recorded {
  readonly cases: readonly {
    readonly name: string;
    readonly sampleRateHz: number;
    readonly samples: number;
    readonly seed: number;
    readonly smooth: number;
    readonly speech: number;
    readonly noise: number;
    readonly stoi: number;
  }[];
  readonly resampled: readonly {
    readonly fromHz: number;
    readonly seed: number;
    readonly samples: number;
    readonly values: readonly number[];
  }[];
}

const RECORDED: Recorded = JSON.parse(
  readFileSync(new URL("../vectors/stoi/pystoi.json", import.meta.url), "utf8"),
);

/** xorshift32, as -1 to 1. */
function uniform(seed: number, count: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 31 - 1;
  });
}

function referenceOf({ seed, samples, smooth, sampleRateHz }: Recorded["cases"][number]) {
  const levels = [1, 0.5, 0.25, 0, 0.125, 1, 0.5, 0.001];
  const noise = uniform(seed, samples + smooth);
  const burst = Math.floor(sampleRateHz / 8);
  return Float64Array.from({ length: samples }, (_, n) => {
    let sum = 0;
    for (let k = 0; k < smooth; k++) sum += noise[n + k] as number;
    return sum * (levels[Math.floor(n / burst) % levels.length] as number);
  });
}

it.each(RECORDED.cases)("agrees with pystoi on $name", (recorded) => {
  const speech = referenceOf(recorded);
  const noise = uniform(recorded.seed + 1, recorded.samples);
  const heard = speech.map(
    (value, n) => value * recorded.speech + (noise[n] as number) * recorded.noise,
  );
  expect(stoi(heard, speech, recorded.sampleRateHz)).toBeCloseTo(recorded.stoi, 9);
});

it.each(RECORDED.resampled)("resamples $fromHz Hz as its resampler does", (recorded) => {
  const own = resample(uniform(recorded.seed, recorded.samples), recorded.fromHz, 10_000);
  expect(own.length).toBe(recorded.values.length);
  recorded.values.forEach((value, n) => {
    expect(own[n]).toBeCloseTo(value, 12);
  });
});

it("does not see the estimate's scale", () => {
  const [row] = RECORDED.cases.filter(({ name }) => name === "little noise");
  const speech = referenceOf(row as Recorded["cases"][number]);
  const heard = speech.map((value, n) => value + 0.1 * Math.sin(n));
  const louder = heard.map((value) => 300 * value);
  expect(stoi(louder, speech, 10_000)).toBeCloseTo(stoi(heard, speech, 10_000) as number, 9);
});

it("says nothing of less than 30 frames of speech", () => {
  const speech = uniform(3, 31 * 128);
  expect(stoi(speech, speech, 10_000)).toBeNull();
  const longer = uniform(3, 31 * 128 + 129);
  expect(stoi(longer, longer, 10_000)).toBeCloseTo(1, 9);
});

it("refuses silence, other lengths and rates without a ratio", () => {
  const speech = uniform(3, 5000);
  expect(() => stoi(speech, new Float64Array(5000), 10_000)).toThrow(RangeError);
  expect(() => stoi([1], [1], 10_000)).toThrow(RangeError);
  expect(() => stoi(speech, speech.subarray(1), 10_000)).toThrow(RangeError);
  expect(() => stoi(speech, speech, 16_000.5)).toThrow(RangeError);
  expect(() => stoi(speech, speech, 0)).toThrow(RangeError);
  expect(() => resample(speech, 10_007, 10_000)).toThrow(RangeError);
});

it("gives an estimate of silence no intelligibility", () => {
  const speech = uniform(3, 8000);
  expect(stoi(new Float64Array(8000), speech, 10_000)).toBe(0);
});
