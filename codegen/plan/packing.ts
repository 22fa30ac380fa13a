/**
 * Decides the order and the bits of a weight stream: one sequence that a kernel reads once, front to back.
 * Which rows and columns go where is left to layout.ts.
 *
 * A block holds eight rows as four pairs (A, B):
 *   8 words    biases            A, B of each pair
 *   4 words    per two columns   one word a pair: columns k (low half) and k + 1 (high half)
 *   8 words    multipliers       A, B of each pair
 */
import type { Format } from "../quantize/params.ts";
import type { QuantizedRows } from "../quantize/quantized-model.ts";
import { blockBytes, ROWS_PER_BLOCK } from "../size/cache-line.ts";

/** A row or column of the padded matrix: its index in the quantized one, or null for padding. */
export type Source = number | null;

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
function packBiases(format: Format, a: number, b: number): readonly [number, number] {
  return format === "int8" ? [a >>> 0, (Math.imul(256, b) + a) >>> 0] : [a >>> 0, b >>> 0];
}

/**
 * @param rows rows in the order of execution, a multiple of 8, pairs A, B side by side
 * @param columns columns in the order of the line, a multiple of 4
 */
export function packStream(
  matrix: QuantizedRows,
  format: Format,
  rows: readonly Source[],
  columns: readonly Source[],
): Uint32Array {
  const words = new Uint32Array(((rows.length / ROWS_PER_BLOCK) * blockBytes(columns.length)) / 4);
  let at = 0;
  const put = (...values: readonly number[]): void => {
    for (const value of values) words[at++] = value;
  };
  const weight = (row: Source | undefined, column: Source | undefined): number =>
    row == null || column == null ? 0 : (matrix.weights[row * matrix.columns + column] as number);
  const of = (values: Int32Array, row: Source | undefined): number =>
    row == null ? 0 : (values[row] as number);
  for (let block = 0; block < rows.length; block += ROWS_PER_BLOCK) {
    const pairs = [0, 2, 4, 6].map((r) => [rows[block + r], rows[block + r + 1]] as const);
    for (const [a, b] of pairs) put(...packBiases(format, of(matrix.bias, a), of(matrix.bias, b)));
    for (let k = 0; k < columns.length; k += 2) {
      const [left, right] = [columns[k], columns[k + 1]];
      for (const [a, b] of pairs) {
        put(packWord(format, weight(a, left), weight(b, left), weight(a, right), weight(b, right)));
      }
    }
    for (const [a, b] of pairs) put(of(matrix.multipliers, a), of(matrix.multipliers, b));
  }
  return words;
}
