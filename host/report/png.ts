/**
 * Decides the bytes of a small palette PNG, stored without compression so that they are the same everywhere.
 * What is in the picture is left to the caller.
 *
 * Source: PNG specification (ISO/IEC 15948), zlib stored blocks (RFC 1950, RFC 1951).
 */
import { crc32 } from "../decode/crc.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;
const MAX_STORED_BLOCK = 65535;

/**
 * An 8-bit palette PNG.
 * @param pixels palette index of every pixel, [height][width] row-major
 * @param palette red, green and blue of up to 256 colours
 */
export function encodePalettePng(
  width: number,
  height: number,
  pixels: Uint8Array,
  palette: Uint8Array,
): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8;
  header[9] = 3;
  const raw = new Uint8Array(height * (width + 1));
  for (let row = 0; row < height; row++) {
    raw.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  return concat([
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", header),
    chunk("PLTE", palette),
    chunk("IDAT", stored(raw)),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const named = concat([Uint8Array.from(type, (letter) => letter.charCodeAt(0)), data]);
  return concat([bigEndian(data.length), named, bigEndian(crc32(named))]);
}

function stored(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let start = 0; start < data.length; start += MAX_STORED_BLOCK) {
    const block = data.subarray(start, start + MAX_STORED_BLOCK);
    const last = start + MAX_STORED_BLOCK >= data.length ? 1 : 0;
    const size = block.length;
    const inverse = ~size & 0xffff;
    parts.push(Uint8Array.of(last, size & 255, size >> 8, inverse & 255, inverse >> 8), block);
  }
  return concat([...parts, bigEndian(adler32(data))]);
}

function adler32(data: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of data) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

function bigEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
