/**
 * The program hearable, whole, on a HAL of standard input and output under sanitizers, with a front end and models whose
 * results are known by hand.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { ModelWatch } from "../../host/workflow/hearable/model-watch.ts";
import * as wire from "../qemu/wire.ts";
import { buildOnHost, hasGcc, runOnHost } from "./firmware/host-build.ts";

const SHARED = [
  "firmware/apps/hearable.c",
  "firmware/apps/hearable_hop.c",
  "firmware/apps/model_watch.c",
  "firmware/apps/session.c",
  "firmware/apps/region.c",
  "firmware/telemetry/cobs.c",
  "firmware/telemetry/crc32.c",
  "firmware/telemetry/frame.c",
  "test/qemu/toy-model/toy_audio.c",
  "test/unit/firmware/hal_stdio.c",
];
const HOP = 160;
const HOP_RECORD = 0x14;
const RECOVERY = 0x15;
const STOP = [wire.STOP, Uint8Array.of(0)] as const;

type Sent = readonly [number, Uint8Array];

/** A hop of one value, but for its first samples. */
function hop(value: number, ...first: readonly number[]): Int16Array {
  const samples = new Int16Array(HOP).fill(value);
  samples.set(first);
  return samples;
}

const input = (frame: number, samples: Int16Array): Sent => [
  wire.INPUT,
  wire.inputPayload(frame, [...new Uint8Array(samples.buffer)]),
];

/** Number `index` of a payload's u32. */
const word = (payload: Uint8Array, index: number) => Buffer.from(payload).readUInt32LE(4 * index);

describe.skipIf(!hasGcc)("the program hearable on the host (needs gcc)", () => {
  let moving = "";
  let long = "";
  let shut = "";
  let standing = "";
  beforeAll(() => {
    const toy = (name: string) => `test/qemu/toy-model/${name}`;
    const stuck = (at: number) =>
      buildOnHost(
        `stuck-${at}`,
        [...SHARED, "test/unit/firmware/stuck_toy.c"],
        [`-DSTUCK_AT=${at}`],
      );
    moving = buildOnHost("hearable", [...SHARED, toy("toy.c")]);
    long = buildOnHost("hearable-long", [...SHARED, toy("toy.c")], ["-DAUDIO_HOP=256"]);
    shut = stuck(0);
    standing = stuck(9);
    // Four programs with sanitizers take more than vitest's 10 s where the processor is shared.
  }, 60_000);

  function converse(program: string, sent: readonly Sent[], env: Record<string, string> = {}) {
    const bytes = Buffer.concat(
      [...sent, STOP].map(([type, payload], i) => wire.frameBytes(type, i, payload)),
    );
    const finished = runOnHost(program, [], bytes, env);
    expect(finished.stderr).toBe("");
    expect(finished.status).toBe(0);
    return wire.readFrames(finished.stdout);
  }
  const cleaned = (frames: readonly wire.Frame[]) =>
    frames
      .filter(({ type }) => type === wire.OUTPUT)
      .map(({ payload }) => {
        const { values } = wire.readOutput(payload);
        return new Int16Array(Uint8Array.from(values).buffer);
      });
  const payloads = (frames: readonly wire.Frame[], type: number) =>
    frames.filter((frame) => frame.type === type).map(({ payload }) => payload);

  it("greets with hops of 160 samples, two of them under way", () => {
    const [hello] = converse(moving, [[wire.IDENTIFY, Uint8Array.of(1)]]);
    // clock 7 Hz, no counter, 320 bytes in and out, no state, 2 frames of credit
    expect([...(hello?.payload ?? [])].slice(-12)).toEqual([7, 0, 0, 0, 0, 64, 1, 64, 1, 0, 0, 2]);
  });

  it("passes each hop through analysis, model and synthesis, until Reset", () => {
    const frames = converse(moving, [
      input(0, hop(1000, 5, 6, 7)),
      input(1, hop(-2000, 1, 1, 1)),
      [wire.RESET, Uint8Array.of(0)],
      input(2, hop(7)),
    ]);
    const [first, second, third] = cleaned(frames);
    // The model's first output: 5 + 5, then 1 + 6, after the reset 7 + 7; the hop before comes out with it added.
    expect(first).toEqual(hop(10));
    expect(second).toEqual(hop(1007, 12, 13, 14));
    expect(third).toEqual(hop(14));
    expect(payloads(frames, RECOVERY)).toEqual([]);
    expect(wire.readSummary(frames.at(-1)?.payload ?? new Uint8Array())).toMatchObject({
      frames: 3,
      badFrames: 0,
    });
  });

  it("refuses a frame of the model's own size", () => {
    const frames = converse(moving, [[wire.INPUT, wire.inputPayload(0, [1, 2, 3])]]);
    expect(frames.map(({ type }) => type)).toEqual([wire.SUMMARY]);
    expect(wire.readSummary(frames[0]?.payload ?? new Uint8Array()).badFrames).toBe(1);
  });

  it("counts hops that took longer than 10 ms, and keeps the first of the worst", () => {
    const hops = [input(0, hop(1)), input(1, hop(2)), input(2, hop(3))];
    const told = (tick: number) =>
      payloads(converse(moving, hops, { HAL_TICK_US: String(tick) }), HOP_RECORD);
    // frame, compute [us], four counters that this HAL has not, overruns, worst [us], its frame
    const words = (payload: Uint8Array) => Array.from({ length: 9 }, (_, i) => word(payload, i));
    expect(told(10_000).map(words)).toEqual([
      [0, 10_000, 0, 0, 0, 0, 0, 10_000, 0],
      [1, 10_000, 0, 0, 0, 0, 0, 10_000, 0],
      [2, 10_000, 0, 0, 0, 0, 0, 10_000, 0],
    ]);
    expect(told(10_001).map((payload) => word(payload, 6))).toEqual([1, 2, 3]);
  });

  it("counts against the exact time of a hop that is no whole number of hops a second", () => {
    // 256 samples at 16 kHz are 16,000 us, 62.5 hops a second.
    const silence = input(0, new Int16Array(256));
    const overruns = (tick: number) =>
      payloads(converse(long, [silence], { HAL_TICK_US: String(tick) }), HOP_RECORD).map(
        (payload) => word(payload, 6),
      );
    expect(overruns(16_000)).toEqual([0]);
    expect(overruns(16_001)).toEqual([1]);
  });

  it("puts back a model that no longer answers, says so, and goes on", () => {
    const loud = Array.from({ length: 605 }, (_, frame) => input(frame, hop(1000, frame % 2)));
    const [recovered, again, ...more] = payloads(converse(standing, loud), RECOVERY);
    // The watch starts with zeros: the first frame moves to 9, and stands still from the second on.
    expect([...(recovered ?? [])]).toEqual([...u32(300), 2, ...u32(300)]);
    expect(word(again ?? new Uint8Array(9), 0)).toBe(600);
    expect(more).toEqual([]);
  });

  it("leaves quiet, steady and short sound alone", () => {
    const quiet = Array.from({ length: 400 }, (_, frame) => input(frame, hop(327, frame % 2)));
    const steady = Array.from({ length: 400 }, (_, frame) => input(frame, hop(1000)));
    const short = Array.from({ length: 300 }, (_, frame) => input(frame, hop(328, frame % 2)));
    for (const sound of [quiet, steady, short]) {
      expect(payloads(converse(standing, sound), RECOVERY)).toEqual([]);
    }
  });

  it("tells a model that lets nothing through from one that stands", () => {
    // What comes out is the hop before: under every loud hop, silence.
    const sound = Array.from({ length: 605 }, (_, frame) => input(frame, hop(1000 * (frame % 2))));
    const [recovered, ...more] = payloads(converse(shut, sound), RECOVERY);
    // Loud are frames 1, 3, ...: the 300th of them is 599.
    expect([...(recovered ?? [])]).toEqual([...u32(599), 1, ...u32(300)]);
    expect(more).toEqual([]);
  });

  it("comes to the verdicts of the host's twin on random sound", () => {
    let state = 12_345;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const sound = Array.from({ length: 1500 }, () =>
      random(4) === 0 ? hop(0) : hop(random(3000) - 1500, random(3), random(3), random(3)),
    );
    const frames = converse(
      standing,
      sound.map((samples, frame) => input(frame, samples)),
    );
    const told = payloads(frames, RECOVERY).map((payload) => [word(payload, 0), payload[4]]);
    const watch = new ModelWatch(3, 3);
    const out = cleaned(frames);
    const expected = sound.flatMap((samples, frame) => {
      const low = Uint8Array.from(samples.subarray(0, 3));
      const cause = watch.frame(samples, out[frame] as Int16Array, low, Uint8Array.of(9, 9, 9));
      return cause === null ? [] : [[frame, cause]];
    });
    expect(told.length).toBeGreaterThan(1);
    expect(told).toEqual(expected);
  });
});

function u32(value: number): readonly number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
}
