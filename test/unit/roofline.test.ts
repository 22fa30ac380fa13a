import { describe, expect, test } from "vitest";
import { analyzeRun } from "../../host/analyze/document.ts";
import {
  arithmeticIntensity,
  attainable,
  boundOf,
  issueCeiling,
  ridgePoint,
} from "../../host/analyze/roofline.ts";
import { facts, nrf52840 } from "../golden/report/facts.ts";

test.each([
  ["A100", 312e12, 2039e9, 153.0],
  ["H100", 989e12, 3350e9, 295.2],
  ["H100 fp8", 1979e12, 3350e9, 590.7],
])("ridge point of %s", (_, ops, bytes, expected) => {
  expect(ridgePoint(ops, bytes)).toBeCloseTo(expected, 1);
});

test.each([
  [8, 26.8e12, 2.71],
  [1, 3.35e12, 0.339],
  [64, 214.4e12, 21.7],
])("H100 at intensity %d", (intensity, rate, percentOfPeak) => {
  const found = attainable(intensity, 989e12, 3350e9);
  expect(found).toBeCloseTo(rate, -9);
  expect((found / 989e12) * 100).toBeCloseTo(percentOfPeak, percentOfPeak < 1 ? 3 : 1);
});

test("intensities of a float add and of an N x N float product", () => {
  expect(arithmeticIntensity(1, 12)).toBeCloseTo(1 / 12, 12);
  const n = 96;
  expect(arithmeticIntensity(2 * n ** 3, 3 * 4 * n ** 2)).toBeCloseTo(n / 6, 12);
});

describe("the roof that binds", () => {
  const compute = { name: "peak", peakOps: 4 };
  const flash = { name: "flash", peakBytes: 2, bytesMoved: 10 };

  test("is the lowest over the work", () => {
    // 16 op over 10 byte at 2 byte a cycle: 3.2 op a cycle, below the peak of 4.
    expect(boundOf(16, compute, [flash])).toEqual({
      bound: "memory",
      roof: "flash",
      attainableOps: 3.2,
      intensity: 1.6,
      ridgePoint: 2,
    });
    expect(boundOf(30, compute, [flash]).bound).toBe("compute");
  });

  test("is compute where both meet", () => {
    expect(boundOf(20, compute, [flash])).toMatchObject({ bound: "compute", attainableOps: 4 });
  });

  test("may be another memory than the one that holds the weights", () => {
    const port = { name: "port", peakBytes: 4, bytesMoved: 80 };
    // 30 op: flash allows 6, the port 30 / 80 * 4 = 1.5 op a cycle.
    expect(boundOf(30, compute, [flash, port])).toMatchObject({ roof: "port", attainableOps: 1.5 });
  });

  test("needs a level", () => {
    expect(() => boundOf(1, compute, [])).toThrow(/it needs a memory level/);
    expect(() => arithmeticIntensity(1, 0)).toThrow(RangeError);
    expect(() => ridgePoint(1, 0)).toThrow(RangeError);
  });
});

test("instruction issue is a ceiling: 1.25 instructions a MAC leave 1.6 op a cycle", () => {
  expect(issueCeiling(2 * 100, 125, 1)).toBe(1.6);
});

describe("of a run", () => {
  test("is drawn a cycle where no clock is known", () => {
    const board = { ...nrf52840, clock: null };
    const { roofline } = analyzeRun({ ...facts, as: board });
    expect(roofline?.rateUnit).toBe("op/cycle");
    expect(roofline?.roofs[0]?.peak).toMatchObject({ value: 4, unit: "op/cycle" });
    // 2 x 26624 op in the median's 46390 cycles and 28288 / 4 of waiting for weights.
    expect(roofline?.dots[0]?.rate.value).toBeCloseTo(53248 / (46390 + 7072), 12);
  });

  test("does not depend on the clock but in its units", () => {
    const slow = analyzeRun(facts).roofline;
    const clock = { value: 128, unit: "MHz", source: "x", confidence: "S" } as const;
    const fast = analyzeRun({ ...facts, as: { ...nrf52840, clock } }).roofline;
    expect(fast?.mfu.value).toBeCloseTo(slow?.mfu.value ?? 0, 12);
    expect(fast?.ridgePoint.value).toBe(slow?.ridgePoint.value);
    expect(fast?.dots[0]?.rate.value).toBeCloseTo(2 * (slow?.dots[0]?.rate.value ?? 0), 3);
  });

  test("says when modelled cycles break a memory's roof", () => {
    const slow = {
      name: "slow flash",
      traffic: "weights",
      bytesPerCycle: { value: 0.1, unit: "byte/cycle", source: "x", confidence: "S" },
    } as const;
    // Without the core's own port nobody can say how much of that is waiting.
    const { roofline } = analyzeRun({ ...facts, as: { ...nrf52840, memories: [slow] } });
    expect(roofline?.mbu.value).toBeGreaterThan(1);
    expect(roofline?.explanation).toMatch(/leaves out waiting for slow flash/);
  });

  test("is null with the reason where the board states no roofs", () => {
    const { roofline, why } = analyzeRun({ ...facts, as: { ...nrf52840, memories: [] } });
    expect(roofline).toBeNull();
    expect(why.roofline).toMatch(/nrf52840-dk states no bandwidth/);
  });
});
