/**
 * Takes a stream apart a second time, by the definitions, and says how close damaged frames come to passing.
 * The decoder under test has no part in it.
 */

/** Longest frame between its delimiters that any end takes [byte]: header 8, payload 1088, CRC 4, stuffing 5. */
const LONGEST = 8 + 1088 + 4 + 5;
const SHORTEST_PLAIN = 12;

/** The widths that are looked at: a sum that is right in its lowest `bits` bits [bit]. */
export const WIDTHS = [8, 12, 16, 20, 32] as const;

export interface Candidates {
  /** Frames that were damaged and reach the comparison of their checksum. */
  damaged: number;
  /** How many of them have a sum that is right in its lowest WIDTHS[k] bits. */
  readonly agreeing: number[];
}

export function noCandidates(): Candidates {
  return { damaged: 0, agreeing: WIDTHS.map(() => 0) };
}

/** The sum of every byte's shift through the register of CRC-32 (IEEE 802.3). */
const SHIFTED = Uint32Array.from({ length: 256 }, (_, byte) => {
  let state = byte;
  for (let bit = 0; bit < 8; bit++) state = state & 1 ? (state >>> 1) ^ 0xedb88320 : state >>> 1;
  return state;
});

/**
 * Adds the frames of `stream` to `candidates`. `isSent` says whether a run between two delimiters is one that was sent;
 * what comes after the last delimiter is left out.
 */
export function countCandidates(
  stream: Uint8Array,
  candidates: Candidates,
  isSent: (encoded: Uint8Array) => boolean,
): void {
  const plain = new Uint8Array(LONGEST);
  for (let start = 0; start < stream.length; ) {
    const end = stream.indexOf(0, start);
    if (end < 0) return;
    const encoded = stream.subarray(start, end);
    start = end + 1;
    if (encoded.length > LONGEST || encoded.length < SHORTEST_PLAIN) continue;
    const length = unstuff(encoded, plain);
    if (length < SHORTEST_PLAIN || isSent(encoded)) continue;
    candidates.damaged++;
    const wrong = sumError(plain, length);
    for (const [k, bits] of WIDTHS.entries()) {
      const mask = bits === 32 ? 0xffffffff : 2 ** bits - 1;
      if ((wrong & mask) === 0) candidates.agreeing[k] = (candidates.agreeing[k] as number) + 1;
    }
  }
}

/** Length of what was stuffed; -1 where a block leads beyond the end. */
function unstuff(encoded: Uint8Array, plain: Uint8Array): number {
  let length = 0;
  for (let at = 0; at < encoded.length; ) {
    const code = encoded[at] as number;
    if (at + code > encoded.length) return -1;
    for (let next = at + 1; next < at + code; next++) plain[length++] = encoded[next] as number;
    at += code;
    if (code < 255 && at < encoded.length) plain[length++] = 0;
  }
  return length;
}

/** What the register holds after a frame and its own right sum, whatever the frame. */
const RESIDUE = 0xdebb20e3;

/**
 * The register after the whole frame, exclusive-or RESIDUE: 0 for a right sum. Damage of the sum itself is spread over all
 * bits as any other is.
 */
function sumError(plain: Uint8Array, length: number): number {
  let state = 0xffffffff;
  for (let at = 0; at < length; at++) {
    state = (state >>> 8) ^ (SHIFTED[(state ^ (plain[at] as number)) & 255] as number);
  }
  return (state ^ RESIDUE) >>> 0;
}

/** CRC-32 of bytes[start..end). */
export function sumOf(bytes: Uint8Array): number {
  let state = 0xffffffff;
  for (const byte of bytes) {
    state = (state >>> 8) ^ (SHIFTED[(state ^ byte) & 255] as number);
  }
  return ~state >>> 0;
}
