/** The code for the Cortex-M0+ on an emulated Cortex-M0, which knows no instruction beyond Armv6-M. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import {
  createTwin,
  type EmulatedBoard,
  generate,
  loadBoard,
  loadModel,
  noiseFrames,
  writeFiles,
} from "../../codegen/index.ts";
import { Session } from "../../host/link/session.ts";
import { parseCounts } from "../../host/workflow/counts.ts";
import { prepareDevice } from "../../host/workflow/device.ts";
import { MODELS_DIR } from "../../host/workflow/paths.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { xorshiftFrames } from "../../host/workflow/stimulus.ts";
import { missingFor } from "./device.ts";

const STEPS = 5;
const SEED = 3;

const folder = mkdtempSync(join(tmpdir(), "pioneer-microbit-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const m0 = loadBoard("qemu-m0") as EmulatedBoard;
const microbit: EmulatedBoard = {
  ...m0,
  id: "qemu-microbit",
  emulator: { ...m0.emulator, machine: "microbit" },
};

async function run(board: EmulatedBoard) {
  const { model } = loadModel("hearable", { modelsDir: MODELS_DIR });
  const { files, stages } = generate({
    model,
    board: m0,
    format: "int8",
    calibration: noiseFrames(model.inputSize),
  });
  const modelDir = join(folder, "hearable");
  writeFiles(modelDir, files);
  const device = await prepareDevice({
    board,
    app: "check",
    modelDir,
    key: `test-${board.id}-${process.pid}`,
    progress: silentProgress,
    signal: new AbortController().signal,
  });
  const session = new Session(device.link);
  try {
    const frames = xorshiftFrames(stages.plan.input, model.inputSize, SEED, STEPS);
    const twin = createTwin(stages.quantize.model);
    await session.open();
    await session.stream(frames.map((frame) => new Uint8Array(frame.buffer)));
    const result = await session.finish();
    expect(result.state).toBe("completed");
    const answers = result.run.outputs.map(({ record }) => [...Int8Array.from(record.values)]);
    expect(answers).toEqual(frames.map((frame) => [...twin.step(frame)]));
    const text = new TextDecoder().decode((await device.readCounts()) ?? undefined);
    return parseCounts(text).regions.map(({ instructions }) => instructions);
  } finally {
    await session.close();
    await device.dispose();
  }
}

test.skipIf(missingFor("qemu-m0").length > 0)(
  "the shipped model is exact on a Cortex-M0, in as many instructions as on the M0+ board",
  async () => {
    const counts = await run(microbit);
    expect(counts).toHaveLength(STEPS);
    expect(counts).toEqual(await run(m0));
  },
  120_000,
);
