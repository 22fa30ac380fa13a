/**
 * Decides the bytes of a tile for DSP kernels: eight rows as four pairs (A, B), as in packed-pairs.ts.
 * Which tiles are stored, and what stands around them, is left to sparse-tiles.ts.
 */
import type { QuantizedRows } from "../../quantize/quantized-model.ts";
import { packBiases, packWord } from "./packed-pairs.ts";
import { type RowLayout, rowValue, type Source, weightAt } from "./row-layout.ts";
import { packTiles, SPARSE_BLOCK, SPARSE_PICTURE, TILE_COLUMNS } from "./sparse-tiles.ts";

const PAIRS = [0, 2, 4, 6] as const;

function pack(
  matrix: QuantizedRows,
  rows: readonly Source[],
  columns: readonly Source[],
): Uint32Array {
  const biases = (own: readonly Source[]): readonly number[] =>
    PAIRS.flatMap((a) =>
      packBiases("int8", rowValue(matrix.bias, own[a]), rowValue(matrix.bias, own[a + 1])),
    );
  const tile = (own: readonly Source[], four: readonly Source[]): readonly number[] => {
    const words: number[] = [];
    for (let k = 0; k < TILE_COLUMNS; k += 2) {
      for (const a of PAIRS) {
        const weight = (row: number, column: number): number =>
          weightAt(matrix, own[row], four[column]);
        words.push(
          packWord("int8", weight(a, k), weight(a + 1, k), weight(a, k + 1), weight(a + 1, k + 1)),
        );
      }
    }
    return words;
  };
  return packTiles(matrix, rows, columns, biases, tile);
}

export const SPARSE_PAIRS: RowLayout = {
  block: SPARSE_BLOCK,
  activation: "int16",
  pack: (matrix, rows, columns) => pack(matrix as QuantizedRows, rows, columns),
  picture: [
    ...SPARSE_PICTURE,
    "  A tile: columns k and k+1 of four pairs, then k+2 and k+3; 32 bits each, rows A and B of a pair:",
    "  B[k+1]  A[k+1]  B[k]  A[k]   high byte first",
  ],
};
