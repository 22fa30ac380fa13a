/**
 * Decides the stream of the DSP kernels: eight rows as four pairs (A, B), two columns of a pair in a word.
 * Which rows and columns go where is left to layout.ts.
 *
 *   8 words    biases            A, B of each pair
 *   4 words    per two columns   one word a pair: columns k (low half) and k + 1 (high half)
 *   8 words    multipliers       A, B of each pair, where rows have their own
 */
import type { Format } from "../../quantize/params.ts";
import type { QuantizedRows } from "../../quantize/quantized-model.ts";
import { type RowLayout, rowValue, type Source, weightAt } from "./row-layout.ts";

const ROWS = 8;
const BLOCK = { rows: ROWS, units: 2, columns: 4, weightBytes: 1, extraBytes: ROWS * 8 } as const;

/**
 * One word: two columns of two rows, weights -127..127.
 * int8: each half is the int16 256*B + A, |256*B + A| <= 32639. The sum over it, less the sum over its low byte A, is
 * 256 times the sum over B, exactly.
 * int16x8: each half is the bytes A (low) and B (high).
 */
export function packWord(format: Format, a0: number, b0: number, a1: number, b1: number): number {
  const half =
    format === "int8"
      ? (a: number, b: number) => (256 * b + a) & 0xffff
      : (a: number, b: number) => ((b & 0xff) << 8) | (a & 0xff);
  return ((half(a1, b1) << 16) | half(a0, b0)) >>> 0;
}

/** int8: the pair's accumulators are the sums of A and of 256*B + A (mod 2^32), so the biases are, too. */
export function packBiases(format: Format, a: number, b: number): readonly [number, number] {
  return format === "int8" ? [a >>> 0, (Math.imul(256, b) + a) >>> 0] : [a >>> 0, b >>> 0];
}

/** The stream of a matrix, rows and columns as in RowLayout.pack. */
export function packPairs(
  matrix: QuantizedRows,
  format: Format,
  rows: readonly Source[],
  columns: readonly Source[],
  withMultipliers = true,
): Uint32Array {
  const words: number[] = [];
  const weight = (row: Source | undefined, column: Source | undefined): number =>
    weightAt(matrix, row, column);
  for (let block = 0; block < rows.length; block += ROWS) {
    const pairs = [0, 2, 4, 6].map((r) => [rows[block + r], rows[block + r + 1]] as const);
    for (const [a, b] of pairs) {
      words.push(...packBiases(format, rowValue(matrix.bias, a), rowValue(matrix.bias, b)));
    }
    for (let k = 0; k < columns.length; k += 2) {
      const [left, right] = [columns[k], columns[k + 1]];
      for (const [a, b] of pairs) {
        words.push(
          packWord(format, weight(a, left), weight(b, left), weight(a, right), weight(b, right)),
        );
      }
    }
    for (const [a, b] of withMultipliers ? pairs : []) {
      words.push(rowValue(matrix.multipliers, a), rowValue(matrix.multipliers, b));
    }
  }
  return Uint32Array.from(words);
}

const PICTURE: readonly string[] = [
  "  +----------+-----------------------------+---------------+",
  "  | 8 biases | weights, two columns at a   | 8 multipliers |",
  "  |          | time: k = 0, 2, 4, ...      |               |",
  "  +----------+-----------------------------+---------------+",
  "             | pair 0 | pair 1 | pair 2 | pair 3 |   32 bits each, rows A and B of a pair:",
  "             | B[k+1]  A[k+1]  B[k]  A[k] |          high byte first",
];

function pairsOf(format: Format): RowLayout {
  return {
    block: BLOCK,
    activation: "int16",
    pack: (matrix: QuantizedRows, rows, columns) => packPairs(matrix, format, rows, columns),
    picture: PICTURE,
  };
}

/** int8: 256*B + A in each half. */
export const PACKED_PAIRS: RowLayout = pairsOf("int8");
/** int16x8: the bytes of A and B in each half. */
export const PAIRED_BYTES: RowLayout = pairsOf("int16x8");
/** The same without multipliers: sums that are scaled by constants elsewhere. */
export const PAIRED_SUMS: RowLayout = {
  block: { ...BLOCK, extraBytes: ROWS * 4 },
  activation: "int16",
  pack: (matrix: QuantizedRows, rows, columns) =>
    packPairs(matrix, "int16x8", rows, columns, false),
  picture: [
    "  +----------+-----------------------------+----",
    "  | 8 biases | weights, two columns at a   | ... next block",
    "  |          | time: k = 0, 2, 4, ...      |",
    "  +----------+-----------------------------+----",
    ...PICTURE.slice(-2),
  ],
};
