import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PlanError } from "../../codegen/errors.ts";
import { readOnnxModel } from "../../codegen/model/onnx/read.ts";
import type { Unsupported } from "../../codegen/model/types.ts";
import { operatorsOf, ungenerated } from "../../codegen/quantize/operators.ts";
import { inspectModel } from "../../host/workflow/inspect.ts";
import { ints, op, single } from "./onnx-cases.ts";
import { hidden, weights } from "./onnx-recurrent-cases.ts";
import {
  type ModelSpec,
  type NodeSpec,
  seededTensor,
  type TensorSpec,
  writeOnnx,
} from "./onnx-writer.ts";

const LSTM = op("LSTM", "x W R B", "s h c", hidden(4));
const SQUEEZE = op("Squeeze", "s axis1", "q");
const CONSTANTS: readonly TensorSpec[] = [
  ...weights(4, [4, 4], 1),
  ints("axis1", 1),
  ints("zero", 0),
  ints("one", 1),
  ints("two", 2),
  ints("minus", -1),
  seededTensor("K", [4, 4, 3], 8),
  seededTensor("v", [4], 9),
];

/** A network of sequences "x" [T, 1, 4] to "y"; "s" is an LSTM's, "q" the same [T, 1, 4], "w" the same [1, 4, T]. */
function sequenceSpec(nodes: readonly NodeSpec[], more: readonly TensorSpec[] = []): ModelSpec {
  return {
    opset: 17,
    nodes: [LSTM, SQUEEZE, op("Transpose", "q", "w", { integers: { perm: [1, 2, 0] } }), ...nodes],
    initializers: [...CONSTANTS, ...more],
    inputs: [{ name: "x", shape: ["T", 1, 4] }],
    outputs: [{ name: "y", shape: [] }],
  };
}

/** A network of one step "x" [1, 2, 3] to "y". */
function stepSpec(nodes: readonly NodeSpec[]): ModelSpec {
  return {
    opset: 17,
    nodes,
    initializers: [seededTensor("g", [3], 1), seededTensor("v2", [2], 2), single("p", 3)],
    inputs: [{ name: "x", shape: [1, 2, 3] }],
    outputs: [{ name: "y", shape: [] }],
  };
}

function refusedIn(spec: ModelSpec): readonly Unsupported[] {
  try {
    readOnnxModel(writeOnnx(spec), "model.onnx");
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    expect(error.code).toBe("TP-PLAN-001");
    return error.facts.unsupported as readonly Unsupported[];
  }
  throw new Error("the model was read");
}

describe("what a stream cannot do is refused by operator, with what to do instead", () => {
  it.each<[string, ModelSpec, string]>([
    [
      "a convolution that looks ahead",
      sequenceSpec([op("Conv", "w K", "y", { integers: { pads: [1, 1] } })]),
      "pads 1 steps before the first, but its window reaches 2 back",
    ],
    [
      "a convolution that skips steps",
      sequenceSpec([op("Conv", "w K", "y", { integers: { pads: [2, 0], strides: [2] } })]),
      "answers one step in 2 only",
    ],
    [
      "steps that were padded and not cut",
      sequenceSpec([op("Conv", "w K", "a", { integers: { pads: [2, 2] } }), op("Relu", "a", "y")]),
      "added before the first or behind the last",
    ],
    [
      "a pool over time",
      sequenceSpec([op("MaxPool", "w", "y", { integers: { kernel_shape: [2] } })]),
      "pools time steps",
    ],
    ["part of a sequence", sequenceSpec([op("Slice", "q one two zero", "y")]), "from 1 to 2"],
    [
      "the first step",
      sequenceSpec([op("Gather", "q zero", "y", { integers: { axis: 0 } })]),
      "takes steps 0 of a sequence",
    ],
    [
      "a sequence split",
      sequenceSpec([op("Split", "q", "y z", { integers: { axis: 0 } })]),
      "splits a sequence into steps",
    ],
    [
      "every step joined with the last",
      sequenceSpec([op("Add", "q h", "y")]),
      "mixes values of every step with values of the last one",
    ],
    [
      "an LSTM behind the last step",
      sequenceSpec([op("LSTM", "h W R B", "y", hidden(4))]),
      "there once a sequence",
    ],
    [
      "an LSTM along another axis",
      sequenceSpec([
        op("Transpose", "q", "t", { integers: { perm: [1, 0, 2] } }),
        op("LSTM", "t W R B", "y", hidden(4)),
      ]),
      "does not run along the time axis",
    ],
    [
      "an initial state that is computed",
      sequenceSpec([op("Relu", "h", "r"), op("LSTM", "q W R B - r", "y", hidden(4))]),
      "initial_h is computed from other values",
    ],
    [
      "a softmax over time",
      sequenceSpec([op("Softmax", "q", "y", { integers: { axis: 0 } })]),
      "or one of several steps",
    ],
    [
      "a layer norm of parts",
      stepSpec([op("LayerNormalization", "x g", "y")]),
      "normalises parts of a step's [1,2,3] apart",
    ],
    ["several distributions", stepSpec([op("Softmax", "x", "y")]), "makes several distributions"],
    [
      "a mean of a part",
      stepSpec([op("ReduceMean", "x", "y", { integers: { axes: [2] } })]),
      "which is no layer normalization of a step",
    ],
    [
      "a mean alone",
      stepSpec([op("ReduceMean", "x", "m", { integers: { axes: [1, 2] } }), op("Relu", "m", "y")]),
      "reads a mean that is no part of a layer normalization",
    ],
    ["a root alone", stepSpec([op("Sqrt", "x", "y")]), "no part of a layer normalization"],
    ["a power", stepSpec([op("Pow", "x p", "y")]), "raises to the power of [3]"],
    ["a quotient", stepSpec([op("Div", "p x", "y")]), "divides by a computed value"],
    [
      "constants joined to values",
      stepSpec([
        op("Reshape", "v2 shape", "c"),
        op("Flatten", "x", "f"),
        op("Concat", "f c", "y", { integers: { axis: 1 } }),
      ]),
      "joins constants to computed values",
    ],
    [
      "a batch normalization in training",
      stepSpec([
        op("BatchNormalization", "x v2 v2 v2 v2", "y", { integers: { training_mode: 1 } }),
      ]),
      "training_mode is set",
    ],
    ["a product of two values", stepSpec([op("MatMul", "x x", "y")]), "computed, not a constant"],
  ])("%s", (_, spec, why) => {
    const initializers = [...(spec.initializers ?? []), ints("shape", 1, 2)];
    const [first] = refusedIn({ ...spec, initializers });
    expect(first?.why).toContain(why);
    expect(first?.instead).toMatch(/\w/);
  });

  it("all of them at once", () => {
    const listed = refusedIn(
      sequenceSpec([
        op("MaxPool", "w", "a", { name: "pool", integers: { kernel_shape: [2] } }),
        op("Softmax", "q", "b", { name: "soft", integers: { axis: 0 } }),
        op("RNN", "q", "y", { name: "plain" }),
      ]),
    );
    expect(listed.map(({ operator, node }) => `${operator} ${node}`)).toEqual([
      "MaxPool pool",
      "Softmax soft",
      "RNN plain",
    ]);
  });
});

describe("a model that is read but has layers without a kernel", () => {
  const bytes = writeOnnx(
    sequenceSpec([
      op("LeakyRelu", "q", "l", { name: "leaky" }),
      op("Add", "l x", "z", { name: "skip" }),
      op("Softmax", "z", "y", { name: "soft" }),
    ]),
  );

  it("is shown whole, and each of them listed", () => {
    const folder = mkdtempSync(join(tmpdir(), "pioneer-inspect-"));
    try {
      const file = join(folder, "gaps.onnx");
      writeFileSync(file, bytes);
      const { model, layers, unsupported, streaming } = inspectModel(file);
      expect([model.inputSize, model.outputSize, model.macs]).toEqual([4, 4, 128]);
      expect(streaming).toBe("stateful-step");
      expect(layers.map(({ kind }) => kind)).toEqual(["lstm", "leaky-relu", "combine", "softmax"]);
      expect(unsupported.map(({ operator, node }) => `${operator} ${node}`)).toEqual([
        "leaky-relu leaky",
        "combine skip",
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("names an LSTM with peepholes", () => {
    const [found] = ungenerated(
      readOnnxModel(
        writeOnnx(
          sequenceSpec(
            [op("LSTM", "q W R B - - - P", "y", hidden(4))],
            [seededTensor("P", [1, 12], 3)],
          ),
        ),
        "peepholes.onnx",
      ),
    );
    expect(found).toMatchObject({ operator: "lstm", why: "it has peepholes" });
  });

  it("is not generated", () => {
    expect(() => operatorsOf(readOnnxModel(bytes, "gaps.onnx"))).toThrow(
      /2 of 4 layers of gaps .*TP-PLAN-010/,
    );
  });
});
