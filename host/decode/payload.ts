/**
 * Reads and writes the fields of one payload: little-endian, packed, bounded.
 * Which fields a record has is left to records.gen.ts; frames and checksums to frames.ts.
 */
import { MAX_PAYLOAD_BYTES } from "./records.ts";

/** A payload as a record, or why it is none. */
export type Decoded<R> =
  | { readonly ok: true; readonly record: R }
  | { readonly ok: false; readonly reason: string };

const textDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const textEncoder = new TextEncoder();

/**
 * Takes fields in order. It never throws: after the first field that is cut off or malformed every
 * further field is 0 or empty and `finish` gives the reason.
 */
export class PayloadReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #fault: string | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  u8(): number {
    return this.#unsigned(1);
  }

  u16(): number {
    return this.#unsigned(2);
  }

  u32(): number {
    return this.#unsigned(4);
  }

  u64(): bigint {
    const low = this.#unsigned(4);
    return (BigInt(this.#unsigned(4)) << 32n) | BigInt(low);
  }

  text(): string {
    const start = this.#claim(this.#unsigned(1));
    const bytes = this.#bytes.subarray(start, this.#at);
    if (bytes.includes(0)) {
      this.#fault ??= "a text holds a NUL";
      return "";
    }
    try {
      return textDecoder.decode(bytes);
    } catch {
      this.#fault ??= "a text is not UTF-8";
      return "";
    }
  }

  /** A copy, so that it outlives the buffer it was received in. */
  bytes(): Uint8Array {
    const start = this.#claim(this.#unsigned(2));
    return this.#bytes.slice(start, this.#at);
  }

  /** The record that the fields made, if the payload was whole and held nothing more. */
  finish<R>(record: R): Decoded<R> {
    if (this.#fault !== undefined) return { ok: false, reason: this.#fault };
    const left = this.#bytes.length - this.#at;
    if (left > 0) return { ok: false, reason: `${left} bytes follow the last field` };
    return { ok: true, record };
  }

  #unsigned(width: 1 | 2 | 4): number {
    const start = this.#claim(width);
    let value = 0;
    for (let at = this.#at - 1; at >= start; at--) value = value * 256 + (this.#bytes[at] ?? 0);
    return value;
  }

  /** Steps over `count` bytes and returns where they start; steps over none when fewer are left. */
  #claim(count: number): number {
    const start = this.#at;
    if (this.#fault !== undefined) return start;
    if (count > this.#bytes.length - start) {
      this.#fault = `needs ${count} bytes at ${start} of ${this.#bytes.length}`;
      return start;
    }
    this.#at = start + count;
    return start;
  }
}

/** Appends fields in order. Throws RangeError for a value its field cannot hold or a payload over the limit. */
export class PayloadWriter {
  readonly #bytes = new Uint8Array(MAX_PAYLOAD_BYTES);
  #length = 0;

  u8(value: number): this {
    return this.#unsigned(value, 1);
  }

  u16(value: number): this {
    return this.#unsigned(value, 2);
  }

  u32(value: number): this {
    return this.#unsigned(value, 4);
  }

  u64(value: bigint): this {
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn) throw new RangeError(`${value} is no u64`);
    return this.u32(Number(value & 0xffff_ffffn)).u32(Number(value >> 32n));
  }

  text(value: string): this {
    const bytes = textEncoder.encode(value);
    if (bytes.length > 0xff) throw new RangeError(`a text of ${bytes.length} bytes; 255 fit`);
    if (bytes.includes(0)) throw new RangeError("a text holds a NUL, which ends it on the device");
    return this.u8(bytes.length).#raw(bytes);
  }

  bytes(value: Uint8Array): this {
    return this.u16(value.length).#raw(value);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #unsigned(value: number, width: 1 | 2 | 4): this {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * width)) {
      throw new RangeError(`${value} is no u${8 * width}`);
    }
    this.#reserve(width);
    for (let rest = value, left = width as number; left > 0; left--) {
      this.#bytes[this.#length++] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    return this;
  }

  #raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed > MAX_PAYLOAD_BYTES) {
      throw new RangeError(`a payload of at least ${needed} bytes; ${MAX_PAYLOAD_BYTES} fit`);
    }
  }
}
