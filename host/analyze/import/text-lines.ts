/**
 * Cuts text that arrives in chunks into lines; a line too long to be of interest is passed over.
 * What a line means is left to the importers.
 */

/** Longest line that is handed on [characters]. */
const LONGEST_LINE = 1 << 16;

export class TextLines {
  readonly #take: (line: string) => void;
  #rest = "";
  #passingOver = false;
  /** Lines that were too long. */
  longLines = 0;

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  push(chunk: string): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf("\n", start);
      if (end < 0) break;
      this.#end(chunk.slice(start, end));
      start = end + 1;
    }
    if (this.#passingOver) return;
    this.#rest += chunk.slice(start);
    if (this.#rest.length > LONGEST_LINE) this.#passOver();
  }

  /** The last line needs no line end. */
  finish(): void {
    if (this.#rest !== "") this.#end("");
  }

  #end(piece: string): void {
    const passedOver = this.#passingOver;
    const line = this.#rest + piece;
    this.#rest = "";
    this.#passingOver = false;
    if (passedOver) return;
    if (line.length > LONGEST_LINE) this.longLines++;
    else this.#take(line.endsWith("\r") ? line.slice(0, -1) : line);
  }

  #passOver(): void {
    this.#rest = "";
    this.#passingOver = true;
    this.longLines++;
  }
}
