/**
 * Cuts a stream of bytes into whole frames, so that one frame alone can be damaged.
 * What a frame holds is left to the decoder.
 */

/** Longer than any frame; a stream without delimiters is cut there. */
const MOST_BYTES = 4096;

export class FrameCutter {
  #pending: number[] = [];

  /** The frames that end in these bytes, both delimiters included. */
  push(bytes: Uint8Array): readonly Uint8Array[] {
    const frames: Uint8Array[] = [];
    for (const byte of bytes) {
      // Between two frames one delimiter follows another.
      if (byte === 0 && this.#pending.length <= 1) {
        this.#pending = [0];
        continue;
      }
      this.#pending.push(byte);
      if (byte === 0 || this.#pending.length === MOST_BYTES) {
        frames.push(Uint8Array.from(this.#pending));
        this.#pending = [];
      }
    }
    return frames;
  }
}
