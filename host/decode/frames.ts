/**
 * Turns a stream of bytes into events: records, what did not decode, what is missing, and text that came unframed.
 * Where the bytes come from is left to link/, what the records mean to their readers.
 *
 * The events depend on the bytes alone, not on how they were cut into pieces, and the memory is bounded: at most
 * MAX_FRAME_BYTES wait for their delimiter.
 */
import { decodeCobs } from "./cobs.ts";
import {
  CHECKSUM_BYTES,
  checkFrame,
  DELIMITER,
  frameSequence,
  frameTimestampUs,
  HEADER_BYTES,
  MAX_FRAME_BYTES,
  TYPE_AT,
  VERSION_AT,
} from "./frame-format.ts";
import type { Decoded } from "./payload.ts";
import type { DeviceRecord, WireRecord } from "./records.gen.ts";
import { decodeDeviceRecord } from "./records.gen.ts";
import { SequenceTracker } from "./sequence.ts";
import { isPlainText } from "./text.ts";

export { encodeFrame, MAX_FRAME_BYTES } from "./frame-format.ts";

export interface RecordEvent<R extends WireRecord = DeviceRecord> {
  readonly kind: "record";
  readonly record: R;
  readonly sequence: number;
  /** The sender's clock, unwrapped since its first frame [µs]. */
  readonly deviceTimeUs: number;
  /** When the last byte of the frame was received, by the caller's clock [µs]. */
  readonly receiveTimeUs: number;
}

export type DiscardReason =
  /** Not COBS: a block runs past the delimiter. */
  | "encoding"
  /** Too few bytes for a header and a checksum. */
  | "short"
  /** More bytes than any frame has. */
  | "overlong"
  | "checksum"
  /** Whole, but from another version of the wire. */
  | "version"
  /** Whole, but no record of this direction. */
  | "payload"
  /** Whole, but it was here before. */
  | "repeated"
  /** The stream ended inside it. */
  | "truncated";

export interface DiscardedEvent {
  readonly kind: "discarded";
  /** As they came, delimiters not counted. */
  readonly bytes: number;
  readonly reason: DiscardReason;
  /** For people; with `reason` "version", `wireVersion` is the version found. */
  readonly detail: string;
  readonly wireVersion?: number;
  readonly receiveTimeUs: number;
}

export interface LostEvent {
  readonly kind: "lost";
  /** Frames missing before the record that follows, modulo 65536. */
  readonly count: number;
  readonly receiveTimeUs: number;
}

export interface TextEvent {
  readonly kind: "text";
  /** Boot messages and other unframed bytes; what is not UTF-8 is replaced. */
  readonly text: string;
  readonly bytes: number;
  readonly receiveTimeUs: number;
}

export type LinkEvent<R extends WireRecord = DeviceRecord> =
  | RecordEvent<R>
  | DiscardedEvent
  | LostEvent
  | TextEvent;

/** bytes = frameBytes + discardedBytes + textBytes + delimiters + pendingBytes, always. */
export interface LinkTotals {
  readonly bytes: number;
  /** Of frames that gave a record. */
  readonly frameBytes: number;
  readonly discardedBytes: number;
  readonly textBytes: number;
  readonly delimiters: number;
  /** Still waiting for their delimiter. */
  readonly pendingBytes: number;
  readonly records: number;
  readonly discardedFrames: number;
  readonly lostRecords: number;
}

const DETAILS: Readonly<Record<Exclude<DiscardReason, "version" | "payload">, string>> = {
  encoding: "a block of the encoding runs past the delimiter",
  short: "too short for a header and a checksum",
  overlong: `longer than ${MAX_FRAME_BYTES} bytes`,
  checksum: "the checksum does not match",
  repeated: "this sequence number was here before",
  truncated: "the stream ended before the delimiter",
};

const textDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The record of a type byte and a payload, bytes[start..end). */
type DecodeRecord<R> = (type: number, bytes: Uint8Array, start: number, end: number) => Decoded<R>;

/** An incremental decoder of one direction of a link. It never throws on bytes. */
export class FrameDecoder<R extends WireRecord> {
  readonly #decodeRecord: DecodeRecord<R>;
  readonly #order = new SequenceTracker();
  /** Bytes since the last delimiter, when that was in an earlier piece. */
  readonly #pending = new Uint8Array(MAX_FRAME_BYTES);
  #pendingLength = 0;
  readonly #plain = new Uint8Array(MAX_FRAME_BYTES);
  /** Nothing is expected to be a frame before the first delimiter. */
  #sawDelimiter = false;
  /** The bytes since the last delimiter are more than a frame has; the first of them are already dealt with. */
  #overlong = false;
  #overlongDiscarded = 0;
  #events: LinkEvent<R>[] = [];
  #receiveTimeUs = 0;
  readonly #totals = {
    bytes: 0,
    frameBytes: 0,
    discardedBytes: 0,
    textBytes: 0,
    delimiters: 0,
    records: 0,
    discardedFrames: 0,
    lostRecords: 0,
  };

  /** `decodeRecord` is decodeDeviceRecord for what a host receives, decodeHostRecord for what it sends. */
  constructor(decodeRecord: DecodeRecord<R>) {
    this.#decodeRecord = decodeRecord;
  }

  get totals(): LinkTotals {
    return { ...this.#totals, pendingBytes: this.#pendingLength + this.#overlongDiscarded };
  }

  /** Takes the next piece of the stream, received at `receiveTimeUs`, and returns what it completed. */
  push(piece: Uint8Array, receiveTimeUs: number): LinkEvent<R>[] {
    this.#begin(receiveTimeUs);
    // Never a subclass, such as Node's Buffer: code that meets one kind of array only is twice as fast.
    const bytes = new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
    this.#totals.bytes += bytes.length;
    let start = 0;
    while (start < bytes.length) {
      const delimiter = bytes.indexOf(DELIMITER, start);
      const end = delimiter < 0 ? bytes.length : delimiter;
      if (delimiter >= 0 && this.#pendingLength === 0 && end - start <= MAX_FRAME_BYTES) {
        this.#finish(bytes, start, end);
      } else {
        this.#keep(bytes, start, end);
        if (delimiter >= 0) this.#finish(this.#pending, 0, this.#pendingLength);
      }
      if (delimiter < 0) break;
      this.#totals.delimiters++;
      this.#sawDelimiter = true;
      start = delimiter + 1;
    }
    return this.#events;
  }

  /** The stream is over: what still waits for a delimiter is text or discarded. */
  end(receiveTimeUs: number): LinkEvent<R>[] {
    this.#begin(receiveTimeUs);
    const length = this.#pendingLength;
    this.#pendingLength = 0;
    if (this.#overlong) this.#finishOverlong(this.#pending, 0, length);
    else if (length > 0) this.#reject(this.#pending, 0, length, "truncated");
    return this.#events;
  }

  #begin(receiveTimeUs: number): void {
    this.#receiveTimeUs = receiveTimeUs;
    this.#events = [];
  }

  /** Keeps bytes that have no delimiter yet; each time the buffer is full its bytes are dealt with. */
  #keep(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; ) {
      if (this.#pendingLength === MAX_FRAME_BYTES) {
        this.#overlong = true;
        this.#settleOverlong(this.#pending, 0, MAX_FRAME_BYTES);
        this.#pendingLength = 0;
      }
      const count = Math.min(end - at, MAX_FRAME_BYTES - this.#pendingLength);
      this.#pending.set(bytes.subarray(at, at + count), this.#pendingLength);
      this.#pendingLength += count;
      at += count;
    }
  }

  /** Deals with everything between two delimiters: bytes[start..end). */
  #finish(bytes: Uint8Array, start: number, end: number): void {
    this.#pendingLength = 0;
    if (this.#overlong) this.#finishOverlong(bytes, start, end);
    else if (end > start) this.#decode(bytes, start, end);
  }

  #decode(bytes: Uint8Array, start: number, end: number): void {
    const plain = this.#plain;
    const length = decodeCobs(bytes, start, end, plain);
    const check = length < 0 ? "encoding" : checkFrame(plain, length);
    if (check === "valid") {
      this.#accept(plain, length, end - start);
    } else if (check === "version") {
      const version = plain[VERSION_AT] as number;
      this.#discard(end - start, "version", `version ${version} of the wire`, version);
    } else {
      this.#reject(bytes, start, end, check);
    }
  }

  /** A whole frame, the first `length` bytes of `plain`, `bytes` on the wire: in order and of a known layout, it is a record. */
  #accept(plain: Uint8Array, length: number, bytes: number): void {
    const type = plain[TYPE_AT] as number;
    const decoded = this.#decodeRecord(type, plain, HEADER_BYTES, length - CHECKSUM_BYTES);
    const sequence = frameSequence(plain);
    const isGreeting = decoded.ok && decoded.record.type === "hello";
    const order = this.#order.follow(sequence, frameTimestampUs(plain), isGreeting);
    if (order.state === "repeated") {
      this.#discard(bytes, "repeated", DETAILS.repeated);
      return;
    }
    if (order.lost > 0) {
      this.#totals.lostRecords += order.lost;
      this.#emit({ kind: "lost", count: order.lost, receiveTimeUs: this.#receiveTimeUs });
    }
    if (!decoded.ok) {
      this.#discard(bytes, "payload", decoded.reason);
      return;
    }
    this.#totals.frameBytes += bytes;
    this.#totals.records++;
    this.#emit({
      kind: "record",
      record: decoded.record,
      sequence,
      deviceTimeUs: order.deviceTimeUs,
      receiveTimeUs: this.#receiveTimeUs,
    });
  }

  /** Bytes that are no frame: a message for people, or damage. */
  #reject(bytes: Uint8Array, start: number, end: number, reason: keyof typeof DETAILS): void {
    if (!this.#emitText(bytes, start, end)) this.#discard(end - start, reason, DETAILS[reason]);
  }

  /** Part of a run of bytes longer than a frame: text goes out at once, damage is counted until its end. */
  #settleOverlong(bytes: Uint8Array, start: number, end: number): void {
    if (end > start && !this.#emitText(bytes, start, end)) this.#overlongDiscarded += end - start;
  }

  #finishOverlong(bytes: Uint8Array, start: number, end: number): void {
    this.#settleOverlong(bytes, start, end);
    const discarded = this.#overlongDiscarded;
    this.#overlong = false;
    this.#overlongDiscarded = 0;
    if (discarded > 0) this.#discard(discarded, "overlong", DETAILS.overlong);
  }

  /** Before the first delimiter everything that is no frame is text; after it, only what reads as such. */
  #emitText(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#sawDelimiter && !isPlainText(bytes, start, end)) return false;
    this.#totals.textBytes += end - start;
    this.#emit({
      kind: "text",
      text: textDecoder.decode(bytes.subarray(start, end)),
      bytes: end - start,
      receiveTimeUs: this.#receiveTimeUs,
    });
    return true;
  }

  #discard(bytes: number, reason: DiscardReason, detail: string, wireVersion?: number): void {
    this.#totals.discardedBytes += bytes;
    this.#totals.discardedFrames++;
    this.#emit({
      kind: "discarded",
      bytes,
      reason,
      detail,
      ...(wireVersion === undefined ? {} : { wireVersion }),
      receiveTimeUs: this.#receiveTimeUs,
    });
  }

  #emit(event: LinkEvent<R>): void {
    this.#events.push(event);
  }
}

/** The decoder of what a device sends. */
export function createDeviceDecoder(): FrameDecoder<DeviceRecord> {
  return new FrameDecoder(decodeDeviceRecord);
}
