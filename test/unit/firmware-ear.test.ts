/** The program ear, whole, on a HAL of standard input and output with a simulated microphone, under sanitizers. */
import { beforeAll, describe, expect, it } from "vitest";
import * as wire from "../qemu/wire.ts";
import { buildOnHost, hasGcc, runOnHost } from "./firmware/host-build.ts";

const [HOP_RECORD, SOUND, HEARD, LISTEN, READ_ROOFS] = [0x14, 0x17, 0x18, 0x86, 0x85];
const HOP = 160;

type Sent = readonly [number, Uint8Array];
const listen = (frames: number, tapEvery: number): Sent => [
  LISTEN,
  Uint8Array.of(frames, 0, 0, 0, tapEvery, 0),
];
/** Anything that is answered takes as long as one hop does. */
const wait: Sent = [READ_ROOFS, Uint8Array.of(1, 0)];
const STOP: Sent = [wire.STOP, Uint8Array.of(0)];

describe.skipIf(!hasGcc)("the program ear on the host (needs gcc)", () => {
  let program = "";
  beforeAll(() => {
    program = buildOnHost(
      "ear",
      [
        ...["ear", "hearable_hop", "model_watch", "session", "region"].map(
          (name) => `firmware/apps/${name}.c`,
        ),
        ...["cobs", "crc32", "frame"].map((name) => `firmware/telemetry/${name}.c`),
        ...["toy.c", "toy_audio.c"].map((name) => `test/qemu/toy-model/${name}`),
        ...["hal_stdio.c", "sound_simulated.c"].map((name) => `test/unit/firmware/${name}`),
      ],
      ["-DPIONEER_OUTPUT=SOUND_OUTPUT_I2S"],
    );
  }, 60_000);

  function converse(sent: readonly Sent[], env: Record<string, string> = {}) {
    const bytes = Buffer.concat(
      [...sent, STOP].map(([type, payload], i) => wire.frameBytes(type, i, payload)),
    );
    const { status, stdout, stderr } = runOnHost(program, [], bytes, env);
    expect(status, stderr).toBe(0);
    const shown = stderr.trim().split(" ");
    expect(shown.pop()).toBe("stopped");
    return { frames: wire.readFrames(stdout), played: shown.map(Number) };
  }
  const payloads = (frames: readonly wire.Frame[], type: number) =>
    frames.filter((frame) => frame.type === type).map(({ payload }) => Buffer.from(payload));

  it("cleans and plays without being asked, and tells of what follows Listen alone", () => {
    const { frames, played } = converse([wait, wait, listen(0, 0), wait]);
    // The model's output is its input and all before it; the hop before comes out with it added. After Listen from zero:
    // 10 + 10, then 20 + 30 + 10, and anew 30 + 30, 40 + 70 + 30.
    expect(played).toEqual([20, 60, 60, 140]);
    expect(payloads(frames, HOP_RECORD).map((payload) => payload.readUInt32LE(0))).toEqual([0, 1]);
    const outputs = payloads(frames, wire.OUTPUT).map((payload) => wire.readOutput(payload));
    expect(outputs.map(({ frame, values }) => [frame, values.length])).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(payloads(frames, HEARD)).toEqual([]);
  });

  it("sends every so many hops whole, and stops telling after as many as were asked for", () => {
    const { frames, played } = converse([listen(3, 2), wait, wait, wait, wait]);
    expect(played).toHaveLength(5);
    const heard = payloads(frames, HEARD);
    expect(heard.map((payload) => [payload.readUInt32LE(0), payload.readUInt16LE(4)])).toEqual([
      [0, 2 * HOP],
      [2, 2 * HOP],
    ]);
    expect(heard.map((payload) => payload.readInt16LE(6))).toEqual([10, 30]);
    const outputs = payloads(frames, wire.OUTPUT).map((payload) => wire.readOutput(payload));
    expect(outputs.map(({ values }) => values.length)).toEqual([2 * HOP, 0, 2 * HOP]);
    // What was cleaned is what was played.
    expect(Buffer.from(outputs[2]?.values ?? []).readInt16LE(0)).toBe(played[2]);
  });

  it("counts losses from Listen on, and tells rate and waiting hops", () => {
    const { frames } = converse([wait, wait, listen(0, 0), wait], { SOUND_LOST: "1" });
    // frame, rate, lost, gaps; the hops before were lost before anybody listened.
    const words = payloads(frames, SOUND).map((payload) =>
      [0, 4, 8, 12].map((at) => payload.readUInt32LE(at)),
    );
    expect(words).toEqual([
      [0, 16_000_000, 1, 0],
      [1, 16_000_000, 2, 0],
    ]);
    expect(payloads(frames, SOUND)[0]?.[16]).toBe(1);
  });

  it.each([
    // 160 samples at 16,000 Hz are 10 ms, at 32 MHz / 31 / 64 9,920 us.
    ["16000000", 10_000, 0],
    ["16000000", 10_001, 2],
    ["16129032", 9_920, 0],
    ["16129032", 9_921, 2],
  ])("at a rate of %s counts hops of %d us against their own length", (rate, us, overruns) => {
    const env = { SOUND_RATE: rate, HAL_TICK_US: `${us}` };
    const { frames } = converse([listen(0, 0), wait], env);
    const hops = payloads(frames, HOP_RECORD);
    expect(hops.map((payload) => payload.readUInt32LE(4))).toEqual([us, us]);
    expect(hops.at(-1)?.readUInt32LE(24)).toBe(overruns);
  });

  it("says why it hears nothing, and goes on answering", () => {
    const { frames } = converse([listen(0, 0), wait], { SOUND_REFUSED: "no microphone" });
    const [log] = payloads(frames, 0x04);
    expect(wire.readText(log ?? new Uint8Array())).toBe("no microphone");
    expect(frames.map(({ type }) => type)).toEqual([0x04, 0x13, wire.SUMMARY]);
  });
});
