/**
 * Makes a Link of a SerialPortStream, whatever binding moves its bytes.
 * What has to be started first, and what has to be cleared away after, is left to the link's own file.
 */
import { SerialPortStream } from "@serialport/stream";
import { LinkError, ToolkitError } from "../../codegen/index.ts";
import { ByteQueue } from "./byte-queue.ts";
import type { BindingInterface, OpenOptions } from "./passive-port.ts";
import type { Link, LinkEnd, LinkKind } from "./source.ts";

/** What a link's own file opens for the stream to run over. */
export interface Transport {
  readonly binding: BindingInterface;
  readonly openOptions: OpenOptions;
  /** After opening and before the first byte is awaited, such as setting control lines. */
  readonly prepare?: (stream: SerialPortStream) => Promise<void>;
  /** The time of the piece being received, since the link was opened [µs]; without it, this computer's clock. */
  readonly receiveTimeUs?: () => number;
}

export interface LinkParts {
  readonly name: string;
  readonly kind: LinkKind;
  /** Starts what is needed and says how to reach it. */
  readonly start: (signal: AbortSignal | undefined) => Promise<Transport>;
  /** After the last byte: clears away what `start` started and says how the link ended. */
  readonly finish?: (end: LinkEnd) => Promise<LinkEnd>;
  /** What to do when opening fails, for the error. */
  readonly openingFix: string;
}

export class StreamLink implements Link {
  readonly name: string;
  readonly kind: LinkKind;
  readonly ended: Promise<LinkEnd>;
  readonly received: ByteQueue;
  readonly #parts: LinkParts;
  readonly #failWrites = new Set<() => void>();
  #stream: SerialPortStream | undefined;
  #state: "new" | "opening" | "open" | "ended" = "new";
  #resolveEnded!: (end: LinkEnd) => void;

  constructor(parts: LinkParts) {
    this.name = parts.name;
    this.kind = parts.kind;
    this.#parts = parts;
    this.received = new ByteQueue({
      pause: () => this.#stream?.pause(),
      resume: () => this.#stream?.resume(),
    });
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  async open(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#state !== "new") throw new Error(`${this.name} was opened before`);
    this.#state = "opening";
    try {
      const transport = await this.#parts.start(signal);
      const stream = await openStream(transport);
      this.#attach(stream, transport);
      await transport.prepare?.(stream);
      signal?.throwIfAborted();
    } catch (error) {
      await this.close();
      signal?.throwIfAborted();
      throw error instanceof ToolkitError ? error : this.#openingError(error);
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    const stream = this.#stream;
    if (this.#state !== "open" || !stream) return Promise.reject(this.#endedError());
    return new Promise((resolve, reject) => {
      // A stream that closes forgets the callbacks of its writes: #end calls them instead.
      const fail = () => reject(this.#endedError());
      this.#failWrites.add(fail);
      stream.write(bytes, (error) => {
        this.#failWrites.delete(fail);
        if (error) fail();
        else resolve();
      });
    });
  }

  async close(): Promise<void> {
    const stream = this.#stream;
    if (stream) {
      if (stream.isOpen && !stream.closing) stream.close();
    } else if (this.#state !== "ended") {
      await this.#end({ state: "closed" });
    }
    await this.ended;
  }

  #attach(stream: SerialPortStream, transport: Transport): void {
    const openedMs = performance.now();
    const clock =
      transport.receiveTimeUs ?? (() => Math.round((performance.now() - openedMs) * 1000));
    const receive = (bytes: Buffer) => {
      // A copy: the stream hands out slices of a pool that it goes on using.
      this.received.push({ bytes: Uint8Array.from(bytes), receiveTimeUs: clock() });
    };
    this.#stream = stream;
    this.#state = "open";
    stream.on("data", receive);
    stream.once("close", (error: Error | null) => {
      // What a paused stream still holds.
      for (let rest = stream.read(); rest !== null; rest = stream.read()) receive(rest);
      void this.#end(error ? { state: "disconnected", why: error.message } : { state: "closed" });
    });
  }

  async #end(end: LinkEnd): Promise<void> {
    if (this.#state === "ended") return;
    this.#state = "ended";
    for (const fail of this.#failWrites) fail();
    this.received.end();
    this.#resolveEnded((await this.#parts.finish?.(end)) ?? end);
  }

  #openingError(cause: unknown): LinkError {
    return new LinkError(
      "TP-LINK-001",
      {
        what: `${this.name} cannot be opened`,
        why: cause instanceof Error ? cause.message : String(cause),
        fix: this.#parts.openingFix,
      },
      { name: this.name, kind: this.kind },
    );
  }

  #endedError(): LinkError {
    return new LinkError(
      "TP-LINK-010",
      {
        what: `${this.name} takes no more bytes`,
        why: "the link has ended",
        fix: "look at how it ended: the device may have crashed or been unplugged",
      },
      { name: this.name, kind: this.kind },
    );
  }
}

function openStream({ binding, openOptions }: Transport): Promise<SerialPortStream> {
  return new Promise((resolve, reject) => {
    const stream = new SerialPortStream({ ...openOptions, binding, autoOpen: false });
    // A failed write is reported to its caller, a lost connection by "close".
    stream.on("error", () => {});
    stream.open((error) => (error ? reject(error) : resolve(stream)));
  });
}
