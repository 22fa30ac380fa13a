/**
 * The generated front end cleans a clip as well as the float64 one, with the same network; `npm run front-end` measures all.
 */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadModel } from "../../codegen/index.ts";
import { frontEndAccuracy } from "../../scripts/front-end/accuracy.ts";

const MODELS = fileURLToPath(new URL("../../models", import.meta.url));

test.each([512, 320])(
  "with %i points a clip is within 0.2 dB of float64",
  (fftSize) => {
    const loaded = loadModel("hearable", { modelsDir: MODELS });
    if (loaded.sidecar === undefined) throw new Error("the shipped model has no sidecar");
    const base = `${MODELS}/clips/ru-keyboard-0db`;
    const clip = { name: "keyboard", noisy: `${base}.noisy.wav`, clean: `${base}.clean.wav` };
    const [row] = frontEndAccuracy({ ...loaded, sidecar: loaded.sidecar }, "int8", [clip], fftSize);
    // A clip of 0 dB, of which the model makes far more.
    expect(row?.float64Db).toBeGreaterThan(5);
    expect(Math.abs(Number(row?.generatedDb) - Number(row?.float64Db))).toBeLessThan(0.2);
  },
  120_000,
);
