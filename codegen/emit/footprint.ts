/**
 * Counts what the generated C takes in a device's memories: its constants and the state of one stream.
 * Code and stack are the compiler's: a build counts them.
 */
import type { CContext } from "./context-types.ts";

export interface Footprint {
  /** Weights, tables and the other constants [byte]. */
  readonly constantBytes: number;
  /** Of the state struct, padding included [byte]. */
  readonly stateBytes: number;
}

/** 512 pieces of a word. */
const TABLE_BYTES = 2048;
/** [256][4] singles. */
const PIECES_BYTES = 4096;
/** 256 points of 16 bits. */
const POINTS_BYTES = 512;
/** A multiplier and two shifts, padded. */
const SCALING_BYTES = 8;
/** Eleven scalings, an argument's three words, clip and zero point. */
const TFLITE_LSTM_BYTES = 11 * SCALING_BYTES + 12 + 8;

const TYPE_BYTES: Readonly<Record<string, number>> = {
  int8_t: 1,
  uint8_t: 1,
  int16_t: 2,
  int32_t: 4,
  float: 4,
};
const WORD_BYTES = 4;
/** Of lines and of what is read as they are. */
const LINE_ALIGNMENT = 8;

function bytesOf(type: string): number {
  const bytes = TYPE_BYTES[type];
  if (bytes === undefined) throw new RangeError(`the size of ${type} is not known`);
  return bytes;
}

function constantBytes({ arrays, tables, pieces, tflite, kernels }: CContext): number {
  const streams = arrays.reduce((sum, { bytes }) => sum + bytes, 0);
  const shared = tables.length * TABLE_BYTES + (pieces ? PIECES_BYTES : 0);
  const points = tflite && (tflite.sigmoid || tflite.tanh) ? POINTS_BYTES : 0;
  const own = kernels.reduce((sum, kernel) => {
    if (kernel.kind === "tflite-lstm") return sum + TFLITE_LSTM_BYTES;
    if (kernel.kind !== "tflite-dense") return sum;
    return sum + kernel.scalings.length * SCALING_BYTES;
  }, 0);
  return streams + shared + points + own;
}

/** The struct of templates/header.hbs, member by member. */
function structBytes(context: CContext): number {
  const { lines, lineType, cells, cellType, passes, scratch, fusion, zType } = context;
  const { delta, skip } = context;
  let end = 0;
  const member = (count: number, bytes: number, alignment = bytes): void => {
    end = Math.ceil(end / alignment) * alignment + count * bytes;
  };
  for (const { copies, columns } of lines) {
    member(copies * columns, bytesOf(lineType), LINE_ALIGNMENT);
  }
  for (const { size } of cells) member(size, bytesOf(cellType));
  for (const { rows, columns } of delta ? delta.layers : []) {
    member(rows, WORD_BYTES);
    member(columns, bytesOf(lineType));
  }
  if (skip) {
    member(context.outputSize, bytesOf(context.type));
    member(1, WORD_BYTES);
  }
  if (passes) {
    if (fusion.none) member(passes.sums, WORD_BYTES);
    member(passes.gates, bytesOf(zType));
  }
  if (scratch) {
    if (!fusion.none) member(scratch.updateGates, bytesOf(cellType));
    member(scratch.resetHidden, bytesOf(lineType), LINE_ALIGNMENT);
  }
  member(1, WORD_BYTES);
  const alignment = lines.length > 0 || scratch ? LINE_ALIGNMENT : WORD_BYTES;
  return Math.ceil(end / alignment) * alignment;
}

export function footprintOf(context: CContext): Footprint {
  return { constantBytes: constantBytes(context), stateBytes: structBytes(context) };
}
