/** Layers that read their sequence from the end: right for whole sequences, refused for a stream. */
import { describe, expect, it } from "vitest";
import { readOnnxModel } from "../../codegen/model/onnx/read.ts";
import { createFloatModel } from "../../codegen/model/reference-float.ts";
import { operatorsOf, ungenerated } from "../../codegen/quantize/operators.ts";
import { expectAgreement } from "./onnx-agreement.ts";
import { AHEAD_CASES, AHEAD_CLASSIFIER_CASES } from "./onnx-ahead-cases.ts";
import { writeOnnx } from "./onnx-writer.ts";

describe("whole sequences against onnxruntime", () => {
  it.each(AHEAD_CASES)("%s", async (_, given, kinds) => {
    const model = await expectAgreement(given);
    expect(model.layers.map(({ kind }) => kind)).toEqual(kinds);
    expect(model.streaming).toBe("sequence-to-sequence");
  });

  it.each(AHEAD_CLASSIFIER_CASES)("%s", async (_, given, kinds) => {
    const model = await expectAgreement(given);
    expect(model.layers.map(({ kind }) => kind)).toEqual(kinds);
    expect(model.streaming).toBe("whole-sequence");
  });
});

describe("a stream", () => {
  const [, given] = AHEAD_CASES.find(([name]) => name.includes("reversed GRU")) ?? [];
  const model = readOnnxModel(writeOnnx((given as NonNullable<typeof given>).spec), "back.onnx");

  it("cannot be read from its end: the layer is refused with the reason", () => {
    expect(ungenerated(model)).toMatchObject([
      { operator: "gru", why: expect.stringContaining("from the end") },
    ]);
    expect(() => operatorsOf(model)).toThrow(/TP-PLAN-010/);
    expect(() => createFloatModel(model)).toThrow(RangeError);
  });

  it("is not what a state that goes in and out belongs to", () => {
    const spec = (given as NonNullable<typeof given>).spec;
    const [node] = spec.nodes;
    const fed = {
      ...spec,
      nodes: [{ ...node, inputs: ["x", "W", "R", "B", "", "h0"], outputs: ["y", "hn"] }],
      inputs: [...spec.inputs, { name: "h0", shape: [1, 1, 4] }],
      outputs: [...spec.outputs, { name: "hn", shape: [] }],
    } as typeof spec;
    expect(() => readOnnxModel(writeOnnx(fed), "fed.onnx")).toThrow(/begins anew/);
  });
});

describe("layout 1, which onnxruntime does not compute", () => {
  const [, given] = AHEAD_CASES.find(([name]) => name.includes("initial states")) ?? [];
  const { spec } = given as NonNullable<typeof given>;

  it("is the same layer with the batch first, its states too", () => {
    const states = ["h0", "c0"];
    const first = {
      ...spec,
      opset: 14,
      nodes: spec.nodes.map((node) => ({ ...node, integers: { ...node.integers, layout: 1 } })),
      inputs: [{ name: "x", shape: [1, "T", 3] }],
      initializers: (spec.initializers ?? []).map((tensor) =>
        states.includes(tensor.name) ? { ...tensor, dims: [1, 2, 4] } : tensor,
      ),
    };
    const [batchFirst, timeFirst] = [first, spec].map((one) =>
      readOnnxModel(writeOnnx(one), "m.onnx"),
    );
    expect(batchFirst?.layers).toEqual(timeFirst?.layers);
  });
});
