/**
 * The one interface of everything bytes come from and go to: a port, an emulator, a connection, a capture.
 * What the bytes mean is left to decode/, the conversation to session.ts.
 */

export type LinkKind = "serial" | "qemu" | "tcp" | "replay";

export interface ReceivedBytes {
  readonly bytes: Uint8Array;
  /** When they arrived, since the link was opened [µs]; a replay gives the recorded time. */
  readonly receiveTimeUs: number;
}

/** Hears when the other side of a link that outlives it goes away and comes back. */
export interface Outages {
  lost(why: string): void;
  back(name: string): void;
}

/** How a link came to its end. */
export type LinkEnd =
  /** This side closed it. */
  | { readonly state: "closed" }
  /** The other side went away: an unplugged cable, a closed connection, the last byte of a capture. */
  | { readonly state: "disconnected"; readonly why: string }
  /** The emulator behind it left, by itself with a status or by a signal. */
  | {
      readonly state: "exited";
      readonly status: number | null;
      readonly signal: string | null;
      /** The end of what the emulator wrote to stdout and stderr. */
      readonly output: string;
    };

export interface Link {
  /** What a person calls it: a path, an address, the emulated machine. */
  readonly name: string;
  readonly kind: LinkKind;
  /**
   * Opens it; once only. Throws LinkError when the other side cannot be reached, MissingToolError when a program or
   * driver is not installed, and the signal's reason when aborted; nothing stays open then.
   */
  open(signal?: AbortSignal): Promise<void>;
  /** Resolves when the bytes are handed to the system; throws LinkError TP-LINK-010 when the link has ended. */
  write(bytes: Uint8Array): Promise<void>;
  /** Everything received, in order, until the link ends; can be iterated once. */
  readonly received: AsyncIterable<ReceivedBytes>;
  /** Resolves after the last byte was received. */
  readonly ended: Promise<LinkEnd>;
  /** Absent for a link that ends with its other side. */
  readonly watch?: (outages: Outages) => void;
  /** Closes it and waits for the end; harmless when it has ended or was never opened. */
  close(): Promise<void>;
}
