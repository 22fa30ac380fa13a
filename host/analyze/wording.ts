/**
 * Decides how a number reads inside the analyzer's own sentences.
 * Tables, units and prefixes are left to report/.
 */

/** Three significant digits, no exponent and no trailing zeros for the sizes that occur here. */
export function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}

const PREFIXES = ["", "k", "M", "G", "T", "P", "E"];

/** Three significant digits and the decimal prefix that fits: "256 Mop/s", "37.5 kB", "1.33 byte/cycle". */
export function amount(value: number, unit: string): string {
  const power =
    value >= 1000 ? Math.min(PREFIXES.length - 1, Math.floor(Math.log10(value) / 3)) : 0;
  const short = power > 0 ? unit.replace("byte", "B") : unit;
  return `${digits(value / 1000 ** power)} ${PREFIXES[power]}${short}`;
}

/** A time of seconds as it is said: "4.78 ms"; cycles stay cycles. */
export function duration(value: number, unit: "s" | "cycle"): string {
  if (unit === "cycle") return `${digits(value)} cycles`;
  if (value >= 1 || value === 0) return `${digits(value)} s`;
  return value >= 1e-3 ? `${digits(value * 1e3)} ms` : `${digits(value * 1e6)} µs`;
}
