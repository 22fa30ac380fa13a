import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ToolkitError } from "../../codegen/index.ts";
import { decodeWav, encodeWav, monoSamples, toInt16 } from "../../host/audio/wav.ts";
import { readMono, readWav, writeWav } from "../../host/audio/wav-file.ts";

const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));

const hex = (text: string) => [...Buffer.from(text.replaceAll(" ", ""), "hex")];

/** Two stereo samples at 8 kHz, every byte by hand from the format's description. */
const STEREO = Uint8Array.from([
  ...[...ascii("RIFF"), ...hex("2c000000"), ...ascii("WAVE")],
  ...[...ascii("fmt "), ...hex("10000000 0100 0200 401f0000 007d0000 0400 1000")],
  ...[...ascii("data"), ...hex("08000000 0100 ffff 0080 ff7f")],
]);

function changed(changes: Readonly<Record<number, number>>): Uint8Array {
  const bytes = STEREO.slice();
  for (const [at, value] of Object.entries(changes)) bytes[Number(at)] = value;
  return bytes;
}

function codeOf(bytes: Uint8Array): string {
  try {
    decodeWav(bytes, "clip.wav");
  } catch (error) {
    if (error instanceof ToolkitError) return error.code;
    throw error;
  }
  return "read";
}

describe("WAV bytes", () => {
  const wav = decodeWav(STEREO, "clip.wav");

  it("are read channel by channel, and written back the same", () => {
    expect(wav).toEqual({
      sampleRateHz: 8000,
      channels: [Int16Array.of(1, -32768), Int16Array.of(-1, 32767)],
    });
    expect([...encodeWav(wav).subarray(8)]).toEqual([...STEREO.subarray(8)]);
    // The RIFF size counts everything after itself.
    expect(new DataView(encodeWav(wav).buffer).getUint32(4, true)).toBe(36 + 8);
  });

  it("may hold other parts, odd-sized ones with their padding", () => {
    const list = [...ascii("LIST"), 3, 0, 0, 0, 1, 2, 3, 0];
    const bytes = Uint8Array.from([...STEREO.subarray(0, 36), ...list, ...STEREO.subarray(36)]);
    expect(decodeWav(bytes, "clip.wav")).toEqual(wav);
  });

  it("may leave the size of a stream open", () => {
    expect(decodeWav(changed({ 40: 255, 41: 255, 42: 255, 43: 255 }), "clip.wav")).toEqual(wav);
  });

  it("of size 0 hold nothing: a file could have been gone back to", () => {
    const wav = { sampleRateHz: 8000, channels: [new Int16Array(), new Int16Array()] };
    expect(decodeWav(changed({ 4: 36, 40: 0 }), "clip.wav")).toEqual(wav);
  });

  it("may use the extensible form of 16-bit PCM", () => {
    const guid = hex("0100 0000 0000 1000 8000 00aa00389b71");
    const format = [
      ...hex("feff"),
      ...STEREO.subarray(22, 36),
      ...hex("1600 1000 03000000"),
      ...guid,
    ];
    const bytes = Uint8Array.from([
      ...STEREO.subarray(0, 16),
      ...hex("28000000"),
      ...format,
      ...STEREO.subarray(36),
    ]);
    expect(decodeWav(bytes, "clip.wav")).toEqual(wav);
  });

  it.each<[string, Uint8Array, string]>([
    ["nothing", new Uint8Array(), "TP-USE-031"],
    ["another format", Uint8Array.from(ascii("OggS and so on")), "TP-USE-031"],
    ["float samples", changed({ 20: 3, 34: 32 }), "TP-USE-032"],
    ["24-bit samples", changed({ 34: 24 }), "TP-USE-032"],
    ["no channels", changed({ 22: 0 }), "TP-USE-031"],
    ["65282 channels", changed({ 23: 255 }), "TP-USE-031"],
    ["a rate of 0", changed({ 24: 0, 25: 0 }), "TP-USE-031"],
    ["2 GB of data that are not there", changed({ 43: 0x7f }), "TP-USE-031"],
    ["half a sample", changed({ 40: 7 }), "TP-USE-031"],
    ["no data", STEREO.subarray(0, 36), "TP-USE-031"],
    ["a short format", changed({ 16: 8 }), "TP-USE-031"],
    [
      "data before format",
      Uint8Array.from([...STEREO.subarray(0, 12), ...STEREO.subarray(36)]),
      "TP-USE-031",
    ],
  ])("of %s are refused", (_, bytes, code) => {
    expect(codeOf(bytes)).toBe(code);
  });

  it("cut or flipped anywhere are read or refused, and nothing else", () => {
    for (let length = 0; length < STEREO.length; length++) {
      expect(codeOf(STEREO.subarray(0, length))).toMatch(/^TP-USE-03[12]$/);
    }
    for (let bit = 0; bit < 8 * STEREO.length; bit++) {
      const at = bit >> 3;
      expect(codeOf(changed({ [at]: (STEREO[at] as number) ^ (1 << (bit & 7)) }))).toMatch(
        /^(read|TP-USE-03[12])$/,
      );
    }
  });
});

describe("samples", () => {
  it("of several channels become their mean, at the rate that is asked for", () => {
    const wav = { sampleRateHz: 8000, channels: [Int16Array.of(10, -4), Int16Array.of(20, -4)] };
    expect(monoSamples(wav, 8000, "clip.wav")).toEqual(Int16Array.of(15, -4));
    expect(() => monoSamples(wav, 16000, "clip.wav")).toThrow(
      expect.objectContaining({ code: "TP-USE-033", exitStatus: 2 }),
    );
  });

  it("are rounded and saturated to 16 bits", () => {
    const signal = Float64Array.of(0, 1 / 32768, -1, 1, -3, 2.6 / 32768);
    expect(toInt16(signal)).toEqual(Int16Array.of(0, 1, -32768, 32767, -32768, 3));
    expect(() => toInt16(Float64Array.of(Number.NaN))).toThrow(RangeError);
  });
});

describe("standard input", () => {
  const program = `import { stdinMono } from "./host/audio/wav-file.ts";
try { console.log(stdinMono(16000).join(" ")); } catch (error) { console.log(error.code); }`;
  const read = (stdin: "pipe" | number, input?: Uint8Array) =>
    spawnSync("npx", ["tsx", "--input-type=module", "--eval", program], {
      cwd: join(import.meta.dirname, "../.."),
      encoding: "utf8",
      stdio: [stdin, "pipe", "pipe"],
      ...(input && { input }),
    }).stdout.trim();

  it("is read to its end, and a folder in its place is refused by code", () => {
    // 16 kHz, left of 1 and -32768, right of 3 and 32767, and sizes of 0, as GStreamer's wavenc leaves them in a pipe.
    const unfilled = changed({ 4: 36, 24: 0x80, 25: 0x3e, 40: 0, 46: 3, 47: 0 });
    expect(read("pipe", unfilled)).toBe("2 0");
    const folder = openSync(tmpdir(), "r");
    try {
      expect(read(folder)).toBe("TP-USE-030");
    } finally {
      closeSync(folder);
    }
  }, 30_000);
});

describe("WAV files", () => {
  it("are written whole and read back", () => {
    const directory = mkdtempSync(join(tmpdir(), "pioneer-wav-"));
    try {
      const path = join(directory, "clip.wav");
      writeWav(path, { sampleRateHz: 16000, channels: [Int16Array.of(1, 2, 3)] });
      expect(readdirSync(directory)).toEqual(["clip.wav"]);
      expect(readMono(path, 16000)).toEqual(Int16Array.of(1, 2, 3));
      expect(() => writeWav(join(directory, "x.wav"), { sampleRateHz: 1, channels: [] })).toThrow();
      expect(readdirSync(directory)).toEqual(["clip.wav"]);
      expect(() => readWav(join(directory, "missing.wav"))).toThrow(
        expect.objectContaining({ code: "TP-USE-030" }),
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("of other makers are read", ({ skip }) => {
    const path = join(import.meta.dirname, "../../../shared/models/audio/yes_1000ms.wav");
    if (!existsSync(path)) skip("../shared/models is not here");
    expect(readMono(path, 16000)).toHaveLength(16000);
  });
});
