/**
 * Holds the conversation with a device over one link: greeting, commands, frames by credits, goodbye.
 * Starting the device is left to the link, judging the numbers to analyze/.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { DeviceRun } from "../decode/device-run.ts";
import type { LinkEvent, RecordEvent } from "../decode/frames.ts";
import { createDeviceDecoder, encodeFrame } from "../decode/frames.ts";
import type { HelloRecord, HostRecord, RoofRecord } from "../decode/records.gen.ts";
import { WIRE_VERSION } from "../decode/records.ts";
import type { Expectation } from "./greeting.ts";
import { checkGreeting, wireVersionError } from "./greeting.ts";
import type { Ending, RunResult } from "./outcome.ts";
import type { Link, LinkEnd, LinkKind } from "./source.ts";

export interface SessionOptions {
  readonly expect?: Expectation;
  readonly signal?: AbortSignal | undefined;
  /** From opening the link to the greeting [ms]. */
  readonly greetingTimeoutMs?: number;
  /** Longest silence while something is awaited [ms]; a slow emulator needs more. */
  readonly silenceTimeoutMs?: number;
  /** Sees every event as it arrives. */
  readonly onEvent?: (event: LinkEvent) => void;
}

const IDENTIFY_EVERY_MS = 500;

/** A port that was silent for so long holds nothing more of an earlier run; one that never is gets asked all the same [ms]. */
const QUIET_MS = 100;
const LONGEST_DRAIN_MS = 2000;
/** An emulator starts with its link, and a recording has no past. */
const HAS_A_PAST: Readonly<Record<LinkKind, boolean>> = {
  serial: true,
  tcp: true,
  qemu: false,
  replay: false,
};
const GREETING_TIMEOUT_MS = 15_000;
/** An emulator that counts on a busy computer takes seconds a step and says nothing meanwhile. */
const SILENCE_TIMEOUT_MS: Readonly<Record<LinkKind, number>> = {
  serial: 15_000,
  tcp: 15_000,
  qemu: 60_000,
  replay: 15_000,
};

/** What a device that lost frames gets to answer a Stop, and an emulator to leave after its last record [ms]. */
const GOODBYE_TIMEOUT_MS = 5000;

/**
 * One conversation. `open` throws what cannot be worked with (LinkError, MissingToolError); everything that can happen
 * to a good device afterwards is data: the steps return at once when the conversation is over, and `finish` says how
 * it ended. Aborting makes the current step throw the signal's reason. Always `close`.
 */
export class Session {
  readonly run = new DeviceRun();
  readonly #link: Link;
  readonly #options: SessionOptions;
  readonly #decoder = createDeviceDecoder();
  readonly #silenceTimeoutMs: number;
  readonly #startMs = performance.now();
  #listening: Promise<void> = Promise.resolve();
  #ending: Ending | undefined;
  /** What a reader of the events threw; the next step throws it again. */
  #failure: { readonly error: unknown } | undefined;
  #sequence = 0;
  #framesSent = 0;
  /** When the last byte arrived [ms]. */
  #bytesMs = 0;
  /** When the last record arrived [ms], and when it was sent by the device's clock [µs]. */
  #heardMs = 0;
  #deviceTimeUs = 0;
  /** Outputs that had come when it greeted with a clock that began anew. */
  #restartedAfter: number | undefined;
  #wake: () => void = () => {};

  constructor(link: Link, options: SessionOptions = {}) {
    this.#link = link;
    this.#options = options;
    this.#silenceTimeoutMs = options.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS[link.kind];
    options.signal?.addEventListener("abort", this.#onAbort);
  }

  /**
   * Opens the link and asks the device who it is until it answers. Returns undefined when it stayed silent or crashed.
   * Throws LinkError TP-LINK-004 for another version of the wire, TP-LINK-005 for another firmware.
   */
  async open(): Promise<HelloRecord | undefined> {
    try {
      await this.#link.open(this.#options.signal);
      this.#listening = this.#listen().catch((error: unknown) => {
        this.#failure = { error };
        this.#wake();
      });
      if (HAS_A_PAST[this.#link.kind]) await this.#drain();
      await this.#greet();
      const { hello, otherWireVersion } = this.run;
      if (hello) checkGreeting(hello, this.#options.expect ?? {});
      else if (otherWireVersion !== undefined) throw wireVersionError(otherWireVersion);
      return hello;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Puts the device's state back to its initial values. */
  async reset(): Promise<void> {
    await this.#send({ type: "reset", reserved: 0 });
  }

  /**
   * Sends frames as fast as the device's credits allow and waits for their outputs. Frame numbers go on from an earlier
   * call. The state is put back after every `sequenceFrames` of them, where a frame follows. Throws RangeError when a
   * frame has not the size that the device greeted with.
   */
  async stream(
    frames: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    sequenceFrames = Number.POSITIVE_INFINITY,
  ): Promise<void> {
    const { hello } = this.run;
    if (!hello || this.#ending) return;
    const credits = Math.max(1, hello.creditFrames);
    const hasCredit = () => this.#framesSent - this.run.nextFrame < credits;
    let inSequence = 0;
    for await (const values of frames) {
      if (values.length !== hello.inputBytes) {
        throw new RangeError(`${values.length} bytes of input; a frame has ${hello.inputBytes}`);
      }
      if (!(await this.#expect("output", hasCredit))) return;
      if (inSequence === sequenceFrames) {
        await this.reset();
        inSequence = 0;
      }
      inSequence++;
      await this.#send({ type: "input", frame: this.#framesSent++, values });
    }
    await this.#expectOutputs();
  }

  /** Lets the device time `frames` frames on its own inputs, and waits for the outputs that follow the timing. */
  async measure(frames: number, seed: number): Promise<void> {
    if (this.#ending) return;
    await this.#send({ type: "measure", frames, seed });
    this.#framesSent += frames;
    await this.#expectOutputs();
  }

  /**
   * Lets the device time its own microbenchmarks, `passes` times each; they are in `run.roofs` then. Gives how many there
   * are: 0 for a program without any, undefined when the conversation ended first.
   */
  async readRoofs(passes: number): Promise<number | undefined> {
    if (this.#ending) return undefined;
    await this.#send({ type: "readRoofs", passes });
    const { roofs } = this.run;
    const isDone = () => {
      const last = roofs.at(-1);
      return last !== undefined && (last.loops === 0 || isLastRoof(last, passes));
    };
    return (await this.#expect("roof", isDone)) ? roofs.at(-1)?.loops : undefined;
  }

  /** Ends the run, waits for the summary and for an emulator to leave, closes the link and tells how it all ended. */
  async finish(): Promise<RunResult> {
    await this.#sayGoodbye();
    await this.close();
    if (this.#failure) throw this.#failure.error;
    const missingFrames = this.#missingFrames();
    if (!this.#ending) {
      this.#ending =
        missingFrames.length > 0 ? { state: "lost", missingFrames } : { state: "completed" };
    }
    return { ...this.#ending, run: this.run, totals: this.#decoder.totals };
  }

  /** Closes the link; everything that had arrived is in `run` then. */
  async close(): Promise<void> {
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    await this.#link.close();
    await this.#listening;
  }

  /** Waits until nothing comes any more; what came belongs to no run (device-run.ts). */
  async #drain(): Promise<void> {
    const openedMs = performance.now();
    const quietMs = () => Math.max(openedMs, this.#bytesMs) + QUIET_MS - performance.now();
    const leftMs = () => openedMs + LONGEST_DRAIN_MS - performance.now();
    while (!this.#ending && quietMs() > 0 && leftMs() > 0) {
      await this.#wait(
        () => false,
        () => Math.min(quietMs(), leftMs()),
      );
    }
  }

  async #greet(): Promise<void> {
    const timeoutMs = this.#options.greetingTimeoutMs ?? GREETING_TIMEOUT_MS;
    const deadlineMs = performance.now() + timeoutMs;
    const hasAnswered = () =>
      this.run.hello !== undefined || this.run.otherWireVersion !== undefined;
    while (!this.#ending && !hasAnswered()) {
      const retryMs = Math.min(performance.now() + IDENTIFY_EVERY_MS, deadlineMs);
      await this.#send({ type: "identify", wireVersion: WIRE_VERSION });
      await this.#wait(hasAnswered, () => retryMs - performance.now());
      if (performance.now() >= deadlineMs && !hasAnswered()) {
        this.#ending ??= { state: "timeout", waitingFor: "greeting", waitedMs: timeoutMs };
      }
    }
  }

  async #sayGoodbye(): Promise<void> {
    const stalled = this.#ending;
    if (!stalled) {
      await this.#send({ type: "stop", reserved: 0 });
      await this.#expect("summary", () => this.run.summary !== undefined);
    } else if (stalled.state === "timeout" && this.run.hello) {
      // A device that still says goodbye has not stopped: what is missing was lost on the way, or it forgot all in a restart.
      this.#ending = undefined;
      await this.#send({ type: "identify", wireVersion: WIRE_VERSION });
      await this.#send({ type: "stop", reserved: 0 });
      const deadlineMs = performance.now() + Math.min(GOODBYE_TIMEOUT_MS, this.#silenceTimeoutMs);
      await this.#wait(
        () => this.run.summary !== undefined,
        () => deadlineMs - performance.now(),
      );
      if (this.#restartedAfter !== undefined) {
        this.#ending = { state: "restarted", outputs: this.#restartedAfter };
      } else if (!this.run.summary) this.#ending ??= stalled;
    }
    if (this.#link.kind === "qemu" && (this.run.summary || this.run.fault)) {
      const limit = new AbortController();
      await Promise.race([
        this.#link.ended,
        sleep(GOODBYE_TIMEOUT_MS, undefined, { signal: limit.signal }).catch(() => {}),
      ]);
      limit.abort();
    }
  }

  #missingFrames(): number[] {
    const missing = [...this.run.missingFrames];
    for (let frame = this.run.nextFrame; frame < this.#framesSent; frame++) missing.push(frame);
    return missing;
  }

  #expectOutputs(): Promise<boolean> {
    return this.#expect("output", () => this.run.nextFrame >= this.#framesSent);
  }

  /** Sends a command, unless the conversation is over; a link that ends meanwhile is noticed by #listen. */
  async #send(record: HostRecord): Promise<void> {
    if (this.#ending) return;
    const timestampUs = Math.round((performance.now() - this.#startMs) * 1000);
    let handedOver = false;
    const settle = () => {
      handedOver = true;
      this.#wake();
    };
    this.#link.write(encodeFrame(record, this.#sequence++, timestampUs)).then(settle, settle);
    await this.#expect("room on the link", () => handedOver);
  }

  /** Waits until `isDone`; false when the conversation ended instead, if only by silence. */
  async #expect(waitingFor: string, isDone: () => boolean): Promise<boolean> {
    const timeoutMs = this.#silenceTimeoutMs;
    const startMs = performance.now();
    const leftMs = () => Math.max(startMs, this.#heardMs) + timeoutMs - performance.now();
    await this.#wait(isDone, leftMs);
    if (isDone()) return true;
    this.#ending ??= { state: "timeout", waitingFor, waitedMs: timeoutMs };
    return false;
  }

  /** Returns when `isDone`, when the conversation is over, or when `leftMs` is used up. */
  async #wait(isDone: () => boolean, leftMs: () => number): Promise<void> {
    for (;;) {
      this.#options.signal?.throwIfAborted();
      if (this.#failure) throw this.#failure.error;
      if (this.#ending || isDone()) return;
      const waitMs = leftMs();
      if (waitMs <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async #listen(): Promise<void> {
    let lastTimeUs = 0;
    for await (const { bytes, receiveTimeUs } of this.#link.received) {
      lastTimeUs = receiveTimeUs;
      this.#bytesMs = performance.now();
      this.#accept(this.#decoder.push(bytes, receiveTimeUs));
    }
    this.#accept(this.#decoder.end(lastTimeUs));
    this.#settle(await this.#link.ended);
    this.#wake();
  }

  #accept(events: readonly LinkEvent[]): void {
    for (const event of events) {
      if (event.kind === "record") this.#hear(event);
      this.run.accept(event);
      this.#options.onEvent?.(event);
    }
    if (this.run.fault) this.#ending ??= { state: "crashed", fault: this.run.fault };
    this.#wake();
  }

  #hear({ record, deviceTimeUs }: RecordEvent): void {
    this.#heardMs = performance.now();
    // Before the first frame a restart loses nothing: opening a port is one on many boards.
    if (record.type === "hello" && this.#framesSent > 0 && deviceTimeUs < this.#deviceTimeUs) {
      this.#restartedAfter ??= this.run.outputs.length;
    }
    this.#deviceTimeUs = deviceTimeUs;
  }

  /** A link that ends after the summary, and an emulator that leaves with 0 then, is how a run should end. */
  #settle(end: LinkEnd): void {
    if (end.state === "exited" && !(this.run.summary && end.status === 0)) {
      this.#ending ??= { state: "crashed", end };
    } else if (end.state === "disconnected" && !this.run.summary) {
      this.#ending ??= { state: "disconnected", why: end.why };
    }
  }

  readonly #onAbort = (): void => this.#wake();
}

function isLastRoof({ pass, loop, loops }: RoofRecord, passes: number): boolean {
  return pass === passes - 1 && loop === loops - 1;
}

/** What a device is asked to do between greeting and goodbye. */
export type Work =
  | {
      readonly kind: "stream";
      readonly frames: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
    }
  | { readonly kind: "measure"; readonly frames: number; readonly seed: number };

/** A whole conversation: greeting, `work`, goodbye. Throws as Session.open does; how it ended is in the result. */
export async function converse(
  link: Link,
  work: Work,
  options: SessionOptions = {},
): Promise<RunResult> {
  const session = new Session(link, options);
  try {
    await session.open();
    if (work.kind === "stream") await session.stream(work.frames);
    else await session.measure(work.frames, work.seed);
    return await session.finish();
  } finally {
    await session.close();
  }
}
