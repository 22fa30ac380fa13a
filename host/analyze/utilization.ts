/**
 * Decides which share of a machine's peak a run used.
 * What the peaks are is left to board files and platforms.ts.
 */

/**
 * Model FLOP utilisation [0..1]: useful operations a second / peak operations a second. Padding is not useful.
 * Source: Chowdhery et al. 2022 (PaLM), appendix B; any one unit of time.
 */
export function mfu(ops: number, time: number, peakOpsPerTime: number): number {
  return share(ops, time, peakOpsPerTime);
}

/** Memory bandwidth utilisation [0..1]: bytes moved a second / peak bytes a second, at one memory level. */
export function mbu(bytesMoved: number, time: number, peakBytesPerTime: number): number {
  return share(bytesMoved, time, peakBytesPerTime);
}

function share(amount: number, time: number, peak: number): number {
  if (!(time > 0)) throw new RangeError(`utilisation over a time of ${time}`);
  if (!(peak > 0)) throw new RangeError(`utilisation of a peak of ${peak}`);
  return amount / time / peak;
}
