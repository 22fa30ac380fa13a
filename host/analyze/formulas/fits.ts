/**
 * Decides how often one time or size fits into another when both were typed in decimals.
 * What is counted so is left to the formulas.
 */

/** Whole parts of `part` in `whole`; 0.3 holds 0.1 three times, although the doubles nearest to them do not. */
export function timesThatFit(whole: number, part: number): number {
  const times = whole / part;
  const nearest = Math.round(times);
  return Math.abs(times - nearest) <= 4 * Number.EPSILON * nearest ? nearest : Math.floor(times);
}
