/**
 * Decides where every activation and weight lies: padded segments, their columns, and the rows of each block.
 * The bits of a block are left to rows/, the C that reads them to templates/.
 */
import {
  type GruKernel,
  isLayerKernel,
  type KernelRows,
  kernelRows,
  type LayerKernel,
  type Line,
  type Program,
} from "../lower/kernel-ir.ts";
import { checkMovedColumns } from "../quantize/delta.ts";
import type { QuantizedRows } from "../quantize/quantized-model.ts";
import { blockBytes, columnGranule, roundUp } from "../size/cache-line.ts";
import { MOVED_BLOCK, packMovedColumns } from "./rows/moved-columns.ts";
import { LINE_VALUES, type Source } from "./rows/row-layout.ts";
import { countTiles, type TileCounts } from "./rows/sparse-tiles.ts";
import { ROW_LAYOUTS, rowsSchedule, type Schedule } from "./schedule.ts";
import type { Target } from "./target.ts";

/** A gate in Q0.15, and a sum before its multiplier. */
const GATE_BYTES = 2;
const SUM_BYTES = 4;

export interface SegmentLayout {
  readonly name: string;
  readonly size: number;
  /** First column in the line. */
  readonly column: number;
  /** Size with its padding, whose weights are zero. */
  readonly paddedSize: number;
}

export interface LineLayout {
  readonly name: string;
  readonly copies: 1 | 2;
  /** Values in one copy. */
  readonly columns: number;
  readonly segments: readonly SegmentLayout[];
}

/** What layers keep between passes within a step; all of them share it. */
export interface Scratch {
  /** Of a GRU that resets before its product: update gates, int16; whole blocks of units. */
  readonly updateGates: number;
  /** Of the same: r * h as products read it, padded as the hidden state is. */
  readonly resetHidden: number;
  /** Unless all is fused: pre-activations of a layer, whole blocks of rows. */
  readonly gates: number;
  /** Where nothing is fused: int32 sums of a matrix before their multipliers, whole blocks of rows. */
  readonly sums: number;
  /** All of them [byte]. */
  readonly bytes: number;
}

export interface StreamLayout {
  /** The kernel that reads it. */
  readonly kernel: string;
  /** Of a kernel that reads several: which rows these are. */
  readonly part?: KernelRows["part"];
  /** Its weights have 4 bits, beside streams whose weights are bytes. */
  readonly fourBits?: true;
  readonly blocks: number;
  /** Null where each block stores other tiles. */
  readonly blockBytes: number | null;
  /** What is stored of sparse weights; absent: all. */
  readonly tiles?: TileCounts;
  readonly rows: number;
  readonly paddedRows: number;
  readonly columns: number;
  readonly paddedColumns: number;
  /** Bytes at which the array starts: the target's line, at least a double word. */
  readonly alignment: number;
  readonly words: Uint32Array;
}

export function layOutLine(line: Line, target: Target, { block }: Schedule): LineLayout {
  const granule = columnGranule(target.lineBytes, block);
  let column = 0;
  const segments = line.segments.map(({ name, size }) => {
    const segment = { name, size, column, paddedSize: roundUp(size, granule) };
    column += segment.paddedSize;
    return segment;
  });
  return { name: line.name, copies: line.copies, columns: column, segments };
}

/** Columns of the segments a kernel reads, as columns of its matrix; null where padding lies. */
function columnSources(segments: readonly SegmentLayout[]): readonly Source[] {
  let first = 0;
  return segments.flatMap(({ size, paddedSize }) => {
    const start = first;
    first += size;
    return Array.from({ length: paddedSize }, (_, k) => (k < size ? start + k : null));
  });
}

/** Gate by gate, `units` units side by side. */
function gateRowSources(hiddenSize: number, gates: number, units: number): readonly Source[] {
  const rows: Source[] = [];
  for (let first = 0; first < hiddenSize; first += units) {
    for (let gate = 0; gate < gates; gate++) {
      for (let unit = first; unit < first + units; unit++) {
        rows.push(unit < hiddenSize ? gate * hiddenSize + unit : null);
      }
    }
  }
  return rows;
}

/**
 * Units of a GRU or rows of a dense layer that lie side by side, and those of an LSTM. A GRU's gates reach over a whole
 * block each, so that its four sums of a unit lie one block apart, whichever vectors they come from.
 */
export function unitsSideBySide(kernel: LayerKernel, { block }: Schedule): number {
  return kernel.kind === "lstm" ? block.units : block.rows;
}

/** The segments that some rows of a kernel read. */
export function segmentsRead(
  kernel: LayerKernel,
  reads: KernelRows["reads"],
  lines: readonly LineLayout[],
): readonly SegmentLayout[] {
  const { line, segment } = kernel.from;
  const first = reads === "hidden" ? segment + 1 : segment;
  const end = reads === "input" ? segment + 1 : segment + 2;
  return (lines[line] as LineLayout).segments.slice(first, end);
}

/** Columns of those segments, padding included. */
export function columnsRead(
  kernel: LayerKernel,
  reads: KernelRows["reads"],
  lines: readonly LineLayout[],
): number {
  return segmentsRead(kernel, reads, lines).reduce((sum, { paddedSize }) => sum + paddedSize, 0);
}

/** Rows and the padding that fills their last block. */
function wholeBlocks(rows: readonly Source[], blockRows: number): readonly Source[] {
  const missing = roundUp(rows.length, blockRows) - rows.length;
  return [...rows, ...new Array<null>(missing).fill(null)];
}

/** @throws PlanError TP-PLAN-034 for more columns than a delta LSTM can list */
export function layOutStream(
  kernel: LayerKernel,
  { part, matrix, gates, reads }: KernelRows,
  lines: readonly LineLayout[],
  target: Target,
  schedule: Schedule,
): StreamLayout {
  const moved = part === "columns";
  const isGrouped = "groups" in matrix;
  const { variant, block: ownBlock } = rowsSchedule(schedule, isGrouped);
  const block = moved ? MOVED_BLOCK : ownBlock;
  const vectors = segmentsRead(kernel, reads, lines);
  const columns = columnSources(vectors);
  if (moved) checkMovedColumns(kernel.layer.name, columns.length);
  const own = gateRowSources(matrix.rows / gates, gates, unitsSideBySide(kernel, schedule));
  const rows = moved ? wholeBlocks(own, block.rows) : own;
  const tiles = block.tiles ? countTiles(matrix as QuantizedRows, rows, columns) : null;
  return {
    kernel: kernel.name,
    ...(part ? { part } : {}),
    ...(isGrouped && schedule.fourBits ? { fourBits: true } : {}),
    blocks: rows.length / block.rows,
    blockBytes: tiles
      ? null
      : blockBytes(
          vectors.map(({ paddedSize }) => paddedSize),
          block,
        ),
    ...(tiles ? { tiles } : {}),
    rows: matrix.rows,
    paddedRows: rows.length,
    columns: matrix.columns,
    paddedColumns: columns.length,
    alignment: Math.max(8, target.lineBytes),
    words: moved
      ? packMovedColumns(matrix as QuantizedRows, rows, columns)
      : ROW_LAYOUTS[variant].pack(matrix, rows, columns),
  };
}

/**
 * Pre-activations that a layer holds at once. A GRU that resets before its product has used those of its gates, where
 * they become gates in the same pass, before it makes those of its candidate.
 */
function gatesHeld(kernel: LayerKernel, rows: readonly number[], { fusion }: Schedule): number {
  const total = rows.reduce((sum, one) => sum + one, 0);
  const twice = kernel.kind === "gru" && !kernel.layer.resetAfter && fusion === "partial";
  return twice ? total / 2 : total;
}

/** The least that the largest of the layers needs; zeros where none does. */
export function layOutScratch(
  program: Program,
  lines: readonly LineLayout[],
  streams: readonly StreamLayout[],
  schedule: Schedule,
): Scratch {
  const { block, variant, fusion, activation } = schedule;
  const passes = program.kernels.filter(
    (kernel) => kernel.kind === "gru" && !kernel.layer.resetAfter,
  ) as readonly GruKernel[];
  const gates = program.kernels.filter(isLayerKernel).map((kernel) => {
    const own = streams.filter((stream) => stream.kernel === kernel.name);
    return gatesHeld(
      kernel,
      own.map(({ paddedRows }) => paddedRows),
      schedule,
    );
  });
  const held = {
    // Where nothing is fused they stay among the other gates.
    updateGates:
      fusion === "none"
        ? 0
        : Math.max(0, ...passes.map(({ layer }) => roundUp(layer.hiddenSize, block.rows))),
    resetHidden: Math.max(0, ...passes.map((kernel) => columnsRead(kernel, "hidden", lines))),
    gates: fusion === "full" ? 0 : Math.max(0, ...gates),
    sums: fusion === "none" ? Math.max(0, ...streams.map(({ paddedRows }) => paddedRows)) : 0,
  };
  return {
    ...held,
    bytes:
      held.updateGates * GATE_BYTES +
      held.resetHidden * LINE_VALUES[activation].bytes +
      held.gates * (ROW_LAYOUTS[variant].z ? 2 : 4) +
      held.sums * SUM_BYTES,
  };
}

/** All lines and, in order of execution, all streams of a program. */
export function layOut(
  program: Program,
  target: Target,
  schedule: Schedule,
): { readonly lines: readonly LineLayout[]; readonly streams: readonly StreamLayout[] } {
  const lines = program.lines.map((line) => layOutLine(line, target, schedule));
  const streams = program.kernels.flatMap((kernel) =>
    isLayerKernel(kernel)
      ? kernelRows(kernel).map((rows) => layOutStream(kernel, rows, lines, target, schedule))
      : [],
  );
  return { lines, streams };
}
