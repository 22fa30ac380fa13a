import { describe, expect, it } from "vitest";
import { crc32 } from "../../host/decode/crc.ts";

const ascii = (text: string) => new TextEncoder().encode(text);

/** The definition, a bit at a time: long division by the reflected polynomial. */
function crc32ByBits(bytes: Uint8Array): number {
  let state = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const feedback = (state ^ (byte >> bit)) & 1;
      state = (state >>> 1) ^ (feedback ? 0xedb88320 : 0);
    }
  }
  return ~state >>> 0;
}

describe("CRC-32", () => {
  // The check value of the standard catalogue, and published values for the others.
  it.each([
    ["123456789", 0xcbf43926],
    ["", 0],
    ["a", 0xe8b7be43],
    ["The quick brown fox jumps over the lazy dog", 0x414fa339],
  ])("of %j", (text, expected) => {
    expect(crc32(ascii(text))).toBe(expected);
  });

  it("equals the definition at every length, start and cut", () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, at) => (at * 89 + 7) % 256);
    for (let start = 0; start < 9; start++) {
      for (let end = start; end <= bytes.length; end++) {
        const expected = crc32ByBits(bytes.subarray(start, end));
        expect(crc32(bytes, start, end)).toBe(expected);
        const cut = start + Math.floor((end - start) / 3);
        expect(crc32(bytes, cut, end, crc32(bytes, start, cut))).toBe(expected);
      }
    }
  });
});
