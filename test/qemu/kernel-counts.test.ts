/** The LSTM kernel's instructions on the Cortex-M4: exact against the twin, repeatable, and no more than promised. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createTwin, generate, loadBoard, noiseFrames, writeFiles } from "../../codegen/index.ts";
import { Session } from "../../host/link/session.ts";
import { parseCounts } from "../../host/workflow/counts.ts";
import { prepareDevice } from "../../host/workflow/device.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { xorshiftFrames } from "../../host/workflow/stimulus.ts";
import { createRandom, randomModel } from "../random-model.ts";
import { missing } from "./device.ts";

const folder = mkdtempSync(join(tmpdir(), "pioneer-kernels-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STEPS = 10;
const SEED = 7;

/** One LSTM without anything behind it: I inputs, H units, 4 x H x (I + H) multiply-accumulates. */
async function measure(inputSize: number, hiddenSize: number, format: "int8" | "int16x8") {
  const board = loadBoard("qemu-m4");
  const model = randomModel(createRandom(hiddenSize), {
    name: `lstm_${inputSize}_${hiddenSize}`,
    inputSize,
    lstms: [hiddenSize],
    denses: [],
  });
  const generated = generate({ model, board, format, calibration: noiseFrames(inputSize) });
  const modelDir = join(folder, `${model.name}-${format}`);
  writeFiles(modelDir, generated.files);
  const key = `test-${model.name}-${format}-${process.pid}`;
  const device = await prepareDevice({
    board,
    app: "speed",
    modelDir,
    key,
    progress: silentProgress,
    signal: new AbortController().signal,
  });
  const session = new Session(device.link);
  try {
    await session.open();
    await session.measure(STEPS, SEED);
    const result = await session.finish();
    expect(result.state).toBe("completed");
    const counts = parseCounts(new TextDecoder().decode((await device.readCounts()) ?? undefined));
    expect(counts.problems).toEqual([]);
    const macs = STEPS * 4 * hiddenSize * (inputSize + hiddenSize);
    const perMacOf = (field: "instructions" | "cycles" | "cyclesSimple") =>
      counts.regions.reduce((sum, region) => sum + (region[field] ?? Number.NaN), 0) / macs;
    const { plan, quantize } = generated.stages;
    const twin = createTwin(quantize.model);
    const answers = xorshiftFrames(plan.input, inputSize, SEED, STEPS).map((x) => twin.step(x));
    const last = answers.at(-1) as Int8Array | Int16Array;
    const device8 = result.run.outputs.at(-1)?.record.values;
    expect(device8).toEqual(new Uint8Array(last.buffer, last.byteOffset, last.byteLength));
    return { perMacOf, counts };
  } finally {
    await session.close();
    await device.dispose();
  }
}

describe.skipIf(missing.length > 0)(`LSTM on the Cortex-M4 ${missing.join(", ")}`, () => {
  // 3.005, 2.428, 2.239 with CMSIS-NN's arm_lstm_unidirectional_s8 on the same shapes.
  test.each([
    { inputSize: 64, hiddenSize: 64, most: 1.2 },
    { inputSize: 128, hiddenSize: 128, most: 1.06 },
    { inputSize: 128, hiddenSize: 256, most: 1.02 },
  ])("int8 $inputSize/$hiddenSize takes at most $most instructions a MAC", async (shape) => {
    const { perMacOf } = await measure(shape.inputSize, shape.hiddenSize, "int8");
    const perMac = perMacOf("instructions");
    console.log(
      `int8 ${shape.inputSize}/${shape.hiddenSize}, a MAC: ${perMac.toFixed(4)} instructions (counted), ${perMacOf("cycles").toFixed(4)} cycles by the core's table, ${perMacOf("cyclesSimple").toFixed(4)} by simple-m4 (modelled)`,
    );
    expect(perMac).toBeLessThan(shape.most);
    // The floor of two rows a word: half an SMLAD and a quarter of an SXTB16 a MAC, and weights to load.
    expect(perMac).toBeGreaterThan(0.75);
  });

  test("int16x8 is exact too, and the same counts come back", async () => {
    const first = await measure(64, 64, "int16x8");
    const second = await measure(64, 64, "int16x8");
    expect(second.counts.regions).toEqual(first.counts.regions);
  });
});
