/**
 * Decides which hidden sizes fill a target's line without padding, and says so in three lines for the header.
 * Ranking hidden sizes by speed, energy and quality is left to size/'s other judges; packing to plan/.
 */
import type { BlockShape } from "../plan/rows/row-layout.ts";
import type { Target } from "../plan/target.ts";

/** What a block holds beside its weights. */
function extrasOf({ rows, extraBytes }: BlockShape): string {
  return extraBytes > 4 * rows ? "biases and multipliers" : "biases";
}

/** Beyond the biases and multipliers of a block a line cannot be filled by them. */
function usedLine(lineBytes: number, { extraBytes }: BlockShape): number {
  return Math.min(lineBytes, extraBytes);
}

/**
 * Activation columns come in multiples of this, so that every block of the stream fills whole lines. With groups their words
 * lie between the weights, and no length of rows would fill lines: what the loop takes is all there is. Tiles that are left out
 * shift all that follow them.
 */
export function columnGranule(lineBytes: number, block: BlockShape): number {
  if (block.groups || block.tiles) return block.columns;
  return Math.max(block.columns, usedLine(lineBytes, block) / (block.rows * block.weightBytes));
}

export function roundUp(value: number, granule: number): number {
  return Math.ceil(value / granule) * granule;
}

/**
 * Bytes of one block of the stream: its rows of weights, biases and multipliers, and the scales of groups.
 * @param vectors columns of each vector that the rows read, padding included
 */
export function blockBytes(vectors: readonly number[], block: BlockShape): number {
  const columns = vectors.reduce((sum, size) => sum + size, 0);
  const { groups } = block;
  const count = groups
    ? vectors.reduce((sum, size) => sum + Math.ceil(size / groups.columns), 0)
    : 0;
  return block.rows * columns * block.weightBytes + count * (groups?.bytes ?? 0) + block.extraBytes;
}

export interface LineVerdict {
  readonly verdict: "fits" | "padded";
  readonly lineBytes: number;
  readonly lineRule: Target["lineRule"];
  /** Input sizes that are multiples of this need no padding; a GRU's hidden size fills whole blocks of rows besides. */
  readonly granule: number;
  readonly inputSize: number;
  readonly paddedInputSize: number;
  readonly hiddenSize: number;
  readonly paddedHiddenSize: number;
  /** Bytes of one block. */
  readonly blockBytes: number;
  /** The part of the stream's weights that is padding, 0..1. */
  readonly paddedShare: number;
  /** The nearest hidden sizes without padding: [at or below, at or above]. */
  readonly nearest: readonly [number, number];
  /** What the generated header says: the line, the block, the verdict. */
  readonly explanation: readonly [string, string, string];
}

/** Gates of a unit, counted as rows over the joined vector: the halves of a GRU's candidate are one. */
const ROWS_PER_UNIT = { lstm: 4, gru: 3 } as const;

/**
 * Judges one recurrent layer on a target.
 * @param inputSize values that the layer reads from the layer before it
 * @param granule of the line that it reads; its own where all layers have the same blocks
 */
export function judgeHiddenSize(
  inputSize: number,
  hiddenSize: number,
  target: Target,
  block: BlockShape,
  kind: keyof typeof ROWS_PER_UNIT = "lstm",
  granule: number = columnGranule(target.lineBytes, block),
): LineVerdict {
  // An LSTM's units side by side always divide a granule; a GRU's are as many as a block has rows.
  const hiddenGranule = kind === "lstm" ? granule : Math.max(granule, block.rows);
  const paddedInputSize = roundUp(inputSize, granule);
  const paddedHiddenSize = roundUp(hiddenSize, hiddenGranule);
  const vectors = [paddedInputSize, roundUp(hiddenSize, granule)] as const;
  const columns = vectors[0] + vectors[1];
  const units = roundUp(hiddenSize, kind === "lstm" ? block.units : block.rows);
  const rows = ROWS_PER_UNIT[kind];
  const useful = rows * hiddenSize * (inputSize + hiddenSize);
  const paddedShare = 1 - useful / (rows * units * columns);
  const bytes = blockBytes(vectors, block);
  const fits = paddedShare === 0;
  const below = Math.max(hiddenGranule, Math.floor(hiddenSize / hiddenGranule) * hiddenGranule);
  const filled = block.tiles
    ? " and a list with every tile stored, of which those of zeros alone are left out"
    : block.groups
      ? `: ${block.groups.columns} columns share a scale, and blocks follow one another across lines`
      : ` = ${bytes / usedLine(target.lineBytes, block)} whole lines`;
  const percent = (paddedShare * 100).toFixed(1);
  const multiples = granule === hiddenGranule ? granule : `${granule} and ${hiddenGranule}`;
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
      `Block: ${block.rows} rows x ${columns} columns with ${extrasOf(block)} are ${bytes} B${filled}.`,
      fits
        ? `Size: input ${inputSize} and hidden ${hiddenSize} are multiples of ${multiples}: no padding.`
        : `Size: input ${inputSize} -> ${paddedInputSize}, hidden ${hiddenSize} -> ${paddedHiddenSize} with zero weights (multiples of ${multiples}): ${percent} % padding.`,
    ],
  };
}
