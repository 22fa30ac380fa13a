/**
 * The layout of one frame: 0x00, COBS(version, type, sequence, timestamp, payload, CRC-32), 0x00.
 * Finding frames in a stream and judging their order is left to frames.ts.
 */
import { encodeCobs, maxCobsBytes } from "./cobs.ts";
import { crc32 } from "./crc.ts";
import type { WireRecord } from "./records.gen.ts";
import { encodePayload, RECORD_IDS } from "./records.gen.ts";
import { MAX_PAYLOAD_BYTES, WIRE_VERSION } from "./records.ts";

/** Between frames, and nowhere inside one. */
export const DELIMITER = 0x00;

/** Places of version u8, type u8, sequence u16, timestamp u32; the payload follows, then its checksum. */
export const VERSION_AT = 0;
export const TYPE_AT = 1;
const SEQUENCE_AT = 2;
const TIMESTAMP_AT = 4;
export const HEADER_BYTES = 8;
export const CHECKSUM_BYTES = 4;

/** Longest frame between its delimiters [byte]. */
export const MAX_FRAME_BYTES = maxCobsBytes(HEADER_BYTES + MAX_PAYLOAD_BYTES + CHECKSUM_BYTES);

/** What lay between two delimiters, its COBS already undone. */
export type FrameCheck = "valid" | "short" | "checksum" | "version";

/**
 * Judges a whole frame, the first `length` bytes of `bytes`. The checksum comes first, so that a version is only
 * believed when it arrived whole.
 */
export function checkFrame(bytes: Uint8Array, length: number): FrameCheck {
  const end = length - CHECKSUM_BYTES;
  if (end < HEADER_BYTES) return "short";
  if (crc32(bytes, 0, end) !== readU32(bytes, end)) return "checksum";
  return bytes[VERSION_AT] === WIRE_VERSION ? "valid" : "version";
}

/** Counts the frames of one direction, modulo 65536. */
export function frameSequence(bytes: Uint8Array): number {
  return (bytes[SEQUENCE_AT] as number) | ((bytes[SEQUENCE_AT + 1] as number) << 8);
}

/** The sender's clock, modulo 2^32 [µs]. */
export function frameTimestampUs(bytes: Uint8Array): number {
  return readU32(bytes, TIMESTAMP_AT);
}

/**
 * A frame with its delimiters, ready to be sent. Sequence and timestamp are taken modulo their width.
 * Throws RangeError when a value does not fit its field or the payload its frame.
 */
export function encodeFrame(record: WireRecord, sequence: number, timestampUs: number): Uint8Array {
  const payload = encodePayload(record);
  const plain = new Uint8Array(HEADER_BYTES + payload.length + CHECKSUM_BYTES);
  const fields = new DataView(plain.buffer);
  const payloadEnd = HEADER_BYTES + payload.length;
  fields.setUint8(0, WIRE_VERSION);
  fields.setUint8(1, RECORD_IDS[record.type]);
  fields.setUint16(2, sequence, true);
  fields.setUint32(4, timestampUs, true);
  plain.set(payload, HEADER_BYTES);
  fields.setUint32(payloadEnd, crc32(plain, 0, payloadEnd), true);

  const frame = new Uint8Array(maxCobsBytes(plain.length) + 2);
  frame[0] = DELIMITER;
  const end = encodeCobs(plain, frame, 1);
  frame[end] = DELIMITER;
  return frame.subarray(0, end + 1);
}

function readU32(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  const high = (bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8);
  return (low | (high << 16)) >>> 0;
}
