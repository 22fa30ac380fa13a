import { expect, test } from "vitest";
import { PACKED_PAIRS } from "../../codegen/plan/rows/packed-pairs.ts";
import type { Target } from "../../codegen/plan/target.ts";
import { blockBytes, columnGranule, judgeHiddenSize } from "../../codegen/size/cache-line.ts";

const { block } = PACKED_PAIRS;
const target = (lineBytes: number): Target => ({
  id: "test-board",
  core: "cortex-m4",
  instructions: "thumb-dsp",
  floatUnit: true,
  storage: "narrow",
  fusion: "full",
  steps: 1,
  wideMultiply: true,
  lineBytes,
  lineRule: "flash-line",
  lineWhy: "a flash access delivers a line",
  weightsSection: "",
  loopBytes: 1024,
});

test("the granule is what makes 8 rows of int8 weights fill whole lines, at least four columns", () => {
  expect([4, 8, 16, 32, 64].map((line) => columnGranule(line, block))).toEqual([4, 4, 4, 4, 8]);
  for (const line of [4, 8, 16, 32, 64]) {
    for (let k = 1; k < 20; k++)
      expect(blockBytes([k * columnGranule(line, block)], block) % line).toBe(0);
  }
});

test.each([16, 32])("hidden 64 on a %i-byte line needs no padding", (lineBytes) => {
  const verdict = judgeHiddenSize(32, 64, target(lineBytes), block);
  expect(verdict).toMatchObject({ verdict: "fits", paddedHiddenSize: 64, paddedShare: 0 });
  expect(verdict.nearest).toEqual([64, 64]);
  // 8 rows of 96 weights, biases and multipliers of 4 bytes each: 832 bytes
  expect(verdict.explanation).toEqual([
    `Line: test-board reads weights ${lineBytes} B at a time (flash-line): a flash access delivers a line.`,
    `Block: 8 rows x 96 columns with biases and multipliers are 832 B = ${832 / lineBytes} whole lines.`,
    "Size: input 32 and hidden 64 are multiples of 4: no padding.",
  ]);
});

test("a hidden size between two granules says what padding costs and which sizes cost none", () => {
  const verdict = judgeHiddenSize(32, 66, target(16), block);
  expect(verdict).toMatchObject({ verdict: "padded", paddedHiddenSize: 68, nearest: [64, 68] });
  // useful 4 * 66 * 98 of executed 4 * 66 * 100
  expect(verdict.paddedShare).toBeCloseTo(0.02, 10);
  expect(verdict.explanation[2]).toBe(
    "Size: input 32 -> 32, hidden 66 -> 68 with zero weights (multiples of 4): 2.0 % padding.",
  );
});

test("a GRU's hidden size fills whole blocks of rows", () => {
  // 8 rows a block: 20 units take 24 of them, over 12 + 20 columns.
  const padded = judgeHiddenSize(12, 20, target(4), block, "gru");
  expect(padded).toMatchObject({ verdict: "padded", paddedHiddenSize: 24, nearest: [16, 24] });
  expect(padded.paddedShare).toBeCloseTo(1 - 20 / 24, 12);
  expect(padded.explanation[2]).toContain(
    "hidden 20 -> 24 with zero weights (multiples of 4 and 8)",
  );
  expect(judgeHiddenSize(12, 24, target(4), block, "gru").verdict).toBe("fits");
});

test("an odd hidden size pads a unit as well as columns", () => {
  const verdict = judgeHiddenSize(4, 3, target(4), block);
  expect(verdict.paddedShare).toBeCloseTo(1 - (4 * 3 * 7) / (4 * 4 * 8), 10);
});
