/**
 * The regression gate: that the error rates it states are those it has, by seeded simulation, and its verdicts on samples
 * worked by hand. Bounds are binomial, each crossed by chance in at most 1 of 1000 runs with another seed.
 */
import { describe, expect, test } from "vitest";
import type { GateOptions } from "../../host/analyze/statistics/gate.ts";
import { judgeSamples } from "../../host/analyze/statistics/gate.ts";
import { noiseOf, normalNoise } from "../../host/analyze/statistics/noise.ts";
import { Random } from "../../host/analyze/statistics/random.ts";
import {
  detectableRise,
  fewestSamples,
  powerOfTest,
  samplesNeeded,
} from "../../host/analyze/statistics/runs-needed.ts";
import { codeOf } from "./import-text.ts";

const ROUNDS = 300;
/** P(X > 27) = 0.0009 for X binomial of 300 with 0.05. */
const MOST_FALSE_ALARMS = 27;
/** Three deviations of a share of 300. */
const SHARE_ERROR = 3 * Math.sqrt(0.25 / ROUNDS);

type Source = (random: Random, count: number) => Float64Array;

const each =
  (draw: (random: Random) => number): Source =>
  (random, count) =>
    Float64Array.from({ length: count }, () => draw(random));

const SOURCES: Readonly<Record<string, Source>> = {
  normal: each((random) => 1 + 0.02 * random.normal()),
  "one-sided": each((random) => 1 + random.exponential(0.03)),
  "with outliers": each(
    (random) => 1 + 0.01 * random.normal() + (random.uniform() < 0.1 ? 0.2 : 0),
  ),
  "a coarse clock": each((random) => Math.round(1 / 0.02 + random.normal()) * 0.02),
  "a very coarse clock": each((random) => Math.round(1 / 0.05 + 0.3 * random.normal()) * 0.05),
};

/** AR(1): each sample repeats so much of the one before. */
const repeating =
  (share: number): Source =>
  (random, count) => {
    let level = random.normal();
    return Float64Array.from({ length: count }, () => {
      level = share * level + Math.sqrt(1 - share * share) * random.normal();
      return 1 + 0.02 * level;
    });
  };

const OPTIONS: GateOptions = { bootstrap: { resamples: 100 } };

/** Verdicts "regression" when nothing changed, of ROUNDS. */
function falseAlarms(source: Source, count: number, independent: boolean): number {
  const random = new Random(1);
  let alarms = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const options = { ...OPTIONS, independent, minEffect: 1e-6 };
    const { verdict } = judgeSamples(source(random, count), source(random, count), options);
    if (verdict === "regression") alarms++;
  }
  return alarms;
}

describe("the false-alarm rate is at most the stated 5 %", () => {
  test.each([
    ...Object.keys(SOURCES).flatMap((name) => [4, 12].map((count) => [name, count] as const)),
    // From 100 on the tail is tested too, and warm-up looked for.
    ["one-sided", 120] as const,
  ])("%s, %d independent samples", (name, count) => {
    const source = SOURCES[name] as Source;
    expect(falseAlarms(source, count, count < 100)).toBeLessThanOrEqual(MOST_FALSE_ALARMS);
  });

  test.each([0, 0.5, 0.7].flatMap((share) => [6, 10, 20].map((count) => [share, count] as const)))(
    "neighbours repeat %d of each other, %d samples",
    (share, count) => {
      expect(falseAlarms(repeating(share), count, false)).toBeLessThanOrEqual(MOST_FALSE_ALARMS);
    },
  );
});

describe("the power stated is not above the power there is", () => {
  test.each(
    Object.keys(SOURCES).flatMap((name) => [5, 10, 30].map((count) => [name, count] as const)),
  )("%s, %d samples", (name, count) => {
    const source = SOURCES[name] as Source;
    const random = new Random(2);
    const rise = 0.06 * Math.sqrt(2 / count);
    let shown = 0;
    let stated = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const slowed: Source = (from, many) => source(from, many).map((value) => value * (1 + rise));
      const options = { ...OPTIONS, independent: true, minEffect: rise };
      const result = judgeSamples(source(random, count), slowed(random, count), options);
      if (result.verdict === "regression") shown++;
      stated += result.power?.ofMinEffect ?? 0;
    }
    expect(stated / ROUNDS).toBeLessThan(shown / ROUNDS + SHARE_ERROR);
    // Nor so modest that nobody could plan with it, where the clock shows the noise.
    if (name === "normal") expect(stated / ROUNDS).toBeGreaterThan(shown / ROUNDS - 0.25);
  });

  test("the samples said to be needed show the rise as often as planned", () => {
    const needed = samplesNeeded(normalNoise(0.02), 0.02, { falseAlarm: 0.05, power: 0.8 }) ?? 0;
    const random = new Random(3);
    const source = SOURCES.normal as Source;
    let shown = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const slowed = source(random, needed).map((value) => value * 1.02);
      const options = { ...OPTIONS, independent: true };
      if (judgeSamples(source(random, needed), slowed, options).verdict === "regression") shown++;
    }
    expect(Math.abs(shown / ROUNDS - 0.8)).toBeLessThan(SHARE_ERROR);
  });
});

describe("samples needed", () => {
  test("agree with Noether's formula for many: 2 pi / 3 * ((1.645 + 0.842) * 0.1 / ln 1.01)^2", () => {
    const formula = ((2 * Math.PI) / 3) * ((2.4864749 * 0.1) / Math.log(1.01)) ** 2;
    const needed = samplesNeeded(normalNoise(0.1), 0.01, { falseAlarm: 0.05, power: 0.8 }) ?? 0;
    expect(Math.abs(needed / formula - 1)).toBeLessThan(0.01);
  });

  test("are more for a smaller rise, and for more noise", () => {
    const plan = { falseAlarm: 0.05, power: 0.8 };
    const needed = (variation: number, rise: number) =>
      samplesNeeded(normalNoise(variation), rise, plan) ?? Number.POSITIVE_INFINITY;
    expect(needed(0.02, 0.01)).toBeGreaterThan(needed(0.02, 0.02));
    expect(needed(0.04, 0.02)).toBeGreaterThan(needed(0.02, 0.02));
  });

  test("show the rise that they are said to show", () => {
    const plan = { falseAlarm: 0.05, power: 0.9 };
    const rise = detectableRise(normalNoise(0.05), 20, 30, plan) ?? 0;
    expect(powerOfTest(normalNoise(0.05), 20, 30, rise, 0.05)).toBeCloseTo(0.9, 6);
  });

  test("are none for a rise below the step of a coarse clock", () => {
    const coarse = noiseOf([[10, 10, 10, 10, 10, 10, 11, 10, 10, 10]]);
    expect(coarse && samplesNeeded(coarse, 0.02, { falseAlarm: 0.05, power: 0.8 })).toBeNull();
    expect(noiseOf([[10, 10, 10]])).toBeNull();
  });

  test.each([
    [0.05, 3],
    [0.025, 4],
    [0.01, 5],
    [0.001, 7],
  ])("at a false-alarm rate of %d at least %d: C(2n, n) arrangements", (falseAlarm, samples) => {
    expect(fewestSamples(falseAlarm)).toBe(samples);
  });
});

describe("verdicts", () => {
  const around = (middle: number) =>
    [0.99, 1.01, 1, 0.995, 1.005, 0.985, 1.015].map((x) => x * middle);
  const runs: GateOptions = { independent: true };

  test.each([
    ["regression", 1.1],
    ["improvement", 0.9],
    ["cannot tell", 1.01],
  ] as const)("%s at a ratio of %d", (verdict, ratio) => {
    expect(judgeSamples(around(1), around(ratio), runs).verdict).toBe(verdict);
  });

  test("the same, where a rise of 10 % is what matters", () => {
    const result = judgeSamples(around(1), around(1), { ...runs, minEffect: 0.1 });
    expect(result).toMatchObject({ verdict: "same", effect: expect.closeTo(0, 12), inflation: 1 });
  });

  test("a real rise smaller than what matters is no regression", () => {
    const random = new Random(9);
    const samples = (level: number) =>
      Float64Array.from({ length: 20_000 }, () => level + 0.01 * random.normal());
    const result = judgeSamples(samples(1), samples(1.004), { minEffect: 0.02 });
    expect(result.riseProbability).toBeLessThan(1e-6);
    expect(result.verdict).toBe("same");
  });

  test("one sample a side tells nothing, and no power is made up for it", () => {
    expect(judgeSamples([1], [2])).toMatchObject({ verdict: "cannot tell", power: null });
  });

  test("too few say how many are needed", () => {
    const { verdict, power } = judgeSamples([1, 1.02], [1.01, 1.03], runs);
    expect(verdict).toBe("cannot tell");
    expect(power?.ofMinEffect).toBe(0);
    expect(power?.samplesNeeded).toBeGreaterThanOrEqual(3);
  });

  test("equal samples on both sides are the same", () => {
    expect(judgeSamples(Array(30).fill(7), Array(30).fill(7))).toMatchObject({
      verdict: "same",
      power: null,
    });
  });

  test("the warm-up is not compared", () => {
    const random = new Random(10);
    const samples = (slow: number) =>
      Float64Array.from(
        { length: 200 },
        (_, i) => 1 + 0.01 * random.normal() + (i < 40 ? slow : 0),
      );
    const result = judgeSamples(samples(0), samples(1));
    expect(result.verdict).not.toBe("regression");
    expect(result.candidate).toMatchObject({ count: 200, used: 160, warmUp: { state: "warm-up" } });
  });

  test("spikes that a median does not see are a regression of the tail", () => {
    const random = new Random(12);
    const samples = (every: number) =>
      Float64Array.from(
        { length: 1000 },
        (_, i) => 1 + 0.01 * random.normal() + (i % every === 7 ? 1 : 0),
      );
    const result = judgeSamples(samples(5000), samples(60));
    expect(result).toMatchObject({ verdict: "regression", tail: { regressed: true } });
    expect(Math.abs(result.effect)).toBeLessThan(0.01);
  });

  test("the sides exchanged give the opposite", () => {
    const forth = judgeSamples(around(1), around(1.1), runs);
    const back = judgeSamples(around(1.1), around(1), runs);
    expect(back.verdict).toBe("improvement");
    expect((1 + forth.effect) * (1 + back.effect)).toBeCloseTo(1, 12);
  });

  test.each([
    [{ minEffect: 0 }, "TP-USE-242"],
    [{ falseAlarm: 1 }, "TP-USE-242"],
    [{ power: Number.NaN }, "TP-USE-242"],
  ] as const)("%j is refused", (options, code) => {
    expect(codeOf(() => judgeSamples([1, 2], [1, 2], options))).toBe(code);
  });

  test("no samples, and times that are none, are refused", () => {
    expect(codeOf(() => judgeSamples([], [1]))).toBe("TP-USE-240");
    expect(codeOf(() => judgeSamples([1], [Number.NaN]))).toBe("TP-USE-241");
    expect(codeOf(() => judgeSamples([1], [0]))).toBe("TP-USE-242");
  });
});
