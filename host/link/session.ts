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
import {
  GOODBYE_TIMEOUT_MS,
  GREETING_TIMEOUT_MS,
  HAS_A_PAST,
  IDENTIFY_EVERY_MS,
  LONGEST_DRAIN_MS,
  QUIET_MS,
  SILENCE_TIMEOUT_MS,
} from "./patience.ts";
import { SentFrames } from "./sent-frames.ts";
import type { Link, LinkEnd } from "./source.ts";

export interface SessionOptions {
  readonly expect?: Expectation;
  readonly signal?: AbortSignal | undefined;
  /** From opening the link to the greeting [ms]. */
  readonly greetingTimeoutMs?: number;
  /** Longest silence while something is awaited [ms]; a slow emulator needs more. */
  readonly silenceTimeoutMs?: number;
  /** Sees every event as it arrives. */
  readonly onEvent?: (event: LinkEvent) => void;
  /**
   * How long a device that went away while frames were streamed may take to come back [ms]. It is then reset and given the
   * frames of the sequence again, so that every later output is what it would have been. Without this, and at any other
   * moment, the conversation ends as disconnected.
   */
  readonly returnTimeoutMs?: number;
}

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
  #greetings = 0;
  /** Frame of the last Output, counted from 0; -1 before any. */
  #lastOutput = -1;
  readonly #sent = new SentFrames();
  #away: { readonly sinceMs: number; readonly why: string } | undefined;
  /** It was away, and has not been told yet where the run stands. */
  #isCut = false;
  #wake: () => void = () => {};

  constructor(link: Link, options: SessionOptions = {}) {
    this.#link = link;
    this.#options = options;
    this.#silenceTimeoutMs = options.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS[link.kind];
    options.signal?.addEventListener("abort", this.#onAbort);
    link.watch?.({ lost: (why) => this.#lose(why), back: () => this.#return() });
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
    this.#sent.begin(this.#framesSent, this.run.nextFrame);
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
      if (!(await this.#expectThroughCuts("output", hasCredit))) return;
      if (inSequence === sequenceFrames) {
        await this.reset();
        inSequence = 0;
      }
      inSequence++;
      this.#sent.add(values, this.#framesSent);
      await this.#send({ type: "input", frame: this.#framesSent++, values });
    }
    await this.#expectThroughCuts("output", () => this.run.nextFrame >= this.#framesSent);
  }

  /** Lets the device time `frames` frames on its own inputs, and waits for the outputs that follow the timing. */
  async measure(frames: number, seed: number): Promise<void> {
    if (this.#ending) return;
    await this.#send({ type: "measure", frames, seed });
    this.#framesSent += frames;
    await this.#expect("output", () => this.run.nextFrame >= this.#framesSent);
  }

  /**
   * Lets a device with a microphone tell of its next `frames` hops, and waits for their outputs. Those hold values only
   * where a hop is tapped: every `tapEvery`, 0 for none.
   */
  async listen(frames: number, tapEvery: number): Promise<void> {
    if (this.#ending) return;
    await this.#send({ type: "listen", frames, tapEvery });
    this.#framesSent += frames;
    await this.#expect("output", () => this.run.nextFrame >= this.#framesSent);
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
    const { count, first } = this.run.missingBefore(this.#framesSent);
    this.#ending ??=
      count > 0
        ? { state: "lost", missingCount: count, missingFrames: first }
        : { state: "completed" };
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
    const before = this.#greetings;
    const hasAnswered = () =>
      this.#greetings > before || this.run.otherWireVersion !== undefined || this.#isCut;
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
      const hasSummary = () => this.run.summary !== undefined;
      while (!this.#ending && !hasSummary()) {
        if (this.#isCut && !(await this.#resume())) break;
        await this.#send({ type: "stop", reserved: 0 });
        await this.#expect("summary", () => this.#isCut || hasSummary());
      }
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

  /** Like #expect, of a device that may go away and come back meanwhile. */
  async #expectThroughCuts(waitingFor: string, isDone: () => boolean): Promise<boolean> {
    for (;;) {
      if (!(await this.#expect(waitingFor, () => this.#isCut || isDone()))) return false;
      if (!this.#isCut) return true;
      if (!(await this.#resume())) return false;
    }
  }

  /** Waits for the other side, asks who it is, and brings it to where the run stands; false when the conversation ended. */
  async #resume(): Promise<boolean> {
    while (this.#isCut) {
      const { returnTimeoutMs = 0 } = this.#options;
      const leftMs = () => (this.#away?.sinceMs ?? 0) + returnTimeoutMs - performance.now();
      await this.#wait(() => !this.#away, leftMs);
      if (this.#away) this.#ending ??= { state: "disconnected", why: this.#away.why };
      if (this.#ending) return false;
      this.#isCut = false;
      await this.#drain();
      await this.#greet();
      if (this.#ending) return false;
      if (this.run.hello) checkGreeting(this.run.hello, this.#options.expect ?? {});
      if (!this.#isCut) await this.#sendAgain();
    }
    this.#restartedAfter = undefined;
    return !this.#ending;
  }

  async #sendAgain(): Promise<void> {
    const credits = Math.max(1, this.run.hello?.creditFrames ?? 1);
    this.#lastOutput = (this.#sent.sequences[0]?.from ?? 0) - 1;
    for (const sequence of this.#sent.sequences) {
      await this.#send({ type: "reset", reserved: 0 });
      for (const [index, values] of sequence.values.entries()) {
        const frame = sequence.from + index;
        const hasCredit = () => frame - this.#lastOutput <= credits;
        if (!(await this.#expect("output", () => this.#isCut || hasCredit())) || this.#isCut)
          return;
        await this.#send({ type: "input", frame, values });
      }
    }
  }

  #lose(why: string): void {
    this.#away = { sinceMs: performance.now(), why };
    this.#isCut = true;
    const mayReturn = this.#options.returnTimeoutMs !== undefined && this.#framesSent > 0;
    if (!mayReturn && !this.run.summary) this.#ending ??= { state: "disconnected", why };
    this.#wake();
  }

  #return(): void {
    this.#away = undefined;
    this.#wake();
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
    if (record.type === "hello") this.#greetings++;
    if (record.type === "output") this.#lastOutput = record.frame;
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
