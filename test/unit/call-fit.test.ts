/** What a call costs by itself, a byte and an operation: by hand, and where that cannot be told. */
import { describe, expect, test } from "vitest";
import type { CallPoint } from "../../host/analyze/call-fit.ts";
import { fitCalls } from "../../host/analyze/call-fit.ts";

/** 10 us a call, 2 GB/s, 5 Gop/s. */
function timed(name: string, ops: number, bytesMoved: number): CallPoint {
  return { name, ops, bytesMoved, seconds: 10e-6 + bytesMoved / 2e9 + ops / 5e9 };
}

describe("exact times give their own terms back", () => {
  // 10 + 50 + 10, 10 + 50 + 80, 10 + 200 + 40 us.
  const points = [
    timed("1", 50_000, 100_000),
    timed("8", 400_000, 100_000),
    timed("4 steps", 200_000, 400_000),
  ];

  test("three terms from three points", () => {
    expect(points.map(({ seconds }) => Math.round(seconds * 1e6))).toEqual([70, 140, 250]);
    const fit = fitCalls(points);
    expect(fit.overhead.value).toBeCloseTo(10e-6, 12);
    expect(fit.overhead).toMatchObject({ unit: "s", kind: "modelled" });
    expect((fit.bandwidth?.value ?? 0) / 2e9).toBeCloseTo(1, 9);
    expect((fit.rate?.value ?? 0) / 5e9).toBeCloseTo(1, 9);
    expect(fit.worst).toBeLessThan(1e-9);
  });

  test("bytes that are a constant and grow with operations cannot be told from them", () => {
    const streams = [1, 8, 64].map((n) => timed(`${n}`, 50_000 * n, 100_000 + 500 * n));
    const fit = fitCalls(streams);
    expect(fit.bandwidth).toBeNull();
    // 10 us + 50 us of constant bytes; 50 kop a stream in 10.25 us.
    expect(fit.overhead.value).toBeCloseTo(60e-6, 11);
    expect((fit.rate?.value ?? 0) / 1e9).toBeCloseTo(50 / 10.25, 6);
    expect(fit.why).toContain("bytes cost nothing that can be told from the rest");
  });
});

test("least squares of relative errors: x of (x - 1)^2 + (x / 2 - 1)^2 is 1.2", () => {
  const empty = { ops: 0, bytesMoved: 0 };
  const fit = fitCalls([
    { name: "a", ...empty, seconds: 1 },
    { name: "b", ...empty, seconds: 2 },
  ]);
  expect(fit.overhead.value).toBeCloseTo(1.2, 12);
  expect(fit.residuals.map(({ relative }) => relative)).toEqual([
    expect.closeTo(0.2, 12),
    expect.closeTo(-0.4, 12),
  ]);
  expect(fit.worst).toBeCloseTo(0.4, 12);
});

test("no term is below 0, also where a line through the points would start there", () => {
  // A line through (1, 1) and (3, 4) meets 0 at -0.5.
  const fit = fitCalls([
    { name: "a", ops: 1, bytesMoved: 0, seconds: 1 },
    { name: "b", ops: 3, bytesMoved: 0, seconds: 4 },
  ]);
  expect(fit.overhead.value).toBe(0);
  // x / 1 and 3 x / 4 nearest to 1: (1 + 0.75) / (1 + 0.5625) = 1.12 s an operation.
  expect(1 / (fit.rate?.value ?? 0)).toBeCloseTo(1.12, 12);
});

test.each<[string, readonly CallPoint[]]>([
  ["nothing", []],
  ["one point", [timed("1", 1, 1)]],
  ["a time of 0", [timed("1", 1, 1), { ...timed("2", 2, 2), seconds: 0 }]],
  ["a time that is no number", [timed("1", 1, 1), { ...timed("2", 2, 2), seconds: Number.NaN }]],
  ["negative work", [timed("1", 1, 1), { ...timed("2", 2, 2), ops: -1 }]],
  ["endless work", [timed("1", 1, 1), { ...timed("2", 2, 2), bytesMoved: Infinity }]],
])("%s cannot be fitted", (_, points) => {
  expect(() => fitCalls(points)).toThrow(expect.objectContaining({ code: "TP-USE-390" }));
});
