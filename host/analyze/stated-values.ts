/**
 * Decides how the data files of platforms/ write a stated value: a number and its unit, and the id of a dated source.
 * What the values mean is left to platforms.ts and networks.ts, the shape of the files to their schemas.
 */
import type { Confidence, StatedValue } from "./facts.ts";

import { notListed } from "./number-limits.ts";

/** A stated value and the date of what states it. */
export interface DatedValue extends StatedValue {
  /** Day or month of the source, as YYYY-MM-DD or YYYY-MM; null when it gives none. */
  readonly date: string | null;
}

/** A document that states numbers. */
export interface StatedSource {
  readonly id: string;
  readonly text: string;
  readonly date: string | null;
}

/** A value as a data file writes it. */
export interface WrittenValue {
  readonly value: number;
  readonly unit: string;
  /** [low, high], same unit, where the user or the device chooses. */
  readonly interval?: readonly number[];
  /** Id of a source of the same file. */
  readonly source: string;
  /** Which of the source's numbers, or the arithmetic on them. */
  readonly how?: string;
  /** S, read in the source, unless it says M: from memory. */
  readonly confidence?: Confidence;
}

/** Finds a file's sources. @throws AnalysisError TP-USE-243 for an id that the file does not list */
export function sourceIn(sources: readonly StatedSource[]): (id: string) => StatedSource {
  return (id) => {
    const found = sources.find((source) => source.id === id);
    if (found === undefined) {
      throw notListed(`no source "${id}"`, `stated are ${sources.map((one) => one.id).join(", ")}`);
    }
    return found;
  };
}

/** Puts the sources into a file's values. @throws AnalysisError TP-USE-243 for a source that the file does not list, -242 for a value that is not finite */
export function valueIn(sources: readonly StatedSource[]): (written: WrittenValue) => DatedValue {
  const sourceOf = sourceIn(sources);
  return ({ value, unit, interval, source, how, confidence = "S" }) => {
    const { text, date } = sourceOf(source);
    const [low = value, high = value] = interval ?? [];
    return {
      value,
      unit,
      source: how === undefined ? text : `${text}: ${how}`,
      confidence,
      date,
      ...(interval === undefined ? {} : { interval: [low, high] as const }),
    };
  };
}
