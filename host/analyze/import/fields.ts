/**
 * Reads fields of values whose type is not known, and names records.
 * What a field means is left to the importers.
 */
import { unusable } from "./refusals.ts";

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text that is not empty. */
export function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** A finite number, or a text that is one: some tools quote their numbers. */
export function numberOf(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** Where a value stands, for messages. */
export interface Place {
  readonly file: string;
  readonly where: string;
}

/** A number of at least 0, or undefined when the field is absent. @throws AnalysisError TP-USE-284 for any other. */
export function amountOf(fields: Fields, name: string, place: Place): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === "") return undefined;
  const number = numberOf(fields, name);
  if (number !== undefined && number >= 0) return number;
  throw unusable(place.file, `"${name}" of ${place.where}`, value, "a finite number of at least 0");
}

/** The fields named that are texts, numbers or truth values, as texts. */
export function setupOf(fields: Fields, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = fields[name];
      const plain =
        typeof value === "number" || typeof value === "boolean" || typeof value === "string";
      return plain && value !== "" ? [[name, String(value)]] : [];
    }),
  );
}

/** Lower-case words joined by "-". */
export function slug(...parts: readonly string[]): string {
  const words = parts
    .join(" ")
    .toLowerCase()
    .match(/[a-z0-9.]+/g);
  return words === null ? "record" : words.join("-").slice(0, 80);
}
