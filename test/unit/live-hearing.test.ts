/** Sound that comes piece by piece: what its bytes mean, the file that grows, and the conversation between them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { GrowingWav, StreamedWav } from "../../host/audio/growing-wav.ts";
import { SampleStream } from "../../host/audio/sample-stream.ts";
import { decodeWav, encodeWav, STDIN_NAME } from "../../host/audio/wav.ts";
import { readMono } from "../../host/audio/wav-file.ts";
import type { Session } from "../../host/link/session.ts";
import { prepare } from "../../host/workflow/generate.ts";
import { isLive, LiveHearing } from "../../host/workflow/hearable/live.ts";
import { hearableStimulus } from "../../host/workflow/hearable/stimulus.ts";
import { MODELS_DIR } from "../../host/workflow/paths.ts";
import { silentProgress } from "../../host/workflow/progress.ts";

/** Nobody waits here: what was asked for is kept. */
vi.mock("node:timers/promises", () => ({ setTimeout: vi.fn(async () => {}) }));
afterEach(() => void vi.restoreAllMocks());

const folder = mkdtempSync(join(tmpdir(), "pioneer-live-"));
afterAll(() => rmSync(folder, { recursive: true }));

const STEREO = encodeWav({
  sampleRateHz: 16_000,
  channels: [Int16Array.of(10, -3, 7), Int16Array.of(20, -4, 32767)],
});
/** Means, halves rounded up as Math.round does. */
const MEAN = [15, -3, 16387];

function taken(pieces: readonly Uint8Array[]): { samples: number[]; told: string[] } {
  const told: string[] = [];
  const stream = new SampleStream("in", 16_000, (words) => told.push(words));
  const samples = pieces.flatMap((piece) => [...stream.push(piece)]);
  return { samples: [...samples, ...stream.end()], told };
}

function codeOf(pieces: readonly Uint8Array[]): string {
  try {
    return taken(pieces).samples.join();
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe("bytes that come in pieces", () => {
  test("are the same sound wherever they are cut", () => {
    for (let at = 0; at <= STEREO.length; at++) {
      const { samples, told } = taken([STEREO.subarray(0, at), STEREO.subarray(at)]);
      expect(samples, `cut at ${at}`).toEqual(MEAN);
      expect(told).toEqual(["in has 2 channels; their mean is used"]);
    }
    expect(taken([...STEREO].map((byte) => Uint8Array.of(byte))).samples).toEqual(MEAN);
  });

  test("without a header are raw samples, however few", () => {
    const raw = Uint8Array.of(1, 0, 0xff, 0xff);
    expect(taken([raw.subarray(0, 3), raw.subarray(3)]).samples).toEqual([1, -1]);
    expect(taken([raw.subarray(0, 2)]).samples).toEqual([1]);
    expect(taken([raw]).told[0]).toMatch(/no WAV file.*16000 a second/);
    expect(taken([]).samples).toEqual([]);
    expect(() => taken([raw.subarray(0, 3)])).toThrow(
      "in holds 3 B, which are no whole samples [TP-USE-031]",
    );
    expect(codeOf([Uint8Array.of(1, 0, 2, 0, 3)])).toBe("TP-USE-031");
  });

  test("may promise more samples than come, as a recorder does that was stopped, or hold other parts behind", () => {
    const view = (bytes: Uint8Array) => new DataView(bytes.buffer);
    const endless = STEREO.slice();
    view(endless).setUint32(40, 0x7fffffff, true);
    expect(taken([endless]).samples).toEqual(MEAN);
    // Half a sample of two channels is dropped.
    expect(taken([endless.subarray(0, endless.length - 2)]).samples).toEqual(MEAN.slice(0, 2));
    const short = STEREO.slice();
    view(short).setUint32(40, 8, true);
    expect(taken([short]).samples).toEqual(MEAN.slice(0, 2));
  });

  /** A WAV header as a program writes it that cannot go back, by hand; 16 kHz, one channel, then 1, -1. */
  const unfilled = (riffSize: string, dataSize: string, behind = "") =>
    Uint8Array.from(
      Buffer.from(
        `52494646${riffSize}57415645666d74201000000001000100803e0000007d0000020010006461746` +
          `1${dataSize}0100ffff${behind}`,
        "hex",
      ),
    );

  test.each([
    ["GStreamer's wavenc, 0 where nothing is known", "24000000", "00000000"],
    ["0 in both places", "00000000", "00000000"],
    ["ffmpeg, all ones in both", "ffffffff", "ffffffff"],
    ["all ones for the file alone", "ffffffff", "00000000"],
  ])("with an unknown length are played to their end: %s", (_, riffSize, dataSize) => {
    const bytes = unfilled(riffSize, dataSize);
    for (let at = 0; at <= bytes.length; at++) {
      expect(taken([bytes.subarray(0, at), bytes.subarray(at)])).toEqual({
        samples: [1, -1],
        told: [],
      });
    }
    // Half a sample where the other program was stopped.
    expect(taken([unfilled(riffSize, dataSize, "07")]).samples).toEqual([1, -1]);
  });

  test("that say that they hold no samples, and something else behind them, hold none", () => {
    // The file's size counts 4 bytes of title behind the empty samples.
    expect(taken([unfilled("28000000", "00000000")]).samples).toEqual([]);
  });

  test("are refused by code when they cannot be played", () => {
    const changed = (at: number, value: number) => {
      const bytes = STEREO.slice();
      bytes[at] = value;
      return [bytes];
    };
    expect(codeOf(changed(24, 0))).toBe("TP-USE-033");
    const stdin = new SampleStream(STDIN_NAME, 16_000, () => {});
    expect(() => stdin.push(changed(24, 0)[0] as Uint8Array)).toThrow(
      expect.objectContaining({
        text: expect.objectContaining({ fix: expect.stringMatching(/^ffmpeg -i FILE /) }),
      }),
    );
    expect(codeOf(changed(34, 8))).toBe("TP-USE-032");
    expect(codeOf(changed(8, 0))).toBe("TP-USE-031");
    expect(codeOf([STEREO.subarray(0, 30)])).toBe("TP-USE-031");
    // A part of 2 GB before the samples is never waited for.
    const [endless] = changed(19, 0x7f);
    const filler = new Uint8Array(40_000);
    expect(codeOf([endless as Uint8Array, filler, filler])).toBe("TP-USE-031");
  });
});

test("a growing file is whole after every write", () => {
  const path = join(folder, "deep/growing.wav");
  const wav = new GrowingWav(path, 16_000);
  const heard = () => [...(decodeWav(readFileSync(path), path).channels[0] as Int16Array)];
  expect(heard()).toEqual([]);
  wav.write(Int16Array.of(1, 2));
  expect(heard()).toEqual([1, 2]);
  wav.write(Int16Array.of(-3));
  expect(heard()).toEqual([1, 2, -3]);
  wav.close();
  wav.write(Int16Array.of(4));
  expect(heard()).toEqual([1, 2, -3]);
});

test("a stream begins with a header of open size, and outlives its player", () => {
  const stream = new PassThrough();
  const sink = new StreamedWav(stream, 16_000);
  sink.write(Int16Array.of(5, -6));
  const bytes = stream.read() as Buffer;
  expect(decodeWav(bytes, "stream")).toEqual({
    sampleRateHz: 16_000,
    channels: [Int16Array.of(5, -6)],
  });
  expect(bytes.readUInt32LE(40)).toBe(0xffffffff);
  stream.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
  sink.write(Int16Array.of(7));
  expect(stream.read()).toBeNull();
});

test("a player that leaves ends neither the run nor its status", async () => {
  // As the program begins: a reader of text that has seen enough ends it.
  const script = `
    process.stdout.on("error", () => process.exit(0));
    const { createSink } = await import("./host/workflow/hearable/output.ts");
    const sink = createSink("-", 16000);
    for (let n = 0; n < 50; n++) {
      sink.write(new Int16Array(4096));
      await new Promise((resolve) => setImmediate(resolve));
    }
    process.exitCode = 7;
  `;
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "--eval", script],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  child.stdout.once("data", () => child.stdout.destroy());
  const [status] = await once(child, "exit");
  expect(status).toBe(7);
}, 60_000);

test("sound is taken as it comes unless all of it is needed first", () => {
  expect(isLive({ input: "-" })).toBe(true);
  expect(isLive({ input: "-", frames: 3 })).toBe(true);
  expect(isLive({ input: "a.wav" })).toBe(false);
  expect(isLive({})).toBe(false);
  const more = [{ reference: "c.wav" }, { golden: "g.json" }, { repeatFrames: 9 }, { snr: "0" }];
  for (const one of more) expect(isLive({ input: "-", ...one })).toBe(false);
});

describe("a live conversation", () => {
  const prepared = prepare("hearable", { board: "qemu-m4", withFrontEnd: true });
  const clip = join(MODELS_DIR, "clips/ru-fan-0db.noisy.wav");
  const sound = readMono(clip, 16_000).slice(0, 160 * 7 + 33);

  /** Holds it with a device that answers each hop with the hop itself; frames in `lost` never come back. */
  async function held(options: {
    readonly frames?: number;
    readonly lost?: readonly number[];
    readonly realTime?: boolean;
  }) {
    async function* source() {
      const bytes = new Uint8Array(sound.buffer, sound.byteOffset, sound.byteLength);
      for (let at = 0; at < bytes.length; at += 501) yield bytes.subarray(at, at + 501);
    }
    const written: number[] = [];
    let isClosed = false;
    const live = new LiveHearing(prepared, {
      source: source(),
      openSink: () => ({
        write: (samples) => written.push(...samples),
        close: () => {
          isClosed = true;
        },
      }),
      progress: silentProgress,
      signal: new AbortController().signal,
      realTime: options.realTime ?? false,
      frames: options.frames,
    });
    const stream = async (frames: AsyncIterable<Uint8Array>) => {
      let frame = 0;
      for await (const values of frames) {
        const record = { type: "output", frame, cycles: 0n, values, state: new Uint8Array() };
        const event = { kind: "record", record } as unknown as Parameters<typeof live.onEvent>[0];
        if (!options.lost?.includes(frame)) live.onEvent(event);
        frame++;
      }
    };
    await live.hold({ stream } as unknown as Session);
    expect(isClosed).toBe(true);
    return { fed: live.stimulus(), written };
  }

  test("feeds and expects what a run of the same file does", async () => {
    const path = join(folder, "same.wav");
    const wav = new GrowingWav(path, 16_000);
    wav.write(sound);
    wav.close();
    const { fed, written } = await held({});
    const whole = hearableStimulus(prepared, { input: path });
    expect(fed.inputs).toEqual(whole.inputs);
    expect(fed.expected).toEqual(whole.expected);
    expect(fed.recoveries).toEqual(whole.recoveries);
    expect(fed.audio?.noisy).toEqual(whole.audio?.noisy);
    // An echo comes back a hop late, and is written in time: sample n is sample n + 160 of what was fed.
    const later = [...sound.slice(160), ...new Int16Array(160)];
    expect(written).toEqual(later);
  });

  test("ends after the hops that were asked for, whose last one has not come out", async () => {
    const { fed, written } = await held({ frames: 3 });
    expect(fed.inputs).toHaveLength(3);
    expect(fed.audio?.noisy).toEqual(sound.slice(0, 320));
    expect(written).toEqual([...sound.slice(160, 480)]);
  });

  test("in real time sends no hop before it is due, and waits for none that is late", async () => {
    // By a clock that is read once a hop, and for the start: 2 ms pass from hop to hop, but 35 ms before the fourth.
    const clock = [100, 100, 102, 104, 135, 137];
    vi.spyOn(performance, "now").mockImplementation(() => clock.shift() as number);
    await held({ frames: 5, realTime: true });
    // Due 0, 10, 20, 30 and 40 ms after the start.
    expect(vi.mocked(sleep).mock.calls.map(([ms]) => ms)).toEqual([8, 16, 3]);
    vi.mocked(sleep).mockClear();
    await held({ frames: 5 });
    expect(sleep).not.toHaveBeenCalled();
  });

  test("puts silence where a hop was lost, so that the rest stays in time", async () => {
    const { written } = await held({ frames: 4, lost: [2] });
    expect(written).toEqual([
      ...sound.slice(160, 320),
      ...new Int16Array(160),
      ...sound.slice(480, 640),
    ]);
  });
});
