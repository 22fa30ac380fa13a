/**
 * Judges the order of frames by their sequence numbers and unwraps the device's clock.
 * What is in the frames, and what to do with a repeated one, is left to frames.ts.
 */

const SEQUENCE_MODULUS = 0x1_0000;

/** A step of at least this much forward is taken for a step back. */
const HALF_SEQUENCE = SEQUENCE_MODULUS / 2;

export type Order =
  /** Follows; `lost` frames are missing before it (modulo 65536). */
  | { readonly state: "next"; readonly lost: number; readonly deviceTimeUs: number }
  /** A frame that was here before. */
  | { readonly state: "repeated" };

/**
 * Follows one direction of a link. The first frame sets the count, whatever its number: a device may have been
 * running before. A number that goes back is a repeated frame if its time does not go forward, and else a long loss;
 * a `restart` (the greeting) starts a new count where the number goes back.
 */
export class SequenceTracker {
  #last: number | undefined;
  #lastTimestampUs = 0;
  #deviceTimeUs = 0;

  follow(sequence: number, timestampUs: number, restart: boolean): Order {
    if (this.#last === undefined) return this.#begin(sequence, timestampUs);
    const step = (sequence - this.#last + SEQUENCE_MODULUS) % SEQUENCE_MODULUS;
    // As a signed 32-bit difference: right while two frames are less than 35 minutes apart.
    const elapsedUs = (timestampUs - this.#lastTimestampUs) | 0;
    const goesBack = step === 0 || step >= HALF_SEQUENCE;
    if (goesBack && elapsedUs <= 0) {
      const sameFrame = step === 0 && elapsedUs === 0;
      if (sameFrame || !restart) return { state: "repeated" };
      return this.#begin(sequence, timestampUs);
    }
    this.#last = sequence;
    this.#lastTimestampUs = timestampUs;
    this.#deviceTimeUs += elapsedUs;
    const lost = (step - 1 + SEQUENCE_MODULUS) % SEQUENCE_MODULUS;
    return { state: "next", lost, deviceTimeUs: this.#deviceTimeUs };
  }

  #begin(sequence: number, timestampUs: number): Order {
    this.#last = sequence;
    this.#lastTimestampUs = timestampUs;
    this.#deviceTimeUs = timestampUs;
    return { state: "next", lost: 0, deviceTimeUs: timestampUs };
  }
}
