/**
 * CRC-32 as IEEE 802.3 defines it: reflected polynomial 0xEDB88320, start and final exclusive-or all ones.
 * What is checked, and what happens on a mismatch, is left to the caller.
 */

const POLYNOMIAL = 0xedb88320;

/** How many bytes one step of the main loop takes. */
const SLICES = 8;

/**
 * [SLICES][256], flat. Slice 0 is the classic byte table; slice k advances a byte past k more zero bytes
 * ("slicing-by-8", Kounavis and Berry, 2005).
 */
const TABLE = makeTable();

function makeTable(): Uint32Array {
  const table = new Uint32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    table[byte] = crc;
  }
  for (let at = 256; at < table.length; at++) {
    const previous = table[at - 256] as number;
    table[at] = (previous >>> 8) ^ (table[previous & 0xff] as number);
  }
  return table;
}

/**
 * The CRC of bytes[start..end). `crc` continues an earlier part: crc32(b, 0, n, crc32(a)) is that of a then b.
 * Check value: the nine ASCII digits "123456789" give 0xCBF43926.
 */
export function crc32(bytes: Uint8Array, start = 0, end = bytes.length, crc = 0): number {
  const table = TABLE;
  let state = ~crc;
  let at = start;
  for (; at + SLICES <= end; at += SLICES) {
    state =
      (table[1792 + ((state ^ (bytes[at] as number)) & 0xff)] as number) ^
      (table[1536 + (((state >>> 8) ^ (bytes[at + 1] as number)) & 0xff)] as number) ^
      (table[1280 + (((state >>> 16) ^ (bytes[at + 2] as number)) & 0xff)] as number) ^
      (table[1024 + ((state >>> 24) ^ (bytes[at + 3] as number))] as number) ^
      (table[768 + (bytes[at + 4] as number)] as number) ^
      (table[512 + (bytes[at + 5] as number)] as number) ^
      (table[256 + (bytes[at + 6] as number)] as number) ^
      (table[bytes[at + 7] as number] as number);
  }
  for (; at < end; at++) {
    state = (state >>> 8) ^ (table[(state ^ (bytes[at] as number)) & 0xff] as number);
  }
  return ~state >>> 0;
}
