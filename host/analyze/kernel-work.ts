/**
 * The work of each kernel of a step, with its bytes by what they hold: the generator's own counts.
 * Collecting them is left to workflow/, comparing them with what was counted to traffic-waterfall.ts.
 */
import { requireFiniteIn } from "./number-limits.ts";

/** Bytes read and written a step, by what they hold [byte]. */
export interface TrafficParts {
  /** Weights, biases and multipliers, padding included; each is read once. */
  readonly weights: number;
  /** Inputs, hidden states and outputs. */
  readonly activations: number;
  /** Cell states, which live from step to step. */
  readonly state: number;
  /** Rows of activation functions' tables. */
  readonly tables: number;
  /** A row's sum on its way to the elementwise part. */
  readonly sums: number;
}

export const TRAFFIC_PARTS = ["weights", "activations", "state", "tables", "sums"] as const;

export interface KernelWork {
  readonly name: string;
  /** Useful multiply-accumulates a step. */
  readonly macs: number;
  /** What executes, padding included. */
  readonly paddedMacs: number;
  /** Rows of its matrix, padding included; 0 for a kernel that only moves values. */
  readonly rows: number;
  readonly traffic: TrafficParts;
}

/** The sum over all kernels, part by part [byte]. @throws AnalysisError TP-USE-242 */
export function totalTraffic(work: readonly KernelWork[]): TrafficParts {
  requireFiniteIn("the work", work);
  const sum = (part: keyof TrafficParts) =>
    work.reduce((total, { traffic }) => total + traffic[part], 0);
  return {
    weights: sum("weights"),
    activations: sum("activations"),
    state: sum("state"),
    tables: sum("tables"),
    sums: sum("sums"),
  };
}

/** All bytes of a kernel or a step [byte]. @throws AnalysisError TP-USE-242 */
export function allTraffic(traffic: TrafficParts): number {
  requireFiniteIn("the traffic", traffic);
  return TRAFFIC_PARTS.reduce((total, part) => total + traffic[part], 0);
}
