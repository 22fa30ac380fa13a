/** Columns that the twin counts are those that the Cortex-M4 took in: its multiplications and its traffic say so, frame by frame. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadCapture } from "../../host/capture/file.ts";
import { createContext } from "../../host/workflow/context.ts";
import { judgeRecording } from "../../host/workflow/judge.ts";
import { executeRun } from "../../host/workflow/run.ts";
import { freshFolder, missingFor } from "./device.ts";

const missing = missingFor("qemu-m4");
/** The shipped model's LSTM has 256 rows; SMLABB and SMLATB multiply once each. */
const ROWS = 256;
const FRAMES = 60;

test.skipIf(missing.length > 0)(
  `of a delta run ${missing.join(", ")}`,
  async () => {
    const context = createContext({ quiet: true, signal: new AbortController().signal });
    const record = join(freshFolder(), "delta.tpcap");
    const delta = { input: 12, hidden: 8 };
    const request = {
      board: "qemu-m4",
      app: "stream",
      format: "int8",
      frames: FRAMES,
      delta,
      record,
    };
    const { report } = await executeRun(context, { ...request, format: "int8" }, "hearable");
    expect(report.document.verify?.bitExact).toBe(true);
    const { facts } = judgeRecording(await loadCapture(record), {});
    const moved = facts.spared?.frames.map((frame) => frame.moved[0] as number) ?? [];
    expect(moved).toHaveLength(FRAMES);
    expect(new Set(moved).size).toBeGreaterThan(5);
    // What a frame does whatever moved is the same in all: the dense layer, the elementwise part.
    const others = facts.frames.map(
      ({ classes }, at) => (classes?.mac ?? 0) - ROWS * (moved[at] ?? 0),
    );
    expect(new Set(others).size).toBe(1);
    const [all] = report.document.done?.columns ?? [];
    expect(all?.max.value).toBe(Math.max(...moved));
    // Every load and store of a frame in which something moved, but for so many bytes that the compiler kept or spilled.
    const rest = report.document.traffic?.bars.find(({ role }) => role === "rest");
    expect(Math.abs(rest?.amount.value ?? Number.NaN)).toBeLessThan(64);
  },
  120_000,
);
