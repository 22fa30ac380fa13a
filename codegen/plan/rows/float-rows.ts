/**
 * Decides the float32 stream of plain C: row after row, each its bias and its weights.
 * Which rows and columns go where is left to layout.ts.
 */
import type { FloatRows } from "../../quantize/float32-model.ts";
import { type RowLayout, rowValue, type Source, weightAt } from "./row-layout.ts";

const ROWS = 4;

function packRows(
  matrix: FloatRows,
  rows: readonly Source[],
  columns: readonly Source[],
): Uint32Array {
  const values = rows.flatMap((row) => [
    rowValue(matrix.bias, row),
    ...columns.map((column) => weightAt(matrix, row, column)),
  ]);
  return new Uint32Array(Float32Array.from(values).buffer);
}

export const FLOAT_ROWS: RowLayout = {
  block: { rows: ROWS, units: 1, columns: 1, weightBytes: 4, extraBytes: ROWS * 4 },
  activation: "float32",
  pack: packRows,
  picture: [
    "  +------+-------------------------+------+----",
    "  | bias | weights of row 0        | bias | ... row 1",
    "  |      | a float a column        |      |",
    "  +------+-------------------------+------+----",
  ],
};
