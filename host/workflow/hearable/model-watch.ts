/**
 * The exact twin of firmware/apps/model_watch.c: when a model's state has to be put back.
 * Putting it back is left to twin.ts, which does what hearable.c does.
 */

/** Frames that stood still before the state is put back. */
export const WATCH_FRAMES = 300;
/** A hop with a sample of this size is loud. */
const LOUD = 328;
/** A cleaned hop without a sample above this is silent. */
const SILENT = 2;

/** 1: it let nothing through; 2: it let something through with gains that stood still. */
export type WatchCause = 1 | 2;

export class ModelWatch {
  readonly #input: Uint8Array;
  readonly #output: Uint8Array;
  #frames = 0;
  #letThrough = false;

  /** @param inputBytes, outputBytes of the model, not of the hop */
  constructor(inputBytes: number, outputBytes: number) {
    this.#input = new Uint8Array(inputBytes);
    this.#output = new Uint8Array(outputBytes);
  }

  /** Takes one frame; anything but null asks for the state to be put back, and starts the count anew. */
  frame(
    heard: Int16Array,
    cleaned: Int16Array,
    input: Uint8Array,
    output: Uint8Array,
  ): WatchCause | null {
    const inputMoved = replace(this.#input, input);
    const outputMoved = replace(this.#output, output);
    if (outputMoved) {
      this.#startAnew();
      return null;
    }
    if (!inputMoved || !hasSampleAbove(heard, LOUD - 1)) return null;
    this.#frames++;
    this.#letThrough ||= hasSampleAbove(cleaned, SILENT);
    if (this.#frames < WATCH_FRAMES) return null;
    const cause = this.#letThrough ? 2 : 1;
    this.#startAnew();
    return cause;
  }

  #startAnew(): void {
    this.#frames = 0;
    this.#letThrough = false;
  }
}

function hasSampleAbove(samples: Int16Array, limit: number): boolean {
  return samples.some((sample) => sample > limit || sample < -limit);
}

/** Takes over `next`; true when it differs from what was there. */
function replace(kept: Uint8Array, next: Uint8Array): boolean {
  const moved = kept.some((byte, at) => byte !== next[at]);
  kept.set(next);
  return moved;
}
