import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { analyse } from "../../codegen/frontend/analyse.ts";
import { loadModel, shippedModels } from "../../codegen/model/load.ts";
import { readOnnxModel } from "../../codegen/model/onnx/read.ts";
import { createFloatModel } from "../../codegen/model/reference-float.ts";
import { readRecordings } from "../../host/audio/recordings.ts";
import {
  denoiserSpec,
  type ModelSpec,
  seededTensor,
  seededValues,
  writeOnnx,
} from "./onnx-writer.ts";

/** onnxruntime computes in float32: about 1e-7 a sum of tens of products, carried over 40 steps. */
const TOLERANCE = 2e-6;
const STEPS = 40;
/** The same over hundreds of steps, cells of magnitude 8 and float32 features. */
const RECORDING_TOLERANCE = 5e-5;

/** Largest difference between onnxruntime over a whole sequence and the oracle step by step. */
async function largestDifference(spec: ModelSpec, output: string, batchFirst = false) {
  const bytes = writeOnnx(spec);
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const model = readOnnxModel(bytes, "test.onnx");
  const inputSize = model.inputSize;
  const input = seededValues(77, STEPS * inputSize, 3);
  const feeds: Record<string, Tensor> = {};
  for (const { name, shape } of spec.inputs) {
    const dims = shape.map((dim) => (typeof dim === "string" ? STEPS : dim));
    const values =
      name === spec.inputs[0]?.name ? input : new Array(dims.reduce((a, b) => a * b)).fill(0);
    feeds[name] = new Tensor("float32", Float32Array.from(values), dims);
  }
  const results = await session.run(feeds);
  await session.release();
  const expected = (results[output] as Tensor).data as Float32Array;
  const float = createFloatModel(model);
  expect(expected.length).toBe(STEPS * model.outputSize);
  expect(batchFirst).toBe(spec.inputs[0]?.shape[0] === 1);
  let largest = 0;
  for (let t = 0; t < STEPS; t++) {
    const frame = float.step(Float64Array.from(input.slice(t * inputSize, (t + 1) * inputSize)));
    frame.forEach((value, index) => {
      const other = expected[t * model.outputSize + index] as number;
      largest = Math.max(largest, Math.abs(value - other));
    });
  }
  return { largest, results, float };
}

describe("float64 oracle against onnxruntime", () => {
  it("agrees on the shape of the shipped models, values and final state", async () => {
    const { largest, results, float } = await largestDifference(denoiserSpec(6, 9, 5), "gains");
    expect(largest).toBeLessThan(TOLERANCE);
    const [state] = float.state;
    const last = (name: string) => Array.from((results[name] as Tensor).data as Float32Array);
    last("hn").forEach((h, unit) => {
      expect(state?.hidden[unit]).toBeCloseTo(h, 5);
    });
    last("cn").forEach((c, unit) => {
      expect(state?.cell[unit]).toBeCloseTo(c, 5);
    });
  });

  it("agrees on two LSTMs, initial states in the file, Gemm, tanh and relu, operator set 11", async () => {
    const spec: ModelSpec = {
      opset: 11,
      nodes: [
        {
          operator: "LSTM",
          inputs: ["x", "W1", "R1", "B1", "", "h1", "c1"],
          outputs: ["y1"],
          integers: { hidden_size: 7 },
        },
        { operator: "Squeeze", inputs: ["y1"], outputs: ["s1"], integers: { axes: [1] } },
        {
          operator: "LSTM",
          inputs: ["s1", "W2", "R2"],
          outputs: ["y2"],
          integers: { hidden_size: 4 },
        },
        { operator: "Reshape", inputs: ["y2", "shape"], outputs: ["flat"] },
        {
          operator: "Gemm",
          inputs: ["flat", "G", "g"],
          outputs: ["gemm"],
          integers: { transB: 1 },
          floats: { alpha: 1.5, beta: 0.5 },
        },
        { operator: "Tanh", inputs: ["gemm"], outputs: ["squashed"] },
        { operator: "MatMul", inputs: ["squashed", "D"], outputs: ["product"] },
        { operator: "Add", inputs: ["d", "product"], outputs: ["sum"] },
        { operator: "Relu", inputs: ["sum"], outputs: ["answer"] },
      ],
      initializers: [
        seededTensor("W1", [1, 28, 3], 11),
        { ...seededTensor("R1", [1, 28, 7], 12), asList: true },
        seededTensor("B1", [1, 56], 13),
        seededTensor("h1", [1, 1, 7], 14),
        seededTensor("c1", [1, 1, 7], 15),
        seededTensor("W2", [1, 16, 7], 16),
        seededTensor("R2", [1, 16, 4], 17),
        { name: "shape", dims: [2], values: [-1, 4], type: "int64" },
        seededTensor("G", [6, 4], 18),
        seededTensor("g", [1, 6], 19),
        seededTensor("D", [6, 2], 20),
        seededTensor("d", [1], 21),
      ],
      inputs: [{ name: "x", shape: ["T", 1, 3] }],
      outputs: [{ name: "answer", shape: ["T", 2] }],
    };
    expect((await largestDifference(spec, "answer")).largest).toBeLessThan(TOLERANCE);
  });

  it.each([0, 1])(
    "agrees on stacked GRUs with linear_before_reset %i, initial states given and kept, final states",
    async (linear_before_reset) => {
      const state = { name: "h2", shape: [1, 1, 4] };
      const spec: ModelSpec = {
        opset: 14,
        nodes: [
          {
            operator: "GRU",
            inputs: ["x", "W1", "R1", "B1", "", "h1"],
            outputs: ["y1"],
            integers: { hidden_size: 7, linear_before_reset },
          },
          { operator: "Squeeze", inputs: ["y1", "axes"], outputs: ["s1"] },
          {
            operator: "GRU",
            inputs: ["s1", "W2", "R2", "", "", "h2"],
            outputs: ["y2", "last"],
            integers: { hidden_size: 4, linear_before_reset },
          },
        ],
        initializers: [
          seededTensor("W1", [1, 21, 3], 41),
          seededTensor("R1", [1, 21, 7], 42),
          seededTensor("B1", [1, 42], 43),
          seededTensor("h1", [1, 1, 7], 44),
          { name: "axes", dims: [1], values: [1], type: "int64" },
          seededTensor("W2", [1, 12, 7], 45),
          seededTensor("R2", [1, 12, 4], 46),
        ],
        inputs: [{ name: "x", shape: ["T", 1, 3] }, state],
        outputs: [
          { name: "y2", shape: ["T", 1, 1, 4] },
          { name: "last", shape: [1, 1, 4] },
        ],
      };
      const { largest, results, float } = await largestDifference(spec, "y2");
      expect(largest).toBeLessThan(TOLERANCE);
      const last = (results.last as Tensor).data as Float32Array;
      expect(float.state.map(({ hidden, cell }) => [hidden.length, cell.length])).toEqual([
        [7, 0],
        [4, 0],
      ]);
      last.forEach((h, unit) => {
        expect(float.state[1]?.hidden[unit]).toBeCloseTo(h, 5);
      });
    },
  );

  it("agrees on batch-first input that is transposed for the LSTM and back", async () => {
    const spec: ModelSpec = {
      nodes: [
        { operator: "Transpose", inputs: ["x"], outputs: ["xt"], integers: { perm: [1, 0, 2] } },
        {
          operator: "LSTM",
          inputs: ["xt", "W", "R", "B"],
          outputs: ["y"],
          integers: { hidden_size: 5 },
        },
        { operator: "Transpose", inputs: ["y"], outputs: ["yt"], integers: { perm: [1, 2, 0, 3] } },
        { operator: "Squeeze", inputs: ["yt", "first"], outputs: ["h"] },
        { operator: "Identity", inputs: ["h"], outputs: ["same"] },
        { operator: "MatMul", inputs: ["same", "D"], outputs: ["answer"] },
      ],
      initializers: [
        seededTensor("W", [1, 20, 4], 31),
        seededTensor("R", [1, 20, 5], 32),
        seededTensor("B", [1, 40], 33),
        { name: "first", dims: [1], values: [0], type: "int64" },
        seededTensor("D", [5, 3], 34),
      ],
      inputs: [{ name: "x", shape: [1, "T", 4] }],
      outputs: [{ name: "answer", shape: [1, "T", 3] }],
    };
    expect((await largestDifference(spec, "answer", true)).largest).toBeLessThan(TOLERANCE);
  });
});

describe("shipped models", () => {
  it("give onnxruntime's gains on a recording", async ({ skip }) => {
    const modelsDir = join(import.meta.dirname, "../../models");
    const names = shippedModels(modelsDir);
    if (names.length === 0) skip("no models yet");
    for (const name of names) {
      const { model, sidecar } = loadModel(name, { modelsDir });
      if (!sidecar) throw new Error(`${name} has no sidecar`);
      const [clip] = readRecordings(join(modelsDir, sidecar.clips), sidecar.frontEnd.sampleRateHz);
      const { features } = analyse(clip?.samples ?? new Int16Array(), sidecar.frontEnd);
      const size = model.inputSize;
      const state = () => new Tensor("float32", new Float32Array(hidden), [1, 1, hidden]);
      const hidden = createFloatModel(model).state[0]?.hidden.length ?? 0;
      const session = await InferenceSession.create(join(modelsDir, sidecar.model), {
        logSeverityLevel: 3,
      });
      const flat = Float32Array.from(features.flatMap((frame) => [...frame]));
      const results = await session.run({
        features: new Tensor("float32", flat, [features.length, 1, size]),
        h0: state(),
        c0: state(),
      });
      await session.release();
      const expected = (results.gains as Tensor).data as Float32Array;
      const float = createFloatModel(model);
      let largest = 0;
      features.forEach((frame, t) => {
        float.step(frame).forEach((gain, band) => {
          largest = Math.max(largest, Math.abs(gain - (expected[t * size + band] as number)));
        });
      });
      expect(features.length).toBeGreaterThan(100);
      expect(largest).toBeLessThan(RECORDING_TOLERANCE);
    }
  });
});

describe("float64 oracle by itself", () => {
  const model = readOnnxModel(writeOnnx(denoiserSpec(2, 3, 2)), "test.onnx");

  it("reset gives the same answers again, and peaks keep the largest magnitudes", () => {
    const float = createFloatModel(model);
    const inputs = [Float64Array.of(0.5, -4), Float64Array.of(1, 2)];
    const first = inputs.map((input) => float.step(input));
    float.reset();
    expect(inputs.map((input) => float.step(input))).toEqual(first);
    expect(float.peaks.input).toBe(4);
    const outputs = first.flatMap((values) => [...values]);
    expect(float.peaks.layers.at(-1)?.output).toBe(Math.max(...outputs));
    expect(float.peaks.layers[0]?.cell).toBeGreaterThan(0);
  });

  it("computes one unit by hand", () => {
    const one = { rows: 4, cols: 1, values: Float64Array.of(0.1, 0.2, 0.3, 0.4) };
    const float = createFloatModel({
      name: "one",
      source: { format: "onnx", file: "none", digest: "" },
      inputSize: 1,
      outputSize: 1,
      streaming: "stateful-step",
      layers: [
        {
          kind: "lstm",
          name: "one",
          input: "x",
          output: "h",
          inputSize: 1,
          outputSize: 1,
          hiddenSize: 1,
          inputWeights: one,
          recurrentWeights: { ...one, values: Float64Array.of(1, 1, 1, 1) },
          bias: Float64Array.of(0, 0.1, 0, 0.1),
          initialHidden: Float64Array.of(0.5),
          initialCell: Float64Array.of(-1),
        },
      ],
    });
    // x = 2: i = s(0.7), f = s(1.0), g = tanh(1.1), o = s(1.4), in GATES order.
    const s = (x: number) => 1 / (1 + Math.E ** -x);
    const cell = s(1.0) * -1 + s(0.7) * Math.tanh(1.1);
    expect(float.step(Float64Array.of(2))[0]).toBeCloseTo(s(1.4) * Math.tanh(cell), 14);
    expect(float.state[0]?.cell[0]).toBeCloseTo(cell, 14);
  });

  it.each([
    // x = 2: z = s(0.7), r = s(1.0); n_x = 0.6, n_h = 0.5 + 0.2 or the reset state's part of it.
    ["after", (s: (x: number) => number) => Math.tanh(0.6 + s(1.0) * 0.7)],
    ["before", (s: (x: number) => number) => Math.tanh(0.6 + s(1.0) * 0.5)],
  ] as const)("computes one GRU unit that resets %s its product by hand", (when, candidate) => {
    const resetAfter = when === "after";
    const float = createFloatModel({
      name: "one",
      source: { format: "onnx", file: "none", digest: "" },
      inputSize: 1,
      outputSize: 1,
      streaming: "stateful-step",
      layers: [
        {
          kind: "gru",
          name: "one",
          input: "x",
          output: "h",
          inputSize: 1,
          outputSize: 1,
          hiddenSize: 1,
          resetAfter,
          inputWeights: { rows: 3, cols: 1, values: Float64Array.of(0.1, 0.2, 0.3) },
          recurrentWeights: { rows: 3, cols: 1, values: Float64Array.of(1, 1, 1) },
          bias: Float64Array.of(0, 0.1, 0),
          candidateRecurrentBias: Float64Array.of(resetAfter ? 0.2 : 0),
          initialHidden: Float64Array.of(0.5),
        },
      ],
    });
    const s = (x: number) => 1 / (1 + Math.E ** -x);
    const n = candidate(s);
    const expected = (1 - s(0.7)) * n + s(0.7) * 0.5;
    expect(float.step(Float64Array.of(2))[0]).toBeCloseTo(expected, 14);
    expect(float.peaks.layers[0]?.half).toBeCloseTo(resetAfter ? 0.7 : 0.6, 14);
    float.reset();
    expect(float.state[0]?.hidden).toEqual(Float64Array.of(0.5));
  });

  it("refuses an input of another length", () => {
    expect(() => createFloatModel(model).step(new Float64Array(3))).toThrow(RangeError);
  });
});
