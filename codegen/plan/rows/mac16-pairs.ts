/**
 * Decides the stream of Xtensa's MAC16 kernel: eight rows as four pairs (A, B), one pair after the other.
 * Which rows and columns go where is left to layout.ts.
 *
 *   8 words                          biases
 *   per pair, per two columns a word columns k (low half) and k + 1 (high half), each 256*B + (A + 128)
 *   8 words                          multipliers
 *
 * A first pass over a pair sums D = 256 * SB + SU with U = A + 128, a second one SU, both modulo 2^40 in the only
 * accumulator there is. D - SU is 256 * SB, and SU - 128 * (sum of x) is SA. With int8 activations 256 * SB fits the
 * low word, the only one that is read; with int16 ones it does not, and the upper 8 bits are read, too.
 *
 * Four columns a lap, not eight: QEMU 7.2 with a plugin loses the first of two loads into one MAC16 register within a
 * translation block, and a loop's lap is one.
 */
import type { QuantizedRows } from "../../quantize/quantized-model.ts";
import { type RowLayout, rowValue, type Source, weightAt } from "./row-layout.ts";

const ROWS = 8;
const OFFSET = 128;

function packMac16(
  matrix: QuantizedRows,
  rows: readonly Source[],
  columns: readonly Source[],
): Uint32Array {
  const words: number[] = [];
  for (let block = 0; block < rows.length; block += ROWS) {
    const eight = rows.slice(block, block + ROWS);
    words.push(...eight.map((row) => rowValue(matrix.bias, row)));
    for (let pair = 0; pair < ROWS; pair += 2) {
      const half = (column: Source | undefined): number =>
        (256 * weightAt(matrix, eight[pair + 1], column) +
          weightAt(matrix, eight[pair], column) +
          OFFSET) &
        0xffff;
      for (let k = 0; k < columns.length; k += 2) {
        words.push(half(columns[k + 1]) * 65536 + half(columns[k]));
      }
    }
    words.push(...eight.map((row) => rowValue(matrix.multipliers, row)));
  }
  return Uint32Array.from(words);
}

export const MAC16_PAIRS: RowLayout = {
  block: { rows: ROWS, units: 2, columns: 4, weightBytes: 1, extraBytes: ROWS * 8 },
  activation: "int16",
  pack: packMac16,
  picture: [
    "  +----------+--------+--------+--------+--------+---------------+",
    "  | 8 biases | pair 0 | pair 1 | pair 2 | pair 3 | 8 multipliers |",
    "  +----------+--------+--------+--------+--------+---------------+",
    "             | k, k+1 | k+2, k+3 | ...     32 bits for two columns of rows A and B:",
    "             | B[k+1]  U[k+1]  B[k]  U[k] |  high byte first, U = A + 128",
  ],
};
