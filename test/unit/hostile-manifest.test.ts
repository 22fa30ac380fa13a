/** What a recording claims of itself may not make its reader loop: its claims are bounded before they are used. */
import { expect, test } from "vitest";
import type { Capture } from "../../host/capture/format.ts";
import { runManifest } from "../../host/workflow/recording.ts";

const facts = {
  board: {},
  model: {},
  output: {},
  budgets: {},
  build: {},
  otherBoards: [],
  stateParts: [{ values: 64, bytes: 2 }],
  frames: 360_000,
  outputBytes: 64,
  stateBytes: 128,
  frameIntervalMs: 10,
};

const captureOf = (changed: object): Capture =>
  ({ manifest: { facts: { ...facts, ...changed } } }) as unknown as Capture;

test("an hour of frames is a run", () => {
  expect(runManifest(captureOf({}))).toMatchObject({ frames: 360_000 });
});

test.each([
  ["more frames than any run has", { frames: 360_001 }],
  ["a part of no bytes, as many values as it likes", { stateParts: [{ values: 1e9, bytes: 0 }] }],
  ["a part of more values than any state", { stateParts: [{ values: 1e15, bytes: 2 }] }],
  ["a part of text", { stateParts: [{ values: "64", bytes: 2 }] }],
  ["a part that is nothing", { stateParts: [null] }],
])("%s is refused", (_, changed) => {
  expect(() => runManifest(captureOf(changed))).toThrow("TP-USE-151");
});
