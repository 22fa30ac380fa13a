/**
 * The layout of a .tpcap file: a magic with a version, then chunks, each with its own checksum, appended as they happen.
 * Files are left to file.ts, what the recorded bytes mean to decode/.
 *
 * File:  "TPCAP" 0x1a, version u16. Chunk: type u8, length u32, time u64 [µs], payload, CRC-32 of all before it in the
 * chunk. Little-endian. A chunk of an unknown type is skipped: types may be added without a new version.
 */
import { crc32 } from "../decode/crc.ts";
import type { CaptureManifest } from "./manifest.ts";
import { parseManifest } from "./manifest.ts";

export const CAPTURE_VERSION = 1;

/** "TPCAP" and the byte that ends a text file for old terminals. */
const MAGIC = [0x54, 0x50, 0x43, 0x41, 0x50, 0x1a];
const FILE_HEADER_BYTES = MAGIC.length + 2;
const CHUNK_HEADER_BYTES = 13;
const CHECKSUM_BYTES = 4;

/** Longest payload of a chunk [byte]; a longer attachment takes several. */
export const MAX_CHUNK_BYTES = 1 << 20;

const CHUNK_TYPES = { manifest: 1, received: 2, sent: 3, attachment: 4, end: 5 } as const;
export type ChunkKind = keyof typeof CHUNK_TYPES;

const KIND_BY_TYPE = new Map<number, ChunkKind>(
  Object.entries(CHUNK_TYPES).map(([kind, type]) => [type, kind as ChunkKind]),
);

/** Bytes that crossed the link. */
export interface CapturedPiece {
  readonly direction: "received" | "sent";
  /** Since the link was opened [µs]. */
  readonly timeUs: number;
  readonly bytes: Uint8Array;
}

export interface Capture {
  readonly manifest: CaptureManifest;
  /** In order of the file. */
  readonly pieces: readonly CapturedPiece[];
  /** By name, parts joined. */
  readonly attachments: ReadonlyMap<string, Uint8Array>;
  /** How the run ended, in one word; undefined when the file does not reach its end. */
  readonly outcome: string | undefined;
  /** Where the file stops making sense; all before it was read. */
  readonly damage?: { readonly offset: number; readonly why: string };
}

export type CaptureReading =
  | { readonly state: "read"; readonly capture: Capture }
  /** Not a capture, one of another version, or damaged before its manifest. */
  | { readonly state: "refused"; readonly why: string; readonly version?: number };

const textDecoder = new TextDecoder();
const textEncoder = new TextEncoder();

export function encodeFileHeader(): Uint8Array {
  return Uint8Array.of(...MAGIC, CAPTURE_VERSION & 0xff, CAPTURE_VERSION >> 8);
}

/** Throws RangeError for a payload over MAX_CHUNK_BYTES. */
export function encodeChunk(kind: ChunkKind, timeUs: number, payload: Uint8Array): Uint8Array {
  if (payload.length > MAX_CHUNK_BYTES) throw new RangeError(`a chunk of ${payload.length} bytes`);
  const chunk = new Uint8Array(CHUNK_HEADER_BYTES + payload.length + CHECKSUM_BYTES);
  const fields = new DataView(chunk.buffer);
  const end = CHUNK_HEADER_BYTES + payload.length;
  fields.setUint8(0, CHUNK_TYPES[kind]);
  fields.setUint32(1, payload.length, true);
  fields.setBigUint64(5, BigInt(Math.max(0, Math.round(timeUs))), true);
  chunk.set(payload, CHUNK_HEADER_BYTES);
  fields.setUint32(end, crc32(chunk, 0, end), true);
  return chunk;
}

/** The payloads of an attachment: its name after a length byte, then a part of its bytes. */
export function* attachmentPayloads(name: string, bytes: Uint8Array): Generator<Uint8Array> {
  const nameBytes = textEncoder.encode(name);
  if (nameBytes.length === 0 || nameBytes.length > 0xff) throw new RangeError(`name "${name}"`);
  const partBytes = MAX_CHUNK_BYTES - 1 - nameBytes.length;
  let start = 0;
  do {
    const part = bytes.subarray(start, start + partBytes);
    const payload = new Uint8Array(1 + nameBytes.length + part.length);
    payload[0] = nameBytes.length;
    payload.set(nameBytes, 1);
    payload.set(part, 1 + nameBytes.length);
    yield payload;
    start += partBytes;
  } while (start < bytes.length);
}

/** Reads as much of a capture as is whole. Never throws on bytes; its memory is that of the file. */
export function readCapture(file: Uint8Array): CaptureReading {
  if (MAGIC.some((byte, at) => file[at] !== byte)) {
    return { state: "refused", why: "it does not begin as a capture does" };
  }
  if (file.length < FILE_HEADER_BYTES) return { state: "refused", why: "it ends in its header" };
  const fields = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const version = fields.getUint16(MAGIC.length, true);
  if (version !== CAPTURE_VERSION) {
    const why = `it has version ${version} of the format; this program reads version ${CAPTURE_VERSION}`;
    return { state: "refused", why, version };
  }
  return assemble(file, fields);
}

interface Chunk {
  readonly kind: ChunkKind | undefined;
  readonly timeUs: number;
  readonly payload: Uint8Array;
  /** Of the chunk that follows. */
  readonly next: number;
}

/** The chunk at `offset`, or why there is none. */
function readChunk(file: Uint8Array, fields: DataView, offset: number): Chunk | string {
  const left = file.length - offset;
  if (left < CHUNK_HEADER_BYTES + CHECKSUM_BYTES) return "the file ends inside a chunk";
  const length = fields.getUint32(offset + 1, true);
  if (length > MAX_CHUNK_BYTES) return `a chunk claims ${length} bytes`;
  const end = offset + CHUNK_HEADER_BYTES + length;
  if (end + CHECKSUM_BYTES > file.length) return "the file ends inside a chunk";
  if (crc32(file, offset, end) !== fields.getUint32(end, true)) return "a checksum does not match";
  return {
    kind: KIND_BY_TYPE.get(fields.getUint8(offset)),
    timeUs: Number(fields.getBigUint64(offset + 5, true)),
    payload: file.subarray(offset + CHUNK_HEADER_BYTES, end),
    next: end + CHECKSUM_BYTES,
  };
}

function assemble(file: Uint8Array, fields: DataView): CaptureReading {
  const pieces: CapturedPiece[] = [];
  const parts = new Map<string, Uint8Array[]>();
  let manifest: CaptureManifest | undefined;
  let outcome: string | undefined;
  let damage: string | undefined;
  let offset = FILE_HEADER_BYTES;
  while (offset < file.length && outcome === undefined) {
    const chunk = readChunk(file, fields, offset);
    if (typeof chunk === "string") {
      damage = chunk;
      break;
    }
    const { kind, timeUs, payload } = chunk;
    if (kind === "manifest") {
      const parsed = parseManifest(textDecoder.decode(payload));
      if (typeof parsed === "string") return { state: "refused", why: parsed };
      manifest = parsed;
    } else if (kind === "received" || kind === "sent") {
      pieces.push({ direction: kind, timeUs, bytes: payload });
    } else if (kind === "attachment") {
      const nameEnd = 1 + (payload[0] ?? 0);
      const name = textDecoder.decode(payload.subarray(1, nameEnd));
      parts.set(name, [...(parts.get(name) ?? []), payload.subarray(nameEnd)]);
    } else if (kind === "end") {
      outcome = textDecoder.decode(payload);
    }
    offset = chunk.next;
  }
  if (damage === undefined && outcome === undefined) damage = "the file ends before its last chunk";
  if (damage === undefined && offset < file.length) damage = "bytes follow the last chunk";
  if (!manifest) return { state: "refused", why: damage ?? "it has no manifest" };
  const attachments = new Map([...parts].map(([name, list]) => [name, join(list)]));
  return {
    state: "read",
    capture: {
      manifest,
      pieces,
      attachments,
      outcome,
      ...(damage === undefined ? {} : { damage: { offset, why: damage } }),
    },
  };
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
