/**
 * Decides what the sums of an LSTM that keeps them cost in a step: multiply-accumulates and bytes, by the columns it took in.
 * How many those were only a run tells, or its twin; the elementwise part behind the sums is cost.ts's.
 */
import type { StreamLayout } from "./layout.ts";
import { ROW_RESULT_BYTES } from "./rows/row-layout.ts";

/** An entry of the list of moved columns: 8 * column and the difference [byte]. */
const ENTRY_BYTES = 4;
/** A multiplier, a kept sum [byte]. */
const ROW_FACT_BYTES = 4;

/** Of a step; bytes without what the compiler spills. */
export interface MovedWork {
  /** Useful multiply-accumulates [MAC]. */
  readonly macs: number;
  /** What executes: all rows of the columns that moved, padding among them; columns of padding never move [MAC]. */
  readonly paddedMacs: number;
  /** Multipliers of all rows, weights of the columns taken in; biases are read at a reset alone [byte]. */
  readonly weights: number;
  /** The values and what was seen of them, and the list of those that moved, read once for every block of rows [byte]. */
  readonly activations: number;
  /** Kept sums, updated where any column moved, read for their multipliers, and the rows' results [byte]. */
  readonly sums: number;
  /** Of those bytes. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/**
 * As templates/lstm-delta.hbs and delta.hbs do it. From one column on each further one adds the same.
 * @param stream of the part "columns"
 * @param lineBytes of a value in the joined vector
 * @param moved columns taken in, 0 to stream.columns
 */
export function movedWork(
  { rows, paddedRows, paddedColumns, blocks }: StreamLayout,
  lineBytes: number,
  moved: number,
): MovedWork {
  const passes = moved > 0 ? 1 : 0;
  // The list ends with a word of 0.
  const listBytes = ENTRY_BYTES * (moved + 1);
  const rowBytes = paddedRows * ROW_FACT_BYTES;
  const resultBytes = paddedRows * ROW_RESULT_BYTES;
  const weights = rowBytes + paddedRows * moved;
  const compared = 2 * paddedColumns * lineBytes;
  const taken = moved * lineBytes;
  const listRead = passes * blocks * listBytes;
  return {
    macs: rows * moved,
    paddedMacs: paddedRows * moved,
    weights,
    activations: compared + taken + listBytes + listRead,
    sums: (1 + 2 * passes) * rowBytes + 2 * resultBytes,
    bytesRead: weights + compared + listRead + (1 + passes) * rowBytes + resultBytes,
    bytesWritten: taken + listBytes + passes * rowBytes + resultBytes,
  };
}
