import { describe, expect, test } from "vitest";
import { createFloatModel } from "../../codegen/model/reference-float.ts";
import { readSafetensorsModel } from "../../codegen/model/safetensors/read.ts";
import { writeSafetensorsModel } from "../../codegen/model/safetensors/write.ts";
import type { LstmLayer, RecurrentModel } from "../../codegen/model/types.ts";
import { calibrate, seededUniform } from "../../codegen/quantize/calibrate.ts";
import { quantizeValues } from "../../codegen/quantize/params.ts";
import { quantizeModel } from "../../codegen/quantize/quantize-model.ts";
import { createTwin } from "../../codegen/quantize/twin.ts";
import { type DenseShape, type LayerShape, seededModel } from "../../codegen/size/network.ts";
import { padModel } from "../../codegen/size/pad.ts";
import { magnitudePruned, pruneModel, unitStatistics } from "../../codegen/size/prune.ts";

const FRAMES = 6;

/** Two sequences of numbers in +-2. */
function dataFor(inputSize: number, seed: number) {
  const uniform = seededUniform(seed);
  const frame = () => Float64Array.from({ length: inputSize }, () => 4 * uniform() - 2);
  const sequence = () => Array.from({ length: FRAMES }, frame);
  return { source: `seed ${seed}`, sequences: [sequence(), sequence()] };
}

/** A chain of one or two LSTMs or GRUs and a dense layer. */
function randomModel(seed: number): RecurrentModel {
  const uniform = seededUniform(seed);
  const size = (most: number): number => 1 + Math.floor(uniform() * most);
  const inputSize = size(6);
  let before = inputSize;
  const layers: LayerShape[] = Array.from({ length: size(2) }, () => {
    const kind = uniform() < 0.6 ? ("lstm" as const) : ("gru" as const);
    const hiddenSize = size(7);
    const layer = { kind, inputSize: before, hiddenSize };
    before = hiddenSize;
    return kind === "gru" ? { ...layer, resetAfter: uniform() < 0.5 } : layer;
  });
  const activations: readonly DenseShape["activation"][] = ["none", "relu", "sigmoid", "tanh"];
  const activation = activations[size(4) - 1] as DenseShape["activation"];
  layers.push({ kind: "dense", inputSize: before, outputSize: size(5), activation });
  return seededModel({ inputSize, layers });
}

const hiddenSizes = ({ layers }: RecurrentModel): number[] =>
  layers.flatMap((layer) => ("hiddenSize" in layer ? [layer.hiddenSize] : []));

function floatOutputs(model: RecurrentModel, frames: readonly Float64Array[]) {
  const run = createFloatModel(model);
  return frames.map((frame) => Array.from(run.step(frame)));
}

test("padded output equals unpadded for 1,000 random models, bit for bit in the integer twin", () => {
  for (let seed = 1; seed <= 1000; seed++) {
    const model = randomModel(seed);
    const uniform = seededUniform(-seed);
    const wanted = hiddenSizes(model).map((size) => size + Math.floor(uniform() * 5));
    const padded = padModel(model, wanted);
    expect(hiddenSizes(padded)).toEqual(wanted);
    const data = dataFor(model.inputSize, seed + 5000);
    const frames = data.sequences[0] as readonly Float64Array[];
    expect(floatOutputs(padded, frames)).toEqual(floatOutputs(model, frames));
    const format = seed % 2 === 0 ? "int8" : "int16x8";
    const [one, other] = [model, padded].map((each) => {
      const quantized = quantizeModel(each, calibrate(each, data), format);
      const twin = createTwin(quantized);
      return frames.map((frame) =>
        Array.from(twin.step(quantizeValues(frame, quantized.input).values)),
      );
    });
    expect(other, `seed ${seed}`).toEqual(one);
  }
});

test("fewer units are no padding", () => {
  const model = seededModel({
    inputSize: 2,
    layers: [{ kind: "lstm", inputSize: 2, hiddenSize: 3 }],
  });
  expect(() => padModel(model, [2])).toThrow(RangeError);
  // Its units are what the model gives.
  expect(() => padModel(model, [4])).toThrow("TP-PLAN-020");
});

/** An LSTM behind three inputs, and a dense layer. */
const MODEL = seededModel({
  inputSize: 3,
  layers: [
    { kind: "lstm", inputSize: 3, hiddenSize: 6 },
    { kind: "dense", inputSize: 6, outputSize: 2, activation: "none" },
  ],
});

/** The same with unit 2 put out of work: its output gate is shut, or nothing reads it. */
function withUselessUnit(how: "silent" | "constant" | "unread"): RecurrentModel {
  const lstm = MODEL.layers[0] as LstmLayer;
  const hidden = lstm.hiddenSize;
  const unit = 2;
  const bias = lstm.bias.slice();
  const inputWeights = { ...lstm.inputWeights, values: lstm.inputWeights.values.slice() };
  const recurrentWeights = {
    ...lstm.recurrentWeights,
    values: lstm.recurrentWeights.values.slice(),
  };
  const set = (gate: number, value: number): void => {
    bias[gate * hidden + unit] = value;
    inputWeights.values.fill(0, (gate * hidden + unit) * 3, (gate * hidden + unit + 1) * 3);
    recurrentWeights.values.fill(0, (gate * hidden + unit) * 6, (gate * hidden + unit + 1) * 6);
  };
  const dense = MODEL.layers[1] as Extract<RecurrentModel["layers"][number], { kind: "dense" }>;
  const weights = { ...dense.weights, values: dense.weights.values.slice() };
  if (how === "unread") {
    for (let row = 0; row < 4 * hidden; row++) recurrentWeights.values[row * hidden + unit] = 0;
    for (let row = 0; row < 2; row++) weights.values[row * hidden + unit] = 0;
  } else {
    // Always in, never kept, always out: c = tanh(0.8), h = tanh(c). Or never out: h = 0.
    set(0, 40);
    set(1, -40);
    set(2, 0.8);
    set(3, how === "silent" ? -40 : 40);
  }
  const layers = [
    { ...lstm, bias, inputWeights, recurrentWeights },
    { ...dense, weights },
  ];
  return { ...MODEL, layers };
}

describe("pruning", () => {
  const data = dataFor(3, 9);

  test("to the same size is the identity", () => {
    expect(pruneModel(MODEL, [6], data)).toEqual(MODEL);
    for (let seed = 1; seed <= 20; seed++) {
      const model = randomModel(seed);
      expect(pruneModel(model, hiddenSizes(model), dataFor(model.inputSize, seed))).toEqual(model);
    }
  });

  test.each(["silent", "constant", "unread"] as const)(
    "takes a planted useless unit first (%s), and nothing is lost by it",
    (how) => {
      const model = withUselessUnit(how);
      const importance = unitStatistics(model, 0, data).map((unit) => unit.importance);
      expect(importance.indexOf(Math.min(...importance))).toBe(2);
      const smaller = pruneModel(model, [5], data);
      expect(hiddenSizes(smaller)).toEqual([5]);
      const frames = data.sequences[1] as readonly Float64Array[];
      // Its constant output is in the biases from the first step on, one step before the unit itself would have given it to the gates.
      const from = how === "constant" ? 1 : 0;
      const close = floatOutputs(smaller, frames).slice(from);
      for (const [step, output] of floatOutputs(model, frames).slice(from).entries()) {
        for (const [i, value] of output.entries()) {
          expect(Math.abs(value - (close[step]?.[i] ?? 0))).toBeLessThan(
            how === "constant" ? 0.02 : 1e-12,
          );
        }
      }
    },
  );

  test("folds what a unit gives on average, by hand", () => {
    const model = withUselessUnit("constant");
    const given = Math.tanh(Math.tanh(0.8));
    const [, , unit] = unitStatistics(model, 0, data);
    expect(unit?.mean).toBeCloseTo(given, 9);
    expect(unit?.deviation).toBeCloseTo(0, 6);
    const [lstm, dense] = model.layers as readonly [
      LstmLayer,
      { bias: Float64Array; weights: { values: Float64Array } },
    ];
    const [, smaller] = pruneModel(model, [5], data).layers as readonly [
      unknown,
      { bias: Float64Array },
    ];
    expect(smaller.bias[1]).toBeCloseTo(
      (dense.bias[1] as number) + (dense.weights.values[6 + 2] as number) * given,
      9,
    );
    expect(lstm.hiddenSize).toBe(6);
  });

  test("refuses what it cannot do", () => {
    expect(() => pruneModel(MODEL, [0], data)).toThrow(RangeError);
    expect(() => pruneModel(MODEL, [7], data)).toThrow(RangeError);
    expect(() => pruneModel(MODEL, [5, 5], data)).toThrow(RangeError);
    expect(() => pruneModel(MODEL, [5], { source: "", sequences: [] })).toThrow(RangeError);
    const before = { kind: "gru", inputSize: 3, hiddenSize: 4, resetAfter: false } as const;
    const dense = { kind: "dense", inputSize: 4, outputSize: 2, activation: "none" } as const;
    const gru = seededModel({ inputSize: 3, layers: [before, dense] });
    expect(() => pruneModel(gru, [3], data)).toThrow("resets before its product");
  });
});

test("the unstructured baseline zeroes the smallest weights and keeps every size", () => {
  const half = magnitudePruned(MODEL, 0.5);
  const before = (MODEL.layers[0] as LstmLayer).inputWeights.values;
  const after = (half.layers[0] as LstmLayer).inputWeights.values;
  expect(after.length).toBe(72);
  const kept = before.filter((_, i) => after[i] !== 0);
  expect(kept.length).toBe(36);
  const gone = before.filter((_, i) => after[i] === 0);
  expect(Math.max(...gone.map(Math.abs))).toBeLessThan(Math.min(...kept.map(Math.abs)));
  expect(magnitudePruned(MODEL, 0)).toEqual(MODEL);
  expect(() => magnitudePruned(MODEL, 1.1)).toThrow(RangeError);
});

test("a written model is read back as it was, value for value", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const model = randomModel(seed);
    if (model.layers.some((layer) => layer.kind === "gru" && !layer.resetAfter)) {
      expect(() => writeSafetensorsModel(model)).toThrow("TP-PLAN-021");
      continue;
    }
    const { weights, description } = writeSafetensorsModel(model);
    const read = readSafetensorsModel(weights, "model.safetensors", description);
    const frames = dataFor(model.inputSize, seed).sequences[0] as readonly Float64Array[];
    expect(floatOutputs(read, frames)).toEqual(floatOutputs(model, frames));
    expect(hiddenSizes(read)).toEqual(hiddenSizes(model));
  }
});
