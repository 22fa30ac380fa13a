/**
 * An X-NUCLEO-LPM01A that nobody bought: its commands, its prompt, its lines, and ways to fail.
 * Moving the bytes is left to terminal.ts.
 */
import type { SimulatedDevice } from "./device.ts";
import type { SimulatedLoad } from "./load.ts";
import { isComputing, loadCurrentA } from "./load.ts";

export interface Lpm01aFailures {
  /** Samples that never leave it, in a row, every second. */
  readonly dropsASecond?: number;
  /** A line of noise every so many samples. */
  readonly noiseEverySamples?: number;
  /** A command it refuses. */
  readonly refuses?: string;
}

const SAMPLE_RATE_HZ = 1000;
const KNOWN = new Set(
  "htc hrc lcd pwr acqtime trigdelay trigsrc eventsrc output format freq volt start stop".split(
    " ",
  ),
);
/** Steps in which one sample's energy is summed up. */
const STEPS = 20;

export class SimulatedLpm01a implements SimulatedDevice {
  readonly #load: SimulatedLoad;
  readonly #failures: Lpm01aFailures;
  #line = "";
  #isMeasuring = false;
  #supplyV = 3.3;
  #sample = 0;
  #owed = 0;
  #events = 0;
  #wasComputing = false;

  constructor(load: SimulatedLoad, failures: Lpm01aFailures = {}) {
    this.#load = load;
    this.#failures = failures;
  }

  receive(bytes: Uint8Array): Uint8Array {
    let answer = "";
    for (const byte of bytes) {
      if (byte !== 0x0a) {
        if (byte !== 0x0d) this.#line += String.fromCharCode(byte);
        continue;
      }
      answer += this.#obey(this.#line);
      this.#line = "";
    }
    return new TextEncoder().encode(answer);
  }

  advance(seconds: number): Uint8Array {
    if (!this.#isMeasuring) return new Uint8Array(0);
    this.#owed += seconds * SAMPLE_RATE_HZ;
    let text = "";
    for (; this.#owed >= 1; this.#owed--) text += this.#sampleLines(this.#sample++);
    return new TextEncoder().encode(text);
  }

  #obey(line: string): string {
    const [word = "", value = ""] = line.split(" ");
    const prompt = "PowerShield > ";
    if (!KNOWN.has(word) || word === this.#failures.refuses) {
      return `${prompt}error command ${word} not available\r\n`;
    }
    if (word === "start") this.#isMeasuring = true;
    if (word === "volt") this.#supplyV = Number.parseInt(value, 10) / 1000;
    const completed = word === "stop" && this.#isMeasuring ? "Acquisition completed\r\n" : "";
    if (word === "stop") this.#isMeasuring = false;
    return `${prompt}ack ${line}\r\n${completed}`;
  }

  #sampleLines(sample: number): string {
    const startS = sample / SAMPLE_RATE_HZ;
    let text = "";
    if (sample % 1000 === 0) {
      const seconds = String(sample / 1000).padStart(3, "0");
      text += `TimeStamp: ${seconds}s 000ms, buff 00%\r\n`;
    }
    const isOn = isComputing(this.#load, startS);
    if (isOn !== this.#wasComputing) text += `event ${++this.#events} ${isOn ? "ris" : "fal"}\r\n`;
    this.#wasComputing = isOn;
    if (sample % 1000 < (this.#failures.dropsASecond ?? 0)) return text;
    const every = this.#failures.noiseEverySamples;
    if (every !== undefined && sample % every === every - 1) {
      return `${text}\u00ff\u0001garbage\r\n`;
    }
    let sumA = 0;
    for (let step = 0; step < STEPS; step++) {
      sumA += loadCurrentA(this.#load, startS + (step + 0.5) / (STEPS * SAMPLE_RATE_HZ));
    }
    return `${text}${asciiDec((sumA / STEPS) * (this.#supplyV / SAMPLE_RATE_HZ))}\r\n`;
  }
}

/** Four digits and a power of ten: 6409-07 is 6409e-7. */
function asciiDec(value: number): string {
  if (value <= 0) return "0000-12";
  const exponent = Math.floor(Math.log10(value)) - 3;
  const digits = Math.min(9999, Math.round(value / 10 ** exponent));
  return `${String(digits).padStart(4, "0")}${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
