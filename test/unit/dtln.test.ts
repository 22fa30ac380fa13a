import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { layerSize } from "../../codegen/model/layer-size.ts";
import { loadModel } from "../../codegen/model/load.ts";
import { createFloatModel } from "../../codegen/model/reference-float.ts";
import { calibrate } from "../../codegen/quantize/calibrate.ts";
import { ungenerated } from "../../codegen/quantize/operators.ts";
import {
  dequantizeValues,
  type Quantization,
  quantizeValues,
} from "../../codegen/quantize/params.ts";
import { quantizeModel } from "../../codegen/quantize/quantize-model.ts";
import { hasHalves } from "../../codegen/quantize/quantized-model.ts";
import { createTwin } from "../../codegen/quantize/twin.ts";
import { readRecordings } from "../../host/audio/recordings.ts";
import { BINS, HOP, magnitudes } from "../../scripts/sizing/dtln-frames.ts";

const SHARED = join(import.meta.dirname, "../../../shared/models");
const FILE = join(SHARED, "dtln-part1/float.onnx");
const FRAMES = 200;
/** Frames from the middle of each clip, where words are. */
const MIDDLE = 40;

let made: readonly Float64Array[] | undefined;

/** 200 frames of the recordings, one after the other, in single precision; made once. */
function frames(): readonly Float64Array[] {
  made ??= spectra();
  return made;
}

function spectra(): readonly Float64Array[] {
  const clips = readRecordings(join(SHARED, "audio"), 16_000);
  const samples = Float64Array.from(
    clips.flatMap((clip) => [...clip.samples]),
    (sample) => sample / 32768,
  );
  return magnitudes(samples, FRAMES).map((frame) => Float64Array.from(Float32Array.from(frame)));
}

describe("DTLN part 1, whose states are packed into one tensor", () => {
  it("gives onnxruntime's mask on 200 frames of audio, and keeps the same states", async ({
    skip,
  }) => {
    if (!existsSync(FILE)) skip("../shared/models is not here");
    const { model } = loadModel(FILE, { modelsDir: "" });
    expect(model.layers.map(({ kind }) => kind)).toEqual(["lstm", "lstm", "dense", "activation"]);
    expect(model.streaming).toBe("stateful-step");
    expect(model.layers.reduce((sum, layer) => sum + layerSize(layer).macs, 0)).toBe(361_088);
    expect(ungenerated(model)).toEqual([]);

    const session = await InferenceSession.create(FILE, { logSeverityLevel: 3 });
    const float = createFloatModel(model);
    let state = new Tensor("float32", new Float32Array(2 * 128 * 2), [1, 2, 128, 2]);
    let largest = 0;
    let widest = 0;
    for (const frame of frames()) {
      const result = await session.run({
        input_2: new Tensor("float32", Float32Array.from(frame), [1, 1, BINS]),
        input_3: state,
      });
      state = result.tf_op_layer_stack_2 as typeof state;
      const mask = (result.activation_2 as Tensor).data as Float32Array;
      float.step(frame).forEach((value, bin) => {
        largest = Math.max(largest, Math.abs(value - (mask[bin] as number)));
      });
      widest = Math.max(widest, Math.max(...mask) - Math.min(...mask));
    }
    await session.release();
    expect(largest).toBeLessThan(1e-5);
    expect(widest).toBeGreaterThan(0.5);
    // [1, layer, unit, hidden or cell]
    const kept = state.data as Float32Array;
    float.state.forEach(({ hidden, cell }, layer) => {
      hidden.forEach((value, unit) => {
        const at = 2 * (128 * layer + unit);
        expect(Math.abs(value - (kept[at] as number))).toBeLessThan(1e-5);
        expect(Math.abs((cell[unit] as number) - (kept[at + 1] as number))).toBeLessThan(1e-4);
      });
    });
  });
});

/** The masks of each clip, whose state starts anew with it. */
function masksOf(
  clips: readonly (readonly Float64Array[])[],
  { reset, step }: { reset(): void; step(frame: Float64Array): Float64Array },
): readonly Float64Array[] {
  return clips.flatMap((frames) => {
    reset();
    return frames.map(step);
  });
}

/** The mean of |value - expected| over all bins of all frames. */
function meanError(masks: readonly Float64Array[], expected: readonly Float64Array[]): number {
  let sum = 0;
  masks.forEach((mask, frame) => {
    mask.forEach((value, bin) => {
      sum += Math.abs(value - (expected[frame]?.[bin] ?? Number.NaN));
    });
  });
  return sum / (masks.length * BINS);
}

describe("DTLN part 1 in integers", () => {
  it("loses no more than its input's 8 bits, and a tenth of that with 16", ({ skip }) => {
    if (!existsSync(FILE)) skip("../shared/models is not here");
    const { model } = loadModel(FILE, { modelsDir: "" });
    const clips = readRecordings(join(SHARED, "audio"), 16_000).map(({ samples }) =>
      magnitudes(
        Float64Array.from(samples.subarray(30 * HOP), (sample) => sample / 32768),
        MIDDLE,
      ),
    );
    const calibration = calibrate(model, { source: "the clips themselves", sequences: clips });
    const float = createFloatModel(model);
    const expected = masksOf(clips, float);
    const errorOf = { int8: Number.NaN, int16x8: Number.NaN };
    for (const format of ["int8", "int16x8"] as const) {
      const quantized = quantizeModel(model, calibration, format);
      expect(quantized.layers.map(hasHalves)).toEqual([true, false, false]);
      const { input, output } = quantized;
      const twin = createTwin(quantized);
      const step = (frame: Float64Array) =>
        dequantizeValues(twin.step(quantizeValues(frame, input).values), output);
      errorOf[format] = meanError(masksOf(clips, { reset: twin.reset, step }), expected);
    }
    const edge: Quantization = { type: "int8", scale: calibration.inputPeak / 127, zeroPoint: 0 };
    const step = (frame: Float64Array) =>
      float.step(dequantizeValues(quantizeValues(frame, edge).values, edge));
    const ofInput = meanError(masksOf(clips, { reset: float.reset, step }), expected);
    // What the frames lose before the first layer: 0.102.
    expect(errorOf.int8).toBeLessThan(ofInput + 0.005);
    expect(errorOf.int16x8).toBeLessThan(0.01);
  }, 60_000);
});

describe("DTLN part 1 as TFLite", () => {
  const load = (name: string) =>
    loadModel(join(SHARED, "dtln-part1", name), { modelsDir: "" }).model;

  // What is kept of LiteRT's answers is every 16th bin of every tenth frame. It rounds activations to 8 bits at each step
  // where weights have 8; those weights alone move single values of the mask by up to 0.7 on these recordings.
  it.each([
    ["float.tflite", 1e-5],
    ["dynamic-range.tflite", 0.06],
  ] as const)("gives LiteRT's mask of %s on 200 frames, within %d", (file, bound) => {
    if (!existsSync(FILE)) return;
    const model = load(file);
    expect(model.layers.map(({ kind }) => kind)).toEqual(["lstm", "lstm", "dense", "activation"]);
    const answers: Readonly<Record<string, readonly (readonly number[])[]>> = JSON.parse(
      readFileSync(join(import.meta.dirname, "../vectors/tflite/dtln-part1.json"), "utf8"),
    );
    const run = createFloatModel(model);
    let largest = 0;
    for (const [index, frame] of frames().entries()) {
      const mask = run.step(frame);
      if (index % 10 !== 9) continue;
      answers[file]?.[(index - 9) / 10]?.forEach((value, at) => {
        largest = Math.max(largest, Math.abs(value - (mask[16 * at] as number)));
      });
    }
    expect(answers[file]?.flat()).toHaveLength(20 * 17);
    expect(largest).toBeLessThan(bound);
  });

  it("holds the weights of the ONNX file, in whatever order that keeps its gates", () => {
    if (!existsSync(FILE)) return;
    const weightsOf = (name: string) =>
      load(name).layers.flatMap((layer) =>
        layer.kind === "lstm"
          ? [layer.inputWeights.values, layer.recurrentWeights.values, layer.bias]
          : [],
      );
    const wanted = weightsOf("float.onnx");
    const found = weightsOf("float.tflite");
    expect(found.map(({ length }) => length)).toEqual(wanted.map(({ length }) => length));
    const isSame = found.map((values, at) => values.every((value, i) => value === wanted[at]?.[i]));
    expect(isSame).toEqual(new Array(6).fill(true));
  });
});
