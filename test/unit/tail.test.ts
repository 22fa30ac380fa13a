import { expect, test } from "vitest";
import { percentile, tailOf } from "../../host/analyze/tail.ts";

const shuffled = Array.from({ length: 100 }, (_, i) => ((i * 37) % 100) + 1);

test("percentiles are a[trunc(n * p)] of the sorted values, as LoadGen takes them", () => {
  expect(percentile(shuffled, 0.5)).toBe(51);
  expect(percentile(shuffled, 0.9)).toBe(91);
  expect(percentile(shuffled, 0.99)).toBe(100);
  expect(percentile([3, 1, 2], 0.5)).toBe(2);
  expect(percentile([7], 0.999)).toBe(7);
});

test("the tail of a run", () => {
  expect(tailOf(shuffled)).toEqual({ p50: 51, p99: 100, max: 100 });
  // 1000 values 1..1000: the 991st is P99, the last one the maximum.
  const many = Array.from({ length: 1000 }, (_, i) => i + 1);
  expect(tailOf(many)).toEqual({ p50: 501, p99: 991, max: 1000 });
});

test("the input keeps its order", () => {
  const values = [3, 1, 2];
  tailOf(values);
  expect(values).toEqual([3, 1, 2]);
});

test("nothing, NaN and fractions outside [0, 1) are refused", () => {
  expect(() => tailOf([])).toThrow(/0 samples \[TP-USE-240\]/);
  expect(() => percentile([], 0.5)).toThrow(/0 samples \[TP-USE-240\]/);
  expect(() => tailOf([1, Number.NaN])).toThrow(/is NaN \[TP-USE-241\]/);
  expect(() => percentile([1], 1)).toThrow(/\[TP-USE-242\]/);
});
