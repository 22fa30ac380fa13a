/**
 * Decides the order in which optimisations are taken: the best single change left, until none is worth its flag.
 * What a variant costs is left to the caller, who builds and measures it.
 */
import type { Variant } from "./variant.ts";
import { changeName, neighbours } from "./variant.ts";

/** Smallest share of the cycles that a change must save to be kept; less is not worth a flag to remember. */
export const LEAST_GAIN = 0.005;

/** Cycles of the median frame; null for a variant that does not count, because it did not build or its bits differ. */
export type Cost = (variant: Variant) => Promise<number | null>;

/** One change that was kept. */
export interface Step {
  readonly change: string;
  readonly from: Variant;
  readonly to: Variant;
  /** [cycle] */
  readonly before: number;
  /** [cycle] */
  readonly after: number;
}

export interface Climb {
  readonly steps: readonly Step[];
  readonly final: Variant;
}

/**
 * Steepest descent in cycles over single changes. All neighbours of the final variant were measured and none saves
 * LEAST_GAIN: no single change helps any more.
 * @param startCycles of the start, which counts
 * @param hasNative whether the C has a native kernel beside the portable one
 */
export async function climb(
  start: Variant,
  startCycles: number,
  hasNative: boolean,
  cost: Cost,
): Promise<Climb> {
  const steps: Step[] = [];
  let at = start;
  let cycles = startCycles;
  for (;;) {
    let best: { variant: Variant; cycles: number } | undefined;
    for (const variant of neighbours(at, hasNative)) {
      const found = await cost(variant);
      if (found !== null && found < (best?.cycles ?? cycles * (1 - LEAST_GAIN))) {
        best = { variant, cycles: found };
      }
    }
    if (best === undefined) return { steps, final: at };
    steps.push({
      change: changeName(at, best.variant),
      from: at,
      to: best.variant,
      before: cycles,
      after: best.cycles,
    });
    at = best.variant;
    cycles = best.cycles;
  }
}
