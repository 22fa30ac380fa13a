/**
 * Decides what one step of a plan costs: multiply-accumulates and bytes moved, counted from the layout.
 * Cycles are left to the timing tables, measured instructions to the host.
 */
import {
  isLayerKernel,
  type Kernel,
  type LayerKernel,
  type Program,
  type SoftmaxKernel,
} from "../lower/kernel-ir.ts";
import { GATES } from "../model/types.ts";
import { VALUE_BYTES } from "../quantize/params.ts";
import { hasHalves } from "../quantize/quantized-model.ts";
import type { StreamLayout } from "./layout.ts";
import { movedWork } from "./moved-work.ts";
import { passTraffic } from "./passes.ts";
import { LINE_VALUES, ROW_RESULT_BYTES } from "./rows/row-layout.ts";
import { TILE_COLUMNS, TILE_ROWS } from "./rows/sparse-tiles.ts";
import type { Schedule } from "./schedule.ts";

export interface KernelCost {
  readonly kernel: string;
  /** Useful multiply-accumulates a step; of sparse weights those of stored tiles [MAC]. */
  readonly macs: number;
  /** The same of all weights, those that are left out included [MAC]. */
  readonly networkMacs: number;
  /** What executes, padding included [MAC]. */
  readonly paddedMacs: number;
  /** Bytes of weights, biases and multipliers, padding included; each is read once a step. */
  readonly weightBytes: number;
  /** Bytes read a step: weights, activations, tables, state. */
  readonly bytesRead: number;
  /** Bytes written a step. */
  readonly bytesWritten: number;
  /** Of both: what passes over buffers read and write that a fused kernel does not. */
  readonly passBytes: number;
}

/** The sum over all kernels, each field as in KernelCost. */
export type PlanCost = Omit<KernelCost, "kernel"> & { readonly kernels: readonly KernelCost[] };

/** A normalized value's gain and bias [byte]. */
export const NORM_BYTES = 8;
/** How often it is read: for the mean, the variance and the result. */
export const NORM_PASSES = 3;
/** A softmax reads its values for the largest, the sum and the results, and a power for each of the latter two. */
export const SOFTMAX_PASSES = 3;
const POWER_PASSES = 2;
const POWER_BYTES = 4;
/** LSTM: sigmoid of three gates, tanh of the candidate and of the cell. GRU: sigmoid of two, tanh of the candidate. */
const LOOKUPS_PER_UNIT = { lstm: 5, gru: 3 } as const;

/** Bytes of one value each [byte]. */
export interface ValueBytes {
  /** At the model's edge, and in a line. */
  readonly edge: number;
  readonly line: number;
  /** An LSTM's cell, a GRU's wide hidden state, an update gate that waits: int16 or float. */
  readonly state: number;
  /** What an activation reads of its table: a word, or the four coefficients of a cubic. */
  readonly tableRow: number;
}

export function valueBytes(
  { format, input }: Pick<Program, "format" | "input">,
  { activation }: Schedule,
): ValueBytes {
  const own = { edge: VALUE_BYTES[input.type], line: LINE_VALUES[activation].bytes };
  return format === "float32"
    ? { ...own, state: 4, tableRow: 16 }
    : { ...own, state: 2, tableRow: 4 };
}

type Moved = Pick<KernelCost, "bytesRead" | "bytesWritten">;
type StreamCost = Omit<KernelCost, "kernel" | "passBytes">;

/** What one stream multiplies. */
export function workOfStream(stream: StreamLayout): Pick<
  KernelCost,
  "macs" | "networkMacs" | "paddedMacs"
> & {
  /** Activations that it reads, each again for every block. */
  readonly activations: number;
} {
  const { blocks, rows, columns, paddedRows, paddedColumns, tiles } = stream;
  const networkMacs = rows * columns;
  if (tiles) {
    const paddedMacs = tiles.stored * TILE_ROWS * TILE_COLUMNS;
    return { macs: tiles.macs, networkMacs, paddedMacs, activations: tiles.stored * TILE_COLUMNS };
  }
  const paddedMacs = paddedRows * paddedColumns;
  return { macs: networkMacs, networkMacs, paddedMacs, activations: blocks * paddedColumns };
}

/**
 * The sums of one stream: weights, activations again for each block, and the results read back. Of one whose columns are taken
 * in by themselves: all of them.
 */
function costOfStream(stream: StreamLayout, bytes: ValueBytes): StreamCost {
  const weightBytes = stream.words.byteLength;
  const { activations, ...macs } = workOfStream(stream);
  if (stream.part === "columns") {
    const moved = movedWork(stream, bytes.line, stream.columns);
    const { paddedMacs, bytesRead, bytesWritten } = moved;
    return { ...macs, paddedMacs, weightBytes, bytesRead, bytesWritten };
  }
  const passed = stream.paddedRows * ROW_RESULT_BYTES;
  return {
    ...macs,
    weightBytes,
    bytesRead: weightBytes + activations * bytes.line + passed,
    bytesWritten: passed,
  };
}

/** Rows of activation tables that a kernel reads a step. */
export function lookUpsOf(kernel: Kernel, streams: readonly StreamLayout[]): number {
  if (!isLayerKernel(kernel)) return 0;
  if (kernel.kind === "dense") {
    const { outputSize, activation } = kernel.layer;
    return activation === "sigmoid" || activation === "tanh" ? outputSize : 0;
  }
  const own = streams.find((stream) => stream.kernel === kernel.name) as StreamLayout;
  const units = kernel.kind === "lstm" ? own.paddedRows / GATES.length : kernel.layer.hiddenSize;
  return units * LOOKUPS_PER_UNIT[kernel.kind];
}

/** What the elementwise part moves besides the sums. */
function costOfUnits(
  kernel: LayerKernel,
  streams: readonly StreamLayout[],
  bytes: ValueBytes,
): Moved {
  const tables = lookUpsOf(kernel, streams) * bytes.tableRow;
  if (kernel.kind === "dense") {
    return {
      bytesRead: tables,
      bytesWritten: kernel.layer.outputSize * (kernel.to === "output" ? bytes.edge : bytes.line),
    };
  }
  if (kernel.kind === "lstm") {
    const units = (streams[0] as StreamLayout).paddedRows / GATES.length;
    // The sum of both halves takes the place of one, and is read again.
    const added = hasHalves(kernel.layer) ? GATES.length * ROW_RESULT_BYTES : 0;
    return {
      bytesRead: tables + units * (bytes.state + added),
      bytesWritten: units * (bytes.state + bytes.line + added),
    };
  }
  const units = kernel.layer.hiddenSize;
  // In int16x8 and float32 the line holds all bits of the state. Resetting before the product reads the state once more, and
  // leaves a gate and a reset value between its two passes.
  const wide = bytes.edge === 1 ? bytes.state : 0;
  const passes = kernel.layer.resetAfter ? 0 : bytes.state;
  const product = kernel.layer.resetAfter ? 0 : bytes.line;
  return {
    bytesRead: tables + units * (bytes.state + 2 * passes),
    bytesWritten: units * (wide + bytes.line + passes + product),
  };
}

function costOfMove(kernel: string, bytesRead: number, bytesWritten: number): KernelCost {
  const none = { macs: 0, networkMacs: 0, paddedMacs: 0, weightBytes: 0, passBytes: 0 };
  return { kernel, ...none, bytesRead, bytesWritten };
}

function costOf(
  kernel: Kernel,
  streams: readonly StreamLayout[],
  schedule: Schedule,
  bytes: ValueBytes,
): KernelCost {
  if (isLayerKernel(kernel)) {
    const own = streams.filter((stream) => stream.kernel === kernel.name);
    const sums = own.map((stream) => costOfStream(stream, bytes));
    const total = (field: keyof (typeof sums)[number]): number =>
      sums.reduce((sum, one) => sum + one[field], 0);
    const moved = costOfUnits(kernel, own, bytes);
    const passes = passTraffic(kernel, own, schedule);
    return {
      kernel: kernel.name,
      macs: total("macs"),
      networkMacs: total("networkMacs"),
      paddedMacs: total("paddedMacs"),
      weightBytes: total("weightBytes"),
      bytesRead: total("bytesRead") + moved.bytesRead + passes.read,
      bytesWritten: total("bytesWritten") + moved.bytesWritten + passes.written,
      passBytes: passes.read + passes.written,
    };
  }
  if (kernel.kind === "window") {
    const moved = kernel.layer.taps * kernel.layer.inputSize * bytes.line;
    return costOfMove(kernel.name, moved, moved);
  }
  if (kernel.kind === "layer-norm") {
    const { size } = kernel.layer;
    const weightBytes = size * NORM_BYTES;
    const written = size * (kernel.to === "output" ? bytes.edge : bytes.line);
    const cost = costOfMove(kernel.name, weightBytes + NORM_PASSES * size * bytes.line, written);
    return { ...cost, weightBytes };
  }
  if (kernel.kind === "softmax") {
    const { size } = kernel.layer;
    const written = size * (kernel.to === "output" ? bytes.edge : bytes.line);
    const read = SOFTMAX_PASSES * size * bytes.line + powerBytes(kernel);
    return costOfMove(kernel.name, read, written);
  }
  const edge = kernel.size * bytes.edge;
  const inside = kernel.size * bytes.line;
  return kernel.kind === "load-input"
    ? costOfMove(kernel.name, edge, inside)
    : costOfMove(kernel.name, inside, edge);
}

/** Bytes that a softmax reads of a table of powers; in float32 it computes them. */
export function powerBytes({ layer }: SoftmaxKernel): number {
  return layer.output.type === "float32" ? 0 : POWER_PASSES * layer.size * POWER_BYTES;
}

/** Counted, not estimated: each load and store of the plan, without the compiler's own spills. */
export function planCost(
  program: Program,
  streams: readonly StreamLayout[],
  schedule: Schedule,
): PlanCost {
  const bytes = valueBytes(program, schedule);
  const kernels = program.kernels.map((kernel) => costOf(kernel, streams, schedule, bytes));
  const sum = (field: Exclude<keyof KernelCost, "kernel">): number =>
    kernels.reduce((total, kernel) => total + kernel[field], 0);
  return {
    macs: sum("macs"),
    networkMacs: sum("networkMacs"),
    paddedMacs: sum("paddedMacs"),
    weightBytes: sum("weightBytes"),
    bytesRead: sum("bytesRead"),
    bytesWritten: sum("bytesWritten"),
    passBytes: sum("passBytes"),
    kernels,
  };
}
