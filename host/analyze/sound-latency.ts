/**
 * Decides how late a sample comes out: the algorithm's wait, the computation's, and the output's, each told apart.
 * What a hop costs is left to hearable.ts.
 */
import { requireAtLeast0, requirePositive } from "./number-limits.ts";
import type { Quantity } from "./quantity.ts";
import { counted, derive, stated } from "./quantity.ts";

/** What the wait of a sample follows from. */
export interface SoundPath {
  readonly sampleRateHz: number;
  /** [samples] */
  readonly hopSamples: number;
  /** By how many samples the front end's output stream lies behind its input stream. */
  readonly delaySamples: number;
  /** From a hop's end to where it begins in the board's own output, at most [hops]; 0 without one. */
  readonly queuedHops: number;
  /** Worst hop [ms]; null without a clock. */
  readonly compute: Quantity | null;
  /** Every hop in order [ms]; empty without a clock. */
  readonly perHopMs: readonly number[];
}

/** From a sample in to the same sample out. */
export interface SoundLatency {
  /** Collecting a hop and the overlap of two [ms]: the same on every board. */
  readonly algorithm: Quantity;
  /** The worst hop [ms]; null without a clock. */
  readonly compute: Quantity | null;
  /** From a hop's end until the board's own output plays it, at most, computing within [ms]; absent without one. */
  readonly queue?: Quantity;
  /** With an output of the board's own at most so long, as long as it has no gap; null where sound falls behind, too. */
  readonly total: Quantity | null;
  /** Hops take longer than they last on average: what comes out is later with every one. */
  readonly fallsBehind?: true;
}

/** How long a hop lasts [ms]. @throws AnalysisError TP-USE-242 */
export function hopMsOf({
  hopSamples,
  sampleRateHz,
}: Pick<SoundPath, "hopSamples" | "sampleRateHz">): number {
  return (
    (1e3 * requirePositive("the samples of a hop", hopSamples)) /
    requirePositive("the sample rate", sampleRateHz)
  );
}

/**
 * A sample waits for the rest of its hop, then for the overlap, and comes out when its hop was computed, behind late ones
 * before it; by the board's own output where that begins its next hop.
 * @throws AnalysisError TP-USE-242 for a number that is not finite or out of range
 */
export function soundLatency(path: SoundPath): SoundLatency {
  const { hopSamples, delaySamples, sampleRateHz, compute, perHopMs } = path;
  const hopMs = hopMsOf(path);
  const samples = hopSamples + requireAtLeast0("the delay of the front end", delaySamples);
  const algorithm = counted(
    (1e3 * samples) / sampleRateHz,
    "ms",
    `${hopSamples} samples of a hop and ${delaySamples} of overlap at ${sampleRateHz} Hz`,
  );
  const queued = requireAtLeast0("the hops that wait in the output", path.queuedHops);
  const queue = queued === 0 ? null : queueOf(queued, hopMs);
  const told = { algorithm, compute, ...(queue && { queue }) };
  const wholeMs = perHopMs.reduce((sum, ms) => sum + ms, 0);
  if (wholeMs > perHopMs.length * hopMs) return { ...told, total: null, fallsBehind: true };
  return { ...told, total: compute && totalOf(algorithm, compute, queue, perHopMs, hopMs) };
}

function queueOf(queued: number, hopMs: number): Quantity {
  return stated(queued * hopMs, "ms", "hops of the output's buffers, told by the program");
}

function totalOf(
  algorithm: Quantity,
  compute: Quantity,
  queue: Quantity | null,
  perHopMs: readonly number[],
  hopMs: number,
): Quantity {
  if (queue === null) {
    const lag = Math.max(compute.value, longestLag(perHopMs, hopMs));
    return derive(algorithm.value + lag, "ms", "algorithm + worst hop, behind those before it", [
      algorithm,
      compute,
    ]);
  }
  // Each further hop that a computation takes is one more until the output begins the next.
  const furtherHops = Math.max(0, Math.ceil(compute.value / hopMs) - 1);
  return derive(
    algorithm.value + queue.value + furtherHops * hopMs,
    "ms",
    "algorithm + output, the worst hop within",
    [algorithm, queue, compute],
  );
}

/** From a hop's end to where it was computed, at most [ms]: a hop begins when it is whole and the one before is done. */
function longestLag(perHopMs: readonly number[], hopMs: number): number {
  let waited = 0;
  let longest = 0;
  for (const ms of perHopMs) {
    longest = Math.max(longest, waited + ms);
    waited = Math.max(0, waited + ms - hopMs);
  }
  return longest;
}
