/**
 * A PPK2 that nobody soldered: its opcodes, its metadata, its samples, and its known ways to fail.
 * Moving the bytes is left to terminal.ts. Facts: Nordic's PPK2 protocol as its users describe it.
 */
import type { SimulatedDevice } from "./device.ts";
import type { SimulatedLoad } from "./load.ts";
import { isComputing, loadCurrentA } from "./load.ts";

/** Ways in which a real one fails in the field. */
export interface Ppk2Failures {
  /** Samples that never leave it: every `everySamples`, `count` in a row. */
  readonly drop?: { readonly everySamples: number; readonly count: number };
  /** One byte of the stream is swallowed every so many samples. */
  readonly slipEverySamples?: number;
  /** Constants that read -nan, such as "S0". */
  readonly notANumber?: readonly string[];
  /** Every sample is at its range's end. */
  readonly pinned?: boolean;
}

const SAMPLE_RATE_HZ = 100_000;
const FULL_SCALE = 0x3fff;
/** Shunts [ohm], and the largest current each range is used for [A]. */
const SHUNTS_OHM = [1031.64, 101.65, 10.15, 0.94, 0.043];
const RANGE_ENDS_A = [50e-6, 500e-6, 5e-3, 60e-3, Number.POSITIVE_INFINITY];
/** Bytes of a command beside its opcode. */
const ARGUMENT_BYTES = new Map([
  [0x06, 0],
  [0x07, 0],
  [0x0c, 1],
  [0x0d, 2],
  [0x11, 1],
  [0x19, 0],
  [0x20, 0],
  [0x25, 5],
]);

export class SimulatedPpk2 implements SimulatedDevice {
  readonly #load: SimulatedLoad;
  readonly #failures: Ppk2Failures;
  #command: number[] = [];
  #isMeasuring = false;
  #isPowered = false;
  #supplyMv = 3000;
  #sample = 0;
  /** Samples owed for time that was no whole number of them. */
  #owed = 0;

  constructor(load: SimulatedLoad, failures: Ppk2Failures = {}) {
    this.#load = load;
    this.#failures = failures;
  }

  receive(bytes: Uint8Array): Uint8Array {
    let answer: Uint8Array = new Uint8Array(0);
    for (const byte of bytes) {
      this.#command.push(byte);
      const wanted = ARGUMENT_BYTES.get(this.#command[0] ?? 0) ?? 0;
      if (this.#command.length <= wanted) continue;
      const [opcode = 0, first = 0, second = 0] = this.#command;
      this.#command = [];
      if (opcode === 0x06) this.#isMeasuring = true;
      if (opcode === 0x07) this.#isMeasuring = false;
      if (opcode === 0x0c) this.#isPowered = first === 1;
      if (opcode === 0x0d) this.#supplyMv = (first << 8) | second;
      if (opcode === 0x19) answer = this.#metadata();
    }
    return answer;
  }

  advance(seconds: number): Uint8Array {
    if (!this.#isMeasuring) return new Uint8Array(0);
    this.#owed += seconds * SAMPLE_RATE_HZ;
    const count = Math.floor(this.#owed);
    this.#owed -= count;
    const bytes = new Uint8Array(count * 4);
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (let index = 0; index < count; index++) {
      const sample = this.#sample++;
      if (this.#isDropped(sample)) continue;
      view.setUint32(at, this.#word(sample), true);
      at += 4;
      const slip = this.#failures.slipEverySamples;
      if (slip !== undefined && sample % slip === slip - 1) at--;
    }
    return bytes.subarray(0, at);
  }

  #isDropped(sample: number): boolean {
    const drop = this.#failures.drop;
    return drop !== undefined && sample % drop.everySamples >= drop.everySamples - drop.count;
  }

  #word(sample: number): number {
    const timeS = sample / SAMPLE_RATE_HZ;
    const currentA = this.#isPowered ? loadCurrentA(this.#load, timeS) : 0;
    const range = RANGE_ENDS_A.findIndex((end) => currentA <= end);
    // Inverse of the host's formula with the constants below: A = x * x + x * 1, hence x; then volts, then LSB / 4.
    const x = (Math.sqrt(1 + 4 * currentA) - 1) / 2;
    const lsb = (x * (SHUNTS_OHM[range] ?? 0)) / (1.8 / 163_840) / 4;
    const adc = this.#failures.pinned ? FULL_SCALE : Math.min(FULL_SCALE - 1, Math.round(lsb));
    const d0 = isComputing(this.#load, timeS) && this.#isPowered ? 1 : 0;
    return ((d0 << 24) | ((sample & 63) << 18) | (range << 14) | adc) >>> 0;
  }

  #metadata(): Uint8Array {
    const lines = ["Calibrated: 1"];
    const constants = { GS: 1, GI: 1, O: 0, S: 0, I: 0, UG: 1 };
    for (const [range, shunt] of SHUNTS_OHM.entries()) {
      lines.push(this.#constant(`R${range}`, shunt));
      for (const [name, value] of Object.entries(constants)) {
        lines.push(this.#constant(`${name}${range}`, value));
      }
    }
    lines.push(`VDD: ${this.#supplyMv}`, "HW: 9173", "mode: 2", "IA: 0", "END", "");
    return new TextEncoder().encode(lines.join("\n"));
  }

  #constant(key: string, value: number): string {
    return `${key}: ${this.#failures.notANumber?.includes(key) ? "-nan" : value.toFixed(4)}`;
  }
}
