/**
 * Cuts comma-separated text that arrives in chunks into rows of fields (RFC 4180: quotes, doubled quotes, CRLF).
 * What the columns mean is left to csv.ts.
 */
import { malformed, tooLarge } from "./refusals.ts";

/** Longest row [characters]. */
const LONGEST_ROW = 1 << 20;

export class CsvLines {
  readonly #file: string;
  readonly #take: (row: readonly string[], line: number) => void;
  #row: string[] = [];
  #field = "";
  #quoted = false;
  /** A quote was met inside a quoted field: it ends the field unless another follows. */
  #quoteMet = false;
  #line = 1;
  #rowLine = 1;
  #length = 0;

  constructor(file: string, take: (row: readonly string[], line: number) => void) {
    this.#file = file;
    this.#take = take;
  }

  push(chunk: string): void {
    for (let at = 0; at < chunk.length; ) {
      const end = this.#length === 0 ? chunk.indexOf("\n", at) : -1;
      const row = end < 0 ? '"' : chunk.slice(at, end);
      if (row.length > LONGEST_ROW || row.includes('"')) {
        this.#read(chunk.charAt(at++));
      } else {
        this.#whole(row);
        at = end + 1;
      }
    }
  }

  /** A row without quotes that lies in one chunk: nearly all rows of a long file. */
  #whole(text: string): void {
    const line = this.#rowLine;
    this.#rowLine = ++this.#line;
    const row = text
      .replace(/[\r\uFEFF]/g, "")
      .split(",")
      .map((field) => field.trim());
    if (row.some((field) => field !== "")) this.#take(row, line);
  }

  /** @throws AnalysisError TP-USE-282 when the text ends inside quotes */
  finish(): void {
    if (this.#quoted && !this.#quoteMet) {
      throw malformed(this.#file, `line ${this.#rowLine}`, "a quoted field does not end");
    }
    if (this.#field !== "" || this.#row.length > 0) this.#endRow();
  }

  #read(character: string): void {
    if (++this.#length > LONGEST_ROW) {
      throw tooLarge(this.#file, "a row longer than the characters allowed", LONGEST_ROW);
    }
    if (character === "\n") this.#line++;
    if (this.#quoted && !this.#quoteMet) {
      if (character === '"') this.#quoteMet = true;
      else this.#field += character;
    } else if (character === '"') {
      if (this.#quoteMet) this.#field += '"';
      else if (this.#field !== "") throw this.#strayQuote();
      this.#quoted = true;
      this.#quoteMet = false;
    } else if (character === ",") {
      this.#endField();
    } else if (character === "\n") {
      this.#endRow();
    } else if (character !== "\r" && character !== "\uFEFF") {
      if (this.#quoteMet) throw this.#strayQuote();
      this.#field += character;
    }
  }

  #endField(): void {
    this.#row.push(this.#field.trim());
    this.#field = "";
    this.#quoted = false;
    this.#quoteMet = false;
  }

  #endRow(): void {
    this.#endField();
    const row = this.#row;
    const line = this.#rowLine;
    this.#row = [];
    this.#length = 0;
    this.#rowLine = this.#line;
    if (row.some((field) => field !== "")) this.#take(row, line);
  }

  #strayQuote(): Error {
    return malformed(
      this.#file,
      `line ${this.#line}`,
      'a quote stands inside a field: write "" for one',
    );
  }
}
