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
import { readMono, writeWav } from "../../host/audio/wav-file.ts";
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

test("recordings that cannot be compared, and a model that makes silence, are refused by the clip's name", () => {
  const wav = (name: string, samples: Float64Array | Int16Array) => {
    const path = join(folder, name);
    writeWav(path, { sampleRateHz: frontEnd.sampleRateHz, channels: [Int16Array.from(samples)] });
    return path;
  };
  const sound = open.noisy.slice(0, 4000);
  const paths = {
    noisy: wav("noisy.wav", sound),
    clean: wav("clean.wav", open.clean.slice(0, 4000)),
    short: wav("short.wav", sound.slice(1)),
    silent: wav("silent.wav", new Int16Array(4000)),
  };
  const opened = (noisy: string, clean: string) => openClip({ noisy, clean, snrDb: 0 }, frontEnd);
  expect(() => opened(paths.short, paths.clean)).toThrow(/short\.wav.*TP-USE-471.*3999 and 4000/s);
  expect(() => opened(paths.noisy, paths.silent)).toThrow(/silent\.wav.*TP-USE-471/s);
  expect(() => opened(paths.silent, paths.clean)).toThrow(/silent\.wav.*TP-USE-471/s);
  const muted = (features: readonly Float64Array[]) =>
    features.map(() => new Float64Array(frontEnd.bands.count));
  const clear = opened(paths.noisy, paths.clean);
  expect(() => gainOf(clear, muted)).toThrow(/noisy\.wav.*TP-USE-471/s);
  expect(() => hear(clear, muted)).toThrow("TP-USE-471");
});
