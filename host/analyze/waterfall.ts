/**
 * Decides how parts or steps become a waterfall: where each bar begins and ends, and what the whole is.
 * What the parts are is left to the *-waterfall modules, drawing to report/.
 */
import { requireFinite } from "./number-limits.ts";
import type { Quantity } from "./quantity.ts";

/** A bar from one level to the next. */
export interface WaterfallBar {
  readonly name: string;
  /** total: stands on the axis. step: changes the level. rest: the step that nothing explains. */
  readonly role: "total" | "step" | "rest";
  /** Level before and after, in the unit of `amount`; a total begins at 0. */
  readonly from: number;
  readonly to: number;
  /** What the bar stands for: the level of a total, the signed change of a step. */
  readonly amount: Quantity;
  /** Why it is so, in one line. */
  readonly words: string;
}

export interface Waterfall {
  readonly id: "traffic" | "optimisation";
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly WaterfallBar[];
  /** One sentence with the arithmetic. */
  readonly explanation: string;
}

/** A bar before it has its place. */
export type WaterfallPart = Omit<WaterfallBar, "from" | "to">;

/** Parts one after the other; each total sets the level anew. @throws AnalysisError TP-USE-242 */
export function stacked(parts: readonly WaterfallPart[]): readonly WaterfallBar[] {
  let level = 0;
  return parts.map((part) => {
    const from = part.role === "total" ? 0 : level;
    level = from + requireFinite(part.name, part.amount.value);
    return { ...part, from, to: level };
  });
}
