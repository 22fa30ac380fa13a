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

/** version u8, type u8, sequence u16, timestamp u32. */
const HEADER_BYTES = 8;
const CHECKSUM_BYTES = 4;

/** Longest frame between its delimiters [byte]. */
export const MAX_FRAME_BYTES = maxCobsBytes(HEADER_BYTES + MAX_PAYLOAD_BYTES + CHECKSUM_BYTES);

export interface FrameHeader {
  /** The type byte of the record. */
  readonly type: number;
  /** Counts the frames of one direction, modulo 65536. */
  readonly sequence: number;
  /** The sender's clock, modulo 2^32 [µs]. */
  readonly timestampUs: number;
}

/** What lay between two delimiters, its COBS already undone. */
export type ParsedFrame =
  | { readonly state: "valid"; readonly header: FrameHeader; readonly payload: Uint8Array }
  | { readonly state: "short" | "checksum" }
  | { readonly state: "version"; readonly version: number };

/**
 * Checks and splits the first `length` bytes of `bytes`; the payload is a view into them. The checksum comes first,
 * so that a version is only believed when it arrived whole.
 */
export function parseFrame(bytes: Uint8Array, length: number): ParsedFrame {
  const payloadEnd = length - CHECKSUM_BYTES;
  if (payloadEnd < HEADER_BYTES) return { state: "short" };
  if (crc32(bytes, 0, payloadEnd) !== readU32(bytes, payloadEnd)) return { state: "checksum" };
  const version = bytes[0] as number;
  if (version !== WIRE_VERSION) return { state: "version", version };
  return {
    state: "valid",
    header: {
      type: bytes[1] as number,
      sequence: (bytes[2] as number) | ((bytes[3] as number) << 8),
      timestampUs: readU32(bytes, 4),
    },
    payload: bytes.subarray(HEADER_BYTES, payloadEnd),
  };
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
