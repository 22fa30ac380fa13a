/**
 * Decides how much one unsure value matters beside others.
 * What there is to vary is left to memory-frame.ts and rule-sensitivity.ts.
 */

/** What one unsure value moves. */
export interface Sensitivity {
  /** "flash.waitStates" of the board, "rules.branchRefill" of the core. */
  readonly field: string;
  /** Stalls, or all cycles of the frame, at the ends of what it may be [cycle]. */
  readonly low: number;
  readonly high: number;
}

/** The widest first, equal ones by name. */
export function byWidth(a: Sensitivity, b: Sensitivity): number {
  return b.high - b.low - (a.high - a.low) || a.field.localeCompare(b.field);
}
