import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadModel } from "../../codegen/model/load.ts";
import { calibrate } from "../../codegen/quantize/calibrate.ts";
import { quantizeModel } from "../../codegen/quantize/quantize-model.ts";
import { withSkip } from "../../codegen/quantize/skip.ts";
import { siSdrDb } from "../../host/audio/si-sdr.ts";
import { stoi } from "../../host/audio/stoi.ts";
import { readMono } from "../../host/audio/wav-file.ts";
import { MODELS_DIR } from "../../host/workflow/paths.ts";
import {
  gainOf,
  hear,
  type InputCount,
  openClip,
  twinDenoiser,
} from "../../host/workflow/quality/hearing.ts";

const folder = mkdtempSync(join(tmpdir(), "pioneer-hearing-"));
afterAll(() => rmSync(folder, { recursive: true }));

const loaded = loadModel("hearable", { modelsDir: MODELS_DIR });
const frontEnd = loaded.sidecar?.frontEnd as NonNullable<typeof loaded.sidecar>["frontEnd"];
const clip = {
  noisy: join(MODELS_DIR, "clips/ru-fan-0db.noisy.wav"),
  clean: join(MODELS_DIR, "clips/ru-fan-0db.clean.wav"),
  snrDb: 0,
};
const open = openClip(clip, frontEnd);

test("gains of 1 give the noisy clip back: no gain, and its own STOI", () => {
  const heard = hear(open, (features) =>
    features.map(() => new Float64Array(frontEnd.bands.count).fill(1)),
  );
  const [noisy, clean] = [clip.noisy, clip.clean].map((path) =>
    readMono(path, frontEnd.sampleRateHz),
  ) as [Int16Array, Int16Array];
  expect(open.siSdrDb).toBe(siSdrDb(noisy, clean));
  expect(heard.gainDb).toBeCloseTo(0, 6);
  expect(heard.stoi).toBeCloseTo(stoi(noisy, clean, frontEnd.sampleRateHz) as number, 9);
});

test("a twin that repeats from the second frame on hears worse than one that computes", () => {
  const model = quantizeModel(loaded.model, calibrate(loaded.model, null), "int8");
  const inputs: InputCount = { clipped: 0, values: 0 };
  const whole = gainOf(open, twinDenoiser(model, inputs));
  expect(inputs.values).toBe(open.analysis.features.length * model.inputSize);
  const stuck = gainOf(open, twinDenoiser(withSkip(model, { level: 3.5, frames: 1 })));
  expect(whole).toBeGreaterThan(stuck + 1);
});
