/**
 * Decides what reading the weights would add on a board whose memories were not simulated: other boards, other forms of
 * the kernels, recordings of before. What was simulated, fetch and caches with it, is left to memory-frame.ts.
 */

import type { BoardFacts } from "./facts.ts";
import { requireAtLeast0, requirePositive } from "./number-limits.ts";

/** Cycles a frame that a board's memories add, and why. */
export interface WeightStalls {
  /** [cycle] */
  readonly cycles: number;
  readonly source: string;
}

/**
 * stalls = ceil(weightBytes / what is fetched at once) * its waits; none where the weights stay in a cache. Every weight is
 * read once a frame, in order. Without the board's waits, as in recordings of before they were kept:
 * weightBytes * (1 / rate of the memory that holds them - 1 / rate of the core's load port), not below 0; prefetch and
 * line buffers are in the memory's stated rate, and a board that does not state both rates adds nothing.
 * An emulated board adds nothing.
 * @throws AnalysisError TP-USE-242
 */
export function weightStalls(weightBytes: number, board: BoardFacts | null): WeightStalls {
  if (board?.weightWaits !== undefined && !board.emulated) {
    requireAtLeast0("weightBytes", weightBytes);
    const { residentBytes, partBytes, stallsPerPart, source } = board.weightWaits;
    const parts = Math.ceil(weightBytes / requirePositive("partBytes", partBytes));
    const cycles =
      weightBytes <= residentBytes ? 0 : parts * requireAtLeast0("waits", stallsPerPart);
    return { cycles, source: `weights of ${board.id}: ${source}` };
  }
  const memory = board?.memories.find(({ traffic }) => traffic === "weights");
  const port = board?.memories.find(({ traffic }) => traffic === "core");
  if (!board || board.emulated || !memory || !port) return { cycles: 0, source: "no wait states" };
  requireAtLeast0("weightBytes", weightBytes);
  const slower =
    1 / requirePositive(`the rate of ${memory.name}`, memory.bytesPerCycle.value) -
    1 / requirePositive(`the rate of ${port.name}`, port.bytesPerCycle.value);
  const cycles = Math.max(0, Math.round(weightBytes * slower));
  return {
    cycles,
    source: `weights from ${memory.name} of ${board.id} at ${memory.bytesPerCycle.value} byte/cycle (${memory.bytesPerCycle.source})`,
  };
}
