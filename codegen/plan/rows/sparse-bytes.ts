/**
 * Decides the bytes of a tile for plain C: row after row, four columns each.
 * Which tiles are stored, and what stands around them, is left to sparse-tiles.ts.
 */
import type { QuantizedRows } from "../../quantize/quantized-model.ts";
import { type RowLayout, rowValue, type Source, weightAt } from "./row-layout.ts";
import { packTiles, SPARSE_BLOCK, SPARSE_PICTURE } from "./sparse-tiles.ts";

function pack(
  matrix: QuantizedRows,
  rows: readonly Source[],
  columns: readonly Source[],
): Uint32Array {
  return packTiles(
    matrix,
    rows,
    columns,
    (own) => own.map((row) => rowValue(matrix.bias, row)),
    (own, four) =>
      own.map((row) =>
        [3, 2, 1, 0].reduce((word, i) => word * 256 + (weightAt(matrix, row, four[i]) & 0xff), 0),
      ),
  );
}

export const SPARSE_BYTES: RowLayout = {
  block: SPARSE_BLOCK,
  activation: "int8",
  pack: (matrix, rows, columns) => pack(matrix as QuantizedRows, rows, columns),
  picture: [...SPARSE_PICTURE, "  A tile: a word a row, its four columns low byte first."],
};
