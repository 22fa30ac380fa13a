/**
 * The record of one workload on one machine, the same for a board, an emulator, this computer, a rented device or the
 * log of somebody else's tool. Reading files into it is left to import/, comparing records to machine-table.ts.
 */
import type { Roof, RooflineDocument } from "./board-roofline.ts";
import type { Kind, Quantity } from "./quantity.ts";
import type { Waterfall } from "./waterfall.ts";

/** What the numbers were taken on. */
export type MachineClass = "board" | "emulated board" | "computer" | "accelerator" | "unknown";

/** What one repetition does; null where the file does not say. */
export interface Workload {
  readonly name: string;
  /** Useful operations, 2 a multiply-accumulate [op]. */
  readonly ops: Quantity | null;
  /** Bytes moved at the memory that holds the data [byte]. */
  readonly bytesMoved: Quantity | null;
  /** Trained numbers, where known: what a platform of another precision would move. */
  readonly parameters?: number;
  /** The workload whose time holds this one's, for a kernel or a layer. */
  readonly partOf?: string;
  /** Layers with weights, where known: what an accelerator launches. */
  readonly layers?: number;
}

/**
 * Order statistics of the time of one repetition [s]; null where a summary does not give them. Percentiles follow
 * LoadGen: sorted ascending, a[trunc(n * p)].
 */
export interface TimeStatistics {
  readonly kind: Kind;
  readonly source: string;
  readonly unit: "s";
  /** Repetitions behind the statistics; null when the file does not say. */
  readonly count: number | null;
  readonly min: number | null;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  /** Largest relative error of the percentiles: 0 when every sample was sorted. */
  readonly relativeError: number;
}

/** What is known of a machine's time below its roofs; seconds. */
export interface TimeModel {
  /** Share of the highest arithmetic and of the bandwidth that real code reaches [0..1]. */
  readonly utilisation: Quantity;
  readonly memoryShare: Quantity;
  /** Time of the calls around the work [s]. */
  readonly overhead: Quantity;
  /** The part of it that one call in place of one a layer would save [s]. */
  readonly launchOverhead: number;
  /** Of the workload's bytes: weights, and values that only pass from layer to layer [byte]. */
  readonly weightBytes: number;
  readonly intermediateBytes: number;
}

/** What a run's own roofline knows that a roof, operations and bytes alone do not tell. */
export type RooflineDetail = Pick<RooflineDocument, "levels" | "terms" | "whatIfs"> & {
  /** Kernels of the workload. */
  readonly parts: RooflineDocument["dots"];
  /** Its traffic and its optimisation, where they are known. */
  readonly waterfalls: readonly Waterfall[];
};

/** One workload on one machine. */
export interface MachineRecord {
  /** Lower-case words joined by "-", unique in a document. */
  readonly id: string;
  /** The machine, as its maker or its operating system calls it. */
  readonly machine: string;
  readonly machineClass: MachineClass;
  readonly workload: Workload;
  readonly time: TimeStatistics | null;
  /** Times of the repetitions in their order [s]; empty when there were too many to keep, or only a summary. */
  readonly samples: readonly number[];
  /** Which of several runs kept together this is, from 1; a record without it is of the only run. */
  readonly run?: number;
  /** Whatever else was given, by name with the unit left to the quantity: "throughput", "energyPerRun", "mfu". */
  readonly metrics: Readonly<Record<string, Quantity>>;
  /** Roofs of the machine, per second, the highest arithmetic and the memory of `bytesMoved` first; empty: not known. */
  readonly roofs: readonly Roof[];
  readonly detail?: RooflineDetail;
  readonly timeModel?: TimeModel;
  /** The format's name, the file, and which of its records this one was made from. */
  readonly origin: { readonly format: string; readonly file: string; readonly records: string };
  /** Runtime, threads, precision, compiler: whatever the file tells of how it was run, in its own words. */
  readonly setup: Readonly<Record<string, string>>;
  /** What a reader must know: debug builds, throttling, missing counters. */
  readonly warnings: readonly string[];
}
