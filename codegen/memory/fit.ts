/**
 * Decides which wait states explain measured loops of loads: the free parameter of a memory's model.
 * Measuring is left to the program roofs, storing to the host's `calibrate`, using it to codegen/board.ts.
 */
import type { HierarchyMemory } from "./hierarchy.ts";

/** One load a lap, each `strideBytes` further, over more than any cache before the memory holds. */
export interface LoadLoop {
  readonly strideBytes: number;
  /** Over the repeats, the loop's own cycles taken off [cycle]. */
  readonly minimum: number;
  readonly median: number;
  readonly maximum: number;
}

export interface FittedWaits {
  /** [cycle], not below 0. */
  readonly value: number;
  /** From the fastest and the slowest repeats. */
  readonly interval: readonly [number, number];
  /** Largest distance of a loop's median from the fit [cycle]. */
  readonly residual: number;
}

/**
 * cycles(stride) = base + share(stride) * stall, share = min(1, stride / unit): the part of the laps that leave what the
 * memory or its cache fetched at once; stall = accesses * (waits + 1) - 1 for a unit of so many accesses.
 * base is what a load costs without waiting. Least squares over the loops, in waits alone.
 * @param unitBytes what is fetched at once
 * @throws RangeError without loops, or with a stride that is no positive number
 */
export function fitWaits(
  memory: Pick<HierarchyMemory, "accessBytes">,
  unitBytes: number,
  base: number,
  loops: readonly LoadLoop[],
): FittedWaits {
  if (loops.length === 0 || loops.some(({ strideBytes }) => !(strideBytes > 0))) {
    throw new RangeError("waits are fitted to loops with a stride");
  }
  const accesses = Math.ceil(unitBytes / memory.accessBytes);
  const shares = loops.map(({ strideBytes }) => Math.min(1, strideBytes / unitBytes));
  const squares = shares.reduce((sum, share) => sum + share * share, 0);
  const waitsFor = (cycles: readonly number[]): number => {
    const stall =
      shares.reduce((sum, share, i) => sum + share * ((cycles[i] as number) - base), 0) / squares;
    return Math.max(0, (stall + 1) / accesses - 1);
  };
  const value = waitsFor(loops.map(({ median }) => median));
  const stall = accesses * (value + 1) - 1;
  const residual = Math.max(
    ...loops.map(({ median }, i) => Math.abs(median - base - (shares[i] as number) * stall)),
  );
  const low = waitsFor(loops.map(({ minimum }) => minimum));
  const high = waitsFor(loops.map(({ maximum }) => maximum));
  return { value, interval: [Math.min(low, value), Math.max(high, value)], residual };
}
