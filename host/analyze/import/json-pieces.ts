/**
 * Cuts JSON text that arrives in chunks into values small enough to parse, without holding the rest.
 * What the values mean is left to the formats.
 */
import { malformed, tooLarge } from "./refusals.ts";

/** Longest text of one value [characters]. */
const LONGEST_PIECE = 64 << 20;

/**
 * elements: the elements of a top-level array, or top-level values one after the other (JSON lines).
 * members: the members of a top-level object; those named in `streamed` are arrays given element by element.
 */
export type Cut =
  | { readonly by: "elements" }
  | { readonly by: "members"; readonly streamed: readonly string[] };

/** Receives each value; `key` is the member's name, or null for an element at the top. */
export type Take = (value: unknown, key: string | null) => void;

type Expecting = "value" | "first value" | "key" | "first key" | "colon" | "comma";

const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;

export class JsonPieces {
  readonly #file: string;
  readonly #cut: Cut;
  readonly #take: Take;
  /** Containers entered: at most an object and an array in it. */
  readonly #inside: ("array" | "object")[] = [];
  #expecting: Expecting = "value";
  #key: string | null = null;
  #ended = false;
  #consumed = 0;
  /** The value being gathered; undefined between values. */
  #parts: string[] | undefined;
  #gathered = 0;
  #gatheringKey = false;
  #depth = 0;
  #inString = false;
  #escaped = false;

  constructor(file: string, cut: Cut, take: Take) {
    this.#file = file;
    this.#cut = cut;
    this.#take = take;
  }

  /** @throws AnalysisError TP-USE-282 where the text is not JSON, TP-USE-288 for a value that is too long */
  push(chunk: string): void {
    let at = 0;
    while (at < chunk.length) {
      at = this.#parts === undefined ? this.#structure(chunk, at) : this.#gather(chunk, at);
    }
    this.#consumed += chunk.length;
  }

  /** @throws AnalysisError TP-USE-282 when the text ends inside a value */
  finish(): void {
    if (this.#parts !== undefined && this.#depth === 0 && !this.#inString) this.#deliver();
    if (this.#parts !== undefined || this.#inside.length > 0) {
      throw malformed(this.#file, "its end", "the text is cut off inside a value");
    }
  }

  /** One character between values; gives where to go on. */
  #structure(chunk: string, at: number): number {
    const code = chunk.charCodeAt(at);
    if (code <= 0x20 || code === 0xfeff) return at + 1;
    const expecting = this.#expecting;
    if (expecting === "colon" && code === COLON) {
      this.#expecting = "value";
    } else if (expecting === "comma" && code === COMMA) {
      this.#expecting = this.#inside.at(-1) === "object" ? "key" : "value";
    } else if (
      (code === CLOSE_ARRAY && (expecting === "comma" || expecting === "first value")) ||
      (code === CLOSE_OBJECT && (expecting === "comma" || expecting === "first key"))
    ) {
      this.#close(code === CLOSE_ARRAY ? "array" : "object", at);
    } else if ((expecting === "key" || expecting === "first key") && code === QUOTE) {
      return this.#begin(true, at);
    } else if (expecting === "value" || expecting === "first value") {
      return this.#value(code, at);
    } else {
      throw this.#unexpected(chunk, at);
    }
    return at + 1;
  }

  #value(code: number, at: number): number {
    const depth = this.#inside.length;
    if (this.#ended && this.#cut.by === "members") {
      throw malformed(this.#file, this.#place(at), "text follows the end of the document");
    }
    const entersArray =
      code === OPEN_ARRAY &&
      (this.#cut.by === "elements"
        ? depth === 0
        : depth === 1 && this.#cut.streamed.includes(this.#key ?? ""));
    if (entersArray) {
      this.#inside.push("array");
      this.#expecting = "first value";
      return at + 1;
    }
    if (code === OPEN_OBJECT && depth === 0 && this.#cut.by === "members") {
      this.#inside.push("object");
      this.#expecting = "first key";
      return at + 1;
    }
    return this.#begin(false, at);
  }

  #close(kind: "array" | "object", at: number): void {
    if (this.#inside.pop() !== kind) {
      throw malformed(this.#file, this.#place(at), "brackets do not match");
    }
    this.#afterValue();
  }

  #afterValue(): void {
    if (this.#inside.length === 0) {
      this.#ended = true;
      this.#expecting = "value";
    } else {
      this.#expecting = "comma";
    }
  }

  #begin(isKey: boolean, at: number): number {
    this.#parts = [];
    this.#gathered = 0;
    this.#gatheringKey = isKey;
    this.#depth = 0;
    return at;
  }

  /** Characters of one value; gives where it ended, or the chunk's end. */
  #gather(chunk: string, start: number): number {
    let at = start;
    for (; at < chunk.length; at++) {
      const code = chunk.charCodeAt(at);
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (code === BACKSLASH) this.#escaped = true;
        else if (code === QUOTE) {
          this.#inString = false;
          if (this.#depth === 0) return this.#end(chunk, start, at + 1);
        }
      } else if (code === QUOTE) {
        this.#inString = true;
      } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
        this.#depth++;
      } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
        if (this.#depth === 0) return this.#end(chunk, start, at);
        this.#depth--;
        if (this.#depth === 0) return this.#end(chunk, start, at + 1);
      } else if (this.#depth === 0 && (code === COMMA || code <= 0x20)) {
        return this.#end(chunk, start, at);
      }
    }
    this.#keep(chunk.slice(start));
    return chunk.length;
  }

  #end(chunk: string, start: number, end: number): number {
    this.#keep(chunk.slice(start, end));
    this.#deliver();
    return end;
  }

  #keep(text: string): void {
    this.#parts?.push(text);
    this.#gathered += text.length;
    if (this.#gathered > LONGEST_PIECE) {
      throw tooLarge(this.#file, "a value longer than the characters allowed", LONGEST_PIECE);
    }
  }

  #deliver(): void {
    const value = this.#parse((this.#parts ?? []).join(""));
    this.#parts = undefined;
    if (this.#gatheringKey) {
      this.#key = String(value);
      this.#expecting = "colon";
      return;
    }
    const key = this.#inside[0] === "object" ? this.#key : null;
    this.#afterValue();
    this.#take(value, key);
  }

  /** Some C++ writers print NaN and Infinity, which JSON does not know: they become null. */
  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      try {
        return JSON.parse(text.replace(/:\s*(?:NaN|-?Infinity|-?nan|-?inf)(?=\s*[,}])/g, ": null"));
      } catch (error) {
        const why = error instanceof Error ? error.message : "it is not JSON";
        throw malformed(this.#file, this.#place(0), why.split("\n")[0] ?? why);
      }
    }
  }

  #unexpected(chunk: string, at: number): Error {
    const shown = JSON.stringify(chunk.slice(at, at + 12));
    return malformed(this.#file, this.#place(at), `${this.#expecting} expected, found ${shown}`);
  }

  #place(at: number): string {
    return `character ${this.#consumed + at}`;
  }
}
