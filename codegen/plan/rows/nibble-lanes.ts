/**
 * Decides the stream of 4-bit weights for cores without SIMD: eight rows in a word, one word a column.
 * Which rows and columns go where is left to layout.ts, the words before a group to nibble-groups.ts.
 *
 *   8 words              biases
 *   per group  2 words   the scales of rows 0 to 3 and of rows 4 to 7
 *              1 word    per column: u = weight + 8 of row r in bits 4r..4r+3 (r < 4), or 16 + 4 (r - 4)..
 *   8 words              multipliers
 *
 * Four bits out of each half of a word, u_r + 2^16 u_(r+4), times an activation x, summed over a group, less
 * 8 * (1 + 2^16) * (sum of x), is Q_r + 2^16 Q_(r+4) modulo 2^32 with Q the sums over the signed weights. Those of a group are
 * int16, so both follow exactly: one multiplication for two multiply-accumulates.
 */
import type { QuantizedRows } from "../../quantize/quantized-model.ts";
import { GROUP_COLUMNS } from "../../quantize/weight-groups.ts";
import { groupWord, nibbleAt, paddedGroups } from "./nibble-groups.ts";
import { type RowLayout, rowValue, type Source } from "./row-layout.ts";

const ROWS = 8;
/** What is added to a weight to make it unsigned. */
const OFFSET = 8;

function packLanes(
  matrix: QuantizedRows,
  rows: readonly Source[],
  columns: readonly Source[],
): Uint32Array {
  const groups = paddedGroups(matrix, columns);
  const words: number[] = [];
  for (let first = 0; first < rows.length; first += ROWS) {
    const eight = rows.slice(first, first + ROWS);
    words.push(...eight.map((row) => rowValue(matrix.bias, row)));
    for (const group of groups) {
      words.push(groupWord(matrix, eight.slice(0, 4), group));
      words.push(groupWord(matrix, eight.slice(4), group));
      for (const column of group.columns) {
        words.push(
          eight.reduceRight<number>(
            (word, row) => word * 16 + nibbleAt(matrix, row, column, group.index) + OFFSET,
            0,
          ),
        );
      }
    }
    words.push(...eight.map((row) => rowValue(matrix.multipliers, row)));
  }
  // A Uint32Array keeps each word modulo 2^32.
  return Uint32Array.from(words);
}

export const NIBBLE_LANES: RowLayout = {
  block: {
    rows: ROWS,
    units: 2,
    columns: 4,
    weightBytes: 0.5,
    extraBytes: ROWS * 8,
    groups: { columns: GROUP_COLUMNS, bytes: ROWS },
  },
  activation: "int8",
  pack: packLanes,
  picture: [
    "  +----------+---------------------------------+---------------+",
    "  | 8 biases | groups of up to 32 columns      | 8 multipliers |",
    "  +----------+---------------------------------+---------------+",
    "             | 8 scales | column by column: a word of 8 rows,",
    "             | a byte   | r7 r6 r5 r4 r3 r2 r1 r0, weights + 8, high bits first",
  ],
};
