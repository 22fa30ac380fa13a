/**
 * Decides how a stream of 4-bit weights says which columns share a scale: a word before each group of four rows.
 * The order of the weights between those words is left to nibble-quads.ts and nibble-lanes.ts.
 *
 *   byte i, bits 0..6   scale of row i, 1..127; 0 for padding
 *   bit 31              the group has fewer than 32 columns: bits 7, 15 and 23 are then their number / 4, least first
 */
import type { QuantizedRows } from "../../quantize/quantized-model.ts";
import { GROUP_COLUMNS, groupOf, type WeightGroups } from "../../quantize/weight-groups.ts";
import { type Source, weightAt } from "./row-layout.ts";

/** A group with the padding behind it. */
export interface PaddedGroup {
  /** Of the scales. */
  readonly index: number;
  /** A multiple of four, at most 32. */
  readonly columns: readonly Source[];
}

/** The groups of a matrix in the order of the line; what pads a vector belongs to its last group. */
export function paddedGroups(
  { groups }: QuantizedRows,
  columns: readonly Source[],
): readonly PaddedGroup[] {
  if (!groups) throw new RangeError("these rows have no groups of 4-bit weights");
  const found: { index: number; columns: Source[] }[] = [];
  for (const column of columns) {
    const index = column === null ? found.at(-1)?.index : groupOf(groups, column);
    if (index === undefined) throw new RangeError("a line cannot begin with padding");
    const last = found.at(-1);
    if (last?.index === index) last.columns.push(column);
    else found.push({ index, columns: [column] });
  }
  for (const { index, columns: own } of found) {
    if (own.length % 4 === 0 && own.length <= GROUP_COLUMNS) continue;
    throw new RangeError(`group ${index} has ${own.length} columns`);
  }
  return found;
}

/** The word before a group, of four rows. */
export function groupWord(
  { groups }: QuantizedRows,
  rows: readonly Source[],
  { index, columns }: PaddedGroup,
): number {
  const { starts, scales } = groups as WeightGroups;
  const fours = columns.length / 4;
  const isPart = columns.length < GROUP_COLUMNS;
  return rows.reduceRight<number>((word, row, i) => {
    const scale = row === null ? 0 : (scales[row * starts.length + index] as number);
    const mark = isPart && (i === 3 || ((fours >> i) & 1) === 1) ? 0x80 : 0;
    return word * 256 + scale + mark;
  }, 0);
}

/** The 4 bits of a weight as a number, -7..7; padding is 0. */
export function nibbleAt(
  matrix: QuantizedRows,
  row: Source | undefined,
  column: Source | undefined,
  group: number,
): number {
  if (row == null) return 0;
  const { starts, scales } = matrix.groups as WeightGroups;
  return weightAt(matrix, row, column) / (scales[row * starts.length + group] as number);
}
