/**
 * Decides which share of a machine's peak a run used.
 * What the peaks are is left to board files and platforms.ts.
 */
import { requireAtLeast0, requirePositive } from "./number-limits.ts";

/**
 * Model FLOP utilisation [0..1]: useful operations a second / peak operations a second. Padding is not useful.
 * Source: Chowdhery et al. 2022 (PaLM), appendix B; any one unit of time.
 * @throws AnalysisError TP-USE-242 for a number that is not finite, a time or a peak that is not above 0
 */
export function mfu(ops: number, time: number, peakOpsPerTime: number): number {
  return share(ops, time, peakOpsPerTime);
}

/**
 * Memory bandwidth utilisation [0..1]: bytes moved a second / peak bytes a second, at one memory level.
 * @throws AnalysisError TP-USE-242 as `mfu`
 */
export function mbu(bytesMoved: number, time: number, peakBytesPerTime: number): number {
  return share(bytesMoved, time, peakBytesPerTime);
}

function share(amount: number, time: number, peak: number): number {
  requireAtLeast0("what was done", amount);
  return amount / requirePositive("the time it took", time) / requirePositive("the peak", peak);
}
