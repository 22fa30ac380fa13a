import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PlanError } from "../../codegen/errors.ts";
import { loadModel } from "../../codegen/model/load.ts";
import { readOnnxModel } from "../../codegen/model/onnx/read.ts";
import { inputsOf, type Unsupported } from "../../codegen/model/types.ts";
import { BYTES, caught, SPEC, withNode } from "./onnx-denoiser.ts";
import { type ModelSpec, type NodeSpec, type TensorSpec, writeOnnx } from "./onnx-writer.ts";

function unsupportedOf(spec: ModelSpec): readonly Unsupported[] {
  const error = caught(writeOnnx(spec));
  expect(error).toBeInstanceOf(PlanError);
  expect(error.code).toBe("TP-PLAN-001");
  return error.facts.unsupported as readonly Unsupported[];
}

describe("a sound file", () => {
  const model = readOnnxModel(BYTES, "folder/tiny.onnx");

  it("becomes a chain of layers with canonical gates", () => {
    expect(model.name).toBe("tiny");
    expect(model.source.digest).toMatch(/^[0-9a-f]{64}$/);
    expect([model.inputSize, model.outputSize]).toEqual([3, 4]);
    expect(model.layers.map((layer) => [layer.kind, ...inputsOf(layer), layer.output])).toEqual([
      ["lstm", "features", "y"],
      ["dense", "y", "sum"],
      ["activation", "sum", "gains"],
    ]);
    const [lstm, dense] = model.layers;
    if (lstm?.kind !== "lstm" || dense?.kind !== "dense") throw new Error("wrong layers");
    const tensor = (name: string) =>
      SPEC.initializers?.find((t) => t.name === name)?.values as number[];
    // ONNX stores i, o, f, c; hidden 2 and input 3 make blocks of 6 weights.
    const [W, B] = [tensor("W"), tensor("B")];
    expect([...lstm.inputWeights.values.subarray(6, 12)]).toEqual(W.slice(12, 18));
    expect([...lstm.inputWeights.values.subarray(18, 24)]).toEqual(W.slice(6, 12));
    expect(lstm.bias[2]).toBe((B[4] as number) + (B[12] as number));
    // D is [in, out] in the file, [out, in] in a layer.
    expect(dense.weights.values[1 * 2 + 0]).toBe(tensor("D")[0 * 4 + 1]);
    expect([...dense.bias]).toEqual(tensor("d"));
    expect([...lstm.initialHidden, ...lstm.initialCell]).toEqual([0, 0, 0, 0]);
  });

  it("may hold constants in nodes", () => {
    const spec: ModelSpec = {
      ...SPEC,
      initializers: SPEC.initializers?.filter(({ name }) => name !== "axes") ?? [],
      nodes: [
        {
          operator: "Constant",
          inputs: [],
          outputs: ["axes"],
          tensors: { value: { name: "", dims: [1], values: [1], type: "int64" } },
        },
        ...SPEC.nodes,
      ],
    };
    expect(readOnnxModel(writeOnnx(spec), "m.onnx").layers).toHaveLength(3);
  });
});

describe("what cannot be generated is listed at once", () => {
  it("names operator, node, reason and what to do instead", () => {
    const spec = withNode("lstm", {
      texts: { activations: ["Sigmoid", "Relu", "Tanh"] },
      floats: { clip: 3 },
    });
    const nodes: NodeSpec[] = [
      { operator: "RNN", name: "rnn", inputs: ["features"], outputs: ["g"] },
      { operator: "Sigmoid", name: "fancy", domain: "com.example", inputs: ["g"], outputs: ["f"] },
      ...spec.nodes,
    ];
    const listed = unsupportedOf({ ...spec, nodes });
    expect(listed.map(({ operator, node }) => `${operator} ${node}`)).toEqual([
      "RNN rnn",
      "Sigmoid fancy",
      "LSTM lstm",
      "LSTM lstm",
    ]);
    expect(listed.every(({ why, instead }) => why.length > 0 && instead.length > 0)).toBe(true);
    const { what, why, fix } = caught(writeOnnx({ ...spec, nodes })).text;
    expect([what, why, fix].every((line) => !line.includes("\n"))).toBe(true);
    expect(why).toContain("domain com.example is not standard");
  });

  it.each<[string, ModelSpec, string]>([
    [
      "a batch",
      { ...SPEC, inputs: [{ name: "features", shape: ["T", 2, 3] }, ...SPEC.inputs.slice(1)] },
      "the batch is 2",
    ],
    ["an operator set from before LSTM's last change", { ...SPEC, opset: 6 }, "version 6"],
    [
      "a state that is never returned",
      { ...SPEC, outputs: SPEC.outputs.slice(0, 2) },
      "sets the cell state",
    ],
    [
      "a second input",
      { ...SPEC, inputs: [...SPEC.inputs, { name: "more", shape: [1, 2] }] },
      "one input a step",
    ],
    [
      "an input of open size",
      { ...SPEC, inputs: [{ name: "features", shape: ["T", 1, "N"] }, ...SPEC.inputs.slice(1)] },
      "last dimension is not given",
    ],
    [
      "weights that are computed",
      withNode("matmul", { inputs: ["hidden", "h0"] }),
      "computed, not a constant",
    ],
    [
      "a middle layer as output",
      { ...SPEC, outputs: [...SPEC.outputs, { name: "hidden", shape: ["T", 1, 2] }] },
      'there are 2 answers besides states: "gains", "hidden"',
    ],
    [
      "the cell state as a layer's input",
      withNode("matmul", { inputs: ["cn", "D"] }),
      'it reads the cell state of "y"',
    ],
    [
      "a state that returns in another place",
      {
        ...withNode("lstm", { inputs: ["features", "W", "R", "B", "", "h0", "c0"] }),
        nodes: [
          ...SPEC.nodes,
          {
            operator: "Slice",
            inputs: ["hn", "start", "end", "axis", "step"],
            outputs: ["turned"],
          },
        ],
        initializers: [
          ...(SPEC.initializers ?? []),
          ...["start", "end", "axis", "step"].map((name, index) => ({
            name,
            dims: [1],
            values: [[-1, -9, 2, -1][index] as number],
            type: "int64" as const,
          })),
        ],
        outputs: [
          ...SPEC.outputs.filter(({ name }) => name !== "hn"),
          { name: "turned", shape: [1, 1, 2] },
        ],
      },
      'sets the hidden state of "y", which no output returns in the same places',
    ],
  ])("%s", (_, spec, why) => {
    expect(unsupportedOf(spec).some((item) => item.why.includes(why))).toBe(true);
  });

  it("refuses what a GRU may not have, each by name", () => {
    const gru: NodeSpec = {
      operator: "GRU",
      name: "gru",
      inputs: ["features", "W", "R", "", "lengths"],
      outputs: ["y"],
      texts: { activations: ["Sigmoid", "Relu"] },
      floats: { clip: 3 },
    };
    const tensor = (name: string, dims: readonly number[]): TensorSpec => ({
      name,
      dims,
      values: new Float32Array(dims.reduce((a, b) => a * b)),
    });
    const lengths: TensorSpec = { name: "lengths", dims: [1], values: [1], type: "int64" };
    const listed = unsupportedOf({
      nodes: [gru],
      initializers: [tensor("W", [1, 6, 3]), tensor("R", [1, 6, 2]), lengths],
      inputs: [{ name: "features", shape: ["T", 1, 3] }],
      outputs: [{ name: "y", shape: ["T", 1, 1, 2] }],
    });
    expect(listed.map(({ node, why }) => `${node}: ${why}`)).toEqual([
      "gru: activations are sigmoid,relu",
      "gru: clip is set",
      "gru: sequence_lens ends sequences early",
    ]);
    expect(listed[0]?.instead).toBe("use Sigmoid, Tanh");
  });

  it("names every state given twice", () => {
    const shared = withNode("lstm", { inputs: ["features", "W", "R", "B", "", "h0", "h0"] });
    const twice = unsupportedOf({ ...shared, inputs: SPEC.inputs.slice(0, 2) });
    expect(twice.map(({ why }) => why)).toEqual(["it sets two states"]);
  });
});

describe("loadModel", () => {
  const directory = () => mkdtempSync(join(tmpdir(), "pioneer-models-"));

  it("finds a shipped model by name and a file by path, without a sidecar", () => {
    const modelsDir = directory();
    try {
      writeFileSync(join(modelsDir, "tiny.onnx"), BYTES);
      const byName = loadModel("tiny", { modelsDir });
      expect(byName.model.name).toBe("tiny");
      expect(byName.sidecar).toBeUndefined();
      expect(byName.model.source.file).toBe("tiny.onnx");
      expect(loadModel(join(modelsDir, "tiny.onnx"), { modelsDir: "" }).model).toEqual(
        byName.model,
      );
    } finally {
      rmSync(modelsDir, { recursive: true });
    }
  });

  it("lists the shipped names when there is no such model or file", () => {
    const modelsDir = directory();
    try {
      writeFileSync(join(modelsDir, "tiny.onnx"), BYTES);
      writeFileSync(join(modelsDir, "tiny.json"), "{}");
      for (const asked of ["hearable-128", "no/such/model.onnx"]) {
        const load = () => loadModel(asked, { modelsDir });
        expect(load).toThrow(expect.objectContaining({ code: "TP-USE-020", exitStatus: 2 }));
        expect(load).toThrow(/the shipped models are: tiny/);
      }
      writeFileSync(join(modelsDir, "tiny.pb"), "x");
      expect(() => loadModel(join(modelsDir, "tiny.pb"), { modelsDir })).toThrow(
        expect.objectContaining({ code: "TP-MODEL-009" }),
      );
    } finally {
      rmSync(modelsDir, { recursive: true });
    }
  });
});
