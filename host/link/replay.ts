/**
 * Plays recorded pieces as if a device sent them now, with the recorded times.
 * Reading the recording is left to capture/; what the host writes goes nowhere.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { OpenOptions } from "./passive-port.ts";
import { CanceledError, PassivePort } from "./passive-port.ts";
import type { Link, ReceivedBytes } from "./source.ts";
import { StreamLink } from "./stream-link.ts";

export interface ReplayOptions {
  /** What was recorded, for messages. */
  readonly name: string;
  /** In order of their times. */
  readonly pieces: Iterable<ReceivedBytes>;
  /** At the speed of the recording; else as fast as it is read. */
  readonly realTime?: boolean;
}

export function createReplayLink(options: ReplayOptions): Link {
  let port: ReplayPort | undefined;
  return new StreamLink({
    name: options.name,
    kind: "replay",
    start: async () => ({
      binding: {
        list: async () => [],
        open: async (openOptions) => {
          port = new ReplayPort(options, openOptions);
          return port;
        },
      },
      openOptions: { path: options.name, baudRate: 1 },
      receiveTimeUs: () => port?.receiveTimeUs ?? 0,
      prepare: async (stream) => {
        // Nothing is read ahead while the reader is busy, so that each piece keeps its own time.
        stream.on("pause", () => port?.pause());
        stream.on("resume", () => port?.resume());
      },
    }),
    openingFix: "record it again: pioneer record",
  });
}

class ReplayPort extends PassivePort {
  /** Of the piece read last [µs]. */
  receiveTimeUs = 0;
  readonly #pieces: Iterator<ReceivedBytes>;
  readonly #realTime: boolean;
  readonly #closed = new AbortController();
  #rest = new Uint8Array(0);
  #resumed: Promise<void> = Promise.resolve();
  #resume: () => void = () => {};

  constructor(options: ReplayOptions, openOptions: OpenOptions) {
    super(openOptions);
    this.#pieces = options.pieces[Symbol.iterator]();
    this.#realTime = options.realTime ?? false;
  }

  pause(): void {
    this.#resumed = new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  resume(): void {
    this.#resume();
  }

  async read(
    buffer: Buffer,
    offset: number,
    length: number,
  ): Promise<{ buffer: Buffer; bytesRead: number }> {
    await this.#resumed;
    while (this.#rest.length === 0) await this.#next();
    if (!this.isOpen) throw new CanceledError();
    const bytes = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(bytes.length);
    buffer.set(bytes, offset);
    return { buffer, bytesRead: bytes.length };
  }

  async write(): Promise<void> {}

  async close(): Promise<void> {
    this.isOpen = false;
    this.#closed.abort();
    this.#resume();
  }

  async #next(): Promise<void> {
    const next = this.#pieces.next();
    if (next.done) throw new Error("the recording ends here");
    const waitMs = (next.value.receiveTimeUs - this.receiveTimeUs) / 1000;
    if (this.#realTime && waitMs > 0) {
      await sleep(waitMs, undefined, { signal: this.#closed.signal }).catch(() => {
        throw new CanceledError();
      });
    }
    this.receiveTimeUs = next.value.receiveTimeUs;
    this.#rest = next.value.bytes as Uint8Array<ArrayBuffer>;
  }
}
