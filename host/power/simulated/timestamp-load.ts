/**
 * The board in MLPerf Tiny's energy mode as a simulated monitor sees it: its input rests high and falls for a moment at each
 * timestamp, between two of which it computes. When a timestamp happens is left to the one who hears the board.
 */
import { DEFAULT_LOAD, type DrivenLoad } from "./load.ts";

/** Long enough for a monitor that looks every millisecond [s]. */
const PULSE_S = 2e-3;
/** Pulses that may still be looked at. */
const KEPT_PULSES = 4;

export class TimestampLoad implements DrivenLoad {
  #nowS = 0;
  #pulsesS: number[] = [];
  #computesFromS = Number.POSITIVE_INFINITY;

  /** A timestamp happens now. @param begins whether the board computes from here on, or no more */
  timestamp(begins: boolean): void {
    // Two at once would be one: the clock of the simulation goes in steps.
    const pulseS = Math.max(this.#nowS, (this.#pulsesS.at(-1) ?? -1) + 2 * PULSE_S);
    this.#pulsesS = [...this.#pulsesS, pulseS].slice(-KEPT_PULSES);
    this.#computesFromS = begins ? pulseS : Number.POSITIVE_INFINITY;
  }

  isHigh(timeS: number): boolean {
    this.#nowS = timeS;
    return !this.#pulsesS.some((pulseS) => timeS > pulseS && timeS <= pulseS + PULSE_S);
  }

  currentA(timeS: number): number {
    return timeS > this.#computesFromS ? DEFAULT_LOAD.activeA : DEFAULT_LOAD.sleepA;
  }
}
