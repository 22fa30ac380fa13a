/**
 * Proves that a program generated with stamps tells by the device's own counter how long each layer took, and that a delay
 * put into one layer shows up in that layer by name. The counter is the one that the emulated RP2040 drives.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { generate, loadBoard, noiseFrames, writeFiles } from "../../codegen/index.ts";
import { stampedTrace } from "../../host/analyze/profile/trace.ts";
import { Session } from "../../host/link/session.ts";
import { prepareDevice } from "../../host/workflow/device.ts";
import { stampedSteps } from "../../host/workflow/profile/recorded-profile.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { createRandom, randomModel } from "../random-model.ts";
import { checkTrace } from "../unit/trace-event.ts";
import { missingFor } from "./device.ts";

const TIMEOUT_MS = 120_000;
const FRAMES = 3;
/** Two instructions a lap, three cycles: SUBS and a taken branch of a Cortex-M0+. */
const LAPS = 500;
const DELAY = `__asm__ volatile("1: sub %0, %0, #1\\n\\tbne 1b" : "+l"((int){${LAPS}}) : : "cc");`;
const CLOCK_MHZ = 133;

const SHAPE = {
  name: "net",
  inputSize: 4,
  lstms: [4],
  denses: [{ size: 4, activation: "sigmoid" }],
} as const;

const folder = mkdtempSync(join(tmpdir(), "pioneer-stamps-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Layers of each step [cycle]. */
async function run(isDelayed: boolean) {
  const model = randomModel(createRandom(3), SHAPE);
  const board = loadBoard("rp2040js");
  const calibration = noiseFrames(model.inputSize);
  const generated = generate({ model, board, format: "int8", calibration, stamps: true });
  const { files, parts, stamped } = generated;
  const lstm = parts.layers.find(({ kind }) => kind === "lstm");
  const head = new RegExp(`(static void ${lstm?.function}\\([^)]*\\)\\n\\{)`);
  const modelDir = join(folder, isDelayed ? "delayed" : "plain");
  writeFiles(
    modelDir,
    files.map(({ name, text }) => ({
      name,
      text: isDelayed && name === parts.file ? text.replace(head, `$1 ${DELAY}`) : text,
    })),
  );
  const device = await prepareDevice({
    board,
    app: "stream",
    modelDir,
    key: `test-stamps-${process.pid}`,
    progress: silentProgress,
    signal: new AbortController().signal,
  });
  const session = new Session(device.link);
  try {
    await session.open();
    await session.stream(Array.from({ length: FRAMES }, (_, i) => Uint8Array.of(i, 2 * i, 3, 4)));
    const { state, run: said } = await session.finish();
    expect(state).toBe("completed");
    return { steps: stampedSteps(said, stamped), layer: lstm?.layer ?? "", stamped };
  } finally {
    await session.close();
    await device.dispose();
  }
}

describe.skipIf(missingFor("qemu-m0").length > 0)("layers that a device stamps", () => {
  test(
    "fill their step, and one that is slower is named",
    async () => {
      const before = await run(false);
      const after = await run(true);
      const events = checkTrace(
        JSON.stringify(
          stampedTrace(
            after.steps,
            { device: "d", model: "m", clockHz: null, source: "s" },
            "modelled",
          ),
        ),
      );
      expect(events.filter(({ cat }) => cat === "step")).toHaveLength(FRAMES);
      const inOrder = Array.from({ length: FRAMES }, () => after.stamped).flat();
      expect(events.filter(({ cat }) => cat === "layer").map(({ name }) => name)).toEqual(inOrder);
      for (const [index, step] of after.steps.entries()) {
        expect(step.layers.map(({ name }) => name)).toEqual(after.stamped);
        const whole = step.layers.reduce((sum, { lengthUs }) => sum + lengthUs, 0);
        // Behind the last stamp only the marks are left.
        expect((step.lengthUs - whole) * CLOCK_MHZ).toBeGreaterThan(0);
        expect((step.lengthUs - whole) * CLOCK_MHZ).toBeLessThan(200);
        for (const [at, { name, lengthUs }] of step.layers.entries()) {
          const more = (lengthUs - (before.steps[index]?.layers[at]?.lengthUs ?? 0)) * CLOCK_MHZ;
          const expected = name === after.layer ? 3 * LAPS : 0;
          expect(Math.abs(more - expected), name).toBeLessThan(60);
        }
      }
    },
    TIMEOUT_MS,
  );
});
