/**
 * Gathers what a device said in one run, live or from a recording: greeting, outputs in order, summary, fault, text, losses.
 * Whether the run is good is left to its readers.
 */
import type { LinkEvent, RecordEvent } from "./frames.ts";
import type {
  BootRecord,
  FaultRecord,
  HeardRecord,
  HelloRecord,
  HopRecord,
  KernelsRecord,
  OutputRecord,
  RecoveryRecord,
  RoofRecord,
  SoundRecord,
  SummaryRecord,
  TemperatureRecord,
} from "./records.gen.ts";

/** Text and complaints kept of one run; the totals of the decoder count all of them. */
const KEPT_LINES = 1000;
/** More than the largest program's microbenchmarks give in the most passes. */
const KEPT_ROOFS = 10_000;
/** More than an hour of a hearable's frames gives. */
const KEPT_TEMPERATURES = 10_000;

/** More than an hour of hops, or of steps, of 10 ms. */
const KEPT_HOPS = 400_000;

/** Enough to see where frames were lost; a hostile stream passes over 65,535 with each Output. */
const KEPT_MISSING = 1000;

const BELONGS_TO_RUN: ReadonlySet<string> = new Set([
  "output",
  "hop",
  "recovery",
  "summary",
  "sound",
  "heard",
]);

export type OutputEvent = RecordEvent<OutputRecord>;

export class DeviceRun {
  hello: HelloRecord | undefined;
  summary: SummaryRecord | undefined;
  fault: FaultRecord | undefined;
  /** Why the chip started, by its last greeting; never of a board that cannot tell. */
  boot: BootRecord | undefined;
  /** One a frame that arrived, in order of arrival; frames go up. */
  readonly outputs: OutputEvent[] = [];
  /** What the chip's own sensor read, in order; the first so many. */
  readonly temperatures: TemperatureRecord[] = [];
  /** Microbenchmarks as they came; the first so many. */
  readonly roofs: RoofRecord[] = [];
  /** What the deadline monitor said of each hop when it first came, frames going up; the first so many. */
  readonly hops: HopRecord[] = [];
  /** When the kernels of each step were done, where the program stamps them; the first so many. */
  readonly kernels: KernelsRecord[] = [];
  /** When the model's state was put back on the device, each frame once, frames going up; the first so many. */
  readonly recoveries: RecoveryRecord[] = [];
  /** What became of the board's own sound, by the last that told of it. */
  sound: SoundRecord | undefined;
  /** What its microphone heard where a hop was tapped, each frame once, frames going up; the first so many. */
  readonly heard: HeardRecord[] = [];
  /** Outputs that had come each time it greeted again: it had been away, and its clock may be another one. */
  readonly greetedAgainAfter: number[] = [];
  /** How many frames were passed over by a later one. */
  missingCount = 0;
  /** The first so many of them. */
  readonly missingFrames: number[] = [];
  /** Outputs whose frame had come before or was passed over. */
  unexpectedOutputs = 0;
  /** Outputs, Hops, Recoveries and Summaries that came before any greeting: left over from an earlier run. */
  staleRecords = 0;
  /** Log records and unframed text, in order. */
  readonly messages: string[] = [];
  /** Why bytes were discarded, in order. */
  readonly complaints: string[] = [];
  /** The version of the wire that whole frames of another version carried. */
  otherWireVersion: number | undefined;
  /** The first frame that has neither come nor been passed over. */
  nextFrame = 0;

  accept(event: LinkEvent): void {
    if (event.kind === "text") {
      keep(this.messages, event.text);
    } else if (event.kind === "discarded") {
      keep(this.complaints, `${event.bytes} bytes: ${event.detail}`);
      this.otherWireVersion ??= event.wireVersion;
    } else if (event.kind === "record") {
      this.#acceptRecord(event);
    }
  }

  #acceptRecord(event: RecordEvent): void {
    const { record } = event;
    if (BELONGS_TO_RUN.has(record.type) && this.hello === undefined) {
      this.staleRecords++;
      return;
    }
    switch (record.type) {
      case "hello":
        this.hello = record;
        this.#noteGreeting();
        break;
      case "output":
        this.#acceptOutput({ ...event, record });
        break;
      case "summary":
        this.summary = record;
        break;
      case "fault":
        this.fault ??= record;
        break;
      case "boot":
        this.boot = record;
        break;
      case "roof":
        if (this.roofs.length < KEPT_ROOFS) this.roofs.push(record);
        break;
      case "temperature":
        if (this.temperatures.length < KEPT_TEMPERATURES) this.temperatures.push(record);
        break;
      case "hop":
        this.#acceptOnce(this.hops, record);
        break;
      case "kernels":
        if (this.kernels.length < KEPT_HOPS) this.kernels.push(record);
        break;
      case "recovery":
        this.#acceptOnce(this.recoveries, record);
        break;
      case "sound":
        this.sound = record;
        break;
      case "heard":
        this.#acceptOnce(this.heard, record);
        break;
      case "log":
        keep(this.messages, record.text);
        break;
    }
  }

  /**
   * Sent ahead of its frame's Output. After a cut the device computes frames of the sequence anew: what it says of one
   * that it had told of is another computation's.
   */
  #acceptOnce<R extends { readonly frame: number }>(kept: R[], record: R): void {
    const { frame } = record;
    const isNew = frame >= this.nextFrame && frame > (kept.at(-1)?.frame ?? -1);
    if (!isNew || frame >= this.nextFrame + MAX_PASSED_OVER) return;
    if (kept.length < KEPT_HOPS) kept.push(record);
  }

  #noteGreeting(): void {
    const { length } = this.outputs;
    if (length > 0 && this.greetedAgainAfter.at(-1) !== length) this.greetedAgainAfter.push(length);
  }

  /** The outputs by the clock that the device has now: those since it last greeted. */
  get outputsByOneClock(): readonly OutputEvent[] {
    return this.outputs.slice(this.greetedAgainAfter.at(-1) ?? 0);
  }

  /** Frames before `end` that have no output, where none comes any more: how many, and the first so many of them. */
  missingBefore(end: number): { readonly count: number; readonly first: readonly number[] } {
    const first = [...this.missingFrames];
    keepFrames(first, this.nextFrame, end);
    return { count: this.missingCount + Math.max(0, end - this.nextFrame), first };
  }

  /** A frame that is passed over counts as missing: its Input or its Output was lost on the way. */
  #acceptOutput(event: OutputEvent): void {
    const { frame } = event.record;
    if (frame < this.nextFrame || frame >= this.nextFrame + MAX_PASSED_OVER) {
      this.unexpectedOutputs++;
      return;
    }
    this.missingCount += frame - this.nextFrame;
    keepFrames(this.missingFrames, this.nextFrame, frame);
    this.nextFrame = frame + 1;
    this.outputs.push(event);
  }
}

/** A frame further ahead than this cannot come from lost records alone; one sequence number later they repeat. */
const MAX_PASSED_OVER = 0x1_0000;

function keep(lines: string[], line: string): void {
  if (lines.length < KEPT_LINES) lines.push(line);
}

function keepFrames(frames: number[], from: number, end: number): void {
  for (let frame = from; frame < end && frames.length < KEPT_MISSING; frame++) frames.push(frame);
}
