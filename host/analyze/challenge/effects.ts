/**
 * Decides what each optimisation is worth: one after the other, all together, and each removed alone from the end.
 * Which optimisations were kept is left to climb.ts.
 */
import { AnalysisError } from "../analysis-error.ts";
import type { Step } from "./climb.ts";
import type { Aspect, Variant } from "./variant.ts";
import { changeName, differences } from "./variant.ts";

/** Share of the baseline's time that must go. */
export const GOAL = 0.3;

/** How two times of the same work compare. */
export interface Gain {
  /** Share of the time that went: 1 - after / before; negative for a loss. */
  readonly improvement: number;
  /** before / after. */
  readonly speedUp: number;
}

/** @throws AnalysisError TP-USE-352 for a time that is not finite and above 0 */
export function gain(before: number, after: number): Gain {
  for (const time of [before, after]) {
    if (!(Number.isFinite(time) && time > 0)) throw unusable(time);
  }
  return { improvement: 1 - after / before, speedUp: before / after };
}

/** One line of the optimisation log. */
export interface LogEntry extends Step {
  /** Against the step before. */
  readonly effect: Gain;
  /** Against the baseline. */
  readonly cumulative: Gain;
}

/** The log of steps that began at the baseline. */
export function optimisationLog(steps: readonly Step[]): readonly LogEntry[] {
  const baseline = steps[0]?.before;
  return steps.map((step) => ({
    ...step,
    effect: gain(step.before, step.after),
    cumulative: gain(baseline ?? step.before, step.after),
  }));
}

/** The final variant without one of its optimisations. */
export interface Ablation {
  readonly removed: string;
  readonly variant: Variant;
  /** Null when that variant did not count. */
  readonly cost: number | null;
  /** What comes back, in shares of the final's: cost / final - 1; null without a cost. */
  readonly loss: number | null;
}

/** What the final variant loses when each aspect alone goes back to the baseline's. */
export function ablations(
  baseline: Variant,
  final: Variant,
  finalCost: number,
  costOf: (variant: Variant) => number | null,
): readonly Ablation[] {
  return differences(baseline, final).map((aspect) => {
    const variant = restored(final, baseline, aspect);
    const cost = costOf(variant);
    return {
      removed: changeName(baseline, restored(baseline, final, aspect)),
      variant,
      cost,
      loss: cost === null ? null : -gain(finalCost, cost).improvement,
    };
  });
}

/** `variant` with one aspect taken from `other`. */
function restored(variant: Variant, other: Variant, aspect: Aspect): Variant {
  return { ...variant, [aspect]: other[aspect] };
}

export interface ChallengeVerdict extends Gain {
  /** The goal [share of the baseline's time]. */
  readonly goal: number;
  readonly met: boolean;
}

/** Whether at least GOAL of the baseline's time is gone; exactly GOAL is enough. */
export function judge(baselineCost: number, finalCost: number): ChallengeVerdict {
  const found = gain(baselineCost, finalCost);
  // 70 of 100 cycles are 30 % less, however 1 - 0.7 is rounded.
  return { ...found, goal: GOAL, met: found.improvement >= GOAL - 1e-12 };
}

function unusable(time: number): AnalysisError {
  return new AnalysisError(
    "TP-USE-352",
    {
      what: `a time to compare is ${time}`,
      why: "speed-ups need finite times above 0",
      fix: "measure that variant again",
    },
    { time },
  );
}
