/**
 * Declares a size that is judged: what it costs and how well it hears, each number with its kind.
 * Predicting the costs is left to codegen/size, judging to judge.ts.
 */

/** delta: as the model is, generated so that its LSTMs keep their sums. pad: zero units added. prune: units removed. retrain: trained at that size. given: as the model is. train: there is no model yet. */
export type Method = "given" | "delta" | "pad" | "prune" | "retrain" | "train";

export interface Quality {
  readonly metric: string;
  readonly unit: string;
  readonly value: number;
  /** measured: by the exact integer twin on held-out clips. modelled: between two sizes that were. */
  readonly kind: "measured" | "modelled";
  readonly source: string;
  /** 95 %, over clips. */
  readonly interval?: readonly [number, number];
}

/** How the model's steps leave work out, and how much they did on what quality was measured on. */
export interface LeftOut {
  /** As it is typed: "--delta 12,8". */
  readonly option: string;
  /** Columns that each LSTM took in a step, of those that it has: counted by the twin. */
  readonly columns: readonly { readonly of: number; readonly mean: number; readonly max: number }[];
  /** Of a step in which every LSTM takes in as many as it ever did [cycle]. */
  readonly worstCycles: number;
}

export interface SizeCandidate {
  /** One a recurrent layer. */
  readonly hiddenSizes: readonly number[];
  readonly method: Method;
  readonly macs: number;
  readonly paddedMacs: number;
  readonly weightBytes: number;
  /** The part of them that is padding. */
  readonly paddedBytes: number;
  readonly residentBytes: number;
  readonly streamedBytes: number;
  readonly linesTouched: number;
  readonly flashBytes: number;
  readonly ramBytes: number;
  /** [cycle]; null where the board's core has no timing table. */
  readonly cycles: {
    readonly value: number;
    readonly low: number;
    readonly high: number;
    readonly stalls: number;
  } | null;
  /** Then macs, streamedBytes and cycles are those of the mean step; absent where every step does all of its work. */
  readonly leftOut?: LeftOut;
  /** Null where nothing was measured at this size or on both sides of it. */
  readonly quality: Quality | null;
}

export interface SizeLimits {
  /** Longest time of a frame [ms]. */
  readonly latencyMs: number;
  /** Highest average power [mW]; null where none was asked for. */
  readonly powerMw: number | null;
  readonly flashBytes: number;
  readonly ramBytes: number;
}
