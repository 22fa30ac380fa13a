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

/** Copies of Bytes fields share slabs of this size [byte]; a longer field gets its own. */
const SLAB_BYTES = 16 << 10;
/** A longer field is worth the cost of calling the engine's own copy [byte]. */
const COPIED_HERE = 96;
const NO_BYTES = new Uint8Array(0);
let slab = NO_BYTES;
let slabUsed = 0;

/** A copy of bytes[start..end): millions of short ones cost no buffer each. */
function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const count = end - start;
  if (count === 0) return NO_BYTES;
  if (count > SLAB_BYTES) return bytes.slice(start, end);
  if (count > slab.length - slabUsed) {
    slab = new Uint8Array(SLAB_BYTES);
    slabUsed = 0;
  }
  const copy = slab.subarray(slabUsed, slabUsed + count);
  if (count > COPIED_HERE) copy.set(bytes.subarray(start, end));
  else for (let at = start, to = slabUsed; at < end; at++) slab[to++] = bytes[at] as number;
  slabUsed += count;
  return copy;
}

/** The halves of a u64, low first. */
const HALVES = new DataView(new ArrayBuffer(8));

/**
 * Takes fields in order from bytes[start..end). It never throws: after the first field that is cut off or malformed
 * every further field is 0 or empty and `finish` gives the reason.
 */
export class PayloadReader {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  #at: number;
  #fault: string | undefined;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#at = start;
    this.#fault = undefined;
  }

  u8(): number {
    const at = this.#claim(1);
    return this.#at > at ? (this.#bytes[at] as number) : 0;
  }

  u16(): number {
    const at = this.#claim(2);
    if (this.#at === at) return 0;
    const bytes = this.#bytes;
    return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  }

  u32(): number {
    const at = this.#claim(4);
    if (this.#at === at) return 0;
    const bytes = this.#bytes;
    const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    return (low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)) >>> 0;
  }

  u64(): bigint {
    HALVES.setUint32(0, this.u32(), true);
    HALVES.setUint32(4, this.u32(), true);
    return HALVES.getBigUint64(0, true);
  }

  text(): string {
    const start = this.#claim(this.u8());
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

  /** A copy, so that it outlives the buffer it was received in; its own buffer is shared with other copies. */
  bytes(): Uint8Array {
    const start = this.#claim(this.u16());
    return copyOf(this.#bytes, start, this.#at);
  }

  /** The record that the fields made, if the payload was whole and held nothing more. */
  finish<R>(record: R): Decoded<R> {
    if (this.#fault !== undefined) return { ok: false, reason: this.#fault };
    const left = this.#end - this.#at;
    if (left > 0) return { ok: false, reason: `${left} bytes follow the last field` };
    return { ok: true, record };
  }

  /** Steps over `count` bytes and returns where they start; steps over none when fewer are left. */
  #claim(count: number): number {
    const at = this.#at;
    if (this.#fault !== undefined) return at;
    if (count > this.#end - at) {
      const whole = this.#end - this.#start;
      this.#fault = `needs ${count} bytes at ${at - this.#start} of ${whole}`;
      return at;
    }
    this.#at = at + count;
    return at;
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
