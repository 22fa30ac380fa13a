/**
 * Decides the float32 stream of cores with a float unit: sixteen rows side by side, column by column.
 * Which rows and columns go where is left to layout.ts.
 *
 *   16 floats           biases
 *   per column 16       a weight of each row
 *
 * Each row adds its products in the order of its columns, to an accumulator of its own: sixteen of them hide the latency
 * of a float unit, fill four vectors, and leave half of 32 registers for weights and products.
 */
import type { FloatRows } from "../../quantize/float32-model.ts";
import { type RowLayout, rowValue, type Source, weightAt } from "./row-layout.ts";

const ROWS = 16;

function packColumns(
  matrix: FloatRows,
  rows: readonly Source[],
  columns: readonly Source[],
): Uint32Array {
  const values: number[] = [];
  for (let block = 0; block < rows.length; block += ROWS) {
    const own = rows.slice(block, block + ROWS);
    values.push(...own.map((row) => rowValue(matrix.bias, row)));
    for (const column of columns) {
      values.push(...own.map((row) => weightAt(matrix, row, column)));
    }
  }
  return new Uint32Array(Float32Array.from(values).buffer);
}

export const FLOAT_COLUMNS: RowLayout = {
  block: { rows: ROWS, units: ROWS / 4, columns: 4, weightBytes: 4, extraBytes: ROWS * 4 },
  activation: "float32",
  pack: packColumns,
  picture: [
    "  +-----------+--------------------------+----",
    "  | 16 biases | weights, column by       | ... next block",
    "  |           | column: k = 0, 1, 2, ... |",
    "  +-----------+--------------------------+----",
    "              | r0 r1 r2 ... r15         |   a float a row",
  ],
};
