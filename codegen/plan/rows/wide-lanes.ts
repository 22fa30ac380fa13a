/**
 * Decides the stream of RV32IM at two bytes a weight: two rows in the halves of a word, one word a column.
 * Which rows and columns go where is left to layout.ts.
 *
 *   per pair (A, B)  2 words   what the sums start from
 *   per column       1 word    for each pair: uA + 2^16 uB with u = weight + 128
 *   per row          1 word    multiplier
 *
 * Activations lie in the line as v = activation + 128, so uA * v < 2^16 carries nothing into uB * v. Per pair the loop
 * sums word * v = SA + 2^16 SB modulo 2^32, and that product >> 16, which is SB.
 */
import type { QuantizedRows } from "../../quantize/quantized-model.ts";
import { startOf, UNSIGNED_OFFSET } from "./byte-lanes.ts";
import { type RowLayout, rowValue, type Source, weightAt } from "./row-layout.ts";

const ROWS = 16;

function packWide(
  matrix: QuantizedRows,
  rows: readonly Source[],
  columns: readonly Source[],
): Uint32Array {
  const words: number[] = [];
  for (let block = 0; block < rows.length; block += ROWS) {
    const own = rows.slice(block, block + ROWS);
    const pairs = Array.from({ length: ROWS / 2 }, (_, pair) => own.slice(2 * pair, 2 * pair + 2));
    for (const [a, b] of pairs) {
      const start = startOf(matrix, b, columns);
      words.push(startOf(matrix, a, columns) + Math.imul(start, 1 << 16), start);
    }
    for (const column of columns) {
      for (const [a, b] of pairs) {
        const [low, high] = [a, b].map((row) => weightAt(matrix, row, column) + UNSIGNED_OFFSET);
        words.push((high as number) * 65536 + (low as number));
      }
    }
    words.push(...own.map((row) => rowValue(matrix.multipliers, row)));
  }
  // A Uint32Array keeps each word modulo 2^32.
  return Uint32Array.from(words);
}

export const WIDE_LANES: RowLayout = {
  block: { rows: ROWS, units: ROWS / 4, columns: 4, weightBytes: 2, extraBytes: ROWS * 8 },
  activation: "uint8",
  pack: packWide,
  picture: [
    "  +----------------------+--------------------------+----------------+",
    "  | 16 starts of sums    | weights, column by       | 16 multipliers |",
    "  | with the biases      | column: k = 0, 1, 2, ... |                |",
    "  +----------------------+--------------------------+----------------+",
    "                         | a word for each 2 rows:  |   weights and activations + 128",
    "                         | B  A                     |   16 bits each, high half first",
  ],
};
