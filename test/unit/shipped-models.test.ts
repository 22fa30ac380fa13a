/**
 * The shipped models on the shipped clips: the exact int8 twin cleans them, and stays above the card's floor.
 * The floor is the lower end of the 95 % interval that training's own Python measured on the whole held-out set at 0 dB.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  analyse,
  createFloatModel,
  createTwin,
  dequantizeValues,
  quantizeValues,
  shippedModels,
  synthesise,
} from "../../codegen/index.ts";
import { siSdrDb } from "../../host/audio/si-sdr.ts";
import { readMono } from "../../host/audio/wav-file.ts";
import { prepare } from "../../host/workflow/generate.ts";
import { MODELS_DIR } from "../../host/workflow/paths.ts";

const CLIPS = join(MODELS_DIR, "clips");
const clips = readdirSync(CLIPS).filter((file) => file.endsWith("-0db.noisy.wav"));

interface Gains {
  readonly int8: number;
  readonly float: number;
}

/** Mean SI-SDR gain over the clips at 0 dB, of the float64 reference and of the int8 twin [dB]. */
function meanGains(name: string): Gains {
  const { generated, loaded } = prepare(name, { board: "qemu-m4", format: "int8" });
  const { frontEnd } = loaded.sidecar as NonNullable<typeof loaded.sidecar>;
  const { plan, quantize } = generated.stages;
  const sum = { int8: 0, float: 0 };
  for (const clip of clips) {
    const noisy = readMono(join(CLIPS, clip), frontEnd.sampleRateHz);
    const clean = readMono(join(CLIPS, clip.replace(".noisy.", ".clean.")), frontEnd.sampleRateHz);
    const { features, spectra } = analyse(noisy, frontEnd);
    const twin = createTwin(quantize.model);
    const float = createFloatModel(loaded.model);
    const answers = {
      int8: features.map((frame) =>
        dequantizeValues(twin.step(quantizeValues(frame, plan.input).values), plan.output),
      ),
      float: features.map((frame) => float.step(frame)),
    };
    for (const kind of ["int8", "float"] as const) {
      const cleaned = synthesise(spectra, answers[kind], frontEnd, noisy.length);
      sum[kind] += siSdrDb(cleaned, clean) - siSdrDb(noisy, clean);
    }
  }
  return { int8: sum.int8 / clips.length, float: sum.float / clips.length };
}

describe.each(shippedModels(MODELS_DIR))("%s", (name) => {
  const card = JSON.parse(readFileSync(join(MODELS_DIR, `${name}.json`), "utf8"));

  test("cleans the clips by at least the card's floor, in integers", () => {
    const { int8, float } = meanGains(name);
    expect(int8).toBeGreaterThan(card.heldOut.bySnrDb["0"].lowDb);
    // Four clips are a small sample of the held-out set, where the loss is below 0.05 dB.
    expect(Math.abs(float - int8)).toBeLessThan(0.15);
  });

  test("has a card", () => {
    expect(existsSync(join(MODELS_DIR, `${name}.md`))).toBe(true);
  });
});

test("every shipped clip and calibration file together stay below 2 MB", () => {
  const bytes = ["clips", "calibration"]
    .flatMap((folder) =>
      readdirSync(join(MODELS_DIR, folder)).map((file) => join(MODELS_DIR, folder, file)),
    )
    .reduce((sum, file) => sum + readFileSync(file).length, 0);
  expect(bytes).toBeLessThan(2e6);
});
