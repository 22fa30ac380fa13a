/**
 * A board with an INA226 that nobody wired: greeting, measurements and conversions as the program ina sends them.
 * Moving the bytes is left to terminal.ts.
 */
import { encodeFrame, FrameDecoder } from "../../decode/frames.ts";
import type { DeviceRecord } from "../../decode/records.gen.ts";
import { decodeHostRecord } from "../../decode/records.gen.ts";
import type { SimulatedDevice } from "./device.ts";
import type { SimulatedLoad } from "./load.ts";
import { loadCurrentA } from "./load.ts";

export interface InaFailures {
  /** Conversions that it has no room for, at the end of each measurement. */
  readonly dropsAMeasurement?: number;
  /** Nobody answers on its I2C. */
  readonly absent?: boolean;
  /** Every conversion is at the end of the range. */
  readonly pinned?: boolean;
}

/** The shunt that it pretends to have [ohm]: a step is 2.5 uA. */
export const SIMULATED_SHUNT_OHM = 1;
const SHUNT_LSB_V = 2.5e-6;
const BUS_LSB_V = 1.25e-3;
const SUPPLY_V = 3;
const FULL_SCALE = 0x7fff;
/** Shunt and bus, 1.1 ms each. */
const CONVERSION_S = 2.2e-3;
const FRAME_S = 10e-3;
/** Steps in which one conversion's current is averaged. */
const STEPS = 22;
const OVERFLOW = 1 << 2;
const READY = 1 << 3;

export class SimulatedIna implements SimulatedDevice {
  readonly #load: SimulatedLoad;
  readonly #failures: InaFailures;
  readonly #decoder = new FrameDecoder(decodeHostRecord);
  #sequence = 0;
  #timeS = 0;
  #index = 0;
  /** Frames are numbered on from one measurement to the next. */
  #frame = 0;
  /** Frames of the measurement at hand, and when it began. */
  #measuring: { readonly frames: number; readonly startS: number } | undefined;

  constructor(load: SimulatedLoad, failures: InaFailures = {}) {
    this.#load = load;
    this.#failures = failures;
  }

  receive(bytes: Uint8Array): Uint8Array {
    const answers: Uint8Array[] = [];
    for (const event of this.#decoder.push(bytes, 0)) {
      if (event.kind !== "record") continue;
      const { record } = event;
      if (record.type === "identify") answers.push(this.#hello());
      if (record.type === "measure") {
        this.#measuring = { frames: record.frames, startS: this.#timeS };
      }
      if (record.type === "stop") answers.push(this.#summary());
    }
    return Buffer.concat(answers);
  }

  advance(seconds: number): Uint8Array {
    this.#timeS += seconds;
    const { frames, startS } = this.#measuring ?? { frames: 0, startS: 0 };
    if (!this.#measuring || this.#timeS < startS + frames * FRAME_S) return new Uint8Array(0);
    this.#measuring = undefined;
    const { absent = false, dropsAMeasurement = 0 } = this.#failures;
    const count = absent ? 0 : Math.floor((frames * FRAME_S) / CONVERSION_S);
    const records: Uint8Array[] = [];
    if (absent) {
      const text = "no INA219, INA226 or INA228 answers at address 0x40 of the board's I2C";
      records.push(this.#send({ type: "log", text }));
    }
    for (let n = 0; n < count; n++) {
      const conversion = this.#conversion(startS + n * CONVERSION_S);
      if (n < count - dropsAMeasurement) records.push(conversion);
    }
    const empty = new Uint8Array(0);
    for (let left = frames; left > 0; left--) {
      const frame = this.#frame++;
      records.push(this.#send({ type: "output", frame, cycles: 0n, values: empty, state: empty }));
    }
    return Buffer.concat(records);
  }

  #conversion(timeS: number): Uint8Array {
    let sumA = 0;
    for (let step = 0; step < STEPS; step++) {
      sumA += loadCurrentA(this.#load, timeS + ((step + 0.5) * CONVERSION_S) / STEPS);
    }
    const steps = Math.round(((sumA / STEPS) * SIMULATED_SHUNT_OHM) / SHUNT_LSB_V);
    const pinned = this.#failures.pinned ?? false;
    return this.#send(
      {
        type: "ina",
        part: 226,
        index: this.#index++,
        timeUs: Math.round((timeS + CONVERSION_S) * 1e6) >>> 0,
        shunt: pinned ? FULL_SCALE : Math.min(FULL_SCALE, steps),
        bus: Math.round(SUPPLY_V / BUS_LSB_V),
        status: READY | (pinned ? OVERFLOW : 0),
      },
      timeS,
    );
  }

  #hello(): Uint8Array {
    return this.#send({
      type: "hello",
      board: "simulated",
      app: "ina",
      model: "none",
      modelDigest: "0000000000000000",
      compiler: "none",
      clockHz: 0,
      counterKind: 0,
      inputBytes: 0,
      outputBytes: 0,
      stateBytes: 0,
      creditFrames: 4,
    });
  }

  #summary(): Uint8Array {
    return this.#send({
      type: "summary",
      frames: 0,
      droppedRecords: 0,
      badFrames: 0,
      stackBytes: 0,
    });
  }

  #send(record: DeviceRecord, timeS = this.#timeS): Uint8Array {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) & 0xffff;
    return encodeFrame(record, sequence, Math.round(timeS * 1e6) >>> 0);
  }
}
