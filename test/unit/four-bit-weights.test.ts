import { describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { generate } from "../../codegen/pipeline.ts";
import { groupWord, paddedGroups } from "../../codegen/plan/rows/nibble-groups.ts";
import { NIBBLE_LANES } from "../../codegen/plan/rows/nibble-lanes.ts";
import { NIBBLE_QUADS, packHalf } from "../../codegen/plan/rows/nibble-quads.ts";
import type { TargetOptions } from "../../codegen/plan/target.ts";
import type { QuantizedRows } from "../../codegen/quantize/quantized-model.ts";
import {
  GROUP_COLUMNS,
  groupOf,
  groupScale,
  groupStarts,
} from "../../codegen/quantize/weight-groups.ts";
import { quantizeRows, type RealRows } from "../../codegen/quantize/weights.ts";
import { createRandom, randomModel } from "../random-model.ts";

const NIBBLES = Array.from({ length: 15 }, (_, i) => i - 7);
const modulo = (value: number): number => ((value % 2 ** 32) + 2 ** 32) % 2 ** 32;

function real(weights: readonly (readonly number[])[], segments: readonly number[]): RealRows {
  const columns = segments.reduce((sum, size) => sum + size, 0);
  return {
    name: "rows",
    rows: weights.length,
    columns,
    segments,
    weights: Float64Array.from(weights.flat()),
    bias: new Float64Array(weights.length),
    columnScales: new Float64Array(columns).fill(1 / 128),
    columnZeroPoints: new Int16Array(columns),
    resultStep: 1 / 4096,
  };
}

describe("groups", () => {
  test("begin anew with each vector", () => {
    expect(groupStarts([40, 64])).toEqual([0, 32, 40, 72]);
    expect(groupStarts([32])).toEqual([0]);
    const starts = groupStarts([3, 33]);
    expect([0, 2, 3, 34, 35].map((column) => groupOf({ starts }, column))).toEqual([0, 0, 1, 1, 2]);
  });

  test("a scale by hand: clipping the largest may err less than rounding all others", () => {
    // Scale 2: 14 is 7 * 2, exact; the threes err by 1 each, squared 30. Scale 1: 14 becomes 7, squared 49.
    expect(groupScale(Float64Array.of(14, ...new Array<number>(30).fill(3)))).toBe(2);
    // 60 of them: 60 against 49.
    expect(groupScale(Float64Array.of(14, ...new Array<number>(60).fill(3)))).toBe(1);
    expect(groupScale(Float64Array.of(0, 0))).toBe(1);
    expect(groupScale(Float64Array.of(889, -889))).toBe(127);
  });

  test("one row by hand: its largest weight is near 889 steps", () => {
    const matrix = quantizeRows(real([[1, -0.5]], [2]), "int4");
    // 1 / 128 / 889 of a step of z: ceil(4096 / 128 / 889 * 2^24)
    expect([...matrix.multipliers]).toEqual([Math.ceil((32 / 889) * 2 ** 24)]);
    // 889 and -444.5 by scale 123: 7 and -4, errors 28 and 47.5; 122: 35 and 43.5; 124: 21 and 51.5; 127: 0 and 63.5.
    expect([...matrix.weights]).toEqual([861, -492]);
    expect(matrix.groups).toEqual({ starts: [0], scales: Uint8Array.of(123) });
  });

  test("each weight is -7..7 times its group's scale, and no group is off by more than half a scale but where it clips", () => {
    const random = createRandom(3);
    const columns = 100;
    const weights = Array.from({ length: 20 }, () =>
      Array.from({ length: columns }, () => random.uniform(-1, 1) ** 3),
    );
    const matrix = quantizeRows(real(weights, [36, 64]), "int4");
    const { starts, scales } = matrix.groups as NonNullable<QuantizedRows["groups"]>;
    expect(starts).toEqual([0, 32, 36, 68]);
    weights.forEach((row, r) => {
      // multiplier * resultStep / 2^24 is a row's step.
      const step = (matrix.multipliers[r] as number) / 2 ** 24 / 4096;
      row.forEach((weight, k) => {
        const scale = scales[r * starts.length + groupOf({ starts }, k)] as number;
        const integer = matrix.weights[r * columns + k] as number;
        const effect = weight / 128 / step;
        const nibble = integer / scale;
        expect(Number.isInteger(nibble) && Math.abs(nibble) <= 7).toBe(true);
        if (Math.abs(nibble) < 7) expect(Math.abs(effect - integer)).toBeLessThanOrEqual(scale / 2);
      });
    });
  });
});

describe("words", () => {
  test("a half shifted by the instructions ends with one row less each time", () => {
    const int16 = (value: number): number => (value << 16) >> 16;
    let wrong = 0;
    for (const a of NIBBLES) {
      for (const b of NIBBLES) {
        for (const c of NIBBLES) {
          for (const d of NIBBLES) {
            const half = packHalf([a, b, c, d]);
            wrong += Number(int16(half) !== a + 16 * b + 256 * c + 4096 * d);
            wrong += Number(int16(half << 4) !== 16 * (a + 16 * b + 256 * c));
            wrong += Number(int16(half << 8) !== 256 * (a + 16 * b));
            wrong += Number(int16(half << 12) !== 4096 * a);
          }
        }
      }
    }
    expect(wrong).toBe(0);
  });

  test("no sum of a group leaves int32, nor a row's own int16", () => {
    expect(GROUP_COLUMNS * 7 * (1 + 16 + 256 + 4096) * 128).toBeLessThan(2 ** 31);
    expect(GROUP_COLUMNS * 7 * 128).toBeLessThan(2 ** 15);
  });

  test("a lane's two sums come back from one 32-bit sum, at the ends of their ranges", () => {
    for (const [low, high, x] of [
      [7, -7, -128],
      [-7, 7, -128],
      [7, 7, 127],
      [-7, -7, -128],
      [0, 7, 127],
    ] as const) {
      const lane = Math.imul(GROUP_COLUMNS * (low + 8 + 65536 * (high + 8)), x);
      const both = lane - Math.imul(0x00080008, GROUP_COLUMNS * x);
      const first = (both << 16) >> 16;
      expect(first).toBe(GROUP_COLUMNS * low * x);
      expect((both - first) >> 16).toBe(GROUP_COLUMNS * high * x);
    }
  });

  const matrix: QuantizedRows = {
    rows: 2,
    columns: 3,
    weights: Int16Array.of(3, -6, 21, 50, -350, 0),
    groups: { starts: [0], scales: Uint8Array.of(3, 50) },
    bias: Int32Array.of(7, -1),
    multipliers: Int32Array.of(1000, 2000),
  };
  const rows = [0, 1, null, null, null, null, null, null];
  const columns = [0, 1, 2, null];

  test("before a group by hand: scales, and how many columns where there are fewer than 32", () => {
    const [group] = paddedGroups(matrix, columns);
    // 4 columns are one four: bit 7; bit 31 says so.
    expect(groupWord(matrix, [0, 1, null, null], group as never)).toBe(0x80003283);
    const full = { index: 0, columns: new Array<null>(32).fill(null) };
    expect(groupWord(matrix, [0, 1, null, null], full)).toBe(0x00003203);
    const most = { index: 0, columns: new Array<null>(28).fill(null) };
    expect(groupWord(matrix, [0, 1, null, null], most)).toBe(0x8080b283);
  });

  test("a group longer than a scale's columns, or a line that begins with padding, is refused", () => {
    const long = new Array<null>(32).fill(null);
    expect(() => paddedGroups(matrix, [0, ...long, null, null, null])).toThrow(RangeError);
    expect(() => paddedGroups(matrix, [null, 0, 1, 2])).toThrow(RangeError);
  });

  test("a block of fours by hand: biases, scales, two columns in a word, multipliers", () => {
    // Row A: 1 -2 7 of scale 3; row B: 1 -7 0 of scale 50. Column 0: 1 + 16, column 1: -2 - 112, column 2: 7.
    expect([...NIBBLE_QUADS.pack(matrix, rows, columns)]).toEqual([
      ...[16 * 7, modulo(-16), 0, 0],
      ...[0x80003283, modulo(-114 * 65536) + 17, 7],
      ...[1000, 2000, 0, 0],
      ...[0, 0, 0, 0],
      ...[0x80000080, 0, 0],
      ...[0, 0, 0, 0],
    ]);
  });

  test("a block of lanes by hand: biases, scales, a word of eight rows for each column, multipliers", () => {
    expect([...NIBBLE_LANES.pack(matrix, rows, columns)]).toEqual([
      ...[7, modulo(-1), 0, 0, 0, 0, 0, 0],
      ...[0x80003283, 0x80000080, 0x88888899, 0x88888816, 0x8888888f, 0x88888888],
      ...[1000, 2000, 0, 0, 0, 0, 0, 0],
    ]);
  });
});

describe("generated", () => {
  const random = createRandom(5);
  const model = randomModel(random, { name: "m", inputSize: 36, lstms: [10], denses: [] });
  const made = (options: TargetOptions = {}, id = "nrf52840-dk") =>
    generate({ model, board: loadBoard(id), format: "int4", calibration: null, ...options });

  test.each(["nrf52840-dk", "esp32-c3-devkitm-1", "qemu-m0"])(
    "on %s: the bytes of its blocks by hand",
    (id) => {
      const { plan } = made({}, id).stages;
      // 36 + 12 columns, 4 bits each, of 8 rows; groups 32, 4 and 12 of 8 bytes; biases and multipliers.
      expect(plan.streams.map(({ blocks, blockBytes }) => [blocks, blockBytes])).toEqual([
        [5, 8 * 24 + 3 * 8 + 64],
      ]);
      expect(plan.cost.weightBytes).toBe(5 * 280);
    },
  );

  test("passes and several steps in a call are refused by code", () => {
    expect(() => made({ fusion: "none" })).toThrow(
      expect.objectContaining({ code: "TP-PLAN-016" }),
    );
    expect(() => made({ steps: 2 })).toThrow(expect.objectContaining({ code: "TP-PLAN-018" }));
  });
});
