import { expect, test } from "vitest";
import {
  amdahlSpeedup,
  cyclesPerInstruction,
  programTime,
  timeOf,
} from "../../host/analyze/iron-law.ts";

const ideal = { computeEfficiency: 1, memoryEfficiency: 1, overheadSeconds: 0 };

test("instructions x CPI / clock", () => {
  // 32768 MAC at 3.93 cycles a MAC on 64 MHz: the nRF52840 example of the cloud notes, 2.01 ms.
  expect(programTime(32768, 3.93, 64e6) * 1e3).toBeCloseTo(2.012, 3);
  expect(cyclesPerInstruction(150, 100)).toBe(1.5);
});

test("one token of Llama-3-8B on an H100 is memory-bound: 0.016 against 4.78 ms", () => {
  const time = timeOf(
    { ops: 2 * 8e9, bytesMoved: 2 * 8e9 },
    { ...ideal, peakOpsPerSecond: 989e12, peakBytesPerSecond: 3.35e12 },
  );
  expect(time.computeSeconds * 1e3).toBeCloseTo(0.016, 3);
  expect(time.memorySeconds * 1e3).toBeCloseTo(4.78, 2);
  expect(time.bound).toBe("memory");
});

test("1 TFLOP and 1 GB at 1 TFLOP/s and 1 GB/s counts as compute-bound", () => {
  const time = timeOf(
    { ops: 1e12, bytesMoved: 1e9 },
    { ...ideal, peakOpsPerSecond: 1e12, peakBytesPerSecond: 1e9 },
  );
  expect(time.totalSeconds).toBe(1);
  expect(time.bound).toBe("compute");
});

test("1e18 FLOP on 8 x 312 TFLOP/s at half the peak take 801.28 s", () => {
  const time = timeOf(
    { ops: 1e18, bytesMoved: 0 },
    {
      ...ideal,
      computeEfficiency: 0.5,
      peakOpsPerSecond: 8 * 312e12,
      peakBytesPerSecond: 1,
    },
  );
  expect(time.totalSeconds).toBeCloseTo(801.28, 2);
});

test("overhead is added to the longer of the two, and binds when it is the longest", () => {
  const time = timeOf(
    { ops: 10, bytesMoved: 40 },
    { ...ideal, overheadSeconds: 5, peakOpsPerSecond: 10, peakBytesPerSecond: 20 },
  );
  expect(time.totalSeconds).toBe(7);
  expect(time.bound).toBe("overhead");
});

test("Amdahl", () => {
  expect(amdahlSpeedup(0.9, 10)).toBeCloseTo(5.2632, 4);
  expect(amdahlSpeedup(0.8, 500)).toBeCloseTo(4.96, 3);
  // Stages of 8 and 10 ms, the second five times faster.
  expect(amdahlSpeedup(10 / 18, 5)).toBeCloseTo(1.8, 12);
});

test("rates and shares that cannot be are refused by name", () => {
  expect(() => programTime(1, 1, 0)).toThrow(/clockHz/);
  expect(() => cyclesPerInstruction(1, 0)).toThrow(/instructions/);
  expect(() => amdahlSpeedup(1.1, 2)).toThrow(/share/);
  expect(() =>
    timeOf(
      { ops: 1, bytesMoved: 1 },
      { ...ideal, peakOpsPerSecond: Number.NaN, peakBytesPerSecond: 1 },
    ),
  ).toThrow(/peakOpsPerSecond/);
});
