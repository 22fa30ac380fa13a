import { expect, it } from "vitest";
import { siSdrDb } from "../../host/audio/si-sdr.ts";

it("is 10 log10 of signal over distortion, by hand", () => {
  // alpha = (3*1 + 1*1) / 2 = 2; target (2, 2), error (-1, 1): 8 / 2 = 4.
  expect(siSdrDb([3, 1], [1, 1])).toBeCloseTo(10 * Math.log10(4), 12);
  // alpha = 4/2... on (1, 0): target (3, 0), error (0, -1): 9 / 1.
  expect(siSdrDb([3, 1], [1, 0])).toBeCloseTo(10 * Math.log10(9), 12);
});

it("does not change with either signal's scale, and does with its mean", () => {
  const [estimate, reference] = [
    [1, 2.5, -1, 0.3],
    [1, 2, -1, 0],
  ];
  const value = siSdrDb(estimate, reference);
  expect(
    siSdrDb(
      estimate.map((x) => -7 * x),
      reference,
    ),
  ).toBeCloseTo(value, 10);
  expect(
    siSdrDb(
      estimate,
      reference.map((x) => 1e-4 * x),
    ),
  ).toBeCloseTo(value, 10);
  expect(
    siSdrDb(
      estimate.map((x) => x + 1),
      reference,
    ),
  ).not.toBeCloseTo(value, 1);
});

it("has its limits at infinity", () => {
  expect(siSdrDb(Int16Array.of(2, 4), [1, 2])).toBe(Number.POSITIVE_INFINITY);
  expect(siSdrDb([0, 1], [1, 0])).toBe(Number.NEGATIVE_INFINITY);
});

it("refuses silence and different lengths", () => {
  expect(() => siSdrDb([1, 2], [0, 0])).toThrow(RangeError);
  expect(() => siSdrDb([0, 0], [1, 2])).toThrow(RangeError);
  expect(() => siSdrDb([1], [1, 2])).toThrow(RangeError);
  expect(() => siSdrDb([], [])).toThrow(RangeError);
});
