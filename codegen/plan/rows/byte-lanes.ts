/**
 * Decides the stream of cores with a 32-bit multiplier and no SIMD: four rows' bytes in a word, one word a column.
 * Which rows and columns go where is left to layout.ts.
 *
 *   per four rows  4 words      what the sums start from
 *   per column     1 word       for each four rows: u0 (low byte), u1, u2, u3 with u = weight + 128
 *   per row        1 word       multiplier
 *
 * Activations lie in the line as v = activation + 128. All bytes are unsigned, so a product with the word's even
 * bytes, (u0 + 2^16 u2) * v, has u0 * v < 2^16 below u2 * v and nothing runs over. Per four rows the loop sums
 *   word * v                 = S0 + 2^8 S1 + 2^16 S2 + 2^24 S3   modulo 2^32
 *   (u0 + 2^16 u2) * v       = S0 + 2^16 S2                      modulo 2^32
 *   that >> 16               = S2
 *   u3 * v                   = S3
 * from which every S follows modulo 2^24 at least, which is what 256 * accumulator needs: three multiplications and
 * four additions for four multiply-accumulates, and no sign extension.
 */
import type { QuantizedRows } from "../../quantize/quantized-model.ts";
import { type RowLayout, rowValue, type Source, weightAt } from "./row-layout.ts";

/** What is added to a weight and to an activation to make it unsigned. */
export const UNSIGNED_OFFSET = 128;

/**
 * What S of a row must start from, so that S less 128 * (sum of v) is the accumulator with its bias:
 * sum (u - 128)(v - 128) = S - 128 * sum v - 128 * sum u + 128^2 * columns.
 */
export function startOf(
  matrix: QuantizedRows,
  row: Source | undefined,
  columns: readonly Source[],
) {
  const sum = columns.reduce<number>(
    (total, column) => total + weightAt(matrix, row, column) + UNSIGNED_OFFSET,
    0,
  );
  return rowValue(matrix.bias, row) - UNSIGNED_OFFSET * sum + UNSIGNED_OFFSET ** 2 * columns.length;
}

/** The four sums' starts, in the order of the loop above. */
function startWords(s0: number, s1: number, s2: number, s3: number): readonly number[] {
  const even = s0 + Math.imul(s2, 1 << 16);
  return [even + Math.imul(s1, 1 << 8) + Math.imul(s3, 1 << 24), even, s2, s3];
}

function packLanes(
  matrix: QuantizedRows,
  rows: readonly Source[],
  columns: readonly Source[],
  blockRows: number,
): Uint32Array {
  const words: number[] = [];
  for (let block = 0; block < rows.length; block += blockRows) {
    const fours = Array.from({ length: blockRows / 4 }, (_, four) =>
      rows.slice(block + 4 * four, block + 4 * four + 4),
    );
    for (const four of fours) {
      const [s0, s1, s2, s3] = four.map((row) => startOf(matrix, row, columns));
      words.push(...startWords(s0 as number, s1 as number, s2 as number, s3 as number));
    }
    for (const column of columns) {
      for (const four of fours) {
        words.push(
          four.reduceRight<number>(
            (word, row) => word * 256 + weightAt(matrix, row, column) + UNSIGNED_OFFSET,
            0,
          ),
        );
      }
    }
    for (const row of rows.slice(block, block + blockRows)) {
      words.push(rowValue(matrix.multipliers, row));
    }
  }
  // A Uint32Array keeps each word modulo 2^32.
  return Uint32Array.from(words);
}

/** @param rows of a block: what the core has registers for */
export function byteLanes(rows: 8 | 16): RowLayout {
  return {
    block: { rows, units: rows / 4, columns: 4, weightBytes: 1, extraBytes: rows * 8 },
    activation: "uint8",
    pack: (matrix: QuantizedRows, sources, columns) => packLanes(matrix, sources, columns, rows),
    picture: [
      "  +----------------------+--------------------------+----------------------+",
      `  | ${String(rows).padStart(2)} starts of the sums | weights, column by       | ${String(rows).padStart(2)} multipliers       |`,
      "  | with the biases      | column: k = 0, 1, 2, ... |                      |",
      "  +----------------------+--------------------------+----------------------+",
      "                         | a word for each 4 rows:  |   weights and activations + 128",
      "                         | r3  r2  r1  r0           |   high byte first",
    ],
  };
}
