/**
 * Decides the order in which optimisations are taken: the best single change left, until none is worth its flag.
 * What a variant costs is left to the caller, who builds and measures it.
 */
import type { Variant } from "./variant.ts";
import { changeName, neighbours } from "./variant.ts";

/** Smallest share of the cost that a change must save to be kept; less is not worth a flag to remember. */
export const LEAST_GAIN = 0.005;

/** Cycles of the median frame, or its instructions where nothing charges cycles; null for a variant that does not count, because it did not build or its bits differ. */
export type Cost = (variant: Variant) => Promise<number | null>;

/** One change that was kept. */
export interface Step {
  readonly change: string;
  readonly from: Variant;
  readonly to: Variant;
  /** In the unit of every cost. */
  readonly before: number;
  /** In the unit of every cost. */
  readonly after: number;
}

export interface Climb {
  readonly steps: readonly Step[];
  readonly final: Variant;
}

/**
 * Steepest descent in cost over single changes. All neighbours of the final variant were measured and none saves
 * LEAST_GAIN: no single change helps any more.
 * @param startCost of the start, which counts
 * @param hasNative whether the C has a native kernel beside the portable one
 */
export async function climb(
  start: Variant,
  startCost: number,
  hasNative: boolean,
  costOf: Cost,
): Promise<Climb> {
  const steps: Step[] = [];
  let at = start;
  let cost = startCost;
  for (;;) {
    let best: { variant: Variant; cost: number } | undefined;
    for (const variant of neighbours(at, hasNative)) {
      const found = await costOf(variant);
      if (found !== null && found < (best?.cost ?? cost * (1 - LEAST_GAIN))) {
        best = { variant, cost: found };
      }
    }
    if (best === undefined) return { steps, final: at };
    steps.push({
      change: changeName(at, best.variant),
      from: at,
      to: best.variant,
      before: cost,
      after: best.cost,
    });
    at = best.variant;
    cost = best.cost;
  }
}
