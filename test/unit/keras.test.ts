/** Keras files against what Keras answered, and what they say of time and state. */
import { describe, expect, it } from "vitest";
import { readKerasModel } from "../../codegen/model/keras/read.ts";
import { snakeCase } from "../../codegen/model/keras/stored-weights.ts";
import { createFloatModel, runSequence } from "../../codegen/model/reference-float.ts";
import type { RecurrentModel } from "../../codegen/model/types.ts";
import { configured, KERAS_FILES, kerasFile, kerasGolden, layerOf } from "./keras-files.ts";

/** Steps one after the other where the model can; a whole sequence otherwise. */
function answers(model: RecurrentModel, input: readonly number[]): number[] {
  const frames = Array.from({ length: input.length / model.inputSize }, (_, step) =>
    Float64Array.from(input.slice(step * model.inputSize, (step + 1) * model.inputSize)),
  );
  if (model.streaming === "stateful-step") {
    const run = createFloatModel(model);
    return frames.flatMap((frame) => [...run.step(frame)]);
  }
  const outputs = runSequence(model, frames);
  const shown = model.streaming === "whole-sequence" ? outputs.slice(-1) : outputs;
  return shown.flatMap((output) => [...output]);
}

describe("real numbers against Keras", () => {
  it("has files of Keras 2 and 3, archives and HDF5", () => {
    expect(KERAS_FILES.length).toBeGreaterThanOrEqual(45);
    for (const kind of [/^keras2.*keras$/, /^keras2.*h5$/, /^keras3.*keras$/, /^keras3.*h5$/]) {
      expect(KERAS_FILES.filter((name) => kind.test(name)).length).toBeGreaterThanOrEqual(6);
    }
  });

  it.each(KERAS_FILES)("%s, within 1e-5", (name) => {
    const model = readKerasModel(kerasFile(name), name);
    const { input, expectedOutput } = kerasGolden(name);
    const given = answers(model, input);
    expect(given).toHaveLength(expectedOutput.length);
    const worst = Math.max(...given.map((value, k) => Math.abs(value - (expectedOutput[k] ?? 0))));
    expect(worst).toBeLessThan(1e-5);
  });
});

describe("time and state", () => {
  const read = (name: string) => readKerasModel(kerasFile(name), name);

  it.each([
    ["keras3-lstm-stack.keras", "stateful-step", undefined],
    ["keras3-stateful-step.keras", "stateful-step", undefined],
    ["keras3-stateful-parts.keras", "stateful-step", undefined],
    ["keras3-classifier.keras", "whole-sequence", 24],
    ["keras3-backwards.keras", "whole-sequence", 24],
    ["keras3-bidirectional.keras", "sequence-to-sequence", undefined],
    ["keras3-without-time.keras", "stateful-step", undefined],
  ])("%s: %s", (name, streaming, sequenceSteps) => {
    const model = read(name);
    expect(model.streaming).toBe(streaming);
    expect(model.sequenceSteps).toBe(sequenceSteps);
  });

  it("a layer that is not stateful starts anew with each call of one step", () => {
    const bytes = configured("keras3-stateful-step.keras", (config) => {
      layerOf(config, "LSTM").config.stateful = false;
      layerOf(config, "GRU").config.stateful = false;
    });
    expect(readKerasModel(bytes, "fresh.keras")).toMatchObject({
      streaming: "whole-sequence",
      sequenceSteps: 1,
    });
  });

  it("batch normalizations are taken into the layers beside them", () => {
    const kinds = read("keras3-normalizations.keras").layers.map(({ kind }) => kind);
    expect(kinds).toEqual(["lstm", "dense", "layer-norm", "dense", "layer-norm"]);
  });

  it("the hard sigmoid of Keras 2 is steeper", () => {
    const slopeOf = (name: string) => read(name).layers.find(({ kind }) => kind === "hard-sigmoid");
    expect(slopeOf("keras2-activations.keras")).toMatchObject({ alpha: 0.2 });
    expect(slopeOf("keras3-activations.keras")).toMatchObject({ alpha: 1 / 6 });
  });
});

it("classes have Keras's names in paths", () => {
  // Written by hand from paths in Keras's files.
  const names = ["LSTM", "Conv1D", "LayerNormalization", "LeakyReLU", "TimeDistributed", "ReLU"];
  expect(names.map(snakeCase)).toEqual([
    ...["lstm", "conv1d", "layer_normalization", "leaky_re_lu", "time_distributed", "re_lu"],
  ]);
});
