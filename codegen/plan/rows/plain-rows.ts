/**
 * Decides the streams of plain C: row after row, each its bias, its weights, and its multiplier where it has one.
 * Which rows and columns go where is left to layout.ts.
 */
import type { QuantizedRows } from "../../quantize/quantized-model.ts";
import { type LineValue, type RowLayout, rowValue, type Source, weightAt } from "./row-layout.ts";

const ROWS = 4;

function packRows(
  matrix: QuantizedRows,
  rows: readonly Source[],
  columns: readonly Source[],
  withMultipliers = true,
): Uint32Array {
  const words: number[] = [];
  for (const row of rows) {
    words.push(rowValue(matrix.bias, row));
    for (let k = 0; k < columns.length; k += 4) {
      const bytes = [3, 2, 1, 0].map((i) => weightAt(matrix, row, columns[k + i]) & 0xff);
      words.push(bytes.reduce((word, byte) => word * 256 + byte, 0));
    }
    if (withMultipliers) words.push(rowValue(matrix.multipliers, row));
  }
  return Uint32Array.from(words);
}

/** Each row its bias and its weights, for sums that are scaled by constants elsewhere. */
export function plainSums(activation: LineValue): RowLayout {
  return {
    block: { rows: ROWS, units: 1, columns: 4, weightBytes: 1, extraBytes: ROWS * 4 },
    activation,
    pack: (matrix: QuantizedRows, rows, columns) => packRows(matrix, rows, columns, false),
    picture: [
      "  +------+-------------------------+------+----",
      "  | bias | weights of row 0        | bias | ... row 1",
      "  |      | one byte a column       |      |",
      "  +------+-------------------------+------+----",
    ],
  };
}

/** @param rows of a block */
export function plainRows(activation: LineValue, rows: 4 | 8 = ROWS): RowLayout {
  return {
    block: { rows, units: rows / 4, columns: 4, weightBytes: 1, extraBytes: rows * 8 },
    activation,
    multiplierRows: 1,
    pack: (matrix: QuantizedRows, sources, columns) => packRows(matrix, sources, columns),
    picture: [
      "  +------+-------------------------+------------+------+----",
      "  | bias | weights of row 0        | multiplier | bias | ... row 1",
      "  |      | one byte a column       |            |      |",
      "  +------+-------------------------+------------+------+----",
    ],
  };
}
