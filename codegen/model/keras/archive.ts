/**
 * The named files of a zip archive, their sizes bounded before any memory is taken for them.
 * What the files hold is left to read.ts; inflating is fflate's.
 *
 * Source: APPNOTE.TXT 6.3.10 of PKWARE, 4.3.
 */
import { Inflate } from "fflate";
import { KERAS, KERAS_LIMITS } from "./limits.ts";

const END_BYTES = 22;
const SIGNATURES = { end: 0x06054b50, entry: 0x02014b50, local: 0x04034b50 } as const;
const STORED = 0;
const DEFLATED = 8;
/** Compressed bytes given to fflate at a time; each of them may become a thousand. */
const PIECE_BYTES = 4096;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  /** In the archive [byte]. */
  readonly packed: number;
  /** Once it is inflated [byte]. */
  readonly size: number;
  /** Of its local header. */
  readonly at: number;
}

/** Whether bytes begin as a zip archive does. */
export function isArchive(bytes: Uint8Array): boolean {
  return bytes.length >= END_BYTES && viewOf(bytes).getUint32(0, true) === SIGNATURES.local;
}

/**
 * @param names what to take; others are passed by
 * @param file name of the archive, for messages
 * @returns by name; a name that is not there is absent
 * @throws ModelFileError TP-MODEL-002 for a damaged archive, TP-MODEL-003 for one that would become too large
 */
export function readArchive(
  bytes: Uint8Array,
  names: readonly string[],
  file: string,
): ReadonlyMap<string, Uint8Array> {
  const entries = readDirectory(bytes, file).filter(({ name }) => names.includes(name));
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  const limit = bytes.length + KERAS_LIMITS.inflatedBytes;
  if (total > limit) throw KERAS.limit(file, `it would inflate to ${total} B`, limit);
  const found = new Map<string, Uint8Array>();
  for (const entry of entries) {
    if (found.has(entry.name)) throw KERAS.damaged(file, `it holds "${entry.name}" twice`);
    found.set(entry.name, contentOf(bytes, entry, file));
  }
  return found;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readDirectory(bytes: Uint8Array, file: string): readonly Entry[] {
  const view = viewOf(bytes);
  let end = bytes.length - END_BYTES;
  const first = Math.max(0, end - 65_535);
  while (end >= first && view.getUint32(end, true) !== SIGNATURES.end) end--;
  if (end < first) throw KERAS.damaged(file, "the archive's end is missing");
  const count = view.getUint16(end + 10, true);
  if (count > KERAS_LIMITS.entries) {
    throw KERAS.limit(file, `it holds ${count} files`, KERAS_LIMITS.entries);
  }
  const entries: Entry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let index = 0; index < count; index++) {
    if (at + 46 > end || view.getUint32(at, true) !== SIGNATURES.entry) {
      throw KERAS.damaged(file, `the archive's directory breaks off at file ${index}`);
    }
    const nameLength = view.getUint16(at + 28, true);
    const next =
      at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) throw KERAS.damaged(file, "a file's name reaches beyond the directory");
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    if (view.getUint16(at + 8, true) & 1) throw KERAS.damaged(file, `"${name}" is encrypted`);
    entries.push({
      name,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
    });
    at = next;
  }
  return entries;
}

function contentOf(bytes: Uint8Array, entry: Entry, file: string): Uint8Array {
  const { name, method, packed, size, at } = entry;
  const view = viewOf(bytes);
  if (at + 30 > bytes.length || view.getUint32(at, true) !== SIGNATURES.local) {
    throw KERAS.damaged(file, `"${name}" does not begin where the directory says`);
  }
  const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (start + packed > bytes.length) throw KERAS.damaged(file, `"${name}" is cut short`);
  const data = bytes.subarray(start, start + packed);
  if (method !== STORED && method !== DEFLATED) {
    throw KERAS.damaged(file, `"${name}" is compressed by method ${method}`);
  }
  const content = method === STORED ? data : inflated(data, entry, file);
  if (content.length !== size || checksum(content) !== entry.crc) {
    throw KERAS.damaged(file, `"${name}" is not what its size and checksum say`);
  }
  return content;
}

/** Inflates piece by piece, and ends where more comes out than the directory said. */
function inflated(data: Uint8Array, { name, size }: Entry, file: string): Uint8Array {
  const content = new Uint8Array(size);
  let length = 0;
  let ended = false;
  const inflate = new Inflate((piece, final) => {
    if (length + piece.length > size) throw KERAS.damaged(file, `"${name}" is larger than it says`);
    content.set(piece, length);
    length += piece.length;
    ended = final;
  });
  try {
    for (let at = 0; at < data.length && !ended; at += PIECE_BYTES) {
      const last = at + PIECE_BYTES >= data.length;
      inflate.push(data.subarray(at, at + PIECE_BYTES), last);
    }
  } catch (error) {
    // fflate's own errors carry a number.
    if (!(error instanceof Error && "code" in error && typeof error.code === "number")) throw error;
    throw KERAS.damaged(file, `"${name}" cannot be inflated: ${error.message}`);
  }
  return content.subarray(0, length);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 of IEEE 802.3, as zip has it. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 255] as number);
  return (crc ^ 0xffffffff) >>> 0;
}
