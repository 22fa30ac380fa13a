/**
 * Decides the stream of a delta LSTM: biases and multipliers of all rows, then columns of eight rows, so that each column
 * can be taken in by itself.
 * Which rows and columns go where is left to layout.ts.
 */
import type { QuantizedRows } from "../../quantize/quantized-model.ts";
import { type BlockShape, rowValue, type Source, weightAt } from "./row-layout.ts";

/** Rows whose sums stay in registers while the columns that moved pass. */
export const MOVED_BLOCK: BlockShape = {
  rows: 8,
  units: 2,
  columns: 4,
  weightBytes: 1,
  extraBytes: 8 * 8,
};

export const MOVED_PICTURE: readonly string[] = [
  "  +------------+-----------------+----------------+----------------+-----+-----------+----",
  "  | all biases | all multipliers | rows 0-7 of    | rows 0-7 of    | ... | rows 8-15 | ...",
  "  |            |                 | column 0, 8 B  | column 1, 8 B  |     | column 0  |",
  "  +------------+-----------------+----------------+----------------+-----+-----------+----",
];

/** @param rows in the order of execution, a multiple of 8 */
export function packMovedColumns(
  matrix: QuantizedRows,
  rows: readonly Source[],
  columns: readonly Source[],
): Uint32Array {
  const words = [
    ...rows.map((row) => rowValue(matrix.bias, row)),
    ...rows.map((row) => rowValue(matrix.multipliers, row)),
  ];
  for (let block = 0; block < rows.length; block += MOVED_BLOCK.rows) {
    for (const column of columns) {
      for (const first of [block, block + 4]) {
        const bytes = [3, 2, 1, 0].map((i) => weightAt(matrix, rows[first + i], column) & 0xff);
        words.push(bytes.reduce((word, byte) => word * 256 + byte, 0));
      }
    }
  }
  return Uint32Array.from(words);
}
