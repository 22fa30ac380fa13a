import { describe, expect, it } from "vitest";
import { AnalysisError } from "../../host/analyze/analysis-error.ts";
import { binomialCdf } from "../../host/analyze/loadgen/binomial.ts";
import {
  leastQueries,
  neededUnderBound,
  provenOverBound,
  provesPercentile,
} from "../../host/analyze/loadgen/early-stopping.ts";
import { bringAll, latencyStatistics } from "../../host/analyze/loadgen/latencies.ts";
import { finish } from "../../host/analyze/loadgen/steps.ts";
import { percentile } from "../../host/analyze/tail.ts";

describe("binomial tails", () => {
  /** The definition, in exact whole numbers: q is a fraction of 1000. */
  function exactCdf(most: number, trials: number, permille: bigint): number {
    let [term, sum] = [1n, 0n];
    for (let k = 0; k <= most; k++) {
      sum += term * permille ** BigInt(k) * (1000n - permille) ** BigInt(trials - k);
      term = (term * BigInt(trials - k)) / BigInt(k + 1);
    }
    return Number((sum * 10n ** 30n) / 1000n ** BigInt(trials)) / 1e30;
  }

  it.each([
    [0, 44, 100n],
    [1, 64, 100n],
    [3, 20, 500n],
    [10, 197, 100n],
    [50, 681, 100n],
    [5, 300, 1n],
    [290, 300, 990n],
    [20, 15, 100n],
  ])("P(X <= %i) of %i trials", (most, trials, permille) => {
    const exact = exactCdf(Math.min(most, trials), trials, permille);
    expect(binomialCdf(most, trials, Number(permille) / 1000) / exact).toBeCloseTo(1, 12);
  });

  it("stay between 0 and 1 and grow with the bound, for any number of trials", () => {
    for (const trials of [1, 17, 1e3, 1e6, 1e9]) {
      let before = 0;
      for (const share of [0, 0.5, 0.9, 0.99, 1, 1.01, 1.1, 1.5]) {
        const cdf = binomialCdf(Math.floor(trials * 0.1 * share), trials, 0.1);
        expect(cdf).toBeGreaterThanOrEqual(before);
        expect(cdf).toBeLessThanOrEqual(1);
        before = cdf;
      }
    }
    expect(binomialCdf(-1, 10, 0.5)).toBe(0);
  });
});

describe("early stopping", () => {
  const T = [0, 1, 2, 3, 5, 10, 20, 50, 100];
  it.each([
    [0.9, [44, 63, 79, 94, 122, 187, 305, 631, 1146]],
    [0.95, [90, 129, 163, 195, 254, 388, 636, 1322, 2404]],
    [0.97, [152, 218, 275, 329, 428, 657, 1077, 2243, 4082]],
    [0.99, [459, 661, 836, 998, 1302, 2000, 3284, 6848, 12471]],
    [0.999, [4603, 6635, 8401, 10039, 13100, 20130, 33077, 69008, 125726]],
  ])("h(t) at %f", (p, expected) => {
    expect(T.map((t) => neededUnderBound(t, p))).toEqual(expected);
  });

  it("finds t for n", () => {
    const t90 = [100, 1000, 10000, 24576, 100000].map((n) => provenOverBound(n, 0.9));
    const t99 = [662, 1000, 10000, 24576, 100000].map((n) => provenOverBound(n, 0.99));
    expect(t90).toEqual([3, 78, 930, 2348, 9779]);
    expect(t99).toEqual([1, 2, 77, 209, 927]);
  });

  it("needs 662 queries for MultiStream's P99, as mlperf.conf asks", () => {
    expect(leastQueries(0.99)).toBe(662);
    expect(leastQueries(0.9)).toBe(64);
  });

  it("proves at n = h(t) + t and not one query earlier", () => {
    for (const p of [0.9, 0.97, 0.999]) {
      for (const t of [0, 1, 7, 40, 1000]) {
        const n = neededUnderBound(t, p) + t;
        expect(provesPercentile(n, t, p)).toBe(true);
        expect(provesPercentile(n - 1, t, p)).toBe(false);
      }
    }
  });
});

describe("order statistics of latencies", () => {
  const of = (values: readonly number[], boundNs?: number, ranks: readonly number[] = []) =>
    finish(latencyStatistics(bringAll(Float64Array.from(values)), boundNs, () => ranks));

  it("agree with sorting, however long the latencies are", () => {
    for (const longest of [10, 5e3, 8.4e6, 1e9, 1e13, 4e15]) {
      // A small linear congruential generator, so that a failure comes again.
      let state = 12345;
      const values = Array.from({ length: 3001 }, () => {
        state = (state * 1103515245 + 12345) % 2 ** 31;
        return Math.floor((state / 2 ** 31) ** 4 * longest);
      });
      const { summary, overBound, atRanks } = of(values, longest / 2, [0, 17, 3000]);
      const sorted = values.toSorted((a, b) => a - b);
      expect(summary.p50).toBe(percentile(values, 0.5));
      expect(summary.p97).toBe(percentile(values, 0.97));
      expect(summary.p999).toBe(percentile(values, 0.999));
      expect(summary.min).toBe(sorted[0]);
      expect(summary.max).toBe(sorted[3000]);
      const sum = values.reduce((total, value) => total + BigInt(value), 0n);
      expect(summary.mean).toBe(Number(sum / 3001n));
      expect(overBound).toBe(values.filter((value) => value > longest / 2).length);
      expect(atRanks).toEqual([sorted[0], sorted[17], sorted[3000]]);
    }
  });

  it("takes equal latencies and a single one", () => {
    expect(of([7]).summary).toEqual({
      ...{ p50: 7, p90: 7, p95: 7, p97: 7, p99: 7, p999: 7 },
      ...{ mean: 7, min: 7, max: 7 },
    });
    expect(of(new Array(100).fill(3e12)).summary.p99).toBe(3e12);
  });

  it("does not count a latency at the bound as over it", () => {
    expect(of([99, 100, 101], 100).overBound).toBe(1);
  });

  it.each([[], [-1], [0.5], [Number.NaN], [Number.POSITIVE_INFINITY], [2 ** 52], [1, 2, -3]])(
    "refuses %s",
    (...values) => {
      const error = (() => {
        try {
          of(values);
        } catch (thrown) {
          return thrown;
        }
      })();
      expect(error).toBeInstanceOf(AnalysisError);
      expect((error as AnalysisError).code).toBe("TP-USE-222");
    },
  );
});
