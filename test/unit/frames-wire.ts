/**
 * An independent spelling of the wire for tests: written from the wire's description, not from host/decode.
 * Slow and plain on purpose.
 */

/** CRC-32 a bit at a time, as IEEE 802.3 defines it. */
export function checksum(bytes: Iterable<number>): number {
  let state = 0xffffffff;
  for (const byte of bytes) {
    state ^= byte;
    for (let bit = 0; bit < 8; bit++) state = state & 1 ? (state >>> 1) ^ 0xedb88320 : state >>> 1;
  }
  return ~state >>> 0;
}

export const u8 = (value: number): number[] => [value & 0xff];
export const u16 = (value: number): number[] => [value & 0xff, (value >>> 8) & 0xff];
export const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)];
export const u64 = (value: number): number[] => [
  ...u32(value >>> 0),
  ...u32(Math.floor(value / 2 ** 32)),
];
export const text = (value: string): number[] => {
  const bytes = Buffer.from(value, "utf8");
  return [bytes.length, ...bytes];
};
export const blob = (bytes: ArrayLike<number>): number[] => [
  ...u16(bytes.length),
  ...Array.from(bytes),
];

/** Cheshire and Baker's algorithm as prose has it: split at zeros, then into blocks of at most 254. */
function stuff(plain: readonly number[]): number[] {
  const groups: number[][] = [[]];
  for (const byte of plain) {
    if (byte === 0) groups.push([]);
    else groups.at(-1)?.push(byte);
  }
  return groups.flatMap((group, index) => {
    const blocks: number[] = [];
    let rest = group;
    while (rest.length >= 254) {
      blocks.push(255, ...rest.slice(0, 254));
      rest = rest.slice(254);
    }
    const isLast = index === groups.length - 1;
    if (rest.length > 0 || !isLast || blocks.length === 0) blocks.push(rest.length + 1, ...rest);
    return blocks;
  });
}

/** The plain bytes of encoded ones that are known to be good. */
export function unstuff(encoded: ArrayLike<number>): number[] {
  const plain: number[] = [];
  for (let at = 0; at < encoded.length; ) {
    const code = encoded[at] as number;
    for (let next = at + 1; next < at + code; next++) plain.push(encoded[next] as number);
    at += code;
    if (code < 255 && at < encoded.length) plain.push(0);
  }
  return plain;
}

export interface WireFrame {
  readonly version?: number;
  readonly type: number;
  readonly sequence: number;
  readonly timestampUs?: number;
  readonly payload: readonly number[];
}

/** 0x00, COBS(version, type, sequence, timestamp, payload, CRC-32), 0x00. */
export function wireFrame({ version = 1, type, sequence, timestampUs = 0, payload }: WireFrame) {
  const body = [version, type, ...u16(sequence), ...u32(timestampUs), ...payload];
  return Uint8Array.from([0, ...stuff([...body, ...u32(checksum(body))]), 0]);
}

/** xorshift32 (Marsaglia, 2003), for tests that have to repeat. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
