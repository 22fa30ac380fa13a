/**
 * Decides how a number reads inside the analyzer's own sentences.
 * Tables, units and prefixes are left to report/.
 */

/** Three significant digits, no exponent and no trailing zeros for the sizes that occur here. */
export function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
