/**
 * Decides where every activation and weight lies: padded segments, their columns, and the rows of each block.
 * The bits of a block are left to rows/, the C that reads them to templates/.
 */
import type { DenseKernel, Line, LstmKernel, Program } from "../lower/kernel-ir.ts";
import { GATES } from "../model/types.ts";
import { blockBytes, columnGranule, roundUp } from "../size/cache-line.ts";
import type { Source } from "./rows/row-layout.ts";
import { ROW_LAYOUTS, type Schedule } from "./schedule.ts";
import type { Target } from "./target.ts";

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

export interface StreamLayout {
  /** The kernel that reads it. */
  readonly kernel: string;
  readonly blocks: number;
  readonly blockBytes: number;
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
function lstmRowSources(hiddenSize: number, units: number): readonly Source[] {
  const rows: Source[] = [];
  for (let first = 0; first < hiddenSize; first += units) {
    for (let gate = 0; gate < GATES.length; gate++) {
      for (let unit = first; unit < first + units; unit++) {
        rows.push(unit < hiddenSize ? gate * hiddenSize + unit : null);
      }
    }
  }
  return rows;
}

function denseRowSources(outputSize: number, blockRows: number): readonly Source[] {
  return Array.from({ length: roundUp(outputSize, blockRows) }, (_, row) =>
    row < outputSize ? row : null,
  );
}

/** The segments that a kernel's joined vector is made of. */
export function segmentsRead(
  kernel: LstmKernel | DenseKernel,
  lines: readonly LineLayout[],
): readonly SegmentLayout[] {
  const { line, segment } = kernel.from;
  const count = kernel.kind === "lstm" ? 2 : 1;
  return (lines[line] as LineLayout).segments.slice(segment, segment + count);
}

export function layOutStream(
  kernel: LstmKernel | DenseKernel,
  lines: readonly LineLayout[],
  target: Target,
  { variant, block }: Schedule,
): StreamLayout {
  const { matrix } = kernel.layer;
  const columns = columnSources(segmentsRead(kernel, lines));
  const rows =
    kernel.layer.kind === "lstm"
      ? lstmRowSources(kernel.layer.hiddenSize, block.units)
      : denseRowSources(kernel.layer.outputSize, block.rows);
  return {
    kernel: kernel.name,
    blocks: rows.length / block.rows,
    blockBytes: blockBytes(columns.length, block),
    rows: matrix.rows,
    paddedRows: rows.length,
    columns: matrix.columns,
    paddedColumns: columns.length,
    alignment: Math.max(8, target.lineBytes),
    words: ROW_LAYOUTS[variant].pack(matrix, rows, columns),
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
    kernel.kind === "lstm" || kernel.kind === "dense"
      ? [layOutStream(kernel, lines, target, schedule)]
      : [],
  );
  return { lines, streams };
}

/** The order of the streams as an ASCII picture for the generated header, at most 96 columns wide. */
export function streamPicture(
  streams: readonly StreamLayout[],
  { variant, block }: Schedule,
): readonly string[] {
  return [
    `Weights: one stream a layer, read once a step, front to back, in blocks of ${block.rows} rows:`,
    ...ROW_LAYOUTS[variant].picture,
    ...streams.map(
      ({ kernel, blocks, blockBytes: bytes, paddedColumns }) =>
        `  ${kernel}: ${blocks} x ${bytes} B, ${paddedColumns} columns`,
    ),
  ];
}
