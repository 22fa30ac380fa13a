/**
 * Decides the one spelling of a stage's value as JSON: sorted keys, typed arrays as lists.
 * What goes into it is left to the caller.
 */
import { createHash } from "node:crypto";

function canonical(value: unknown): unknown {
  if (ArrayBuffer.isView(value))
    return Array.from(value as unknown as ArrayLike<number>, canonical);
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new RangeError(`${value} has no JSON spelling`);
  }
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).filter(([, field]) => field !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, field]) => [key, canonical(field)]));
  }
  return value;
}

/**
 * The same value always gives the same text.
 * @throws RangeError for NaN and infinities
 */
export function canonicalJson(value: unknown, indent = 0): string {
  return JSON.stringify(canonical(value), null, indent);
}

/** SHA-256 of the canonical JSON, hex. */
export function canonicalDigest(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
