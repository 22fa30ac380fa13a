/** Medians, rank tests, tails, change points and warm-up: scipy's numbers, series worked by hand, limits and refusals. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { medianInterval } from "../../host/analyze/statistics/bootstrap.ts";
import { changePoints, segmentsOf } from "../../host/analyze/statistics/change-points.ts";
import {
  dependenceOf,
  INDEPENDENT,
  varianceInflation,
} from "../../host/analyze/statistics/correlation.ts";
import { normalCdf, normalQuantile } from "../../host/analyze/statistics/normal.ts";
import { Random } from "../../host/analyze/statistics/random.ts";
import { compareRatio } from "../../host/analyze/statistics/rank-test.ts";
import { median, stepDeviation } from "../../host/analyze/statistics/summary.ts";
import { compareTails, hypergeometricTail } from "../../host/analyze/statistics/tail-test.ts";
import { detectWarmUp } from "../../host/analyze/statistics/warm-up.ts";
import { codeOf } from "./import-text.ts";

interface Vectors {
  readonly normalCdf: readonly (readonly [number, number])[];
  readonly normalQuantile: readonly (readonly [number, number])[];
  readonly rankTests: readonly {
    readonly baseline: readonly number[];
    readonly candidate: readonly number[];
    readonly method: string;
    readonly riseProbability: number;
    readonly ratio: { readonly effect: number; readonly interval: [number, number] | null } | null;
  }[];
  readonly medians: readonly {
    readonly values: readonly number[];
    readonly median: number;
    readonly interval?: readonly [number, number];
  }[];
  readonly tails: readonly {
    readonly arguments: readonly [number, number, number, number];
    readonly probability: number;
  }[];
}

/** Recorded by scripts/record-statistics-vectors.py. */
const scipy = JSON.parse(
  readFileSync(new URL("../vectors/statistics/scipy.json", import.meta.url), "utf8"),
) as Vectors;

describe("the normal distribution", () => {
  test.each(scipy.normalCdf)("below z = %d", (z, share) => {
    expect(Math.abs(normalCdf(z) - share)).toBeLessThan(2e-15);
  });

  test.each(scipy.normalQuantile)("quantile %d", (p, z) => {
    expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(1e-13 * Math.max(1, Math.abs(z)));
  });

  test("far out", () => {
    expect(normalCdf(-40)).toBe(0);
    expect(normalCdf(40)).toBe(1);
    expect(codeOf(() => normalQuantile(0))).toBe("TP-USE-242");
    expect(codeOf(() => normalQuantile(Number.NaN))).toBe("TP-USE-242");
  });
});

describe("medians", () => {
  test.each(scipy.medians)("of $values.length samples with their interval", (vector) => {
    const { values, median: middle, interval = [middle, middle] } = vector;
    const found = medianInterval(values, { resamples: 40_000 });
    expect(found.median).toBeCloseTo(middle, 12);
    // Both ends are random by less than a sample: they lie between the neighbours of scipy's.
    const sorted = [...values].sort((a, b) => a - b);
    for (const [i, end] of interval.entries()) {
      const below = sorted.findLast((value) => value < end) ?? end;
      const above = sorted.find((value) => value > end) ?? end;
      expect(found.interval[i]).toBeGreaterThanOrEqual(below);
      expect(found.interval[i]).toBeLessThanOrEqual(above);
    }
  });

  test("the same seed gives the same interval, and the order of samples does not matter", () => {
    const values = [5, 1, 4, 2, 3, 9, 7];
    expect(medianInterval(values)).toEqual(medianInterval([...values].reverse()));
    expect(medianInterval(values, { seed: 2 }).median).toBe(4);
  });

  test("a million samples: near the true median, the interval as wide as theory says", () => {
    const random = new Random(4);
    const values = Float64Array.from({ length: 1_000_000 }, () => random.normal());
    const { interval } = medianInterval(values, { resamples: 1000 });
    // 1.96 * sqrt(pi / 2) / sqrt(n), both sides, within a tenth.
    const width = 2 * 1.96 * Math.sqrt(Math.PI / 2) * 1e-3;
    expect(Math.abs(interval[1] - interval[0] - width)).toBeLessThan(width / 10);
  });

  test("enormous values do not overflow", () => {
    expect(median([1.7e308, 1.7e308])).toBe(1.7e308);
    expect(medianInterval([1.6e308, 1.7e308]).median / 1.65e308).toBeCloseTo(1, 12);
  });

  test.each([
    [[], "TP-USE-240"],
    [[1, Number.NaN], "TP-USE-241"],
    [[1, Number.POSITIVE_INFINITY], "TP-USE-241"],
  ] as const)("%j is refused", (values, code) => {
    expect(codeOf(() => medianInterval(values))).toBe(code);
    expect(codeOf(() => changePoints(values))).toBe(code);
    expect(codeOf(() => detectWarmUp(values))).toBe(code);
    expect(codeOf(() => dependenceOf(values))).toBe(code);
    expect(codeOf(() => compareRatio(values, [1]))).toBe(code);
    expect(codeOf(() => compareTails([1], values))).toBe(code);
  });
});

describe("the rank test", () => {
  test.each(scipy.rankTests)("$method", ({ baseline, candidate, method, ...expected }) => {
    const found = compareRatio(baseline, candidate, 0.9);
    expect(found.method).toBe(method);
    expect(found.riseProbability).toBeCloseTo(expected.riseProbability, 10);
    if (expected.ratio === null) return;
    expect(found.effect).toBeCloseTo(expected.ratio.effect, 10);
    if (expected.ratio.interval === null) expect(found.interval).toBeNull();
    else {
      expect(found.interval?.[0]).toBeCloseTo(expected.ratio.interval[0], 10);
      expect(found.interval?.[1]).toBeCloseTo(expected.ratio.interval[1], 10);
    }
  });

  test("three a side, all above: 1 of C(6, 3) = 20 arrangements", () => {
    const { riseProbability, effect } = compareRatio([10, 11, 12], [20, 21, 22], 0.9);
    expect(riseProbability).toBeCloseTo(1 / 20, 12);
    // Ratios 20/12 .. 22/10; the middle of the nine is 21/11.
    expect(effect).toBeCloseTo(21 / 11 - 1, 12);
  });

  test("a clock's step widens the interval: 10 and 11 differ by one step, so by 0 to 2", () => {
    const { interval } = compareRatio(Array(30).fill(10), Array(30).fill(11), 0.9);
    expect(interval?.[0]).toBeCloseTo(0, 12);
    expect(interval?.[1]).toBeCloseTo(0.2, 12);
  });

  test("a time of 0 or below has no ratio", () => {
    expect(codeOf(() => compareRatio([1, 0], [1]))).toBe("TP-USE-242");
    expect(codeOf(() => compareRatio([1], [-1]))).toBe("TP-USE-242");
  });
});

describe("rare slow samples", () => {
  test.each(scipy.tails)("P(X >= ...$arguments)", ({ arguments: given, probability }) => {
    expect(Math.abs(hypergeometricTail(...given) / probability - 1)).toBeLessThan(1e-9);
  });

  test("more of them on one side are found though the medians agree", () => {
    const steady = Float64Array.from({ length: 1000 }, (_, i) => 1 + (i % 10) * 1e-3);
    const spiky = steady.map((value, i) => (i % 50 === 0 ? 3 : value));
    const { baselineShare, candidateShare, riseProbability } = compareTails(steady, spiky);
    expect([baselineShare, candidateShare]).toEqual([0, 0.02]);
    // All 20 fall to one of two equal sides: about 2^-20.
    expect(riseProbability).toBeGreaterThan(2 ** -21);
    expect(riseProbability).toBeLessThan(2 ** -20);
  });
});

describe("dependence of neighbours", () => {
  test("is worked by hand for 1 2 3 4 5: -2 -1 0 1 2 give 4 / 10, corrected by (1 + 3 * 0.4) / 5", () => {
    expect(dependenceOf([1, 2, 3, 4, 5]).correlation).toBeCloseTo(0.4 + 0.44, 12);
  });

  test("an AR(1) series counts as (1 - r) / (1 + r) of its samples", () => {
    const random = new Random(5);
    let level = 0;
    const series = Float64Array.from({ length: 20_000 }, () => {
      level = 0.6 * level + random.normal();
      return level;
    });
    // 1.6 / 0.4 = 4, within 15 %.
    expect(Math.abs(varianceInflation(dependenceOf(series), 20_000) / 4 - 1)).toBeLessThan(0.15);
  });

  test("independent runs and equal samples are not inflated", () => {
    expect(varianceInflation(INDEPENDENT, 4)).toBe(1);
    expect(dependenceOf([7, 7, 7])).toBe(INDEPENDENT);
  });

  test("fewer samples get a larger margin", () => {
    const dependence = { correlation: 0, time: 1 };
    // (1 + 1/2) / (1 - 1/2) and (1 + 1/10) / (1 - 1/10).
    expect(varianceInflation(dependence, 4)).toBeCloseTo(3, 12);
    expect(varianceInflation(dependence, 100)).toBeCloseTo(1.1 / 0.9, 12);
  });
});

describe("change points", () => {
  const alternating = (levels: readonly number[], each: number) =>
    levels.flatMap((level) => Array.from({ length: each }, (_, i) => level + (i % 2) * 0.1));

  test("steps of 2 and 5 are where they were put", () => {
    const changes = changePoints(alternating([1, 2, 7], 40));
    expect(changes.map(({ at }) => at)).toEqual([40, 80]);
    expect(changes[0]?.before).toBeCloseTo(1.05, 12);
    expect(changes[1]?.after).toBeCloseTo(7.05, 12);
    expect(changes[0]?.change).toBeCloseTo(1 / 1.05, 12);
  });

  test("a change of spread alone is one", () => {
    const random = new Random(6);
    const values = Array.from({ length: 400 }, (_, i) => (i < 200 ? 1 : 8) * random.normal());
    const changes = changePoints(values);
    expect(changes).toHaveLength(1);
    expect(Math.abs((changes[0]?.at ?? 0) - 200)).toBeLessThan(10);
  });

  test("nothing, one sample, equal samples: one segment", () => {
    expect(segmentsOf([3])).toEqual([{ start: 0, end: 1, median: 3 }]);
    expect(segmentsOf(Array(500).fill(2))).toHaveLength(1);
    expect(changePoints(alternating([1], 100))).toEqual([]);
  });

  test("of 400 steady series at most 24 show a change: binomial, 3 % each, 24 or more 1 in 1000", () => {
    const random = new Random(7);
    let alarms = 0;
    for (let round = 0; round < 400; round++) {
      const noise = () => (round % 2 === 0 ? random.normal() : random.exponential(1));
      if (segmentsOf(Float64Array.from({ length: 60 }, noise)).length > 1) alarms++;
    }
    expect(alarms).toBeLessThan(24);
  });

  test("200,000 samples are searched as blocks, in bounded time", () => {
    const values = Float64Array.from({ length: 200_000 }, (_, i) => (i < 90_000 ? 1 : 2) + (i % 7));
    const [change] = changePoints(values);
    expect(Math.abs((change?.at ?? 0) - 90_000)).toBeLessThanOrEqual(200);
  });

  test("a penalty has to be above 0", () => {
    expect(codeOf(() => segmentsOf([1, 2], 0))).toBe("TP-USE-242");
  });
});

describe("warm-up", () => {
  const series = (slow: number, until: number, count = 200) => {
    const random = new Random(8);
    return Array.from(
      { length: count },
      (_, i) => 1 + 0.01 * random.normal() + (i < until ? slow : 0),
    );
  };

  test.each([
    ["flat", 0, 0, 0],
    ["warm-up", 0.3, 30, 30],
    ["slowdown", -0.3, 50, 50],
    ["not steady", 0.3, 150, 0],
  ] as const)("%s", (state, slow, until, steadyFrom) => {
    const found = detectWarmUp(series(slow, until));
    expect(found.state).toBe(state);
    expect(Math.abs(found.steadyFrom - steadyFrom)).toBeLessThanOrEqual(2);
    if (steadyFrom > 0) expect(Math.abs(found.steadyMedian - 1)).toBeLessThan(0.01);
  });

  test("fewer than 20 samples show none", () => {
    expect(detectWarmUp(series(1, 5, 19))).toMatchObject({ state: "too few", steadyFrom: 0 });
  });

  test("noise from sample to sample is not moved by a change of level", () => {
    // Half of the steps are 0.1 up, half down; one is the change.
    const values = Array.from({ length: 100 }, (_, i) => (i < 50 ? 0 : 9) + (i % 2) * 0.1);
    expect(stepDeviation(values)).toBeCloseTo((1.482602218505602 * 0.1) / Math.SQRT2, 12);
  });
});
