/**
 * Decides the numbers of a report's source notes: one for every distinct kind and source, in order of first use.
 * Printing the notes is left to the report.
 */
import type { Kind } from "../analyze/quantity.ts";

export interface Note {
  /** From 1. */
  readonly number: number;
  readonly kind: Kind;
  readonly source: string;
}

/** Collects notes while a report is written. */
export class Sources {
  readonly #notes = new Map<string, Note>();

  /** The number of the note of a value. */
  cite(from: { readonly kind: Kind; readonly source: string }): number {
    const key = `${from.kind}\n${from.source}`;
    const known = this.#notes.get(key);
    if (known !== undefined) return known.number;
    const number = this.#notes.size + 1;
    this.#notes.set(key, { number, kind: from.kind, source: from.source });
    return number;
  }

  /** All notes by number. */
  get notes(): readonly Note[] {
    return [...this.#notes.values()];
  }
}
