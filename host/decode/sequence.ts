/**
 * Judges the order of frames by their sequence numbers and unwraps the device's clock.
 * What is in the frames, and what to do with a repeated one, is left to frames.ts.
 */

const SEQUENCE_MODULUS = 0x1_0000;

/** Greetings remembered: more than a device sends before one that was doubled on the way comes again. */
const GREETINGS = 16;

/** A greeting with a number below this one is the first that a device says. */
const FIRST_GREETINGS = 4;

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
 * a `restart` (the greeting) starts a new count where the number goes back, unless it is one that was here before; with a
 * later time, as of a device that had not run for long, only as one of its first frames.
 */
export class SequenceTracker {
  #last: number | undefined;
  #lastTimestampUs = 0;
  #deviceTimeUs = 0;
  /** Number and time of the latest greetings, as one word each; the oldest is replaced next. */
  readonly #greetings = new Float64Array(GREETINGS).fill(-1);
  #oldestGreeting = 0;

  follow(sequence: number, timestampUs: number, restart: boolean): Order {
    if (this.#last === undefined) {
      if (restart) this.#keepGreeting(sequence, timestampUs);
      return this.#begin(sequence, timestampUs);
    }
    const step = (sequence - this.#last + SEQUENCE_MODULUS) % SEQUENCE_MODULUS;
    // As a signed 32-bit difference: right while two frames are less than 35 minutes apart.
    const elapsedUs = (timestampUs - this.#lastTimestampUs) | 0;
    const goesBack = step === 0 || step >= HALF_SEQUENCE;
    if (goesBack && elapsedUs <= 0) {
      const sameFrame = step === 0 && elapsedUs === 0;
      if (sameFrame || !restart || this.#greeted(sequence, timestampUs)) {
        return { state: "repeated" };
      }
      this.#keepGreeting(sequence, timestampUs);
      return this.#begin(sequence, timestampUs);
    }
    if (restart && goesBack && sequence < FIRST_GREETINGS) {
      this.#keepGreeting(sequence, timestampUs);
      return this.#begin(sequence, timestampUs);
    }
    if (restart) this.#keepGreeting(sequence, timestampUs);
    this.#last = sequence;
    this.#lastTimestampUs = timestampUs;
    this.#deviceTimeUs += elapsedUs;
    const lost = (step - 1 + SEQUENCE_MODULUS) % SEQUENCE_MODULUS;
    return { state: "next", lost, deviceTimeUs: this.#deviceTimeUs };
  }

  #greeted(sequence: number, timestampUs: number): boolean {
    return this.#greetings.includes(greetingOf(sequence, timestampUs));
  }

  #keepGreeting(sequence: number, timestampUs: number): void {
    this.#greetings[this.#oldestGreeting] = greetingOf(sequence, timestampUs);
    this.#oldestGreeting = (this.#oldestGreeting + 1) % GREETINGS;
  }

  #begin(sequence: number, timestampUs: number): Order {
    this.#last = sequence;
    this.#lastTimestampUs = timestampUs;
    this.#deviceTimeUs = timestampUs;
    return { state: "next", lost: 0, deviceTimeUs: timestampUs };
  }
}

/** 16 bits of number above 32 bits of time: exact in a double. */
function greetingOf(sequence: number, timestampUs: number): number {
  return sequence * 2 ** 32 + timestampUs;
}
