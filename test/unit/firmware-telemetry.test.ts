/**
 * The firmware's CRC, COBS and frames, built with the host's gcc under sanitizers, against published vectors and an
 * independent reading of the format.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { crc32, frameBytes, readFrame, stuff, unstuff } from "../qemu/wire.ts";
import { buildOnHost, hasGcc, runOnHost } from "./firmware/host-build.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

/** Numbers 0..255 that look random and are the same every time (Lehmer, 16807). */
function* noise(seed: number): Generator<number, never> {
  for (let x = seed; ; ) {
    x = (x * 16807) % 2147483647;
    yield (x >> 8) & 0xff;
  }
}

function take(source: Generator<number, never>, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => source.next().value);
}

describe.skipIf(!hasGcc)("telemetry in C (needs gcc)", () => {
  let harness = "";
  const ask = (what: string, input: Uint8Array) => {
    const finished = runOnHost(harness, [what], input);
    expect(finished.stderr).toBe("");
    expect(finished.status).toBe(0);
    return finished.stdout.toString();
  };
  const receive = (...parts: Uint8Array[]) =>
    ask("receive", Buffer.concat(parts)).trimEnd().split("\n");

  beforeAll(() => {
    harness = buildOnHost("harness", [
      "test/unit/firmware/telemetry_harness.c",
      "firmware/telemetry/cobs.c",
      "firmware/telemetry/crc32.c",
      "firmware/telemetry/frame.c",
    ]);
  });

  it.each([
    ["", "00000000"],
    ["123456789", "cbf43926"],
    ["The quick brown fox jumps over the lazy dog", "414fa339"],
  ])("gives the published CRC-32 of %j", (text, expected) => {
    expect(ask("crc32", Buffer.from(text))).toBe(expected);
    expect(crc32(Buffer.from(text)).toString(16).padStart(8, "0")).toBe(expected);
  });

  it("stuffs the example of Cheshire and Baker's paper", () => {
    const packet = bytesOf("45 00 00 2c 4c 79 00 00 40 06 4f 37");
    expect(ask("encode", packet)).toBe(hex(bytesOf("02 45 01 04 2c 4c 79 01 05 40 06 4f 37")));
  });

  it.each([
    ["", "01"],
    ["00", "0101"],
    ["0000", "010101"],
    ["001100", "01021101"],
    ["11220033", "0311220233"],
    ["11000000", "0211010101"],
  ])("stuffs %s", (data, expected) => {
    expect(ask("encode", bytesOf(data))).toBe(expected);
  });

  it("spends one code byte on 254 bytes and two on 255", () => {
    const full = Uint8Array.from({ length: 254 }, (_, i) => i + 1);
    expect(ask("encode", full)).toBe(`ff${hex(full)}`);
    expect(ask("encode", Uint8Array.from([...full, 0xff]))).toBe(`ff${hex(full)}02ff`);
    expect(ask("encode", Uint8Array.from([...full, 0]))).toBe(`ff${hex(full)}0101`);
    expect(ask("encode", Uint8Array.from([0, ...full]))).toBe(`01ff${hex(full)}`);
  });

  it("stuffs so that an independent decoder reads the same bytes back", () => {
    const source = noise(11);
    for (const length of [1, 7, 253, 254, 255, 256, 508, 509, 1036]) {
      for (const data of [take(source, length), take(source, length).map((byte) => byte | 1)]) {
        const stuffed = bytesOf(ask("encode", data));
        expect(stuffed).not.toContain(0);
        expect(hex(unstuff(stuffed))).toBe(hex(data));
        expect(hex(stuffed)).toBe(hex(stuff(data)));
      }
    }
  });

  it("builds frames whose sequence number wraps at 65536", () => {
    const lines = ask("build", bytesOf("00 01 02")).split("\n");
    const frames = lines.slice(0, 2).map((line) => {
      expect(line.slice(0, 2) + line.slice(-2)).toBe("0000");
      return readFrame(bytesOf(line.slice(2, -2)));
    });
    const common = { version: 1, type: 2, timestampUs: 0x01020304, payload: bytesOf("000102") };
    expect(frames).toEqual([
      { ...common, sequence: 65535 },
      { ...common, sequence: 0 },
    ]);
  });

  it("refuses to build above 1088 bytes", () => {
    expect(ask("build", new Uint8Array(1089))).toBe("\n\n");
  });

  it("receives payloads of every length up to 1088 and counts a longer one as bad", () => {
    const source = noise(3);
    const payloads = [0, 1, 2, 241, 242, 243, 244, 497, 1087, 1088].map((n) => take(source, n));
    const frames = payloads.map((payload, i) => frameBytes(0x81, i, payload));
    expect(
      receive(
        ...frames,
        frameBytes(0x81, 10, new Uint8Array(1089)),
        frameBytes(1, 11, new Uint8Array()),
      ),
    ).toEqual([
      ...payloads.map((payload, i) => `ready 129 ${i} ${hex(payload)}`),
      "bad -2",
      "ready 1 11 ",
      "bad_frames 1",
    ]);
  });

  it("says what is wrong with a frame", () => {
    const shortest = unstuff(frameBytes(1, 0, new Uint8Array()).subarray(1, -1));
    const tooShort = [0, ...stuff(shortest.subarray(0, 11)), 0];
    const cutGroup = [0, 5, 1, 2, 0];
    const endless = new Uint8Array(5000).fill(0x55);
    const badCrc = unstuff(frameBytes(1, 0, bytesOf("01")).subarray(1, -1));
    badCrc[11] = (badCrc[11] ?? 0) ^ 0x80;
    expect(
      receive(
        Uint8Array.from(cutGroup),
        endless,
        Uint8Array.from(tooShort),
        Uint8Array.from([0, ...stuff(badCrc), 0]),
        frameBytes(1, 0, new Uint8Array(), 2),
        frameBytes(1, 7, new Uint8Array()),
      ),
    ).toEqual(["bad -1", "bad -2", "bad -3", "bad -4", "bad -5", "ready 1 7 ", "bad_frames 5"]);
  });

  it("reports every flipped bit and finds the next frame", () => {
    const frame = frameBytes(0x81, 5, bytesOf("00 7f 80 00 00 ff 01"));
    const bits = Array.from({ length: frame.length * 8 }, (_, bit) => bit);
    const parts = bits.flatMap((bit) => {
      const damaged = frame.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return [damaged, frameBytes(0x80, bit, bytesOf("01"))];
    });
    const events = receive(...parts);
    expect(events.filter((event) => event.startsWith("ready"))).toEqual(
      bits.map((bit) => `ready 128 ${bit} 01`),
    );
    // One bad frame each; two where a data byte became a delimiter. Never none before a good one.
    const bad = events
      .join(" ")
      .split(/ready 128 \d+ 01/)
      .slice(0, -1);
    expect(
      bad.map((text) => text.match(/bad -/g)?.length ?? 0).filter((n) => n < 1 || n > 2),
    ).toEqual([]);
  });

  it.each([
    ["dropped", []],
    ["doubled", [0, 0]],
  ] as const)("reports a %s byte and finds the next frame", (_, copies) => {
    const frame = frameBytes(0x81, 5, bytesOf("00 7f 80 00 00 ff 01"));
    const good = frameBytes(0x80, 6, bytesOf("01"));
    for (const at of frame.keys()) {
      const again = copies.map(() => frame[at] ?? 0);
      const damaged = Uint8Array.from([
        ...frame.subarray(0, at),
        ...again,
        ...frame.subarray(at + 1),
      ]);
      const delimiter = at === 0 || at === frame.length - 1;
      expect(
        receive(good, damaged, good).filter((event) => event.startsWith("ready")),
        `byte ${at}`,
      ).toHaveLength(delimiter ? 3 : 2);
    }
  });

  it("takes a random stream of a megabyte without a crash or a false frame", () => {
    const events = receive(Buffer.from(take(noise(99), 1 << 20)));
    expect(events.filter((event) => event.startsWith("ready"))).toEqual([]);
  });
});
