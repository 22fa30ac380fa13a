/**
 * Reads tables, vectors and scalars of one flatbuffer, every offset and length checked against the file first.
 * Which fields there are is left to schema.ts. An offset points forward, always, so no walk can come back to where it
 * was; what is shared is counted each time it is read.
 */
import { damagedTfliteError, TFLITE_LIMITS, tfliteLimitError } from "./refusals.ts";

const UTF8 = new TextDecoder();

/** One file, and what has been read of it so far. */
export class Flatbuffer {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #parts = 0;
  #vectorValues = 0;

  constructor(bytes: Uint8Array, file: string) {
    this.file = file;
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The root table. @throws ModelFileError TP-MODEL-002 where it is not one, or the identifier is another */
  root(identifier: string): FlatTable {
    this.check(0, 8);
    const found = UTF8.decode(this.bytes.subarray(4, 8));
    if (found !== identifier) throw this.damaged(`it does not hold "${identifier}" at byte 4`);
    return this.table(this.follow(0));
  }

  /** @throws ModelFileError TP-MODEL-002 unless `size` bytes lie at `at` */
  check(at: number, size: number): void {
    if (at < 0 || size < 0 || at + size > this.bytes.length) {
      throw this.damaged(`byte ${at} and the ${size} from it on are not in the file`);
    }
  }

  damaged(why: string) {
    return damagedTfliteError(this.file, why);
  }

  /** The position that the offset at `at` points to. @throws ModelFileError TP-MODEL-002 */
  follow(at: number): number {
    const offset = this.uint32(at);
    if (offset < 4) throw this.damaged(`the offset at byte ${at} points to itself`);
    this.check(at + offset, 4);
    return at + offset;
  }

  uint32(at: number): number {
    this.check(at, 4);
    return this.#view.getUint32(at, true);
  }

  int32(at: number): number {
    this.check(at, 4);
    return this.#view.getInt32(at, true);
  }

  uint16(at: number): number {
    this.check(at, 2);
    return this.#view.getUint16(at, true);
  }

  int8(at: number): number {
    this.check(at, 1);
    return this.#view.getInt8(at);
  }

  float32(at: number): number {
    this.check(at, 4);
    return this.#view.getFloat32(at, true);
  }

  /** The nearest double. */
  int64(at: number): number {
    this.check(at, 8);
    return Number(this.#view.getBigInt64(at, true));
  }

  /** @throws ModelFileError TP-MODEL-003 */
  countPart(): void {
    if (++this.#parts > TFLITE_LIMITS.parts) {
      throw tfliteLimitError(this.file, "too many tables and vectors", TFLITE_LIMITS.parts);
    }
  }

  /** @throws ModelFileError TP-MODEL-003 */
  countValues(count: number): void {
    this.#vectorValues += count;
    if (this.#vectorValues > TFLITE_LIMITS.vectorValues) {
      throw tfliteLimitError(this.file, "too many values in vectors", TFLITE_LIMITS.vectorValues);
    }
  }

  /** The table at `at`. @throws ModelFileError TP-MODEL-002, -003 */
  table(at: number): FlatTable {
    this.countPart();
    const fields = at - this.int32(at);
    const fieldsBytes = this.uint16(fields);
    const size = this.uint16(fields + 2);
    if (fieldsBytes < 4 || fieldsBytes % 2 !== 0) {
      throw this.damaged(`the table at byte ${at} has a list of fields of ${fieldsBytes} bytes`);
    }
    this.check(fields, fieldsBytes);
    this.check(at, size);
    return new FlatTable(this, at, size, fields, (fieldsBytes - 4) / 2);
  }
}

/** One table; its fields are asked for by their index in the schema. */
export class FlatTable {
  readonly #buffer: Flatbuffer;
  readonly #at: number;
  readonly #size: number;
  readonly #fields: number;
  readonly #fieldCount: number;

  constructor(buffer: Flatbuffer, at: number, size: number, fields: number, fieldCount: number) {
    this.#buffer = buffer;
    this.#at = at;
    this.#size = size;
    this.#fields = fields;
    this.#fieldCount = fieldCount;
  }

  /** Where a field of `size` bytes lies; undefined where the table has none. @throws ModelFileError TP-MODEL-002 */
  #field(index: number, size: number): number | undefined {
    if (index >= this.#fieldCount) return undefined;
    const offset = this.#buffer.uint16(this.#fields + 4 + 2 * index);
    if (offset === 0) return undefined;
    if (offset < 4 || offset + size > this.#size) {
      throw this.#buffer.damaged(`field ${index} lies outside its table at byte ${this.#at}`);
    }
    return this.#at + offset;
  }

  int8(index: number, otherwise = 0): number {
    const at = this.#field(index, 1);
    return at === undefined ? otherwise : this.#buffer.int8(at);
  }

  uint8(index: number): number {
    return this.int8(index) & 0xff;
  }

  boolean(index: number): boolean {
    return this.int8(index) !== 0;
  }

  int32(index: number, otherwise = 0): number {
    const at = this.#field(index, 4);
    return at === undefined ? otherwise : this.#buffer.int32(at);
  }

  uint32(index: number): number {
    return this.int32(index) >>> 0;
  }

  float32(index: number, otherwise = 0): number {
    const at = this.#field(index, 4);
    return at === undefined ? otherwise : this.#buffer.float32(at);
  }

  /** The nearest double. */
  int64(index: number): number {
    const at = this.#field(index, 8);
    return at === undefined ? 0 : this.#buffer.int64(at);
  }

  table(index: number): FlatTable | undefined {
    const at = this.#field(index, 4);
    return at === undefined ? undefined : this.#buffer.table(this.#buffer.follow(at));
  }

  /** First element and length of a vector, all of it in the file. */
  #vector(index: number, elementBytes: number): { at: number; length: number } | undefined {
    const field = this.#field(index, 4);
    if (field === undefined) return undefined;
    this.#buffer.countPart();
    const at = this.#buffer.follow(field);
    const length = this.#buffer.uint32(at);
    this.#buffer.check(at + 4, length * elementBytes);
    return { at: at + 4, length };
  }

  /** UTF-8 without control characters; empty where absent. @throws ModelFileError TP-MODEL-002, -003 */
  text(index: number): string {
    const bytes = this.bytes(index);
    if (bytes === undefined) return "";
    if (bytes.length > TFLITE_LIMITS.textBytes) {
      throw tfliteLimitError(
        this.#buffer.file,
        `a name of ${bytes.length} B`,
        TFLITE_LIMITS.textBytes,
      );
    }
    const text = UTF8.decode(bytes);
    if (/\p{Cc}/u.test(text)) throw this.#buffer.damaged("a name holds a control character");
    return text;
  }

  /** A view of the file, no copy. */
  bytes(index: number): Uint8Array | undefined {
    const vector = this.#vector(index, 1);
    return vector && this.#buffer.bytes.subarray(vector.at, vector.at + vector.length);
  }

  int32s(index: number): readonly number[] | undefined {
    return this.#values(index, 4, (at) => this.#buffer.int32(at));
  }

  float32s(index: number): readonly number[] | undefined {
    return this.#values(index, 4, (at) => this.#buffer.float32(at));
  }

  /** The nearest doubles. */
  int64s(index: number): readonly number[] | undefined {
    return this.#values(index, 8, (at) => this.#buffer.int64(at));
  }

  #values(
    index: number,
    elementBytes: number,
    read: (at: number) => number,
  ): readonly number[] | undefined {
    const vector = this.#vector(index, elementBytes);
    if (!vector) return undefined;
    this.#buffer.countValues(vector.length);
    return Array.from({ length: vector.length }, (_, i) => read(vector.at + i * elementBytes));
  }

  tables(index: number): readonly FlatTable[] {
    const vector = this.#vector(index, 4);
    if (!vector) return [];
    this.#buffer.countValues(vector.length);
    return Array.from({ length: vector.length }, (_, i) =>
      this.#buffer.table(this.#buffer.follow(vector.at + 4 * i)),
    );
  }
}
