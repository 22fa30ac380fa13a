/**
 * Keeps the frames that a device which went away has to be given again, by the sequences that they belong to.
 * Sending them is left to session.ts.
 */

/** Frames between two resets of the device's state. */
export interface SentSequence {
  /** Number of the first. */
  readonly from: number;
  readonly values: readonly Uint8Array[];
}

export class SentFrames {
  #sequences: { readonly from: number; readonly values: Uint8Array[] }[] = [];

  /** The running sequence, behind those whose outputs have not all come. */
  get sequences(): readonly SentSequence[] {
    return this.#sequences;
  }

  /**
   * A sequence begins with frame `from`; the first frame without an output is `nextFrame`, and sequences that end before it
   * are needed no more.
   */
  begin(from: number, nextFrame: number): void {
    this.#sequences = this.#sequences.filter((old) => old.from + old.values.length > nextFrame);
    this.#sequences.push({ from, values: [] });
  }

  /** The next frame of the running sequence; `from` is its number, should none run yet. */
  add(values: Uint8Array, from: number): void {
    if (this.#sequences.length === 0) this.begin(from, from);
    this.#sequences.at(-1)?.values.push(values);
  }
}
