/**
 * Holds received bytes until they are read, and tells the sender when to pause.
 * Where the bytes come from is left to stream-link.ts.
 */
import type { ReceivedBytes } from "./source.ts";

/** The sender pauses above this and resumes below half of it [byte]. */
const HIGH_WATER_BYTES = 1 << 20;

export interface Valve {
  pause(): void;
  resume(): void;
}

/** One writer, one reader; iterable once. */
export class ByteQueue implements AsyncIterable<ReceivedBytes> {
  readonly #valve: Valve;
  readonly #pieces: ReceivedBytes[] = [];
  #bytes = 0;
  #paused = false;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(valve: Valve) {
    this.#valve = valve;
  }

  push(piece: ReceivedBytes): void {
    this.#pieces.push(piece);
    this.#bytes += piece.bytes.length;
    if (!this.#paused && this.#bytes >= HIGH_WATER_BYTES) {
      this.#paused = true;
      this.#valve.pause();
    }
    this.#wake?.();
  }

  /** Nothing follows; what is queued can still be read. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<ReceivedBytes> {
    for (;;) {
      const pieces = this.#pieces.splice(0);
      if (pieces.length === 0) {
        if (this.#ended) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      for (const piece of pieces) {
        this.#bytes -= piece.bytes.length;
        yield piece;
      }
      if (this.#paused && this.#bytes < HIGH_WATER_BYTES / 2) {
        this.#paused = false;
        this.#valve.resume();
      }
    }
  }
}
