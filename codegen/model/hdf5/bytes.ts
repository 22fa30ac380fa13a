/**
 * Bounded reads of an HDF5 file's bytes: every address and length is checked, and what is read altogether is counted.
 * What the bytes mean is left to the files beside this one.
 */
import type { Refusals } from "../refusals.ts";

/** Messages, links and tree nodes read altogether; a file of a network has some thousands. */
const MAX_PARTS = 200_000;
/** Longest name or text in a heap [byte]; a model's whole configuration is one. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/** HDF5's "no address"; also any number too large for a position in a file. */
export const UNDEFINED_ADDRESS = Number.POSITIVE_INFINITY;

const TEXT = new TextDecoder();

export class Hdf5Bytes {
  readonly file: string;
  readonly refusals: Refusals;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #parts = 0;

  /** @param file name for messages */
  constructor(bytes: Uint8Array, file: string, refusals: Refusals) {
    this.file = file;
    this.refusals = refusals;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.#bytes.length;
  }

  damaged(why: string): Error {
    return this.refusals.damaged(this.file, why);
  }

  /** Counts parts that are read. @throws ModelFileError TP-MODEL-003 */
  spend(parts: number): void {
    this.#parts += parts;
    if (this.#parts > MAX_PARTS) {
      throw this.refusals.limit(this.file, "too many parts, or parts in a circle", MAX_PARTS);
    }
  }

  /** @throws ModelFileError TP-MODEL-002 where the file does not hold all of it */
  check(at: number, length: number): void {
    const inside = at >= 0 && length >= 0 && at + length <= this.#bytes.length;
    if (!inside) throw this.damaged(`byte ${at} and ${length} more are not in the file`);
  }

  /** A view, not a copy. */
  span(at: number, length: number): Uint8Array {
    this.check(at, length);
    return this.#bytes.subarray(at, at + length);
  }

  byte(at: number): number {
    this.check(at, 1);
    return this.#view.getUint8(at);
  }

  /** An unsigned little-endian number of 1 to 8 bytes; {@link UNDEFINED_ADDRESS} beyond 2^53. */
  number(at: number, size: number): number {
    this.check(at, size);
    let value = 0;
    for (let index = size - 1; index >= 0; index--)
      value = value * 256 + this.#view.getUint8(at + index);
    return value <= Number.MAX_SAFE_INTEGER ? value : UNDEFINED_ADDRESS;
  }

  /** An address or a length: files of 8-byte ones are read. */
  long(at: number): number {
    return this.number(at, 8);
  }

  /** @throws ModelFileError TP-MODEL-002 where other letters stand there */
  expect(at: number, letters: string): void {
    const found = TEXT.decode(this.span(at, letters.length));
    if (found !== letters) throw this.damaged(`at byte ${at} there is no "${letters}"`);
  }

  /** UTF-8 of all `length` bytes. */
  text(at: number, length: number): string {
    if (length > MAX_TEXT_BYTES) {
      throw this.refusals.limit(this.file, `a text of ${length} B`, MAX_TEXT_BYTES);
    }
    return TEXT.decode(this.span(at, length));
  }

  /** UTF-8 up to the zero byte that ends it, which lies before `end`. */
  textUntilZero(at: number, end: number): string {
    this.check(at, end - at);
    const length = this.#bytes.subarray(at, end).indexOf(0);
    if (length < 0) throw this.damaged(`the text at byte ${at} has no end`);
    return this.text(at, length);
  }
}
