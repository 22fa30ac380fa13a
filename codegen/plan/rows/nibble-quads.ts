/**
 * Decides the stream of the DSP kernel for 4-bit weights: eight rows as two fours (A, B, C, D), two columns in a word.
 * Which rows and columns go where is left to layout.ts, the word before a group to nibble-groups.ts.
 *
 *   for each four rows
 *     4 words              16 times the bias
 *     per group  1 word    the scales of the four rows
 *                1 word    per two columns: k (low half) and k + 1 (high half)
 *     4 words              multipliers
 *
 * A half is A + 16 B + 256 C + 4096 D, each -7..7, which is at most 30583 and fits an int16. Shifted left by 4, 8 and 12
 * bits it is 16 (A + 16 B + 256 C), 256 (A + 16 B) and 4096 A: the rows above fall off its end. Over a group the loop sums
 * all four, by one SMLAD each, and a quarter (1 / 16, exactly) of each from the one before leaves 4096 times the sum of each row.
 */
import type { QuantizedRows } from "../../quantize/quantized-model.ts";
import { GROUP_COLUMNS } from "../../quantize/weight-groups.ts";
import { groupWord, nibbleAt, paddedGroups } from "./nibble-groups.ts";
import { type RowLayout, rowValue, type Source } from "./row-layout.ts";

const ROWS = 8;
/** The totals are kept so many times larger, as SMLAWB's product with a scale in a high byte leaves them. */
const TOTAL_FACTOR = 16;

/** One column of four rows, modulo 2^16. */
export function packHalf(nibbles: readonly number[]): number {
  return nibbles.reduceRight((half, nibble) => 16 * half + nibble, 0) & 0xffff;
}

function packQuads(
  matrix: QuantizedRows,
  rows: readonly Source[],
  columns: readonly Source[],
): Uint32Array {
  const groups = paddedGroups(matrix, columns);
  const words: number[] = [];
  for (let first = 0; first < rows.length; first += 4) {
    const four = rows.slice(first, first + 4);
    words.push(...four.map((row) => TOTAL_FACTOR * rowValue(matrix.bias, row)));
    for (const group of groups) {
      words.push(groupWord(matrix, four, group));
      const half = (k: number): number =>
        packHalf(four.map((row) => nibbleAt(matrix, row, group.columns[k], group.index)));
      for (let k = 0; k < group.columns.length; k += 2) words.push(half(k + 1) * 65536 + half(k));
    }
    words.push(...four.map((row) => rowValue(matrix.multipliers, row)));
  }
  // A Uint32Array keeps each word modulo 2^32.
  return Uint32Array.from(words);
}

export const NIBBLE_QUADS: RowLayout = {
  block: {
    rows: ROWS,
    units: 2,
    columns: 4,
    weightBytes: 0.5,
    extraBytes: ROWS * 8,
    groups: { columns: GROUP_COLUMNS, bytes: ROWS },
  },
  activation: "int16",
  pack: packQuads,
  picture: [
    "  +----------+---------------------------------+---------------+---- the same of",
    "  | 4 biases | groups of up to 32 columns      | 4 multipliers | ... rows 4 to 7",
    "  | times 16 |                                 |               |",
    "  +----------+---------------------------------+---------------+----",
    "             | 4 scales | two columns at a time: k = 0, 2, ... |   32 bits each",
    "             | d c b a  | D C B A of k+1 | D C B A of k        |   high bits first",
  ],
};
