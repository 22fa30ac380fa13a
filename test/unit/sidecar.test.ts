import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadModel, shippedModels } from "../../codegen/model/load.ts";
import { parseSidecar } from "../../codegen/model/sidecar.ts";
import { denoiserSpec, writeOnnx } from "./onnx-writer.ts";

/** A sidecar document as training writes it, for two bands. */
function document() {
  return {
    schema: 1,
    name: "tiny",
    model: "tiny.onnx",
    license: "CC-BY-SA-4.0",
    task: "speech-denoising",
    frontEnd: {
      sampleRateHz: 16000,
      windowLength: 320,
      hopLength: 160,
      fftSize: 512,
      window: "sqrt-hann-periodic",
      bands: { count: 2, scale: "mel", lowHz: 60, highHz: 8000 },
      features: { kind: "log2-band-power", epsilon: 1e-9, mean: [-8, -9], deviation: [4, 5] },
      gains: { kind: "band-gain" },
    },
    calibration: "calibration",
    clips: "clips",
    heldOut: { anything: true },
  };
}

describe("a sidecar", () => {
  it("is read with its statistics as float64 and its extra fields passed by", () => {
    const sidecar = parseSidecar(JSON.stringify(document()), "tiny.json");
    expect(sidecar.frontEnd.features.mean).toEqual(Float64Array.of(-8, -9));
    expect(sidecar.frontEnd.bands).toEqual({ count: 2, scale: "mel", lowHz: 60, highHz: 8000 });
    expect(sidecar.clips).toBe("clips");
    expect(sidecar).not.toHaveProperty("heldOut");
  });

  it.each<[string, string, (d: ReturnType<typeof document>) => void]>([
    ["another schema", "schema", (d) => Object.assign(d, { schema: 2 })],
    ["no licence", "license", (d) => Object.assign(d, { license: undefined })],
    ["a path out of its folder", "clips", (d) => Object.assign(d, { clips: "../../secret" })],
    ["an absolute path", "calibration", (d) => Object.assign(d, { calibration: "/etc" })],
    ["no front end", "frontEnd", (d) => Object.assign(d, { frontEnd: null })],
    [
      "a hop that loses samples",
      "frontEnd.windowLength",
      (d) => Object.assign(d.frontEnd, { hopLength: 100 }),
    ],
    [
      "a transform of 500 points",
      "frontEnd.fftSize",
      (d) => Object.assign(d.frontEnd, { fftSize: 500 }),
    ],
    [
      "a transform of 2^40 points",
      "frontEnd.fftSize",
      (d) => Object.assign(d.frontEnd, { fftSize: 2 ** 40 }),
    ],
    [
      "bands above half the rate",
      "frontEnd.bands.highHz",
      (d) => Object.assign(d.frontEnd.bands, { highHz: 9000 }),
    ],
    [
      "a mean too few",
      "frontEnd.features.mean",
      (d) => Object.assign(d.frontEnd.features, { mean: [1] }),
    ],
    [
      "a deviation of 0",
      "frontEnd.features.deviation",
      (d) => Object.assign(d.frontEnd.features, { deviation: [1, 0] }),
    ],
    [
      "an epsilon of 0",
      "frontEnd.features.epsilon",
      (d) => Object.assign(d.frontEnd.features, { epsilon: 0 }),
    ],
    [
      "a text as number",
      "frontEnd.sampleRateHz",
      (d) => Object.assign(d.frontEnd, { sampleRateHz: "16000" }),
    ],
  ])("with %s is refused by the field's name", (_, field, damage) => {
    const damaged = document();
    damage(damaged);
    expect(() => parseSidecar(JSON.stringify(damaged), "tiny.json")).toThrow(
      expect.objectContaining({ code: "TP-MODEL-010", facts: { file: "tiny.json", field } }),
    );
  });

  it.each(["", "[]", "null", "{", '{"schema":1'])("that reads %j is refused", (text) => {
    expect(() => parseSidecar(text, "tiny.json")).toThrow(
      expect.objectContaining({ code: "TP-MODEL-010" }),
    );
  });

  it("comes with its model, and only if their sizes agree", () => {
    const modelsDir = mkdtempSync(join(tmpdir(), "pioneer-sidecar-"));
    try {
      writeFileSync(join(modelsDir, "tiny.json"), JSON.stringify(document()));
      writeFileSync(join(modelsDir, "tiny.onnx"), writeOnnx(denoiserSpec(2, 3, 2)));
      expect(shippedModels(modelsDir)).toEqual(["tiny"]);
      expect(loadModel("tiny", { modelsDir }).sidecar?.name).toBe("tiny");
      writeFileSync(join(modelsDir, "tiny.onnx"), writeOnnx(denoiserSpec(3, 3, 2)));
      expect(() => loadModel("tiny", { modelsDir })).toThrow(
        expect.objectContaining({ code: "TP-MODEL-011" }),
      );
    } finally {
      rmSync(modelsDir, { recursive: true });
    }
  });

  it("of every shipped model is sound", ({ skip }) => {
    const modelsDir = join(import.meta.dirname, "../../models");
    if (!existsSync(modelsDir) || shippedModels(modelsDir).length === 0) skip("no models yet");
    for (const name of shippedModels(modelsDir)) {
      const { model, sidecar, directory } = loadModel(name, { modelsDir });
      expect(sidecar?.name).toBe(name);
      expect(model.name).toBe(name);
      expect(existsSync(join(directory, sidecar?.calibration ?? ""))).toBe(true);
      expect(existsSync(join(directory, sidecar?.clips ?? ""))).toBe(true);
    }
  });
});
