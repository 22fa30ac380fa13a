/**
 * Decides which roof binds a piece of work, how high it is there, and how far below it the work runs.
 * Where the roofs come from is left to board files; drawing them to report/.
 *
 * Source of the model: Williams, Waterman and Patterson, "Roofline", CACM 52(4), 2009. Rates may be per second or per
 * cycle, as long as all of one call agree.
 */
import { nothingGiven, requireAtLeast0, requirePositive } from "./number-limits.ts";

/** Work per byte moved at the memory level that holds the weights [op/byte]. @throws AnalysisError TP-USE-242 */
export function arithmeticIntensity(ops: number, bytesMoved: number): number {
  return requireAtLeast0("ops", ops) / requirePositive("bytesMoved", bytesMoved);
}

/** The intensity at which a memory roof meets a compute roof [op/byte]. @throws AnalysisError TP-USE-242 */
export function ridgePoint(peakOps: number, peakBytes: number): number {
  return requirePositive("the peak rate", peakOps) / requirePositive("the bandwidth", peakBytes);
}

/**
 * The most operations a unit of time that an intensity allows: min(peak, intensity x bandwidth).
 * @throws AnalysisError TP-USE-242
 */
export function attainable(intensity: number, peakOps: number, peakBytes: number): number {
  requireAtLeast0("the intensity", intensity);
  requirePositive("the peak rate", peakOps);
  return Math.min(peakOps, intensity * requirePositive("the bandwidth", peakBytes));
}

/** A memory level and the bytes the work moves through it. */
export interface Level {
  readonly name: string;
  /** [byte/time] */
  readonly peakBytes: number;
  /** [byte] */
  readonly bytesMoved: number;
}

export interface ComputeRoof {
  readonly name: string;
  /** [op/time] */
  readonly peakOps: number;
}

/** Which roof is the lowest over the work, and how high it is. */
export interface Bound {
  readonly bound: "compute" | "memory";
  /** Name of the roof that binds. */
  readonly roof: string;
  /** Highest rate the roofs allow [op/time]. */
  readonly attainableOps: number;
  /** Intensity at the level that binds, or at the first level when compute does [op/byte]. */
  readonly intensity: number;
  /** Ridge point of that level against the compute roof [op/byte]. */
  readonly ridgePoint: number;
}

/**
 * The lowest of the compute roof and every memory level's roof at that level's own intensity. On a tie compute binds.
 * @throws AnalysisError TP-USE-240 when there is no level, -242 for a number out of range
 */
export function boundOf(ops: number, compute: ComputeRoof, levels: readonly Level[]): Bound {
  requirePositive(`the peak rate of ${compute.name}`, compute.peakOps);
  const candidates = levels.map((level) => {
    const intensity = arithmeticIntensity(ops, level.bytesMoved);
    const peakBytes = requirePositive(`the bandwidth of ${level.name}`, level.peakBytes);
    return { level, intensity, rate: intensity * peakBytes };
  });
  const first = candidates[0];
  if (first === undefined) throw nothingGiven("the roofline", "a memory level");
  const lowest = candidates.reduce((best, next) => (next.rate < best.rate ? next : best), first);
  const memoryBinds = lowest.rate < compute.peakOps;
  const shown = memoryBinds ? lowest : first;
  return {
    bound: memoryBinds ? "memory" : "compute",
    roof: memoryBinds ? lowest.level.name : compute.name,
    attainableOps: Math.min(compute.peakOps, lowest.rate),
    intensity: shown.intensity,
    ridgePoint: ridgePoint(compute.peakOps, shown.level.peakBytes),
  };
}

/**
 * The ceiling that instruction issue puts under the roofs [op/cycle]: with n instructions an operation, no core that
 * issues w instructions a cycle does more than w / n operations a cycle.
 * @throws AnalysisError TP-USE-242
 */
export function issueCeiling(ops: number, instructions: number, issuePerCycle: number): number {
  requireAtLeast0("ops", ops);
  requirePositive("issuePerCycle", issuePerCycle);
  return (ops / requirePositive("instructions", instructions)) * issuePerCycle;
}
