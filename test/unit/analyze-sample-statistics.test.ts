/** Order statistics of samples: LoadGen's percentiles while they fit, within 0.1 % and in bounded memory beyond. */
import { expect, test } from "vitest";
import { KEPT_SAMPLES, SampleStatistics } from "../../host/analyze/sample-statistics.ts";
import { codeOf } from "./import-text.ts";

function of(values: Iterable<number>) {
  const samples = new SampleStatistics("work");
  for (const value of values) samples.add(value);
  return { samples, statistics: samples.statistics("measured", "test") };
}

test("sorted ascending, a[trunc(n p)], whatever the order they came in", () => {
  const expected = { count: 5, min: 1, mean: 3, p50: 3, p90: 5, p99: 5, max: 5, relativeError: 0 };
  expect(of([1, 2, 3, 4, 5]).statistics).toMatchObject(expected);
  expect(of([5, 3, 1, 4, 2]).statistics).toMatchObject(expected);
});

test("a single sample is every statistic, and none is none", () => {
  expect(of([7]).statistics).toMatchObject({ count: 1, min: 7, p50: 7, p99: 7, max: 7 });
  expect(of([]).statistics).toBeNull();
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, -1])("%d is refused", (value) => {
  expect(codeOf(() => of([value]))).toBe("TP-USE-284");
});

test("a million samples: percentiles within 0.1 %, extremes and count exact, no sample kept", () => {
  const count = 1_000_000;
  // 1 us to 1 s, every value once, in an order that jumps about: 7919 is prime to the count.
  const values = function* () {
    for (let i = 0; i < count; i++) yield (((i * 7919) % count) + 1) * 1e-6;
  };
  const { samples, statistics } = of(values());
  expect(samples.samples).toEqual([]);
  expect(statistics).toMatchObject({ count, min: 1e-6, max: 1, relativeError: 1e-3 });
  for (const [p, exact] of [
    ["p50", 0.500001],
    ["p90", 0.900001],
    ["p99", 0.990001],
  ] as const) {
    expect(Math.abs((statistics?.[p] ?? 0) / exact - 1)).toBeLessThan(1.001e-3);
  }
});

test("zeros and enormous values survive the change to buckets", () => {
  const values = [...Array(KEPT_SAMPLES).fill(0), 1e300, 1e300];
  expect(of(values).statistics).toMatchObject({ min: 0, p50: 0, p99: 0, max: 1e300 });
});
