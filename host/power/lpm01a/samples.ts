/**
 * Turns the board's lines into currents, and finds what is missing from them by its time stamps.
 * Reading lines is left to lines.ts, the conversation to lpm01a.ts.
 */
import type { CurrentBlock, SampleTotals } from "../monitor.ts";
import type { Lpm01aLine } from "./lines.ts";

/** Samples that a time stamp may lag behind: it is sent between samples that are already under way. */
const STAMP_TOLERANCE = 2;

export class Lpm01aDecoder {
  readonly #sampleRateHz: number;
  /** Current of a sample of one joule: I = E / (V dt) [A/J]. */
  readonly #amperesPerJoule: number;
  #level = 0;
  /** Falls that no block carries yet. */
  #falls: number[] = [];
  /** Asked for falling edges, boards call them `ris`; one that ever says `fal` tells both. */
  #tellsBoth = false;
  #nextSample = 0;
  #samples = 0;
  #lost = 0;
  #discardedBytes = 0;
  #firstStampMs: number | undefined;
  #samplesAtFirstStamp = 0;

  /** @param supplyV [V] */
  constructor(supplyV: number, sampleRateHz: number) {
    this.#sampleRateHz = sampleRateHz;
    this.#amperesPerJoule = sampleRateHz / supplyV;
  }

  decode(lines: readonly Lpm01aLine[]): CurrentBlock[] {
    const blocks: CurrentBlock[] = [];
    let currents: number[] = [];
    let digital: number[] = [];
    const cut = () => {
      if (currents.length === 0) return;
      blocks.push({
        firstSample: this.#nextSample - currents.length,
        currentsA: Float64Array.from(currents),
        ranges: new Uint8Array(0),
        digital: Uint8Array.from(digital),
        falls: this.#falls,
      });
      this.#falls = [];
      currents = [];
      digital = [];
    };
    for (const line of lines) {
      if (line.kind === "event") this.#takeEvent(line.isRising);
      if (line.kind === "sample") {
        currents.push(line.value * this.#amperesPerJoule);
        digital.push(this.#level);
        this.#samples++;
        this.#nextSample++;
      }
      const missing = this.#missingBy(line);
      if (missing === 0) continue;
      cut();
      this.#lost += missing;
      this.#nextSample += missing;
    }
    cut();
    return blocks;
  }

  #takeEvent(isRising: boolean): void {
    this.#level = isRising ? 1 : 0;
    this.#tellsBoth ||= !isRising;
    if (!isRising || !this.#tellsBoth) this.#falls.push(this.#nextSample);
  }

  totals(): SampleTotals {
    return {
      samples: this.#samples,
      lost: this.#lost,
      lostByClock: 0,
      discardedBytes: this.#discardedBytes,
      clipped: 0,
    };
  }

  /** Samples that this line shows to be missing. */
  #missingBy(line: Lpm01aLine): number {
    // Every line that cannot be read was one sample, most likely: they are nearly all of the stream.
    if (line.kind === "undecodable") {
      this.#discardedBytes += line.bytes;
      return 1;
    }
    if (line.kind !== "timeStamp") return 0;
    if (this.#firstStampMs === undefined) {
      this.#firstStampMs = line.milliseconds;
      this.#samplesAtFirstStamp = this.#nextSample;
      return 0;
    }
    const elapsedS = (line.milliseconds - this.#firstStampMs) / 1000;
    const expected = Math.round(elapsedS * this.#sampleRateHz);
    const missing = expected - (this.#nextSample - this.#samplesAtFirstStamp);
    return missing > STAMP_TOLERANCE ? missing : 0;
  }
}
