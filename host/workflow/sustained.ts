/**
 * Holds a long conversation at the pace of real time: a frame when it is due, and how late each answer came.
 * What follows from the times is left to analyze/sustained.ts.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { UsageError } from "../../codegen/index.ts";
import type { LinkEvent } from "../decode/frames.ts";
import type { Session } from "../link/session.ts";
import type { Progress } from "./progress.ts";
import type { Conversation } from "./record-run.ts";
import { ATTACHMENTS } from "./recording.ts";
import type { Stimulus } from "./stimulus.ts";

/** An hour of frames of 10 ms: the twin's answers to all of them are kept. */
export const MOST_SUSTAINED_FRAMES = 360_000;

/** @throws UsageError TP-USE-163 for a program that is not fed, a golden file, or more frames than can be kept */
export function sustainedFrames(
  request: { readonly minutes: number; readonly frames?: number; readonly golden?: string },
  app: string,
  intervalMs: number,
): number {
  const frames = Math.ceil((request.minutes * 60_000) / intervalMs);
  const refuse = (why: string) =>
    new UsageError("TP-USE-163", {
      what: `--minutes ${request.minutes} is not possible`,
      why,
      fix: `--app stream --minutes ${Math.floor((MOST_SUSTAINED_FRAMES * intervalMs) / 60_000)} at most, without --frames`,
    });
  if (app === "speed") throw refuse("the program speed makes its inputs itself, without a pace");
  if (request.frames !== undefined) throw refuse("--frames says how many there are");
  if (request.golden !== undefined) throw refuse("golden values are compared once");
  if (frames > MOST_SUSTAINED_FRAMES) throw refuse(`${frames} frames are more than are kept`);
  return frames;
}

export class SustainedConversation implements Conversation {
  readonly #stimulus: Stimulus;
  readonly #intervalMs: number;
  readonly #progress: Progress;
  readonly #signal: AbortSignal;
  readonly #latencyMs: Float64Array;
  #startMs = 0;

  constructor(stimulus: Stimulus, intervalMs: number, progress: Progress, signal: AbortSignal) {
    this.#stimulus = stimulus;
    this.#intervalMs = intervalMs;
    this.#progress = progress;
    this.#signal = signal;
    this.#latencyMs = new Float64Array(stimulus.inputs.length).fill(Number.NaN);
  }

  async hold(session: Session): Promise<void> {
    this.#startMs = performance.now();
    await session.stream(this.#due(), this.#stimulus.sequenceFrames);
  }

  onEvent(event: LinkEvent): void {
    if (event.kind !== "record" || event.record.type !== "output") return;
    const { frame } = event.record;
    // A frame that comes again after a cut was answered before.
    if (!Number.isNaN(this.#latencyMs[frame])) return;
    this.#latencyMs[frame] = performance.now() - this.#startMs - frame * this.#intervalMs;
    if (frame % 100 === 0) this.#progress.update(frame, this.#latencyMs.length);
  }

  /** Little-endian doubles, NaN for an answer that never came. */
  attachments(): Readonly<Record<string, Uint8Array>> {
    return { [ATTACHMENTS.latencies]: new Uint8Array(this.#latencyMs.buffer) };
  }

  /** Each frame at its time; at once where the device is behind. */
  async *#due(): AsyncGenerator<Uint8Array> {
    for (const [frame, input] of this.#stimulus.inputs.entries()) {
      const leftMs = this.#startMs + frame * this.#intervalMs - performance.now();
      if (leftMs > 0) await sleep(leftMs, undefined, { signal: this.#signal });
      yield input;
    }
  }
}
