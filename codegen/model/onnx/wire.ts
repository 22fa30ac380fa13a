/**
 * Walks the fields of one protobuf message and hands each to its reader, within the file's budget.
 * Which fields there are is left to messages.ts. Messages are never nested by this file itself, so
 * no input can drive it into recursion.
 */

import protobuf from "protobufjs/minimal.js";
import { damagedFileError, LIMITS, limitError } from "../graph/limits.ts";

const { Reader } = protobuf;

/** What one file has used of {@link LIMITS} so far. */
export interface Budget {
  readonly file: string;
  parts: number;
  listValues: number;
}

/** @throws ModelFileError TP-MODEL-003 */
function countPart(budget: Budget): void {
  if (++budget.parts > LIMITS.parts) {
    throw limitError(budget.file, "too many messages and names", LIMITS.parts);
  }
}

const UTF8 = new TextDecoder();
const WIRE_VARINT = 0;
const WIRE_FIXED64 = 1;
const WIRE_BYTES = 2;
const WIRE_FIXED32 = 5;

/** The nearest double to a two's complement pair of words. */
function toNumber({ low, high }: { readonly low: number; readonly high: number }): number {
  return high * 2 ** 32 + (low >>> 0);
}

/** One field's value, not yet read; exactly one of the methods may be called, once. */
export class WireValue {
  readonly #reader: protobuf.Reader;
  readonly #wireType: number;
  readonly #budget: Budget;

  constructor(reader: protobuf.Reader, wireType: number, budget: Budget) {
    this.#reader = reader;
    this.#wireType = wireType;
    this.#budget = budget;
  }

  /** A view of the file, no copy. @throws ModelFileError TP-MODEL-002 */
  bytes(): Uint8Array {
    this.#expect(WIRE_BYTES);
    return this.#reader.bytes();
  }

  /** UTF-8 without control characters, at most LIMITS.textBytes. @throws ModelFileError TP-MODEL-002, -003 */
  text(): string {
    countPart(this.#budget);
    const bytes = this.bytes();
    if (bytes.length > LIMITS.textBytes) {
      throw limitError(this.#budget.file, `a name of ${bytes.length} B`, LIMITS.textBytes);
    }
    const text = UTF8.decode(bytes);
    if (/\p{Cc}/u.test(text)) {
      throw damagedFileError(this.#budget.file, "a name holds a control character");
    }
    return text;
  }

  /** A signed 64-bit integer, rounded to a double: beyond 2^53 only "to the end" is ever meant. @throws ModelFileError TP-MODEL-002 */
  integer(): number {
    this.#expect(WIRE_VARINT);
    return toNumber(this.#reader.int64());
  }

  /** An IEEE single. @throws ModelFileError TP-MODEL-002 */
  float(): number {
    this.#expect(WIRE_FIXED32);
    return this.#reader.float();
  }

  /** Appends one integer, or a packed run of them. @throws ModelFileError TP-MODEL-002, -003 */
  appendIntegers(list: number[]): void {
    this.#appendRun(list, WIRE_VARINT, (reader) => toNumber(reader.int64()));
  }

  /** Appends one single, or a packed run of them. @throws ModelFileError TP-MODEL-002, -003 */
  appendFloats(list: number[]): void {
    this.#appendRun(list, WIRE_FIXED32, (reader) => reader.float());
  }

  /** Appends one double, or a packed run of them. @throws ModelFileError TP-MODEL-002, -003 */
  appendDoubles(list: number[]): void {
    this.#appendRun(list, WIRE_FIXED64, (reader) => reader.double());
  }

  #appendRun(list: number[], elementType: number, read: (reader: protobuf.Reader) => number): void {
    const packed = this.#wireType === WIRE_BYTES;
    if (!packed) this.#expect(elementType);
    const reader = packed ? Reader.create(this.#reader.bytes()) : this.#reader;
    do {
      if (packed && reader.pos >= reader.len) return;
      if (++this.#budget.listValues > LIMITS.listValues) {
        throw limitError(this.#budget.file, "too many values in lists", LIMITS.listValues);
      }
      list.push(read(reader));
    } while (packed);
  }

  #expect(wireType: number): void {
    if (this.#wireType !== wireType) {
      throw damagedFileError(
        this.#budget.file,
        `a field has wire type ${this.#wireType}, not ${wireType}, before byte ${this.#reader.pos} of its message`,
      );
    }
  }
}

/** What to do with each field, by its number; other fields are skipped. */
export type FieldReaders = Readonly<Record<number, (value: WireValue) => void>>;

/**
 * Reads one message.
 * @throws ModelFileError TP-MODEL-002 for damaged bytes, -003 beyond a bound
 */
export function readMessage(bytes: Uint8Array, budget: Budget, fields: FieldReaders): void {
  countPart(budget);
  const reader = Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    const field = tag >>> 3;
    const wireType = tag & 7;
    const read = fields[field];
    if (read) read(new WireValue(reader, wireType, budget));
    else reader.skipType(wireType, 0, field);
  }
}
