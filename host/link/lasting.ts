/**
 * A link that outlives an unplugged cable: when the other side goes away it is sought and opened again.
 * Finding a port is left to the one who connects; what was lost meanwhile to the decoder, which sees it in the sequence numbers.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { LinkError } from "../../codegen/index.ts";
import type { Link, LinkEnd, LinkKind, Outages, ReceivedBytes } from "./source.ts";

const RETRY_MS = 250;

export interface LastingOptions {
  readonly name: string;
  readonly kind: LinkKind;
  /** Finds the other side, each time anew: a port may come back under another name. Not opened yet. */
  readonly connect: () => Promise<Link>;
  /** The other side went away. */
  readonly onLost?: (why: string) => void;
  /** It is there again, under this name. */
  readonly onBack?: (name: string) => void;
  readonly retryMs?: number;
}

export function createLastingLink(options: LastingOptions): Link {
  return new LastingLink(options);
}

class LastingLink implements Link {
  readonly name: string;
  readonly kind: LinkKind;
  readonly ended: Promise<LinkEnd>;
  readonly received: AsyncIterable<ReceivedBytes>;
  readonly #options: LastingOptions;
  readonly #closing = new AbortController();
  readonly #watchers: Outages[] = [];
  #current: Link | undefined;
  #firstOpenedMs = 0;
  #openedMs = 0;
  #resolveEnded!: (end: LinkEnd) => void;

  constructor(options: LastingOptions) {
    this.name = options.name;
    this.kind = options.kind;
    this.#options = options;
    this.received = this.#receive();
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  readonly watch = (outages: Outages): void => {
    this.#watchers.push(outages);
  };

  /** The first time it must be there. */
  async open(signal?: AbortSignal): Promise<void> {
    await this.#connect(signal);
    this.#firstOpenedMs = this.#openedMs;
  }

  /** Fails while the other side is away. */
  write(bytes: Uint8Array): Promise<void> {
    return this.#current?.write(bytes) ?? Promise.reject(this.#awayError());
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#current?.close();
    this.#resolveEnded({ state: "closed" });
  }

  async #connect(signal?: AbortSignal): Promise<Link> {
    const link = await this.#options.connect();
    await link.open(signal);
    if (this.#closing.signal.aborted) await link.close();
    this.#openedMs = performance.now();
    this.#current = link;
    return link;
  }

  async *#receive(): AsyncGenerator<ReceivedBytes> {
    for (let link = this.#current; link; link = await this.#again()) {
      const lateUs = Math.round((this.#openedMs - this.#firstOpenedMs) * 1000);
      for await (const { bytes, receiveTimeUs } of link.received) {
        yield { bytes, receiveTimeUs: receiveTimeUs + lateUs };
      }
      const end = await link.ended;
      this.#current = undefined;
      if (this.#closing.signal.aborted) return;
      const why = end.state === "disconnected" ? end.why : "it was closed";
      this.#options.onLost?.(why);
      for (const watcher of this.#watchers) watcher.lost(why);
    }
  }

  /** The other side, once it is there again; undefined when this side closes first. */
  async #again(): Promise<Link | undefined> {
    const { signal } = this.#closing;
    const { retryMs = RETRY_MS, onBack } = this.#options;
    while (!signal.aborted) {
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return undefined;
      // A signal of its own: a socket that cannot connect never lets go of the one that it was given.
      const link = await this.#connect(AbortSignal.any([signal])).catch(() => undefined);
      if (link) {
        onBack?.(link.name);
        for (const watcher of this.#watchers) watcher.back(link.name);
        return link;
      }
    }
    return undefined;
  }

  #awayError(): LinkError {
    return new LinkError(
      "TP-LINK-010",
      {
        what: `${this.name} takes no more bytes`,
        why: "the other side is away",
        fix: "plug the board in again: it is found by itself",
      },
      { name: this.name, kind: this.kind },
    );
  }
}
