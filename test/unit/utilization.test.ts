import { expect, test } from "vitest";
import { analyzeRun } from "../../host/analyze/document.ts";
import { mbu, mfu } from "../../host/analyze/utilization.ts";
import { facts } from "../golden/report/facts.ts";

test("useful rate over peak rate", () => {
  // 26.8 TFLOP/s of an H100's 989.
  expect(mfu(26.8e12, 1, 989e12)).toBeCloseTo(0.0271, 4);
  // 16 GB in 4.78 ms of 3.35 TB/s.
  expect(mbu(16e9, 4.776e-3, 3.35e12)).toBeCloseTo(1, 3);
});

test("padding that executes is not useful", () => {
  const padded = { ...facts, model: { ...facts.model, paddedMacs: 2 * facts.model.macs } };
  expect(analyzeRun(padded).roofline?.mfu.value).toBe(analyzeRun(facts).roofline?.mfu.value);
});

test("of the fixture, by hand", () => {
  const { roofline } = analyzeRun(facts);
  // 46390 cycles of the core and 28288 / 4 of waiting for weights, each good for 2 MAC or 2 byte.
  const cycles = 46390 + 28288 / 4;
  expect(roofline?.mfu.value).toBeCloseTo(26624 / cycles / 2, 12);
  expect(roofline?.mbu.value).toBeCloseTo(28288 / cycles / 2, 12);
});

test("no time and no peak are refused", () => {
  expect(() => mfu(1, 0, 1)).toThrow(RangeError);
  expect(() => mbu(1, 1, Number.NaN)).toThrow(RangeError);
});
