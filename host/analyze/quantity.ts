/**
 * A number that knows its unit and how it came to be.
 * Formatting it for people is left to report/.
 */

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
    if (!Number.isFinite(value)) throw new RangeError(`${kind} ${unit} from ${source} is ${value}`);
    return { value, unit, kind, source, ...(interval ? { interval } : {}) };
  };
}

export const measured = make("measured");
export const counted = make("counted");
export const modelled = make("modelled");
export const stated = make("stated");

/** The kind of a value computed from others: as weak as its weakest part. */
export function weakest(...kinds: readonly Kind[]): Kind {
  for (const kind of ["stated", "modelled", "measured"] as const) {
    if (kinds.includes(kind)) return kind === "stated" && kinds.some((k) => k !== "stated") ? "modelled" : kind;
  }
  return "counted";
}
