/**
 * Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): bytes without a zero, so that zero can end a frame.
 * Where frames begin and end is left to frames.ts.
 */

/** A block holds at most this many bytes other than zero; its code is then 0xff and stands for no zero. */
const LONGEST_BLOCK = 254;

/** A longer block is worth the cost of calling the engine's own copy. */
const COPIED_HERE = 96;

/** Longest encoding of `length` bytes, delimiters not counted. */
export function maxCobsBytes(length: number): number {
  return length + Math.floor(length / LONGEST_BLOCK) + 1;
}

/** Encodes `bytes` into `encoded` from `at` on; returns the index after the last byte written. Writes no delimiter. */
export function encodeCobs(bytes: Uint8Array, encoded: Uint8Array, at: number): number {
  let codeAt = at;
  let next = at + 1;
  for (const byte of bytes) {
    if (next - codeAt > LONGEST_BLOCK) {
      encoded[codeAt] = LONGEST_BLOCK + 1;
      codeAt = next++;
    }
    if (byte === 0) {
      encoded[codeAt] = next - codeAt;
      codeAt = next++;
    } else {
      encoded[next++] = byte;
    }
  }
  encoded[codeAt] = next - codeAt;
  return next;
}

/**
 * Decodes encoded[start..end), which holds no zero, into `bytes`, which has room for end - start.
 * Returns the decoded length, or -1 when a block runs past the end.
 */
export function decodeCobs(
  encoded: Uint8Array,
  start: number,
  end: number,
  bytes: Uint8Array,
): number {
  let length = 0;
  let at = start;
  while (at < end) {
    const code = encoded[at++] as number;
    const blockEnd = at + code - 1;
    if (blockEnd > end) return -1;
    if (code > COPIED_HERE) {
      bytes.set(encoded.subarray(at, blockEnd), length);
      length += blockEnd - at;
      at = blockEnd;
    } else {
      while (at < blockEnd) bytes[length++] = encoded[at++] as number;
    }
    if (code <= LONGEST_BLOCK && at < end) bytes[length++] = 0;
  }
  return length;
}
