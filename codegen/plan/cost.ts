/**
 * Decides what one step of a plan costs: multiply-accumulates and bytes moved, counted from the layout.
 * Cycles are left to the timing tables, measured instructions to the host.
 */
import type { Kernel, Program } from "../lower/kernel-ir.ts";
import { FORMAT_FACTS } from "../quantize/params.ts";
import type { StreamLayout } from "./layout.ts";

export interface KernelCost {
  readonly kernel: string;
  /** Useful multiply-accumulates a step [MAC]. */
  readonly macs: number;
  /** What executes, padding included [MAC]. */
  readonly paddedMacs: number;
  /** Bytes of weights, biases and multipliers, padding included; each is read once a step. */
  readonly weightBytes: number;
  /** Bytes read a step: weights, activations, tables, state. */
  readonly bytesRead: number;
  /** Bytes written a step. */
  readonly bytesWritten: number;
}

/** The sum over all kernels, each field as in KernelCost. */
export type PlanCost = Omit<KernelCost, "kernel"> & { readonly kernels: readonly KernelCost[] };

const LINE_VALUE_BYTES = 2;
const CELL_BYTES = 2;
const TABLE_ROW_BYTES = 4;
/** Eight z of 4 bytes pass from the rows to the elementwise part. */
const BLOCK_RESULT_BYTES = 32;
/** sigmoid of three gates, tanh of the candidate and of the cell. */
const LOOKUPS_PER_UNIT = 5;

function costOfStream(kernel: Kernel, stream: StreamLayout, activationBytes: number): KernelCost {
  const { blocks, rows, columns, paddedRows, paddedColumns } = stream;
  const weightBytes = stream.words.byteLength;
  const streamed = weightBytes + blocks * (paddedColumns * LINE_VALUE_BYTES + BLOCK_RESULT_BYTES);
  const passed = blocks * BLOCK_RESULT_BYTES;
  const common = {
    kernel: kernel.name,
    macs: rows * columns,
    paddedMacs: paddedRows * paddedColumns,
    weightBytes,
  };
  if (kernel.kind === "lstm") {
    const units = 2 * blocks;
    return {
      ...common,
      bytesRead: streamed + units * (CELL_BYTES + LOOKUPS_PER_UNIT * TABLE_ROW_BYTES),
      bytesWritten: passed + units * (CELL_BYTES + LINE_VALUE_BYTES),
    };
  }
  const byTable = kernel.kind === "dense" && ["sigmoid", "tanh"].includes(kernel.layer.activation);
  const resultBytes = kernel.kind === "dense" && kernel.to === "output" ? activationBytes : 2;
  return {
    ...common,
    bytesRead: streamed + (byTable ? rows * TABLE_ROW_BYTES : 0),
    bytesWritten: passed + rows * resultBytes,
  };
}

function costOf(
  kernel: Kernel,
  streams: readonly StreamLayout[],
  activationBytes: number,
): KernelCost {
  if (kernel.kind === "lstm" || kernel.kind === "dense") {
    const stream = streams.find((candidate) => candidate.kernel === kernel.name);
    return costOfStream(kernel, stream as StreamLayout, activationBytes);
  }
  const edge = kernel.size * activationBytes;
  const inside = kernel.size * LINE_VALUE_BYTES;
  const [bytesRead, bytesWritten] = kernel.kind === "load-input" ? [edge, inside] : [inside, edge];
  return { kernel: kernel.name, macs: 0, paddedMacs: 0, weightBytes: 0, bytesRead, bytesWritten };
}

/** Counted, not estimated: each load and store of the plan, without the compiler's own spills. */
export function planCost(program: Program, streams: readonly StreamLayout[]): PlanCost {
  const { activationBytes } = FORMAT_FACTS[program.format];
  const kernels = program.kernels.map((kernel) => costOf(kernel, streams, activationBytes));
  const sum = (field: Exclude<keyof KernelCost, "kernel">): number =>
    kernels.reduce((total, kernel) => total + kernel[field], 0);
  return {
    macs: sum("macs"),
    paddedMacs: sum("paddedMacs"),
    weightBytes: sum("weightBytes"),
    bytesRead: sum("bytesRead"),
    bytesWritten: sum("bytesWritten"),
    kernels,
  };
}
