/** What a run keeps of frames that never came, also where the stream is made to pass over as many as it may. */
import { expect, test } from "vitest";
import { DeviceRun } from "../../host/decode/device-run.ts";

function runOf(frames: readonly number[]): DeviceRun {
  const run = new DeviceRun();
  const event = { kind: "record", sequence: 0, deviceTimeUs: 0, receiveTimeUs: 0 } as const;
  run.accept({ ...event, record: { type: "hello" } as never });
  for (const frame of frames) run.accept({ ...event, record: { type: "output", frame } as never });
  return run;
}

test("names the frames that were passed over, and those that the end leaves out", () => {
  const run = runOf([0, 3, 4]);
  expect(run.missingFrames).toEqual([1, 2]);
  expect(run.missingCount).toBe(2);
  expect(run.missingBefore(7)).toEqual({ count: 4, first: [1, 2, 5, 6] });
  expect(run.missingBefore(2)).toEqual({ count: 2, first: [1, 2] });
});

test("counts what a hostile stream passes over, and keeps the first thousand", () => {
  // Each Output is as far ahead as one may be: 65,535 frames lie between it and the one before.
  const run = runOf(Array.from({ length: 300 }, (_, index) => (index + 1) * 65_536 - 1));
  expect(run.outputs).toHaveLength(300);
  expect(run.missingCount).toBe(300 * 65_535);
  expect(run.missingFrames).toHaveLength(1000);
  expect(run.missingFrames.at(-1)).toBe(999);
  const { count, first } = run.missingBefore(2 ** 32);
  expect(count).toBe(2 ** 32 - 300);
  expect(first).toHaveLength(1000);
});
