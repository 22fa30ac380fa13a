/**
 * Decides where every activation and weight lies: padded segments, their columns, and the rows of each block.
 * The bits of a block are left to packing.ts, the C that reads them to templates/.
 */
import type { DenseKernel, Line, LstmKernel, Program } from "../lower/kernel-ir.ts";
import { GATES } from "../model/types.ts";
import type { Format } from "../quantize/params.ts";
import { blockBytes, columnGranule, ROWS_PER_BLOCK, roundUp } from "../size/cache-line.ts";
import { packStream, type Source } from "./packing.ts";
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
  /** int16 values in one copy. */
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

export function layOutLine(line: Line, target: Target): LineLayout {
  const granule = columnGranule(target.lineBytes);
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

/** A block is units u and u + 1 of all four gates: pair g holds gate g of both. */
function lstmRowSources(hiddenSize: number): readonly Source[] {
  const rows: Source[] = [];
  for (let unit = 0; unit < hiddenSize; unit += 2) {
    for (let gate = 0; gate < GATES.length; gate++) {
      const row = gate * hiddenSize + unit;
      rows.push(row, unit + 1 < hiddenSize ? row + 1 : null);
    }
  }
  return rows;
}

function denseRowSources(outputSize: number): readonly Source[] {
  return Array.from({ length: roundUp(outputSize, ROWS_PER_BLOCK) }, (_, row) =>
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
  format: Format,
  target: Target,
): StreamLayout {
  const { matrix } = kernel.layer;
  const columns = columnSources(segmentsRead(kernel, lines));
  const rows =
    kernel.layer.kind === "lstm"
      ? lstmRowSources(kernel.layer.hiddenSize)
      : denseRowSources(kernel.layer.outputSize);
  return {
    kernel: kernel.name,
    blocks: rows.length / ROWS_PER_BLOCK,
    blockBytes: blockBytes(columns.length),
    rows: matrix.rows,
    paddedRows: rows.length,
    columns: matrix.columns,
    paddedColumns: columns.length,
    alignment: Math.max(8, target.lineBytes),
    words: packStream(matrix, format, rows, columns),
  };
}

/** All lines and, in order of execution, all streams of a program. */
export function layOut(
  program: Program,
  target: Target,
): { readonly lines: readonly LineLayout[]; readonly streams: readonly StreamLayout[] } {
  const lines = program.lines.map((line) => layOutLine(line, target));
  const streams = program.kernels.flatMap((kernel) =>
    kernel.kind === "lstm" || kernel.kind === "dense"
      ? [layOutStream(kernel, lines, program.format, target)]
      : [],
  );
  return { lines, streams };
}

/** The order of the streams as an ASCII picture for the generated header, at most 96 columns wide. */
export function streamPicture(streams: readonly StreamLayout[]): readonly string[] {
  return [
    "Weights: one stream a layer, read once a step, front to back, in blocks of eight rows:",
    "  +----------+-----------------------------+---------------+",
    "  | 8 biases | weights, two columns at a   | 8 multipliers |",
    "  |          | time: k = 0, 2, 4, ...      |               |",
    "  +----------+-----------------------------+---------------+",
    "             | pair 0 | pair 1 | pair 2 | pair 3 |   32 bits each, rows A and B of a pair:",
    "             | B[k+1]  A[k+1]  B[k]  A[k] |          high byte first",
    ...streams.map(
      ({ kernel, blocks, blockBytes: bytes, paddedColumns }) =>
        `  ${kernel}: ${blocks} x ${bytes} B, ${paddedColumns} columns`,
    ),
  ];
}
