/**
 * Decides the stream of cores with a 32-bit multiplier and no SIMD for int16 activations: a byte a row, column by column.
 * Which rows and columns go where is left to layout.ts.
 *
 *   per row     1 word   bias
 *   per column  1 byte   for each row: weight + 128
 *   per row     1 word   multiplier
 *
 * The bytes are unsigned because Xtensa and Thumb-1 load no signed byte at an offset: sum w * x is
 * sum (w + 128) * x - 128 * (sum of x), and that last sum is the same for all rows.
 */
import type { QuantizedRows } from "../../quantize/quantized-model.ts";
import { type RowLayout, rowValue, type Source, weightAt } from "./row-layout.ts";

const OFFSET = 128;

function packColumns(
  matrix: QuantizedRows,
  rows: readonly Source[],
  columns: readonly Source[],
  blockRows: number,
): Uint32Array {
  const words: number[] = [];
  for (let block = 0; block < rows.length; block += blockRows) {
    const own = rows.slice(block, block + blockRows);
    words.push(...own.map((row) => rowValue(matrix.bias, row)));
    for (const column of columns) {
      for (let r = 0; r < blockRows; r += 4) {
        const bytes = own.slice(r, r + 4).map((row) => weightAt(matrix, row, column) + OFFSET);
        words.push(bytes.reduceRight((word, byte) => word * 256 + byte, 0));
      }
    }
    words.push(...own.map((row) => rowValue(matrix.multipliers, row)));
  }
  return Uint32Array.from(words);
}

/** @param rows of a block: what the core has registers for */
export function byteColumns(rows: 8 | 16): RowLayout {
  const digits = String(rows).padStart(2);
  return {
    block: { rows, units: rows / 4, columns: 4, weightBytes: 1, extraBytes: rows * 8 },
    activation: "int16",
    pack: (matrix: QuantizedRows, sources, columns) => packColumns(matrix, sources, columns, rows),
    picture: [
      "  +-----------+--------------------------+----------------+",
      `  | ${digits} biases | weights, column by       | ${digits} multipliers |`,
      "  |           | column: k = 0, 1, 2, ... |                |",
      "  +-----------+--------------------------+----------------+",
      "              | r0 r1 r2 ...             |   a byte a row, weight + 128",
    ],
  };
}
