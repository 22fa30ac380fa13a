/**
 * Decides how long work takes: from instructions and cycles, and from data, rates and overhead.
 * Which roof binds, in words, is left to roofline.ts.
 */
import { outOfRange, requireAtLeast0, requirePositive } from "./number-limits.ts";

/**
 * Time of a program [s] = instructions x cycles per instruction / clock.
 * Source: Hennessy and Patterson, Computer Architecture, section 1.9.
 * @throws AnalysisError TP-USE-242
 */
export function programTime(instructions: number, cpi: number, clockHz: number): number {
  requireAtLeast0("instructions", instructions);
  return (instructions * requireAtLeast0("cpi", cpi)) / requirePositive("clockHz", clockHz);
}

/** Cycles per instruction [cycle/instruction]. @throws AnalysisError TP-USE-242 */
export function cyclesPerInstruction(cycles: number, instructions: number): number {
  return requireAtLeast0("cycles", cycles) / requirePositive("instructions", instructions);
}

/** A piece of work on a machine, in any consistent units of time. */
export interface Work {
  /** Operations, 2 a multiply-accumulate [op]. */
  readonly ops: number;
  /** Bytes moved at the memory level that holds the data [byte]. */
  readonly bytesMoved: number;
}

export interface Machine {
  /** [op/s] */
  readonly peakOpsPerSecond: number;
  /** [byte/s] */
  readonly peakBytesPerSecond: number;
  /** Share of the peak rate that real kernels reach, 0..1. */
  readonly computeEfficiency: number;
  /** Share of the peak bandwidth that real kernels reach, 0..1. */
  readonly memoryEfficiency: number;
  /** Time of one call with nothing in it [s]. */
  readonly overheadSeconds: number;
}

/** Time split by what it was spent on [s]; total = max(compute, memory) + overhead. */
export interface TimeParts {
  readonly computeSeconds: number;
  readonly memorySeconds: number;
  readonly overheadSeconds: number;
  readonly totalSeconds: number;
  readonly bound: "compute" | "memory" | "overhead";
}

/**
 * t = max(ops / (eta * peak), bytes / (eta_m * bandwidth)) + overhead: data and arithmetic overlap, the call does not.
 * Source: the roofline model (Williams, Waterman and Patterson 2009) with a launch cost, as mlsysim uses it.
 * @throws AnalysisError TP-USE-242 for a number that is not finite, work or overhead below 0, a rate that is not above 0
 */
export function timeOf(work: Work, machine: Machine): TimeParts {
  const { computeEfficiency, memoryEfficiency, overheadSeconds } = machine;
  requireAtLeast0("ops", work.ops);
  requireAtLeast0("bytesMoved", work.bytesMoved);
  requireAtLeast0("overheadSeconds", overheadSeconds);
  const peakOps = requirePositive("peakOpsPerSecond", machine.peakOpsPerSecond);
  const peakBytes = requirePositive("peakBytesPerSecond", machine.peakBytesPerSecond);
  const computeSeconds =
    work.ops / (requirePositive("computeEfficiency", computeEfficiency) * peakOps);
  const memorySeconds =
    work.bytesMoved / (requirePositive("memoryEfficiency", memoryEfficiency) * peakBytes);
  const busySeconds = Math.max(computeSeconds, memorySeconds);
  const busyBound = memorySeconds > computeSeconds ? "memory" : "compute";
  return {
    computeSeconds,
    memorySeconds,
    overheadSeconds,
    totalSeconds: busySeconds + overheadSeconds,
    bound: overheadSeconds > busySeconds ? "overhead" : busyBound,
  };
}

/**
 * Speed-up of the whole when a share of its time runs `factor` times faster: 1 / ((1 - share) + share / factor).
 * Source: Amdahl 1967.
 * @throws AnalysisError TP-USE-242
 */
export function amdahlSpeedup(share: number, factor: number): number {
  if (!(share >= 0 && share <= 1)) throw outOfRange("share", share, "from 0 to 1");
  return 1 / (1 - share + share / requirePositive("factor", factor));
}
