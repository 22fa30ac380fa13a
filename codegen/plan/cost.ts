/**
 * Decides what one step of a plan costs: multiply-accumulates and bytes moved, counted from the layout.
 * Cycles are left to the timing tables, measured instructions to the host.
 */
import type { Kernel, Program } from "../lower/kernel-ir.ts";
import { GATES } from "../model/types.ts";
import { FORMAT_FACTS } from "../quantize/params.ts";
import type { StreamLayout } from "./layout.ts";
import { LINE_VALUES } from "./rows/row-layout.ts";
import type { Schedule } from "./schedule.ts";

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

const CELL_BYTES = 2;
const TABLE_ROW_BYTES = 4;
/** A row's z passes from the sums to the elementwise part as an int32. */
const ROW_RESULT_BYTES = 4;
/** sigmoid of three gates, tanh of the candidate and of the cell. */
const LOOKUPS_PER_UNIT = 5;

/** Bytes of one value: at the model's edge, and in a line. */
interface ValueBytes {
  readonly edge: number;
  readonly line: number;
}

function costOfStream(kernel: Kernel, stream: StreamLayout, bytes: ValueBytes): KernelCost {
  const { blocks, rows, columns, paddedRows, paddedColumns } = stream;
  const weightBytes = stream.words.byteLength;
  const passed = paddedRows * ROW_RESULT_BYTES;
  const streamed = weightBytes + blocks * paddedColumns * bytes.line + passed;
  const common = {
    kernel: kernel.name,
    macs: rows * columns,
    paddedMacs: paddedRows * paddedColumns,
    weightBytes,
  };
  if (kernel.kind === "lstm") {
    const units = paddedRows / GATES.length;
    return {
      ...common,
      bytesRead: streamed + units * (CELL_BYTES + LOOKUPS_PER_UNIT * TABLE_ROW_BYTES),
      bytesWritten: passed + units * (CELL_BYTES + bytes.line),
    };
  }
  const byTable = kernel.kind === "dense" && ["sigmoid", "tanh"].includes(kernel.layer.activation);
  const resultBytes = kernel.kind === "dense" && kernel.to === "output" ? bytes.edge : bytes.line;
  return {
    ...common,
    bytesRead: streamed + (byTable ? rows * TABLE_ROW_BYTES : 0),
    bytesWritten: passed + rows * resultBytes,
  };
}

function costOf(kernel: Kernel, streams: readonly StreamLayout[], bytes: ValueBytes): KernelCost {
  if (kernel.kind === "lstm" || kernel.kind === "dense") {
    const stream = streams.find((candidate) => candidate.kernel === kernel.name);
    return costOfStream(kernel, stream as StreamLayout, bytes);
  }
  const edge = kernel.size * bytes.edge;
  const inside = kernel.size * bytes.line;
  const [bytesRead, bytesWritten] = kernel.kind === "load-input" ? [edge, inside] : [inside, edge];
  return { kernel: kernel.name, macs: 0, paddedMacs: 0, weightBytes: 0, bytesRead, bytesWritten };
}

/** Counted, not estimated: each load and store of the plan, without the compiler's own spills. */
export function planCost(
  program: Program,
  streams: readonly StreamLayout[],
  { activation }: Schedule,
): PlanCost {
  const edge = FORMAT_FACTS[program.format].activationBytes;
  const bytes = { edge, line: LINE_VALUES[activation].bytes };
  const kernels = program.kernels.map((kernel) => costOf(kernel, streams, bytes));
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
