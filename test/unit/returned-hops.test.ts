/** Hops of a device that went away and was given its frames again: each is told once, as it first was. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeWav } from "../../host/audio/wav-file.ts";
import { DeviceRun } from "../../host/decode/device-run.ts";
import type { DeviceRecord } from "../../host/decode/records.gen.ts";
import { prepare } from "../../host/workflow/generate.ts";
import { hearableFacts } from "../../host/workflow/hearable/judge.ts";
import { hearableStimulus } from "../../host/workflow/hearable/stimulus.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { ATTACHMENTS, type RunManifest } from "../../host/workflow/recording.ts";
import { MAX_FRAMES, type Stimulus } from "../../host/workflow/stimulus.ts";
import { SustainedConversation } from "../../host/workflow/sustained.ts";

const eventOf = (record: DeviceRecord) =>
  ({ kind: "record", record, sequence: 0, deviceTimeUs: 0, receiveTimeUs: 0 }) as const;

const hello = {
  type: "hello",
  ...{ wireVersion: 1, board: "b", app: "hearable", model: "m", modelDigest: "d" },
  ...{ compiler: "gcc", clockHz: 1, counterKind: 1, inputBytes: 1, outputBytes: 1 },
  ...{ stateBytes: 0, creditFrames: 2 },
} as DeviceRecord;

const output = (frame: number): DeviceRecord => ({
  type: "output",
  frame,
  cycles: 0n,
  values: Uint8Array.of(0),
  state: new Uint8Array(),
});

/** The device's own totals are of this computation alone. */
const hop = (frame: number, computeUs: number): DeviceRecord => ({
  type: "hop",
  frame,
  computeUs,
  ...{ analyseCycles: computeUs, stepCycles: 0, synthesiseCycles: 0, watchCycles: 0 },
  ...{ overruns: 0, worstUs: computeUs, worstFrame: frame },
});

const recovery = (frame: number): DeviceRecord => ({
  type: "recovery",
  frame,
  cause: 1,
  frames: 300,
});

/** Hop 1 is late and hop 2's output is lost with the cable; then all three are computed again. */
const CUT = [
  hello,
  ...[hop(0, 800), output(0), hop(1, 12_000), recovery(1), output(1), hop(2, 900)],
  hello,
  ...[hop(0, 700), output(0), hop(1, 700), recovery(1), output(1), hop(2, 700), output(2)],
  ...[hop(3, 10_001), output(3)],
];

function runOf(records: readonly DeviceRecord[]): DeviceRun {
  const run = new DeviceRun();
  for (const record of records) run.accept(eventOf(record));
  return run;
}

describe("a device that computes hops again", () => {
  const run = runOf(CUT);

  test("tells of each hop and each recovery once", () => {
    expect(run.outputs.map(({ record }) => record.frame)).toEqual([0, 1, 2, 3]);
    expect(run.hops.map(({ frame, computeUs }) => [frame, computeUs])).toEqual([
      [0, 800],
      [1, 12_000],
      [2, 900],
      [3, 10_001],
    ]);
    expect(run.recoveries.map(({ frame }) => frame)).toEqual([1]);
  });

  test("loses no late hop of before the cut", () => {
    const manifest = { board: { id: "b", emulated: false } } as RunManifest;
    const sound = { sampleRateHz: 16_000, hopSamples: 160, delaySamples: 160, virtualTime: null };
    const counts = { analyse: [], step: [], synthesise: [], watch: [] };
    const { parts, times, recoveries } = hearableFacts(manifest, sound, run, counts);
    expect(times).toMatchObject({ overruns: 2, worstUs: 12_000, worstFrame: 1, kind: "measured" });
    expect(parts[0]?.deviceCycles).toEqual([800, 12_000, 900, 10_001]);
    expect(recoveries).toEqual([{ frame: 1, cause: 1 }]);
  });

  test("is not mixed with an earlier run, which nobody greeted", () => {
    const late = runOf([hop(5000, 800), recovery(5000), hello, hop(0, 1), output(0)]);
    expect(late.hops.map(({ frame }) => frame)).toEqual([0]);
    expect(late).toMatchObject({ recoveries: [], staleRecords: 2 });
  });
});

test("an answer that comes again keeps the latency of the first", () => {
  const stimulus = { inputs: [new Uint8Array(1), new Uint8Array(1)] } as unknown as Stimulus;
  const abort = new AbortController();
  const conversation = new SustainedConversation(stimulus, 10, silentProgress, abort.signal);
  const latencies = () => {
    const bytes = conversation.attachments()[ATTACHMENTS.latencies] as Uint8Array;
    return [...new Float64Array(bytes.slice().buffer)];
  };
  conversation.onEvent(eventOf(output(0)));
  const [first] = latencies();
  expect(first).toBeGreaterThan(0);
  conversation.onEvent(eventOf(output(0)));
  conversation.onEvent(eventOf(output(2)));
  expect(latencies()).toEqual([first, Number.NaN]);
});

test("a recording of more frames than are kept is refused by code", () => {
  const folder = mkdtempSync(join(tmpdir(), "pioneer-long-"));
  try {
    const input = join(folder, "long.wav");
    const prepared = prepare("hearable", { board: "qemu-m4", withFrontEnd: true });
    const { loaded } = prepared;
    if (!loaded.sidecar) throw new RangeError("the shipped model has no sidecar");
    // A recording of many frames stays small when a frame has two samples.
    const frontEnd = { ...loaded.sidecar.frontEnd, hopLength: 2 };
    const short = { ...prepared, loaded: { ...loaded, sidecar: { ...loaded.sidecar, frontEnd } } };
    const samples = new Int16Array(2 * MAX_FRAMES + 2);
    writeWav(input, { sampleRateHz: 16_000, channels: [samples] });
    expect(() => hearableStimulus(short, { input })).toThrow(
      expect.objectContaining({ code: "TP-USE-166" }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
