/**
 * The PPK2's bytes against vectors worked out by hand from its published formula, and against every known way to fail.
 * The words are built here bit by bit, not by the simulator.
 */
import { describe, expect, test } from "vitest";
import { parseMetadata } from "../../host/power/ppk2/metadata.ts";
import { Ppk2Decoder, sampleCurrentA } from "../../host/power/ppk2/samples.ts";

const DEFAULTS = parseMetadata("END\n").ranges;

/** Bits 0-13 ADC, 14-16 range, 18-23 counter, 24-31 inputs; little-endian. */
function word(adc: number, range: number, counter: number, inputs = 0): number[] {
  const bits = adc + range * 2 ** 14 + (counter % 64) * 2 ** 18 + inputs * 2 ** 24;
  return [bits % 256, Math.floor(bits / 256) % 256, Math.floor(bits / 65536) % 256, inputs];
}

/** So many samples in a row from a counter on. */
function run(from: number, count: number, adc = 1000, range = 2): number[] {
  return Array.from({ length: count }, (_, i) => word(adc, range, from + i)).flat();
}

function decode(bytes: number[], pieceBytes = bytes.length) {
  const decoder = new Ppk2Decoder(DEFAULTS, 3);
  const blocks = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    blocks.push(...decoder.decode(Uint8Array.from(bytes.slice(at, at + pieceBytes))));
  }
  blocks.push(...decoder.finish());
  return { blocks, totals: decoder.totals(0) };
}

describe("a sample's current", () => {
  test("with the default constants", () => {
    // x = (4 * 1000 - 0) * (1.8 / 163840) / 10.15 = 0.0439453125 / 10.15 = 4.3295874384e-3
    // A = 1 * (x * (1 * x + 1) + (0 * 3 + 0)) = 4.3295874384e-3 + 1.87453274e-5
    const constants = DEFAULTS[2];
    expect(constants && sampleCurrentA(1000, constants, 3)).toBeCloseTo(4.348332766e-3, 11);
  });

  test("with every constant in play", () => {
    // x = (4 * 5000 - 120) * (1.8 / 163840) / 101.65 = 0.218408203 / 101.65 = 2.14862964e-3
    // A = 1.02 * (x * (0.5 * x + 1.01) + (2e-7 * 3.3 - 1e-6)) = 1.02 * (2.172424243e-3 - 3.4e-7)
    const constants = { r: 101.65, gs: 0.5, gi: 1.01, o: 120, s: 2e-7, i: -1e-6, ug: 1.02 };
    expect(sampleCurrentA(5000, constants, 3.3)).toBeCloseTo(2.215525928e-3, 11);
  });
});

describe("metadata", () => {
  test("constants by range, calibration and supply", () => {
    const text =
      "Calibrated: 1\nR0: 1003.37\nGS3: 0.99\nO4: 52.5\nUG1: 1.01\nVDD: 3300\nHW: 9173\nEND\n";
    const metadata = parseMetadata(text);
    expect(metadata).toMatchObject({ calibrated: true, vddMillivolts: 3300, hardware: "9173" });
    expect(metadata.ranges.map(({ r }) => r)).toEqual([1003.37, 101.65, 10.15, 0.94, 0.043]);
    expect(metadata.ranges[3]?.gs).toBe(0.99);
    expect(metadata.ranges[4]?.o).toBe(52.5);
    expect(metadata.ranges[1]?.ug).toBe(1.01);
  });

  test("-nan, zero shunts and noise give the defaults, and a warning each", () => {
    const metadata = parseMetadata(
      "Calibrated: 0\nR0: 0\nR1: -5\nS0: -nan\nGS1: 1e999\n\u0000:\nEND",
    );
    expect(metadata.calibrated).toBe(false);
    expect(metadata.ranges[0]).toMatchObject({ r: 1031.64, s: 0 });
    expect(metadata.ranges[1]).toMatchObject({ r: 101.65, gs: 1 });
    expect(metadata.warnings).toContain("S0 is -nan: 0 stands in");
    expect(metadata.warnings).toContain("R0 is 0: 1031.64 stands in");
  });
});

describe("the stream", () => {
  test("whole: one block, in whatever pieces it arrives", () => {
    for (const pieceBytes of [1, 3, 4, 7, 64, 400]) {
      const { blocks, totals } = decode(run(60, 100), pieceBytes);
      expect(blocks.flatMap((block) => [...block.currentsA])).toHaveLength(100);
      expect(blocks[0]?.firstSample).toBe(0);
      expect(totals).toMatchObject({ samples: 100, lost: 0, discardedBytes: 0, clipped: 0 });
    }
  });

  test("inputs and range go with their sample", () => {
    const { blocks } = decode([...run(0, 8), ...word(1, 4, 8, 0b1000_0001)]);
    expect(blocks.at(-1)?.digital.at(-1)).toBe(129);
    expect(blocks.at(-1)?.ranges.at(-1)).toBe(4);
  });

  test("a gap in the counter: a new block behind it, the missing counted", () => {
    const { blocks, totals } = decode([...run(0, 20), ...run(25, 20)]);
    expect(blocks.map((block) => [block.firstSample, block.currentsA.length])).toEqual([
      [0, 20],
      [25, 20],
    ]);
    expect(totals).toMatchObject({ samples: 40, lost: 5, discardedBytes: 0 });
  });

  test("a swallowed byte costs one sample, not the rest of the stream", () => {
    for (const swallowed of [0, 1, 2, 3]) {
      const bytes = run(0, 40);
      bytes.splice(4 * 20 + swallowed, 1);
      const { blocks, totals } = decode(bytes);
      expect(totals).toMatchObject({ samples: 39, lost: 1, discardedBytes: 3 });
      // The current of every sample that is given is the true one: no glitch of 10 A.
      const currents = blocks.flatMap((block) => [...block.currentsA]);
      expect(Math.max(...currents)).toBeLessThan(4.35e-3);
      // Without its last byte, the inputs, a sample still has its current: the next one is lost.
      expect(blocks.at(-1)?.firstSample).toBe(swallowed === 3 ? 22 : 21);
    }
  });

  test("a damaged counter costs its own sample", () => {
    const bytes = [...run(0, 20), ...word(1000, 2, 50), ...run(21, 20)];
    expect(decode(bytes).totals).toMatchObject({ samples: 40, lost: 1, discardedBytes: 4 });
  });

  test("a range that does not exist is no sample", () => {
    const bytes = [...run(0, 20), ...word(1000, 6, 20), ...run(21, 20)];
    expect(decode(bytes).totals).toMatchObject({ samples: 40, lost: 1, discardedBytes: 4 });
  });

  test("samples at full scale are counted as clipped", () => {
    expect(decode(run(0, 10, 0x3fff, 4)).totals.clipped).toBe(10);
  });

  test("a loss of 64 shows only by the clock", () => {
    const decoder = new Ppk2Decoder(DEFAULTS, 3);
    const pieces = [...run(0, 1000), ...run(1000 + 640 * 64, 1000)];
    decoder.decode(Uint8Array.from(pieces));
    decoder.finish();
    expect(decoder.totals(0.02)).toMatchObject({ samples: 2000, lost: 0, lostByClock: 0 });
    // 0.43 s at 100 kS/s are 43,000 samples: 41,000 are missing, 640 whole rounds of the counter.
    expect(decoder.totals(0.43)).toMatchObject({ samples: 2000, lost: 0, lostByClock: 40_960 });
  });

  test("random bytes: few samples by chance, never more than there is room for", () => {
    let state = 12345;
    const random = () => {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      return (state >> 16) & 255;
    };
    const bytes = Array.from({ length: 40_000 }, random);
    const { blocks, totals } = decode(bytes, 997);
    expect(totals.samples * 4 + totals.discardedBytes).toBe(bytes.length);
    expect(totals.samples).toBeLessThan(10);
    for (const { currentsA } of blocks)
      for (const a of currentsA) expect(a).toSatisfy(Number.isFinite);
  });
});
