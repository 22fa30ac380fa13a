/**
 * Recordings of every version of the wire, made with that version's firmware: they decode, or fail clearly.
 * A file is added with each new version, never made again.
 */
import { describe, expect, it } from "vitest";
import { loadCapture } from "../../host/capture/file.ts";
import { replayRun } from "../../host/capture/replay.ts";

describe("a recording of wire version 1", () => {
  it("decodes to the run that was recorded", async () => {
    const capture = await loadCapture("test/captures/wire-1.tpcap");
    expect(capture).toMatchObject({ outcome: "completed", manifest: { wireVersion: 1 } });
    expect(capture.damage).toBeUndefined();
    const { run, totals } = replayRun(capture);
    expect(run.hello).toMatchObject({
      board: "qemu-m4",
      app: "check",
      model: "toy",
      modelDigest: "0123456789abcdef",
      inputBytes: 3,
      outputBytes: 3,
      stateBytes: 3,
      creditFrames: 4,
    });
    // The toy model adds all inputs up; frame n held n, so the state is n(n+1)/2 and the output n more.
    expect(run.outputs).toHaveLength(24);
    for (const [n, { record }] of run.outputs.entries()) {
      const sum = (n * (n + 1)) / 2;
      expect([...record.state]).toEqual([sum & 255, sum & 255, sum & 255]);
      expect([...record.values]).toEqual([(n + sum) & 255, (n + sum) & 255, (n + sum) & 255]);
    }
    expect(run.summary).toMatchObject({ frames: 24, badFrames: 0, droppedRecords: 0 });
    expect(totals).toMatchObject({ records: 26, discardedBytes: 0, textBytes: 0, lostRecords: 0 });
  });
});
