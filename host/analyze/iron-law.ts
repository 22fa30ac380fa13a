/**
 * Decides how long work takes: from instructions and cycles, and from data, rates and overhead.
 * Which roof binds, in words, is left to roofline.ts.
 */

/**
 * Time of a program [s] = instructions x cycles per instruction / clock.
 * Source: Hennessy and Patterson, Computer Architecture, section 1.9.
 */
export function programTime(instructions: number, cpi: number, clockHz: number): number {
  return (instructions * cpi) / positive("clockHz", clockHz);
}

/** Cycles per instruction [cycle/instruction]. */
export function cyclesPerInstruction(cycles: number, instructions: number): number {
  return cycles / positive("instructions", instructions);
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
 */
export function timeOf(work: Work, machine: Machine): TimeParts {
  const { computeEfficiency, memoryEfficiency, overheadSeconds } = machine;
  const peakOps = positive("peakOpsPerSecond", machine.peakOpsPerSecond);
  const peakBytes = positive("peakBytesPerSecond", machine.peakBytesPerSecond);
  const computeSeconds = work.ops / (positive("computeEfficiency", computeEfficiency) * peakOps);
  const memorySeconds =
    work.bytesMoved / (positive("memoryEfficiency", memoryEfficiency) * peakBytes);
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
 */
export function amdahlSpeedup(share: number, factor: number): number {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`share ${share} is not in [0, 1]`);
  return 1 / (1 - share + share / positive("factor", factor));
}

function positive(name: string, value: number): number {
  if (!(value > 0 && Number.isFinite(value)))
    throw new RangeError(`${name} must be above 0: ${value}`);
  return value;
}
