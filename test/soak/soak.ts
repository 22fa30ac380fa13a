/**
 * Plays sound to the emulated hearable for as long as is asked, over a line that damages frames both ways, and holds
 * everything against the twin and against what was really sent.
 * The command line is left to command.ts, what is written of it to page.ts.
 *
 * The harness sees both ends of the line: a hop whose Input it damaged was never heard, so the twin does not hear it
 * either; a hop whose Output it damaged was computed, and the twin goes on. From there every later value must agree.
 */
import { createDeviceDecoder, encodeFrame } from "../../host/decode/frames.ts";
import type { HostRecord } from "../../host/decode/records.gen.ts";
import type { Link } from "../../host/link/source.ts";
import { bytesOfHop } from "../../host/workflow/hearable/hops.ts";
import type { HearableTwin } from "../../host/workflow/hearable/twin.ts";
import { type Draw, pick } from "../fuzz/draw.ts";
import { damaged, FAULTS, type Fault } from "./faults.ts";
import { FrameCutter } from "./frame-cutter.ts";

export interface SoakRequest {
  readonly link: Link;
  readonly twin: HearableTwin;
  readonly sound: Iterator<Int16Array>;
  readonly hops: number;
  /** One frame in so many is damaged, either way; 0: none. */
  readonly oneIn: number;
  readonly draw: Draw;
  /** Told now and then how many hops went in. */
  readonly tell?: (hops: number) => void;
  /** Resident bytes of the emulator; null where nobody knows. */
  readonly emulatorBytes?: () => number | null;
}

export interface SoakTotals {
  readonly hops: number;
  /** Hops that reached the device whole, and that it says it computed. */
  readonly heard: number;
  readonly computed: number;
  /** Frames damaged on the way to the device, by what was done to them. */
  readonly inputFaults: Readonly<Record<Fault, number>>;
  /** Damaged frames that the device counted; a torn one may count more than once, one of which nothing is left never. */
  readonly badFrames: number;
  readonly outputFaults: Readonly<Record<Fault, number>>;
  /** Records that the decoder reported as lost. */
  readonly lostRecords: number;
  /** Cleaned hops that came through the decoder whole. */
  readonly arrived: number;
  readonly recoveries: number;
  readonly overruns: number;
  readonly worstUs: number;
  readonly stackBytes: number;
  /** Of this program after the first tenth and at the end [byte]. */
  readonly heapBytes: readonly [number, number];
  /** Of the emulator, alike; null where nobody knows. */
  readonly emulatorBytes: readonly [number, number] | null;
  /** What must not be: a value that differs, a loss that nobody told. Empty when all is well. */
  readonly findings: readonly string[];
}

const MOST_FINDINGS = 20;
const CREDITS = 2;
/** Longest silence of an emulator on a busy computer [ms]. */
const SILENCE_MS = 60_000;
const TELL_EVERY = 1000;

const noFaults = (): Record<Fault, number> => ({
  "bit flips": 0,
  "lost bytes": 0,
  "doubled bytes": 0,
  noise: 0,
  "nothing left": 0,
});

/** Never throws for what the device does; that is a finding. @throws LinkError when it cannot be started */
export async function soak(request: SoakRequest): Promise<SoakTotals> {
  const conversation = new SoakConversation(request);
  await request.link.open();
  try {
    return await conversation.hold();
  } finally {
    await request.link.close();
  }
}

interface Expected {
  readonly frame: number;
  readonly samples: Uint8Array;
  readonly recovered: number | null;
}

class SoakConversation {
  readonly #request: SoakRequest;
  /** Hears what was really sent, and what arrived. */
  readonly #truth = createDeviceDecoder();
  readonly #decoder = createDeviceDecoder();
  readonly #cutter = new FrameCutter();
  readonly #inputFaults = noFaults();
  readonly #outputFaults = noFaults();
  readonly #findings: string[] = [];
  /** Hops that the device heard and has not answered. */
  readonly #expected: Expected[] = [];
  #sequence = 0;
  #heard = 0;
  #arrived = 0;
  #lost = 0;
  #recoveries = 0;
  #greeted = false;
  #summary: { frames: number; badFrames: number; stackBytes: number } | undefined;
  #deadline = { overruns: 0, worstUs: 0 };
  #ended = false;
  /** Nothing more can come of this run. */
  #isOver = false;
  #wake: () => void = () => {};

  constructor(request: SoakRequest) {
    this.#request = request;
  }

  async hold(): Promise<SoakTotals> {
    const { hops, tell, sound, emulatorBytes = () => null } = this.#request;
    const listening = this.#listen();
    await this.#send({ type: "identify", wireVersion: 1 }, false);
    await this.#until(() => this.#greeted, "a greeting");
    let [firstHeap, firstEmulator] = [memoryNow(), emulatorBytes()];
    for (let frame = 0; frame < hops && !this.#isOver; frame++) {
      await this.#until(() => this.#expected.length < CREDITS, "a cleaned hop");
      const heard = sound.next().value as Int16Array;
      const values = bytesOfHop(heard);
      const whole = await this.#send({ type: "input", frame, values }, true);
      if (whole) this.#expect(frame, heard);
      if (frame === Math.floor(hops / 10)) {
        [firstHeap, firstEmulator] = [memoryNow(), emulatorBytes()];
      }
      if (frame % TELL_EVERY === 0) tell?.(frame);
    }
    await this.#until(() => this.#expected.length === 0, "the last hops");
    const ends = { heap: memoryNow(), emulator: emulatorBytes() };
    await this.#send({ type: "stop", reserved: 0 }, false);
    await this.#until(() => this.#summary !== undefined, "the summary");
    if (this.#summary !== undefined) await listening;
    this.#judge();
    return {
      hops,
      heard: this.#heard,
      computed: this.#summary?.frames ?? 0,
      inputFaults: this.#inputFaults,
      badFrames: this.#summary?.badFrames ?? 0,
      outputFaults: this.#outputFaults,
      lostRecords: this.#lost,
      arrived: this.#arrived,
      recoveries: this.#recoveries,
      overruns: this.#deadline.overruns,
      worstUs: this.#deadline.worstUs,
      stackBytes: this.#summary?.stackBytes ?? 0,
      heapBytes: [firstHeap, ends.heap],
      emulatorBytes:
        firstEmulator === null || ends.emulator === null ? null : [firstEmulator, ends.emulator],
      findings: this.#findings,
    };
  }

  #expect(frame: number, heard: Int16Array): void {
    const { samples, recovered } = this.#request.twin.clean(heard);
    this.#expected.push({ frame, samples: bytesOfHop(samples), recovered });
    this.#heard++;
  }

  /** False when it was damaged on the way. */
  async #send(record: HostRecord, mayBreak: boolean): Promise<boolean> {
    const frame = encodeFrame(record, this.#sequence++, 0);
    const fault = mayBreak ? this.#fault(this.#inputFaults) : null;
    const { link, draw } = this.#request;
    await link.write(fault === null ? frame : damaged(frame, fault, draw));
    return fault === null;
  }

  #fault(counts: Record<Fault, number>): Fault | null {
    const { oneIn, draw } = this.#request;
    if (oneIn === 0 || draw(oneIn) !== 0) return null;
    const fault = pick(FAULTS, draw);
    counts[fault]++;
    return fault;
  }

  async #listen(): Promise<void> {
    for await (const { bytes, receiveTimeUs } of this.#request.link.received) {
      for (const frame of this.#cutter.push(bytes)) this.#take(frame, receiveTimeUs);
      this.#wake();
    }
    this.#ended = true;
    this.#wake();
  }

  /** One frame as the device sent it, then as it arrives. */
  #take(frame: Uint8Array, timeUs: number): void {
    let mayBreak = false;
    for (const event of this.#truth.push(frame, timeUs)) {
      if (event.kind !== "record") {
        this.#find(`the device sent what is no record: ${event.kind}`);
        continue;
      }
      const { record } = event;
      mayBreak = record.type === "output" || record.type === "hop";
      if (record.type === "hello") this.#greeted = true;
      if (record.type === "summary") this.#summary = record;
      if (record.type === "hop") this.#deadline = record;
      if (record.type === "recovery") this.#recover(record.frame, record.cause);
      if (record.type === "output") this.#compare(record.frame, record.values);
    }
    const fault = mayBreak ? this.#fault(this.#outputFaults) : null;
    const arriving = fault === null ? frame : damaged(frame, fault, this.#request.draw);
    for (const event of this.#decoder.push(arriving, timeUs)) {
      if (event.kind === "lost") this.#lost += event.count;
      if (event.kind !== "record") continue;
      if (fault !== null) this.#find(`a damaged frame gave a record: ${event.record.type}`);
      if (event.record.type === "output") this.#arrived++;
    }
  }

  #recover(frame: number, cause: number): void {
    this.#recoveries++;
    const expected = this.#expected[0];
    if (expected?.frame !== frame || expected.recovered !== cause) {
      this.#find(`hop ${frame}: the device put its model back, the twin did not`);
    }
  }

  #compare(frame: number, values: Uint8Array): void {
    const expected = this.#expected.shift();
    if (expected === undefined || expected.frame !== frame) {
      this.#find(`hop ${frame} came; hop ${expected?.frame ?? "none"} was due`);
    } else if (!Buffer.from(values).equals(expected.samples)) {
      this.#find(`hop ${frame} differs from the twin`);
    }
  }

  /** What the two ends say must add up to what was done to the line. */
  #judge(): void {
    const sum = (counts: Readonly<Record<Fault, number>>) =>
      Object.values(counts).reduce((all, count) => all + count, 0);
    const broken = sum(this.#outputFaults);
    if (this.#lost !== broken) {
      this.#find(`${broken} frames were damaged, ${this.#lost} records reported as lost`);
    }
    const { frames = 0, badFrames = 0 } = this.#summary ?? {};
    if (frames !== this.#heard) {
      this.#find(`${this.#heard} hops reached the device, it computed ${frames}`);
    }
    const seen = sum(this.#inputFaults) - this.#inputFaults["nothing left"];
    if (badFrames < seen) this.#find(`${seen} frames came to the device torn, it saw ${badFrames}`);
  }

  #find(what: string): void {
    if (this.#findings.length < MOST_FINDINGS) this.#findings.push(what);
    else this.#isOver = true;
  }

  async #until(isDone: () => boolean, what: string): Promise<void> {
    const late = performance.now() + SILENCE_MS;
    while (!isDone() && !this.#isOver) {
      const leftMs = late - performance.now();
      if (this.#ended || leftMs <= 0) {
        this.#find(`no ${what}: ${this.#ended ? "the device left" : "silence"}`);
        this.#isOver = true;
        return;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** Of the heap, after a collection where one can be asked for. */
function memoryNow(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
