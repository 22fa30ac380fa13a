/**
 * Decides from sizes alone what a network takes on a target: blocks, padding, weight bytes, state, tables.
 * It foretells plan/layout.ts without weights, so that thousands of sizes can be judged; what they cost is left to predict.ts.
 */
import { GATES } from "../model/types.ts";
import { type BlockShape, LINE_VALUES } from "../plan/rows/row-layout.ts";
import { rowsSchedule, type Schedule, schedule } from "../plan/schedule.ts";
import type { Target } from "../plan/target.ts";
import { hasByteActivations, type IntegerFormat } from "../quantize/params.ts";
import { blockBytes, columnGranule, roundUp } from "./cache-line.ts";
import { type LayerShape, type NetworkShape, outputSizeOf } from "./network.ts";

/** A stream of weights: blocks of rows that read the same columns. */
export interface StreamFootprint {
  readonly blocks: number;
  readonly rows: number;
  readonly paddedRows: number;
  readonly columns: number;
  readonly paddedColumns: number;
  /** Of a block: whole laps of the loop over its columns, or whole groups of 4-bit weights. */
  readonly laps: number;
  /** Of a block: groups of 4-bit weights that are short of columns, the last of a vector. */
  readonly shortGroups: number;
  /** With biases and multipliers [byte]. */
  readonly bytes: number;
  /** The same without a row or column of padding [byte]. */
  readonly usefulBytes: number;
}

export interface LayerFootprint {
  readonly layer: LayerShape;
  readonly streams: readonly StreamFootprint[];
}

export interface NetworkFootprint {
  readonly shape: NetworkShape;
  readonly layers: readonly LayerFootprint[];
  /** Useful multiply-accumulates a step [MAC]. */
  readonly macs: number;
  /** What executes, padding included [MAC]. */
  readonly paddedMacs: number;
  /** Streams as they lie in memory; each is read once a step [byte]. */
  readonly weightBytes: number;
  /** The part of them that is padding [byte]. */
  readonly lostBytes: number;
  /** Activation tables [byte]. */
  readonly tableBytes: number;
  /** The state struct: lines of activations, cells, phase [byte]. */
  readonly stateBytes: number;
  /** One frame in and one out [byte]. */
  readonly edgeBytes: number;
}

/** Columns of a lap of the unrolled loops. */
export const LAP_COLUMNS = 32;
/** 512 pieces of a word: templates/table.hbs. */
const TABLE_BYTES = 2048;
const PHASE_BYTES = 4;
/** Of lines in the struct [byte]. */
const LINE_ALIGNMENT = 8;
const CELL_BYTES = 2;

/**
 * The footprint of a network on a target, in one of the project's integer formats.
 * @param fourBits of a schedule that has them: indices of the layers with 4-bit weights
 * @param granule of the lines; the schedule's own where nobody says
 */
export function footprintOfShape(
  shape: NetworkShape,
  target: Target,
  format: IntegerFormat,
  scheduled: Schedule = schedule(format, target),
  fourBits: readonly number[] = [],
  granule: number = columnGranule(target.lineBytes, scheduled.block),
): NetworkFootprint {
  const { activation } = scheduled;
  const padded = (size: number): number => roundUp(size, granule);
  const streamIn = (
    block: BlockShape,
    rows: number,
    paddedRows: number,
    parts: readonly number[],
  ): StreamFootprint => {
    const columns = parts.reduce((sum, part) => sum + part, 0);
    const vectors = parts.map(padded);
    const paddedColumns = vectors.reduce((sum, part) => sum + part, 0);
    const blocks = paddedRows / block.rows;
    const rowBytes = block.extraBytes / block.rows;
    const { groups } = block;
    // Groups begin anew with each vector, and its last one may be short.
    const laps = (groups ? vectors : [paddedColumns]).reduce(
      (sum, size) => sum + Math.floor(size / (groups?.columns ?? LAP_COLUMNS)),
      0,
    );
    const scales = groups
      ? vectors.reduce((sum, size) => sum + Math.ceil(size / groups.columns), 0)
      : 0;
    const scaleBytes = (scales * (groups?.bytes ?? 0)) / block.rows;
    return {
      blocks,
      rows,
      paddedRows,
      columns,
      paddedColumns,
      laps,
      shortGroups: scales === 0 ? 0 : scales - laps,
      bytes: blocks * blockBytes(vectors, block),
      usefulBytes: rows * (columns * block.weightBytes + rowBytes + scaleBytes),
    };
  };
  const layers = shape.layers.map((layer, index): LayerFootprint => {
    const { block } = rowsSchedule(scheduled, fourBits.includes(index));
    const stream = (rows: number, paddedRows: number, parts: readonly number[]): StreamFootprint =>
      streamIn(block, rows, paddedRows, parts);
    if (layer.kind === "dense") {
      const { inputSize, outputSize } = layer;
      return { layer, streams: [stream(outputSize, roundUp(outputSize, block.rows), [inputSize])] };
    }
    const { inputSize, hiddenSize } = layer;
    const joined = [inputSize, hiddenSize];
    if (layer.kind === "lstm") {
      const rows = GATES.length * hiddenSize;
      return {
        layer,
        streams: [stream(rows, GATES.length * roundUp(hiddenSize, block.units), joined)],
      };
    }
    const units = roundUp(hiddenSize, block.rows);
    return {
      layer,
      streams: [
        stream(2 * hiddenSize, 2 * units, joined),
        stream(hiddenSize, units, [inputSize]),
        stream(hiddenSize, units, [hiddenSize]),
      ],
    };
  });
  const streams = layers.flatMap((layer) => layer.streams);
  const sum = (of: (one: StreamFootprint) => number): number =>
    streams.reduce((total, one) => total + of(one), 0);
  const weightBytes = sum(({ bytes }) => bytes);
  const edge = hasByteActivations(format) ? 1 : 2;
  return {
    shape,
    layers,
    macs: sum(({ rows, columns }) => rows * columns),
    paddedMacs: sum(({ paddedRows, paddedColumns }) => paddedRows * paddedColumns),
    weightBytes,
    lostBytes: weightBytes - sum(({ usefulBytes }) => usefulBytes),
    tableBytes: TABLE_BYTES * tablesOf(shape),
    stateBytes: stateBytes(shape, padded, LINE_VALUES[activation].bytes, format, scheduled),
    edgeBytes: edge * (shape.inputSize + outputSizeOf(shape.layers.at(-1) as LayerShape)),
  };
}

/** Sigmoid and tanh have a table each. */
function tablesOf({ layers }: NetworkShape): number {
  const uses = (name: "sigmoid" | "tanh"): boolean =>
    layers.some((layer) => layer.kind !== "dense" || layer.activation === name);
  return Number(uses("sigmoid")) + Number(uses("tanh"));
}

/**
 * A line for the input with the recurrent layers behind it, and one for each dense layer that another reads; two copies
 * where a layer reads its own last output. A GRU in int8 keeps its state in 16 bits besides, one that resets before its
 * product a vector of gates and one of products for the time of a step.
 */
function stateBytes(
  { inputSize, layers }: NetworkShape,
  padded: (size: number) => number,
  valueBytes: number,
  format: IntegerFormat,
  { block }: Schedule,
): number {
  const lines = [{ columns: padded(inputSize), copies: 1 }];
  let cells = 0;
  let updateGates = 0;
  let resetHidden = 0;
  layers.forEach((layer, index) => {
    if (layer.kind === "dense") {
      if (index < layers.length - 1) lines.push({ columns: padded(layer.outputSize), copies: 1 });
      return;
    }
    const last = lines[lines.length - 1] as (typeof lines)[number];
    last.columns += padded(layer.hiddenSize);
    last.copies = 2;
    const unitsOfBlocks = roundUp(layer.hiddenSize, block.rows);
    if (layer.kind === "lstm") cells += roundUp(layer.hiddenSize, block.units);
    else {
      if (hasByteActivations(format)) cells += unitsOfBlocks;
      if (layer.resetAfter === false) {
        updateGates = Math.max(updateGates, unitsOfBlocks);
        resetHidden = Math.max(resetHidden, padded(layer.hiddenSize));
      }
    }
  });
  let end = 0;
  const add = (bytes: number, alignment: number): void => {
    end = roundUp(end, alignment) + bytes;
  };
  for (const { columns, copies } of lines) add(columns * copies * valueBytes, LINE_ALIGNMENT);
  add(cells * CELL_BYTES, CELL_BYTES);
  if (updateGates > 0) {
    add(updateGates * CELL_BYTES, CELL_BYTES);
    add(resetHidden * valueBytes, LINE_ALIGNMENT);
  }
  add(PHASE_BYTES, PHASE_BYTES);
  return roundUp(end, LINE_ALIGNMENT);
}
