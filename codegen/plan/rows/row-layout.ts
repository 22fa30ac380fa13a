/**
 * Declares what a kernel variant fixes about a weight stream: the shape of a block, its bits, its picture.
 * One file a layout implements it; which layout a target gets is left to schedule.ts.
 */
import type { Rows } from "../../quantize/twin.ts";

/** A row or column of the padded matrix: its index in the quantized one, or null for padding. */
export type Source = number | null;

export interface BlockShape {
  /** Rows whose sums one pass over the columns makes. */
  readonly rows: number;
  /** Units whose gates lie side by side, in 4 * units / rows blocks. */
  readonly units: number;
  /** The least columns the loop takes at a time; a multiple of units. */
  readonly columns: number;
  /** At rest; what 4-bit weights share with their group is in `groups` [byte]. */
  readonly weightBytes: 0.5 | 1 | 2 | 4;
  /** Beside its weights: a bias a row, and a multiplier where rows are integers [byte]. */
  readonly extraBytes: number;
  /** Of 4-bit weights: the most columns that share a scale, and what a group of them takes of a block [byte]. */
  readonly groups?: { readonly columns: number; readonly bytes: number };
  /** Of sparse weights: columns come in tiles of `columns`, and those of zeros alone are not stored (sparse-tiles.ts). */
  readonly tiles?: true;
}

/** How an activation lies in a line: as it is, or 128 added to an int8 one. */
export type LineValue = "int8" | "int16" | "uint8" | "float32";

/** Facts of each: its bytes, and what stands for the activation 0. */
export const LINE_VALUES: Readonly<
  Record<LineValue, { readonly bytes: 1 | 2 | 4; readonly zero: 0 | 128 }>
> = {
  int8: { bytes: 1, zero: 0 },
  int16: { bytes: 2, zero: 0 },
  uint8: { bytes: 1, zero: 128 },
  float32: { bytes: 4, zero: 0 },
};

/** A row's z passes from the sums to the elementwise part as an int32 or a float [byte]. */
export const ROW_RESULT_BYTES = 4;

export interface RowLayout {
  readonly block: BlockShape;
  readonly activation: LineValue;
  /** A pre-activation that waits for the elementwise part; int32 where it is not given. */
  readonly z?: "int16";
  /** Rows whose multipliers follow their weights; those of a block where it is not given. */
  readonly multiplierRows?: 1;
  /**
   * @param matrix of the format that the layout is for: the schedule pairs them
   * @param rows rows in the order of execution, a multiple of block.rows
   * @param columns columns in the order of the line, a multiple of block.columns
   * @returns the stream as little-endian words
   */
  pack(matrix: Rows, rows: readonly Source[], columns: readonly Source[]): Uint32Array;
  /** The order of a block in ASCII, at most 94 columns wide, for the generated header. */
  readonly picture: readonly string[];
}

/** The weight of a padded matrix; padding is 0. */
export function weightAt(
  { weights, columns }: Rows,
  row: Source | undefined,
  column: Source | undefined,
): number {
  return row == null || column == null ? 0 : (weights[row * columns + column] as number);
}

/** A row's bias or multiplier; padding is 0. */
export function rowValue(values: Int32Array | Float32Array, row: Source | undefined): number {
  return row == null ? 0 : (values[row] as number);
}
