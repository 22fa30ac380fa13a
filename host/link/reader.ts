/**
 * Reads a link piece by piece with a time limit, and drains it until it is quiet.
 * What the bytes mean is left to those who ask.
 */
import type { Link, ReceivedBytes } from "./source.ts";

export class LinkReader {
  readonly #pieces: AsyncIterator<ReceivedBytes>;
  /** A read that a time limit left waiting. */
  #waiting: Promise<IteratorResult<ReceivedBytes>> | undefined;

  constructor(link: Link) {
    this.#pieces = link.received[Symbol.asyncIterator]();
  }

  /** The next piece; "late" when none came in time, "ended" when none will. */
  async next(limitMs: number): Promise<ReceivedBytes | "late" | "ended"> {
    this.#waiting ??= this.#pieces.next();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), limitMs);
    });
    const piece = await Promise.race([this.#waiting, late]);
    clearTimeout(timer);
    if (piece === "late") return piece;
    this.#waiting = undefined;
    return piece.done ? "ended" : piece.value;
  }

  /** Throws away what comes until nothing came for `quietMs`; gives up after `limitMs`. */
  async drain(quietMs: number, limitMs: number): Promise<"quiet" | "busy" | "ended"> {
    const endMs = performance.now() + limitMs;
    while (performance.now() < endMs) {
      const piece = await this.next(quietMs);
      if (piece === "late") return "quiet";
      if (piece === "ended") return "ended";
    }
    return "busy";
  }

  /**
   * Text until `isWhole` is content with it.
   * @param limitBytes more than this is no answer
   */
  async text(
    isWhole: (text: string) => boolean,
    limitMs: number,
    limitBytes: number,
  ): Promise<string | undefined> {
    const endMs = performance.now() + limitMs;
    let text = "";
    while (text.length <= limitBytes) {
      const leftMs = endMs - performance.now();
      const piece = leftMs > 0 ? await this.next(leftMs) : "late";
      if (piece === "late" || piece === "ended") return undefined;
      // Latin-1: every byte is a character, whatever a broken answer holds.
      for (const byte of piece.bytes) text += String.fromCharCode(byte);
      if (isWhole(text)) return text;
    }
    return undefined;
  }
}
