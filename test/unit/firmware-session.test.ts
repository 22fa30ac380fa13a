/**
 * The firmware's programs, whole, on a HAL of standard input and output under sanitizers: the conversation without
 * an emulator.
 */
import { beforeAll, describe, expect, it } from "vitest";
import * as wire from "../qemu/wire.ts";
import { buildOnHost, hasGcc, runOnHost } from "./firmware/host-build.ts";

const SHARED = [
  "firmware/apps/session.c",
  "firmware/apps/region.c",
  "firmware/telemetry/cobs.c",
  "firmware/telemetry/crc32.c",
  "firmware/telemetry/frame.c",
  "test/qemu/toy-model/toy.c",
  "test/unit/firmware/hal_stdio.c",
];

const NOTHING = Uint8Array.of(0);

/** A stream of frames with running sequence numbers. */
function stream(...records: (readonly [number, Uint8Array])[]): Uint8Array {
  return Buffer.concat(records.map(([type, payload], i) => wire.frameBytes(type, i, payload)));
}

const identify = [wire.IDENTIFY, Uint8Array.of(1)] as const;
const reset = [wire.RESET, NOTHING] as const;
const stop = [wire.STOP, NOTHING] as const;
const input = (frame: number, values: readonly number[]) =>
  [wire.INPUT, wire.inputPayload(frame, values)] as const;

describe.skipIf(!hasGcc)("programs on the host (needs gcc)", () => {
  const programs = new Map<string, string>();
  beforeAll(() => {
    for (const app of ["check", "speed", "stream"]) {
      programs.set(app, buildOnHost(app, [`firmware/apps/${app}.c`, ...SHARED]));
    }
    // Three programs with sanitizers take more than vitest's 10 s where the processor is shared.
  }, 60_000);

  /** The frames that a program answers; it must end by Stop. */
  function converse(app: string, bytes: Uint8Array, env: Record<string, string> = {}) {
    const finished = runOnHost(programs.get(app) ?? "", [], bytes, env);
    expect(finished.stderr).toBe("");
    expect(finished.status).toBe(0);
    return wire.readFrames(finished.stdout);
  }
  const outputs = (frames: readonly wire.Frame[]) =>
    frames
      .filter((frame) => frame.type === wire.OUTPUT)
      .map((frame) => wire.readOutput(frame.payload));
  const summary = (frames: readonly wire.Frame[]) =>
    wire.readSummary(frames.at(-1)?.payload ?? new Uint8Array());

  it("greets with what it is", () => {
    const [hello] = converse("check", stream(identify, stop));
    const text = (value: string) => [value.length, ...Buffer.from(value)];
    const payload = [...(hello?.payload ?? [])];
    const start = ["host", "check", "toy", "0123456789abcdef"].flatMap(text);
    expect(hello?.type).toBe(wire.HELLO);
    expect(payload.slice(0, start.length)).toEqual(start);
    expect(Buffer.from(payload.slice(start.length + 1)).toString()).toMatch(/^GCC \d+\./);
    // clock 7 Hz, no counter, 3 bytes in, 3 out, 3 of state, 4 frames of credit
    expect(payload.slice(-12)).toEqual([7, 0, 0, 0, 0, 3, 0, 3, 0, 3, 0, 4]);
  });

  it("streams: the state lives on until reset", () => {
    const frames = converse(
      "stream",
      stream(input(0, [1, 2, 3]), input(1, [10, 0, 255]), reset, input(2, [10, 0, 255]), stop),
    );
    // sums: 1 2 3 | 11 2 2 | after reset 10 0 255; output = input + sum
    expect(outputs(frames).map((output) => [output.frame, ...output.values])).toEqual([
      [0, 2, 4, 6],
      [1, 21, 2, 1],
      [2, 20, 0, 254],
    ]);
    expect(outputs(frames).every((output) => output.state.length === 0)).toBe(true);
    expect(frames.map((frame) => frame.sequence)).toEqual([0, 1, 2, 3]);
    expect(summary(frames)).toEqual({ frames: 3, droppedRecords: 0, badFrames: 0, stackBytes: 0 });
  });

  it("streams: the chip's sensor is told before frames 0, 100, ..., where there is one", () => {
    const frames = stream(input(99, [1, 2, 3]), input(100, [1, 2, 3]), input(101, [1, 2, 3]), stop);
    const told = (env: Record<string, string>) =>
      converse("stream", frames, env).filter(({ type }) => type === 0x11);
    expect(told({})).toEqual([]);
    const [record, ...others] = told({ HAL_MILLIKELVIN: "303150" });
    // 100, then 303,150 mK (0x4a02e), both u32.
    expect([...(record?.payload ?? [])]).toEqual([100, 0, 0, 0, 0x2e, 0xa0, 0x04, 0]);
    expect(others).toEqual([]);
  });

  it("checks: every result carries the state", () => {
    const frames = converse("check", stream(input(0, [1, 2, 3]), input(1, [1, 2, 3]), stop));
    expect(outputs(frames).map((output) => output.state)).toEqual([
      [1, 2, 3],
      [2, 4, 6],
    ]);
  });

  it("answers the same however the bytes arrive", () => {
    const bytes = stream(identify, input(0, [1, 2, 3]), input(1, [4, 5, 6]), stop);
    const whole = converse("check", bytes);
    for (let chunk = 1; chunk <= 64; chunk++) {
      expect(converse("check", bytes, { HAL_CHUNK: String(chunk) })).toEqual(whole);
    }
  });

  it("measures on inputs of xorshift32 and sends only afterwards", () => {
    const frames = converse("speed", stream([wire.MEASURE, wire.measurePayload(2, 1)], stop));
    // xorshift32(1) = 270369 = 0x00042021, then 67634689 = 0x04080601 (Marsaglia's shifts 13, 17, 5);
    // inputs 21 20 04 and 01 06 08, sums 21 20 04 and 22 26 0c, last output 23 2c 14
    expect(outputs(frames)).toEqual([
      { frame: 0, cycles: 0n, values: [], state: [] },
      { frame: 1, cycles: 0n, values: [0x23, 0x2c, 0x14], state: [] },
    ]);
    expect(summary(frames).frames).toBe(2);
  });

  it("has no roofs to read without microbenchmarks, and says so", () => {
    for (const app of ["check", "speed", "stream"]) {
      const frames = converse(app, stream([0x85, Uint8Array.of(3, 0)], stop));
      // pass, loop and loops u16, cycles u64: all 0
      expect(frames.map(({ type, payload }) => [type, [...payload].slice(0, 14)])[0]).toEqual([
        0x13,
        new Array(14).fill(0),
      ]);
      expect(summary(frames).badFrames).toBe(0);
    }
  });

  it("reads its microbenchmarks pass by pass, and not more often than it has room for", () => {
    const roofs = buildOnHost(
      "roofs",
      ["firmware/apps/speed.c", ...SHARED],
      ["-DMODEL_MICROBENCHMARKS=3u"],
    );
    const passes = [2, 0, 65].map((count) => [0x85, Uint8Array.of(count, 0)] as const);
    const { stdout, stderr } = runOnHost(roofs, [], stream(...passes, stop));
    expect(stderr).toBe("");
    const frames = wire.readFrames(stdout);
    const told = frames.filter(({ type }) => type === 0x13).map(({ payload }) => [...payload]);
    // pass, loop, loops; the board on standard input and output has no counter.
    expect(told.map((payload) => [payload[0], payload[2], payload[4]])).toEqual(
      [0, 1].flatMap((pass) => [0, 1, 2].map((loop) => [pass, loop, 3])),
    );
    expect(frames.map(({ type }) => type).slice(6)).toEqual([wire.LOG, wire.LOG, wire.SUMMARY]);
  });

  it("says behind its greeting why the chip started, where the chip tells", () => {
    const frames = converse("check", stream(identify, stop), { HAL_BOOT: "6" });
    expect(frames.map(({ type }) => type)).toEqual([wire.HELLO, 0x12, wire.SUMMARY]);
    // the watchdog, status 0x12345678
    expect([...(frames[1]?.payload ?? [])]).toEqual([6, 0x78, 0x56, 0x34, 0x12]);
    expect(converse("check", stream(identify, stop)).map(({ type }) => type)).toEqual([
      wire.HELLO,
      wire.SUMMARY,
    ]);
  });

  it("refuses what it cannot measure, with a line that says why", () => {
    const refused = [
      wire.measurePayload(0, 1),
      wire.measurePayload(4097, 1),
      wire.measurePayload(1, 0),
    ];
    const frames = converse(
      "speed",
      stream(...refused.map((p) => [wire.MEASURE, p] as const), stop),
    );
    expect(frames.map((frame) => frame.type)).toEqual([wire.LOG, wire.LOG, wire.LOG, wire.SUMMARY]);
    expect(Buffer.from(frames[0]?.payload.subarray(1) ?? []).toString()).toContain(
      "1 to 4096 frames",
    );
  });

  it("counts records that do not fit this program or this model", () => {
    const frames = converse(
      "stream",
      stream(
        [wire.MEASURE, wire.measurePayload(1, 1)],
        input(0, [1, 2]),
        [wire.INPUT, Uint8Array.of(1, 2, 3)],
        [0x77, NOTHING],
        [wire.STOP, Uint8Array.of(1, 2)],
        stop,
      ),
    );
    expect(frames.map((frame) => frame.type)).toEqual([wire.LOG, wire.SUMMARY]);
    expect(summary(frames)).toMatchObject({ frames: 0, badFrames: 5 });
  });

  it("goes on after a damaged frame and counts it", () => {
    const damaged = wire.frameBytes(wire.INPUT, 0, wire.inputPayload(0, [1, 2, 3]));
    damaged[5] = (damaged[5] ?? 0) ^ 4;
    const frames = converse("stream", Buffer.concat([damaged, stream(input(1, [1, 1, 1]), stop)]));
    expect(outputs(frames).map((output) => output.values)).toEqual([[2, 2, 2]]);
    expect(summary(frames)).toMatchObject({ frames: 1, badFrames: 1 });
  });

  it("answers another wire version with its greeting", () => {
    const future = wire.frameBytes(wire.IDENTIFY, 0, Uint8Array.of(2), 2);
    const frames = converse("stream", Buffer.concat([future, stream(stop)]));
    expect(frames.map((frame) => [frame.type, frame.version])).toEqual([
      [wire.HELLO, 1],
      [wire.SUMMARY, 1],
    ]);
  });

  it("counts what the link refused, and leaves a gap in the sequence", () => {
    const bytes = stream(identify, input(0, [1, 2, 3]), stop);
    const frames = converse("stream", bytes, { HAL_REFUSE: "1" });
    expect(frames.map((frame) => [frame.type, frame.sequence])).toEqual([
      [wire.HELLO, 0],
      [wire.SUMMARY, 2],
    ]);
    expect(summary(frames)).toMatchObject({ frames: 1, droppedRecords: 1 });
  });
});
