/**
 * Holds a run whose sound comes while it runs: hops as standard input gives them, cleaned ones written as they come back.
 * What the bytes mean is left to audio/sample-stream.ts, comparing with the twin to judge.ts.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { UsageError } from "../../../codegen/index.ts";
import type { SoundSink } from "../../audio/growing-wav.ts";
import { SampleStream } from "../../audio/sample-stream.ts";
import { STDIN_NAME } from "../../audio/wav.ts";
import { STDIN, stdinError } from "../../audio/wav-file.ts";
import type { LinkEvent } from "../../decode/frames.ts";
import type { Session } from "../../link/session.ts";
import { frontEndOf, type Prepared } from "../generate.ts";
import type { Progress } from "../progress.ts";
import type { Conversation } from "../record-run.ts";
import { MAX_FRAMES, type StimulusRequest } from "../stimulus.ts";
import { bytesOfHop } from "./hops.ts";
import { type ExpectedRecovery, type HearableStimulus, playedPart } from "./stimulus.ts";
import { HearableTwin } from "./twin.ts";

const NAME = STDIN_NAME;
/** Hops between two lines of progress. */
const TELL_EVERY = 100;

export interface LiveOptions {
  readonly source: AsyncIterable<Uint8Array>;
  /** Opens what takes the cleaned sound, once the device has been built and greets. */
  readonly openSink: () => SoundSink;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Stop after so many hops. */
  readonly frames?: number | undefined;
  /** No hop is sent before it is due, as sound comes to a board; else as fast as bytes and device go. */
  readonly realTime: boolean;
}

/** Whether a run's sound is taken as it comes; to repeat it, or to compare it with more, all of it is read first. */
export function isLive(request: StimulusRequest & { readonly snr?: string }): boolean {
  const { input, reference, golden, repeatFrames, snr } = request;
  const needsAll = [reference, golden, repeatFrames, snr].some((asked) => asked !== undefined);
  return input === STDIN && !needsAll;
}

export class LiveHearing implements Conversation {
  readonly #options: LiveOptions;
  #sink: SoundSink | undefined;
  readonly #twin: HearableTwin;
  readonly #sampleRateHz: number;
  readonly #hopSamples: number;
  readonly #inputs: Uint8Array[] = [];
  readonly #expected: Uint8Array[] = [];
  readonly #recoveries: ExpectedRecovery[] = [];
  readonly #heard: Int16Array[] = [];
  #heardSamples = 0;
  /** All sound has come: what is behind it is silence. */
  #isEnded = false;
  #nextOutput = 0;
  /** Samples of cleaned sound so far; those before the recording's first are negative. */
  #cleanedAt: number;

  constructor(prepared: Prepared, options: LiveOptions) {
    const { sampleRateHz, hopLength } = frontEndOf(prepared.loaded);
    this.#options = options;
    this.#twin = new HearableTwin(prepared);
    this.#sampleRateHz = sampleRateHz;
    this.#hopSamples = hopLength;
    this.#cleanedAt = -this.#twin.delaySamples;
  }

  async hold(session: Session): Promise<void> {
    this.#sink = this.#options.openSink();
    try {
      await session.stream(this.#sent());
    } finally {
      this.#sink.close();
    }
  }

  onEvent(event: LinkEvent): void {
    if (event.kind !== "record" || event.record.type !== "output") return;
    const { frame, values } = event.record;
    if (frame < this.#nextOutput || frame >= this.#inputs.length) return;
    // A hop that was lost is silence, so that what follows stays in time.
    for (; this.#nextOutput < frame; this.#nextOutput++)
      this.#take(new Int16Array(this.#hopSamples));
    this.#nextOutput++;
    const samples = new Int16Array(this.#hopSamples);
    new Uint8Array(samples.buffer).set(values.subarray(0, samples.byteLength));
    this.#take(samples);
  }

  /** What was sent so far, and what the twin made of it. */
  stimulus(): HearableStimulus {
    const noisy = new Int16Array(this.#heardSamples);
    let at = 0;
    for (const samples of this.#heard) {
      noisy.set(samples, at);
      at += samples.length;
    }
    const audio = { name: NAME, sampleRateHz: this.#sampleRateHz, noisy, clean: null };
    const out = this.#inputs.length * this.#hopSamples - this.#twin.delaySamples;
    return {
      inputs: this.#inputs,
      expected: this.#expected,
      states: [],
      reference: null,
      clippedValues: 0,
      audio: playedPart(audio, Math.min(out, noisy.length)),
      recoveries: this.#recoveries,
      sampleRateHz: this.#sampleRateHz,
      hopSamples: this.#hopSamples,
      delaySamples: this.#twin.delaySamples,
    };
  }

  /** Each hop when its samples are there, and where asked not before it is due. */
  async *#sent(): AsyncGenerator<Uint8Array> {
    const { realTime, signal, progress } = this.#options;
    const hopMs = (1000 * this.#hopSamples) / this.#sampleRateHz;
    let startMs: number | undefined;
    progress.step(`playing ${NAME}`);
    for await (const hop of this.#hops()) {
      const { samples, recovered } = this.#twin.clean(hop);
      const frame = this.#inputs.length;
      this.#inputs.push(bytesOfHop(hop));
      this.#expected.push(bytesOfHop(samples));
      if (recovered !== null) this.#recoveries.push({ frame, cause: recovered });
      startMs ??= performance.now();
      const leftMs = startMs + frame * hopMs - performance.now();
      if (realTime && leftMs > 0) await sleep(leftMs, undefined, { signal });
      yield this.#inputs[frame] as Uint8Array;
    }
  }

  /** Whole hops, the last one filled with silence, and the silence that brings the last sample out. */
  async *#hops(): AsyncGenerator<Int16Array> {
    const most = Math.min(this.#options.frames ?? MAX_FRAMES, MAX_FRAMES);
    const silence = new Int16Array(this.#hopSamples + this.#twin.delaySamples - 1);
    let pending = new Int16Array();
    let hops = 0;
    for await (const samples of this.#pieces()) {
      this.#heard.push(samples);
      this.#heardSamples += samples.length;
      pending = joined(pending, samples);
      for (; pending.length >= this.#hopSamples; pending = pending.slice(this.#hopSamples)) {
        yield pending.slice(0, this.#hopSamples);
        if (++hops === most) return this.#tellLimit();
      }
    }
    this.#isEnded = true;
    if (this.#heardSamples === 0) throw emptyError();
    pending = joined(pending, silence);
    for (; pending.length >= this.#hopSamples; pending = pending.slice(this.#hopSamples)) {
      yield pending.slice(0, this.#hopSamples);
      if (++hops === most) return;
    }
  }

  #tellLimit(): void {
    if (this.#options.frames !== undefined) return;
    this.#options.progress.note(
      `warning: a run keeps ${MAX_FRAMES} hops at most; sound behind them is not played`,
    );
  }

  async *#pieces(): AsyncGenerator<Int16Array> {
    const { source, progress } = this.#options;
    const tell = (words: string) => progress.note(`warning: ${words}`);
    const stream = new SampleStream(NAME, this.#sampleRateHz, tell);
    for await (const bytes of source) yield stream.push(bytes);
    yield stream.end();
  }

  /** In time with what came in: nothing before its first sample, nothing behind its last. */
  #take(samples: Int16Array): void {
    const from = Math.max(0, -this.#cleanedAt);
    const left = this.#isEnded ? this.#heardSamples - this.#cleanedAt : samples.length;
    this.#cleanedAt += samples.length;
    this.#sink?.write(samples.subarray(from, Math.max(from, Math.min(samples.length, left))));
    if (this.#nextOutput % TELL_EVERY === 0) {
      this.#options.progress.update(this.#nextOutput, this.#inputs.length);
    }
  }
}

/** Standard input piece by piece, until it ends or the signal comes. */
export async function* stdinPieces(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { stdin } = process;
  const stop = () => stdin.destroy();
  signal.addEventListener("abort", stop);
  try {
    for await (const bytes of stdin) yield bytes as Uint8Array;
  } catch (error) {
    signal.throwIfAborted();
    throw stdinError(NAME, error);
  } finally {
    signal.removeEventListener("abort", stop);
    stdin.destroy();
  }
}

function emptyError(): UsageError {
  return new UsageError("TP-USE-124", {
    what: `${NAME} holds no samples`,
    why: "there is nothing to play",
    fix: "give a recording of at least one frame",
  });
}

function joined(first: Int16Array<ArrayBuffer>, second: Int16Array): Int16Array<ArrayBuffer> {
  const all = new Int16Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
