/**
 * Decides what each unsure rule of a core's timing table moves, alone: which one matters most, and how far all together.
 * Charging the rules is left to the emulator's plugin, the waits of memories to memory-frame.ts.
 */
import type { FrameCounts } from "./facts.ts";
import { requireFiniteIn } from "./number-limits.ts";
import { byWidth, type Sensitivity } from "./sensitivity.ts";

/** Of one frame: what unsure rules move. */
export interface RuleFamily {
  /** Cycles of that frame as stated [cycle]. */
  readonly stated: number;
  /** All unsure rules at their better and at their worse end, their effects added up [cycle]. */
  readonly interval: readonly [number, number];
  /** "rules.branchRefill"; the widest first. */
  readonly sensitivities: readonly Sensitivity[];
}

/**
 * By the last frame in which rules were varied: predictors have learned by then. Null without one.
 * @throws AnalysisError TP-USE-242
 */
export function ruleFamilyOf(frames: readonly FrameCounts[]): RuleFamily | null {
  const varied = frames.findLast(({ rules }) => rules !== undefined);
  if (varied?.rules === undefined || varied.cycles === null) return null;
  requireFiniteIn("the rules", varied);
  const stated = varied.cycles;
  const sensitivities = Object.entries(varied.rules)
    .map(([name, ends]) => ({
      field: `rules.${name}`,
      low: Math.min(stated, ...ends),
      high: Math.max(stated, ...ends),
    }))
    .sort(byWidth);
  const less = sensitivities.reduce((sum, { low }) => sum + stated - low, 0);
  const more = sensitivities.reduce((sum, { high }) => sum + high - stated, 0);
  return { stated, interval: [stated - less, stated + more], sensitivities };
}
