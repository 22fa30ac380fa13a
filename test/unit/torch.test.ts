/** Networks of PyTorch, by both of its exporters and as safetensors, against what PyTorch itself answered. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadModel } from "../../codegen/model/load.ts";
import { createFloatModel, runSequence } from "../../codegen/model/reference-float.ts";
import type { RecurrentModel } from "../../codegen/model/types.ts";

const VECTORS = join(import.meta.dirname, "../vectors/torch");
const FILES = readdirSync(VECTORS).filter((file) => /\.(onnx|safetensors)$/.test(file));

function read(file: string): RecurrentModel {
  return loadModel(join(VECTORS, file), { modelsDir: "" }).model;
}

/** Every step's answer, or the last one's of a network that answers at the end. */
function answers(model: RecurrentModel, input: readonly number[]): readonly number[] {
  const frames = Array.from({ length: input.length / model.inputSize }, (_, step) =>
    Float64Array.from(input.slice(step * model.inputSize, (step + 1) * model.inputSize)),
  );
  const run = model.streaming === "stateful-step" ? createFloatModel(model) : undefined;
  const outputs = run ? frames.map((frame) => run.step(frame)) : runSequence(model, frames);
  const shown = model.streaming === "whole-sequence" ? outputs.slice(-1) : outputs;
  return shown.flatMap((output) => [...output]);
}

describe("real numbers against PyTorch", () => {
  it("has each network in three files", () => {
    expect(FILES).toHaveLength(3 * 7);
  });

  it.each(FILES)("%s, within 1e-5", (file) => {
    const golden = JSON.parse(
      readFileSync(join(VECTORS, file.replace(/\..*$/, ".golden.json")), "utf8"),
    ) as { input: number[]; expectedOutput: number[] };
    const given = answers(read(file), golden.input);
    expect(given).toHaveLength(golden.expectedOutput.length);
    const spread = Math.max(...golden.expectedOutput) - Math.min(...golden.expectedOutput);
    expect(spread).toBeGreaterThan(0.1);
    const worst = given.map((value, k) => Math.abs(value - (golden.expectedOutput[k] as number)));
    expect(Math.max(...worst)).toBeLessThan(1e-5);
  });

  it.each(["lstm-step", "lstm-stack", "gru-stack", "mixed"])("%s keeps its state", (name) => {
    for (const ending of ["torchscript.onnx", "dynamo.onnx", "safetensors"]) {
      expect(read(`${name}.${ending}`).streaming).toBe("stateful-step");
    }
  });

  it("one network has the same layers in each of its files", () => {
    const kinds = (file: string) => read(file).layers.map(({ kind }) => kind);
    expect(kinds("lstm-stack.dynamo.onnx")).toEqual(["lstm", "lstm", "dense", "activation"]);
    for (const name of ["lstm-step", "lstm-stack", "gru-stack", "both-ways"]) {
      expect(kinds(`${name}.dynamo.onnx`)).toEqual(kinds(`${name}.torchscript.onnx`));
    }
  });
});
