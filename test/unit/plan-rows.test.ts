import { describe, expect, test } from "vitest";
import { byteLanes } from "../../codegen/plan/rows/byte-lanes.ts";
import { packPairs, packWord } from "../../codegen/plan/rows/packed-pairs.ts";

describe("packing", () => {
  test("int8 by hand: halves are 256*B + A with the borrow of a negative A", () => {
    expect(packWord("int8", 1, 2, 3, 4)).toBe(0x04030201);
    expect(packWord("int8", -1, 0, 0, -1)).toBe(0xff00ffff);
    expect(packWord("int8", -127, -127, 127, 127)).toBe(0x7f7f8081);
  });

  test("int16x8 by hand: bytes as they are", () => {
    expect(packWord("int16x8", 1, 2, 3, 4)).toBe(0x04030201);
    expect(packWord("int16x8", -1, 0, 0, -1)).toBe(0xff0000ff);
  });

  test("the instructions' own arithmetic gives both rows back, for every pair of weights", () => {
    const low = (word: number): number => (word << 16) >> 16;
    const lowByte = (word: number): number => (word << 24) >> 24;
    let wrong = 0;
    for (let a = -127; a <= 127; a++) {
      for (let b = -127; b <= 127; b++) {
        const packed = packWord("int8", a, b, 0, 0);
        const bytes = packWord("int16x8", a, b, 0, 0);
        const rows = [lowByte(packed), (low(packed) - lowByte(packed)) >> 8];
        wrong += Number(rows[0] !== a || rows[1] !== b);
        wrong += Number(lowByte(bytes) !== a || lowByte(bytes >> 8) !== b);
      }
    }
    expect(wrong).toBe(0);
  });

  test("a block by hand: biases, weights two columns at a time, multipliers", () => {
    const matrix = {
      rows: 2,
      columns: 3,
      weights: Int8Array.of(1, 2, 3, 4, 5, 6),
      bias: Int32Array.of(7, -1),
      multipliers: Int32Array.of(1000, 2000),
    };
    const rows = [0, 1, null, null, null, null, null, null];
    const stream = packPairs(matrix, "int8", rows, [0, 1, 2, null]);
    expect([...stream]).toEqual([
      // A: 7; 256 * -1 + 7 = -249
      ...[7, 0x1_0000_0000 - 249, 0, 0, 0, 0, 0, 0],
      // k = 0, 1: A 1 2, B 4 5; k = 2, 3: A 3 -, B 6 -
      ...[0x05020401, 0, 0, 0],
      ...[0x00000603, 0, 0, 0],
      ...[1000, 2000, 0, 0, 0, 0, 0, 0],
    ]);
    expect([...packPairs(matrix, "int16x8", rows, [0, 1, 2, null])].slice(0, 2)).toEqual([
      7, 0xffffffff,
    ]);
  });
});

describe("byte lanes", () => {
  test("a block by hand: starts, a word of four rows for each column, multipliers", () => {
    const matrix = {
      rows: 2,
      columns: 2,
      weights: Int8Array.of(1, -1, 2, 127),
      bias: Int32Array.of(7, -1),
      multipliers: Int32Array.of(1000, 2000),
    };
    const rows = [0, 1, null, null, null, null, null, null];
    const stream = byteLanes(8).pack(matrix, rows, [0, 1, null, null]);
    // A row starts from bias - 128 * (sum of w + 128) + 128^2 * 4 columns = bias - 128 * (sum of w).
    const [s0, s1] = [7 - 128 * 0, -1 - 128 * 129];
    const modulo = (value: number): number => ((value % 2 ** 32) + 2 ** 32) % 2 ** 32;
    const pad = 0x80808080;
    expect([...stream]).toEqual([
      ...[modulo(s0 + 256 * s1), s0, 0, 0, 0, 0, 0, 0],
      ...[0x80808281, pad, 0x8080ff7f, pad, pad, pad, pad, pad],
      ...[1000, 2000, 0, 0, 0, 0, 0, 0],
    ]);
  });

  test("the loop's four sums give every row back, extremes included", () => {
    // One column, from zero starts: the identities of byte-lanes.ts, worked in unsigned 32-bit arithmetic.
    for (const v of [0, 1, 127, 128, 255]) {
      for (const [u0, u1, u2, u3] of [
        [1, 1, 1, 1],
        [255, 255, 255, 255],
        [255, 1, 255, 1],
        [1, 255, 128, 3],
      ] as const) {
        const word = u0 + 256 * u1 + 65536 * u2 + 16777216 * u3;
        const all = Math.imul(word, v) >>> 0;
        const even = (u0 + 65536 * u2) * v;
        const [third, fourth] = [Math.floor(even / 65536), u3 * v];
        expect(even).toBeLessThan(2 ** 32);
        expect([third, even - third * 65536]).toEqual([u2 * v, u0 * v]);
        expect((all - even - fourth * 2 ** 24) >>> 0).toBe((u1 * v * 256) >>> 0);
      }
    }
  });
});
