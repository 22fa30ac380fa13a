import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { normalQuantile } from "../../host/analyze/statistics/normal.ts";
import { hiddenSamples, requireFewHidden } from "../../host/analyze/tails/coordinated-omission.ts";
import {
  anyOf,
  fleetPercentile,
  fleetTail,
  sharePerDevice,
} from "../../host/analyze/tails/fleet.ts";
import { countsOf } from "../../host/analyze/tails/latency-counts.ts";
import {
  latencyTail,
  normalPercentile,
  percentileName,
} from "../../host/analyze/tails/percentiles.ts";
import {
  quantileRanks,
  samplesToBound,
  shareInterval,
} from "../../host/analyze/tails/quantile-interval.ts";
import { histogramView } from "../../host/analyze/tails/views.ts";
import { codeOf } from "./import-text.ts";

/** Recorded from SciPy by scripts/record-tail-vectors.py. */
const SCIPY = JSON.parse(
  readFileSync(new URL("../vectors/tails/intervals.json", import.meta.url), "utf8"),
) as {
  readonly ranks: readonly [number, number, number, number | null, number | null][];
  readonly shares: readonly [number, number, number, number, number][];
  readonly normal: readonly [number, number][];
};
const IN_MS = { kind: "measured", source: "test", unit: "ms", ticksPerUnit: 1 } as const;
/** 1, 2, ..., n. */
const upTo = (n: number) => Float64Array.from({ length: n }, (_, i) => i + 1);

describe("intervals of percentiles", () => {
  it("lie between the order statistics that SciPy's binomial distribution gives", () => {
    for (const [count, p, confidence, low, high] of SCIPY.ranks) {
      const ranks = quantileRanks(count, p, confidence);
      expect(ranks, `n ${count}, p ${p}, ${confidence}`).toEqual({ low, high });
    }
  });

  it("of shares are those of Clopper and Pearson", () => {
    for (const [hits, count, confidence, low, high] of SCIPY.shares) {
      const found = shareInterval(hits, count, confidence);
      expect(found[0], `${hits} of ${count}`).toBeCloseTo(low, 10);
      expect(found[1], `${hits} of ${count}`).toBeCloseTo(high, 10);
    }
  });

  it("end where there are too few samples", () => {
    // 0.99^n <= 0.025 first at n = 368 (367: 0.02501, 368: 0.02476).
    expect(samplesToBound(0.99)).toBe(368);
    expect(quantileRanks(367, 0.99).high).toBeNull();
    expect(quantileRanks(368, 0.99).high).toBe(367);
  });

  it.each([
    [() => quantileRanks(0, 0.5), "TP-USE-242"],
    [() => quantileRanks(1.5, 0.5), "TP-USE-242"],
    [() => quantileRanks(10, 1), "TP-USE-242"],
    [() => quantileRanks(10, Number.NaN), "TP-USE-242"],
    [() => quantileRanks(10, 0.5, 0), "TP-USE-242"],
    [() => shareInterval(11, 10), "TP-USE-242"],
    [() => samplesToBound(0), "TP-USE-242"],
  ])("refuses %s", (work, code) => {
    expect(codeOf(work)).toBe(code);
  });
});

describe("counted latencies", () => {
  it("keep LoadGen's percentiles: sorted, a[trunc(n p)]", () => {
    const counts = countsOf(upTo(1000).reverse());
    const { percentiles, count, min, max, mean } = latencyTail(counts, IN_MS);
    expect({ count, min, max, mean }).toEqual({ count: 1000, min: 1, max: 1000, mean: 500.5 });
    expect(percentiles.map(({ name, value }) => [name, value])).toEqual([
      ["p50", 501],
      ["p90", 901],
      ["p95", 951],
      ["p99", 991],
      ["p99.9", 1000],
      ["p99.99", 1000],
    ]);
    // Ranks 982 and 996 of 0-based ones, as above; P99.99 of 1000 samples has no upper bound.
    expect(percentiles[3]?.interval).toEqual([983, 997]);
    expect(percentiles[5]?.interval[1]).toBeNull();
    // Sum of squares of 1..n about its mean: n (n^2 - 1) / 12, over n - 1.
    expect(counts.deviation).toBeCloseTo(Math.sqrt((1000 * 1001) / 12), 9);
  });

  it("keep the digits of values that are large and alike", () => {
    const counts = countsOf([1e15, 1e15 + 1, 1e15 + 2]);
    expect(counts.mean).toBe(1e15 + 1);
    expect(counts.deviation).toBe(1);
  });

  it("take one value, and refuse none", () => {
    const { percentiles, deviation } = latencyTail(countsOf([7]), IN_MS);
    expect(deviation).toBe(0);
    expect(percentiles.every(({ value }) => value === 7)).toBe(true);
    expect(percentiles[0]?.interval).toEqual([null, null]);
    expect(codeOf(() => countsOf([]))).toBe("TP-USE-240");
    expect(codeOf(() => countsOf([1, Number.NaN]))).toBe("TP-USE-241");
    expect(codeOf(() => countsOf([1, Number.POSITIVE_INFINITY]))).toBe("TP-USE-241");
    expect(codeOf(() => countsOf([1, -1]))).toBe("TP-USE-242");
    expect(codeOf(() => countsOf([1]).valueAtRank(1))).toBe("TP-USE-242");
  });

  it("name percentiles without rounding errors", () => {
    expect([0.5, 0.999, 0.9999, 0.29].map(percentileName)).toEqual([
      "p50",
      "p99.9",
      "p99.99",
      "p29",
    ]);
  });
});

describe("the normal model", () => {
  it("gives labs.md's P99: mean 10, deviation 5, z 2.33, 21.65", () => {
    expect(normalPercentile(10, 5, 0.99)).toBeCloseTo(21.65, 10);
    expect(normalPercentile(10, 5, 0.99, 2)).toBe(20);
  });

  it("has SciPy's quantiles", () => {
    for (const [p, z] of SCIPY.normal) expect(normalQuantile(p)).toBeCloseTo(z, 12);
  });

  it("is shown beside the real tail, which it misses", () => {
    // 980 samples of 1 and 20 of 100: mean 2.98, variance (980 x 1.98^2 + 20 x 97.02^2) / 999.
    const samples = Float64Array.from({ length: 1000 }, (_, i) => (i < 980 ? 1 : 100));
    const p99 = latencyTail(countsOf(samples), IN_MS).percentiles[3];
    const deviation = Math.sqrt((980 * 1.98 ** 2 + 20 * 97.02 ** 2) / 999);
    expect(p99?.value).toBe(100);
    expect(p99?.normal).toBeCloseTo(2.98 + 2.33 * deviation, 9);
    expect(p99?.normal).toBeLessThan(36);
  });

  it.each([
    [Number.NaN, 1, "TP-USE-242"],
    [1, -1, "TP-USE-242"],
  ])("refuses mean %s and deviation %s", (mean, deviation, code) => {
    expect(codeOf(() => normalPercentile(mean, deviation, 0.99))).toBe(code);
  });
});

describe("fleets", () => {
  it("are late when any of their devices is: 1 - 0.99^100 is 63.4 %", () => {
    expect(anyOf(0.01, 100)).toBeCloseTo(0.634, 3);
    expect(anyOf(1e-12, 1000)).toBeCloseTo(1e-9, 18);
    expect([anyOf(0, 5), anyOf(1, 5)]).toEqual([0, 1]);
    expect(sharePerDevice(0.99, 1000)).toBeCloseTo(0.99998995, 8);
  });

  it("count late frames of one device and any device", () => {
    const { lateShare, lateDevices, anyLate, halfAt, lateInterval } = fleetTail(
      countsOf(upTo(1000)),
      990,
      100,
    );
    expect([lateShare, lateDevices]).toEqual([0.01, 1]);
    expect(anyLate).toBeCloseTo(1 - 0.99 ** 100, 12);
    // ln 0.5 / ln 0.99 = 68.97.
    expect(halfAt).toBe(69);
    // scipy.stats.binomtest(10, 1000).proportion_ci(method="exact")
    expect(lateInterval[0]).toBeCloseTo(0.0048055107, 9);
    expect(lateInterval[1]).toBeCloseTo(0.0183132431, 9);
  });

  it("have a P99 that is one device's higher percentile", () => {
    const counts = countsOf(upTo(100_000));
    const ten = fleetPercentile(counts, 10);
    // 0.99^(1 / 10) = 0.9989955, of 100000: rank 99899, the value one more.
    expect(ten.value).toBe(99_900);
    expect(ten.interval[1]).not.toBeNull();
    const many = fleetPercentile(counts, 10_000);
    expect(many.value).toBe(100_000);
    expect(many.interval[1]).toBeNull();
    // ln 0.025 / (ln 0.99 / 10000) = 3.67e6.
    expect(many.samplesToBound).toBeGreaterThan(3.67e6);
    const values = [1, 3, 30, 300, 3000].map((devices) => fleetPercentile(counts, devices).value);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
  });

  it("nobody of which is late have no half", () => {
    expect(fleetTail(countsOf([1, 2]), 5, 10)).toMatchObject({ anyLate: 0, halfAt: null });
    expect(fleetTail(countsOf([8, 9]), 5, 10)).toMatchObject({ anyLate: 1, halfAt: 1 });
    expect(codeOf(() => fleetTail(countsOf([1]), 5, 0))).toBe("TP-USE-242");
  });
});

describe("coordinated omission", () => {
  it("hid 9,999 samples in a stall of 100 s at one every 10 ms", () => {
    expect(hiddenSamples(100e9, 10e6)).toBe(9999);
    expect(hiddenSamples(19e6, 10e6)).toBe(0);
    expect(hiddenSamples(20e6, 10e6)).toBe(1);
  });

  it("of more than 1e9 samples is refused", () => {
    expect(codeOf(() => requireFewHidden(1e9, 1))).toBeUndefined();
    expect(codeOf(() => requireFewHidden(1e9 + 1, 1))).toBe("TP-USE-300");
  });
});

describe("views", () => {
  it("hold every sample once, on equal bars and on bars of one factor", () => {
    const counts = countsOf(upTo(1000));
    const linear = histogramView(counts, "linear", { unit: "ms", ticksPerUnit: 1, bars: 9 });
    const log = histogramView(counts, "log", { unit: "ms", ticksPerUnit: 1, bars: 3 });
    expect(linear.bars.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
    expect(linear.bars.map(({ count }) => count)).toEqual([
      111, 111, 111, 111, 111, 111, 111, 111, 112,
    ]);
    // 1..9, 10..99, 100..1000.
    expect(log.bars.map(({ count }) => count)).toEqual([9, 90, 901]);
    expect(log.bars.map(({ high }) => Math.round(high))).toEqual([10, 100, 1000]);
  });

  it("of one value are one bar; of zeros begin at one tick", () => {
    const one = histogramView(countsOf([5, 5]), "linear", { unit: "ms", ticksPerUnit: 1 });
    expect(one.bars).toEqual([{ low: 5, high: 6, count: 2 }]);
    const zeros = histogramView(countsOf([0, 0, 100]), "log", {
      unit: "ms",
      ticksPerUnit: 1,
      bars: 2,
    });
    expect(zeros.bars.map(({ low, count }) => [Math.round(low), count])).toEqual([
      [1, 2],
      [10, 1],
    ]);
  });
});
