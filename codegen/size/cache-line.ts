/**
 * Decides which hidden sizes fill a target's line without padding, and says so in three lines for the header.
 * Ranking hidden sizes by speed, energy and quality is left to size/'s other judges; packing to plan/.
 */
import type { Target } from "../plan/target.ts";

/** Rows that one block of the weight stream holds. */
export const ROWS_PER_BLOCK = 8;
/** Beside its weights a block holds a bias and a multiplier a row [byte]. */
export const BLOCK_EXTRA_BYTES = ROWS_PER_BLOCK * 8;
/** Two words of activations, one LDRD: the least a kernel takes. */
const LEAST_COLUMNS = 4;
/** Beyond 64 bytes the biases and multipliers no longer fill whole lines. */
const LONGEST_LINE = BLOCK_EXTRA_BYTES;

/** Activation columns come in multiples of this, so that every block of the stream fills whole lines. */
export function columnGranule(lineBytes: number): number {
  return Math.max(LEAST_COLUMNS, Math.min(lineBytes, LONGEST_LINE) / ROWS_PER_BLOCK);
}

export function roundUp(value: number, granule: number): number {
  return Math.ceil(value / granule) * granule;
}

/** Bytes of one block of the stream: 8 rows of `columns` int8 weights, biases and multipliers. */
export function blockBytes(columns: number): number {
  return ROWS_PER_BLOCK * columns + BLOCK_EXTRA_BYTES;
}

export interface LineVerdict {
  readonly verdict: "fits" | "padded";
  readonly lineBytes: number;
  readonly lineRule: Target["lineRule"];
  /** Hidden and input sizes that are multiples of this need no padding. */
  readonly granule: number;
  readonly inputSize: number;
  readonly paddedInputSize: number;
  readonly hiddenSize: number;
  readonly paddedHiddenSize: number;
  /** Bytes of one block: two units, or one unit pair of every gate. */
  readonly blockBytes: number;
  /** The part of the stream's weights that is padding, 0..1. */
  readonly paddedShare: number;
  /** The nearest hidden sizes without padding: [at or below, at or above]. */
  readonly nearest: readonly [number, number];
  /** What the generated header says: the line, the block, the verdict. */
  readonly explanation: readonly [string, string, string];
}

/**
 * Judges one LSTM layer on a target.
 * @param inputSize values that the layer reads from the layer before it
 */
export function judgeHiddenSize(
  inputSize: number,
  hiddenSize: number,
  target: Target,
): LineVerdict {
  const granule = columnGranule(target.lineBytes);
  const paddedInputSize = roundUp(inputSize, granule);
  const paddedHiddenSize = roundUp(hiddenSize, granule);
  const columns = paddedInputSize + paddedHiddenSize;
  // Units come in pairs, which a granule of 4 or more columns always covers.
  const units = roundUp(hiddenSize, 2);
  const useful = 4 * hiddenSize * (inputSize + hiddenSize);
  const paddedShare = 1 - useful / (4 * units * columns);
  const bytes = blockBytes(columns);
  const fits = paddedShare === 0;
  const below = Math.max(granule, Math.floor(hiddenSize / granule) * granule);
  const lines = bytes / Math.min(target.lineBytes, LONGEST_LINE);
  const percent = (paddedShare * 100).toFixed(1);
  return {
    verdict: fits ? "fits" : "padded",
    lineBytes: target.lineBytes,
    lineRule: target.lineRule,
    granule,
    inputSize,
    paddedInputSize,
    hiddenSize,
    paddedHiddenSize,
    blockBytes: bytes,
    paddedShare,
    nearest: [below, paddedHiddenSize],
    explanation: [
      `Line: ${target.id} reads weights ${target.lineBytes} B at a time (${target.lineRule}): ${target.lineWhy}.`,
      `Block: 8 rows x ${columns} columns with biases and multipliers are ${bytes} B = ${lines} whole lines.`,
      fits
        ? `Size: input ${inputSize} and hidden ${hiddenSize} are multiples of ${granule}: no padding.`
        : `Size: input ${inputSize} -> ${paddedInputSize}, hidden ${hiddenSize} -> ${paddedHiddenSize} with zero weights (multiples of ${granule}): ${percent} % padding.`,
    ],
  };
}
