/**
 * A number that knows its unit and how it came to be.
 * Formatting it for people is left to report/.
 */
import { outOfRange, requireFinite } from "./number-limits.ts";

/**
 * measured: an instrument read it. counted: an exact count of events. modelled: computed from a model of the machine.
 * stated: somebody else's number, with its source.
 */
export type Kind = "measured" | "counted" | "modelled" | "stated";

export interface Quantity<K extends Kind = Kind, U extends string = string> {
  readonly value: number;
  readonly unit: U;
  readonly kind: K;
  /** Which instrument, plugin, model or document gave it. */
  readonly source: string;
  /** [low, high], same unit, where the error is known. */
  readonly interval?: readonly [number, number];
  /** True when a simulated device stood in for the instrument. */
  readonly simulated?: true;
}

function make<K extends Kind>(kind: K) {
  return <U extends string>(
    value: number,
    unit: U,
    source: string,
    interval?: readonly [number, number],
  ): Quantity<K, U> => {
    const name = `the ${kind} value [${unit}] from ${source}`;
    requireFinite(name, value);
    if (interval !== undefined) requireInterval(name, interval);
    return { value, unit, kind, source, ...(interval ? { interval } : {}) };
  };
}

function requireInterval(name: string, [low, high]: readonly [number, number]): void {
  requireFinite(`the low end of ${name}`, low);
  requireFinite(`the high end of ${name}`, high);
  if (low > high) throw outOfRange(`the low end of ${name}`, low, `at most its high end, ${high}`);
}

/** The four kinds of a number. @throws AnalysisError TP-USE-242 for a value or an interval that is not finite */
export const measured = make("measured");
export const counted = make("counted");
export const modelled = make("modelled");
export const stated = make("stated");

/**
 * The kind of a value computed from others: as weak as its weakest part. Stated parts alone stay stated; a stated
 * part beside any other makes a model.
 */
export function weakest(...kinds: readonly Kind[]): Kind {
  const allStated = kinds.length > 0 && kinds.every((kind) => kind === "stated");
  if (allStated) return "stated";
  if (kinds.includes("stated") || kinds.includes("modelled")) return "modelled";
  return kinds.includes("measured") ? "measured" : "counted";
}

/**
 * A value computed from others by the named formula; its kind is the weakest of theirs, and it is simulated when one
 * of them is.
 * @throws AnalysisError TP-USE-242 when the value is not finite
 */
export function derive<U extends string>(
  value: number,
  unit: U,
  formula: string,
  parts: readonly Quantity[],
  interval?: readonly [number, number],
): Quantity<Kind, U> {
  const kind = weakest(...parts.map((part) => part.kind));
  const simulated = parts.some((part) => part.simulated);
  return {
    ...make(kind)(value, unit, formula, interval),
    ...(simulated ? { simulated: true as const } : {}),
  };
}
