/**
 * Decides the stream of vector kernels: eight rows whose bytes take turns, one vector of columns each.
 * Which rows and columns go where is left to layout.ts.
 *
 *   8 words                biases
 *   per vector of columns  the weights of row 0, of row 1, ... of row 7, one byte a column
 *   8 words                multipliers
 */
import type { QuantizedRows } from "../../quantize/quantized-model.ts";
import { type LineValue, type RowLayout, rowValue, type Source, weightAt } from "./row-layout.ts";

const ROWS = 8;
/** The gates of eight units fill the vectors of the elementwise part. */
const UNITS = 8;

function packVectors(
  matrix: QuantizedRows,
  rows: readonly Source[],
  columns: readonly Source[],
  lanes: number,
): Uint32Array {
  const words: number[] = [];
  for (let block = 0; block < rows.length; block += ROWS) {
    const eight = rows.slice(block, block + ROWS);
    words.push(...eight.map((row) => rowValue(matrix.bias, row)));
    for (let first = 0; first < columns.length; first += lanes) {
      for (const row of eight) {
        for (let k = first; k < first + lanes; k += 4) {
          const bytes = [3, 2, 1, 0].map((i) => weightAt(matrix, row, columns[k + i]) & 0xff);
          words.push(bytes.reduce((word, byte) => word * 256 + byte, 0));
        }
      }
    }
    words.push(...eight.map((row) => rowValue(matrix.multipliers, row)));
  }
  return Uint32Array.from(words);
}

/** @param lanes activations in a 128-bit vector */
export function vectorRows(activation: LineValue, lanes: 8 | 16): RowLayout {
  return {
    block: { rows: ROWS, units: UNITS, columns: lanes, weightBytes: 1, extraBytes: ROWS * 8 },
    activation,
    z: "int16",
    pack: (matrix: QuantizedRows, rows, columns) => packVectors(matrix, rows, columns, lanes),
    picture: [
      "  +----------+---------------------------------+---------------+",
      `  | 8 biases | weights, ${String(lanes).padStart(2)} columns at a time   | 8 multipliers |`,
      "  +----------+---------------------------------+---------------+",
      `             | row 0 | row 1 | ... | row 7 |       ${lanes} bytes each`,
    ],
  };
}
