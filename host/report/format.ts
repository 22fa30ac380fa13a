/**
 * Decides how numbers, units and kinds read to people: significant digits, prefixes, marks.
 * Where they stand is left to the terminal, Markdown and HTML reports.
 */
import type { Kind } from "../analyze/quantity.ts";

/** A mark and a word for each kind, so that colour alone never tells them apart. */
export const KIND_MARK: Readonly<Record<Kind, string>> = {
  measured: "●",
  counted: "#",
  modelled: "≈",
  stated: "”",
};

export const KIND_MEANING: Readonly<Record<Kind, string>> = {
  measured: "an instrument read it",
  counted: "an exact count of events",
  modelled: "computed from a model of the machine",
  stated: "somebody else's number, with its source",
};

const PREFIXES: readonly (readonly [number, string])[] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
  [1, ""],
  [1e-3, "m"],
  [1e-6, "µ"],
  [1e-9, "n"],
  [1e-12, "p"],
];

/**
 * Units that take the SI prefix that fits, with the power of ten they carry already. Times in ms, powers in mW and
 * energies in uJ keep theirs, so that rows compare at a glance.
 */
const SCALED: Readonly<Record<string, readonly [string, number]>> = {
  s: ["s", 1],
  Hz: ["Hz", 1],
  MHz: ["Hz", 1e6],
  "op/s": ["op/s", 1],
  "byte/s": ["B/s", 1],
};

const SPELLED: Readonly<Record<string, string>> = {
  uJ: "µJ",
  us: "µs",
  uA: "µA",
  "uA/MHz": "µA/MHz",
  byte: "B",
  "op/byte": "op/B",
  "byte/cycle": "B/cycle",
  instruction: "instructions",
  cycle: "cycles",
  "cycle/instruction": "cycles/instruction",
};

/** A number with `digits` significant digits, thousands set off by commas; whole numbers below 1e9 stay whole. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) throw new RangeError(`cannot print ${value}`);
  if (value === 0) return "0";
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return withCommas(String(value));
  const rounded = Number(value.toPrecision(digits));
  const magnitude = Math.abs(rounded);
  if (magnitude >= 1e9 || magnitude < 1e-6) return rounded.toExponential(digits - 1);
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(magnitude)));
  return withCommas(rounded.toFixed(Math.min(decimals, 12)));
}

/** A tick of an axis: as short as its value allows. */
export function formatTick(value: number): string {
  const magnitude = Math.abs(value);
  if (value !== 0 && (magnitude >= 1e9 || magnitude < 1e-4)) return value.toExponential();
  return withCommas(String(value));
}

/** A tick with its unit, with the prefix that fits. */
export function formatTickValue(value: number, unit: string): string {
  const { number, unit: shown } = formatParts(value, unit);
  return `${number.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "")} ${shown}`;
}

/** A value and its unit apart: clocks and rates take the prefix that fits. */
export function formatParts(
  value: number,
  unit: string,
  digits = 3,
): { readonly number: string; readonly unit: string } {
  if (unit === "1") return { number: formatNumber(value * 100, digits), unit: "%" };
  if (unit === "dB") return { number: value.toFixed(2), unit };
  const scaled = SCALED[unit];
  if (scaled === undefined || value === 0) {
    return { number: formatNumber(value, digits), unit: SPELLED[unit] ?? unit };
  }
  const [base, factor] = scaled;
  const plain = value * factor;
  // Rounding comes first: 999.9 kHz is 1 MHz, not 1,000 kHz.
  const rounded = Math.abs(Number(plain.toPrecision(digits)));
  const [power, prefix] = PREFIXES.find(([p]) => rounded >= p * (1 - 1e-12)) ?? [1e-12, "p"];
  const shown = Number((plain / power).toPrecision(digits));
  return { number: formatNumber(shown, digits), unit: prefix + base };
}

/** "0.751 ms", "73.5 Mop/s", "28.7 %". */
export function formatValue(value: number, unit: string, digits = 3): string {
  const parts = formatParts(value, unit, digits);
  return parts.unit === "" ? parts.number : `${parts.number} ${parts.unit}`;
}

/** Bytes with binary prefixes spelled out where they are exact multiples of a KiB, else decimal digits. */
export function formatBytes(bytes: number): string {
  if (bytes >= 1024 && bytes % 1024 === 0) {
    const kib = bytes / 1024;
    return kib >= 1024 && kib % 1024 === 0 ? `${kib / 1024} MiB` : `${kib} KiB`;
  }
  return `${withCommas(String(bytes))} B`;
}

function withCommas(text: string): string {
  const [whole = "", fraction] = text.split(".");
  if (whole.length <= 3) return text;
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
