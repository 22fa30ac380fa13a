import { describe, expect, it } from "vitest";
import { decodeCobs, encodeCobs, maxCobsBytes } from "../../host/decode/cobs.ts";

function encode(plain: readonly number[]): number[] {
  const encoded = new Uint8Array(maxCobsBytes(plain.length));
  const end = encodeCobs(Uint8Array.from(plain), encoded, 0);
  return [...encoded.subarray(0, end)];
}

function decode(encoded: readonly number[]): number[] | undefined {
  const plain = new Uint8Array(encoded.length);
  const length = decodeCobs(Uint8Array.from(encoded), 0, encoded.length, plain);
  return length < 0 ? undefined : [...plain.subarray(0, length)];
}

const run = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);

// Worked by hand from the paper's definition (Cheshire and Baker, section 3).
const VECTORS: readonly (readonly [string, number[], number[]])[] = [
  ["nothing", [], [0x01]],
  ["one zero", [0x00], [0x01, 0x01]],
  ["two zeros", [0x00, 0x00], [0x01, 0x01, 0x01]],
  ["a zero between", [0x00, 0x11, 0x00], [0x01, 0x02, 0x11, 0x01]],
  ["no zero", [0x11, 0x22, 0x33], [0x04, 0x11, 0x22, 0x33]],
  ["a zero inside", [0x11, 0x22, 0x00, 0x33], [0x03, 0x11, 0x22, 0x02, 0x33]],
  ["zeros at the end", [0x11, 0x00, 0x00, 0x00], [0x02, 0x11, 0x01, 0x01, 0x01]],
  ["254 without zero", run(1, 254), [0xff, ...run(1, 254)]],
  ["zero, then 254", [0, ...run(1, 254)], [0x01, 0xff, ...run(1, 254)]],
  ["255 without zero", run(1, 255), [0xff, ...run(1, 254), 0x02, 0xff]],
  ["254, then zero", [...run(2, 255), 0], [0xff, ...run(2, 255), 0x01, 0x01]],
  ["253, then zero", [...run(3, 255), 0], [0xfe, ...run(3, 255), 0x01]],
];

describe("COBS", () => {
  it.each(VECTORS)("encodes %s", (_, plain, encoded) => {
    expect(encode(plain)).toEqual(encoded);
  });

  it.each(VECTORS)("decodes %s", (_, plain, encoded) => {
    expect(decode(encoded)).toEqual(plain);
  });

  it("decodes a full block that is followed by an empty one, as some encoders write it", () => {
    expect(decode([0xff, ...run(1, 254), 0x01])).toEqual(run(1, 254));
  });

  it("refuses a block that runs past the end", () => {
    expect(decode([0x03, 0x11])).toBeUndefined();
    expect(decode([0xff, ...run(1, 253)])).toBeUndefined();
  });

  it("never writes a zero and never grows over its bound", () => {
    for (let length = 0; length < 1100; length += 7) {
      const plain = Array.from({ length }, (_, at) => (at % 3 === 0 ? 0 : (at * 37) % 256));
      const full = Array.from({ length }, () => 1);
      for (const bytes of [plain, full]) {
        const encoded = encode(bytes);
        expect(encoded).not.toContain(0);
        expect(encoded.length).toBeLessThanOrEqual(maxCobsBytes(length));
        expect(decode(encoded)).toEqual(bytes);
      }
    }
  });
});
