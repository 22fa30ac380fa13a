/** Damaged and hostile ONNX files: each gives an answer or a coded error. */
import protobuf from "protobufjs/minimal.js";
import { describe, expect, it } from "vitest";
import { ModelFileError, PlanError } from "../../codegen/errors.ts";
import { readOnnxModel } from "../../codegen/model/onnx/read.ts";
import { BYTES, caught, withNode, withTensor } from "./onnx-denoiser.ts";
import { message, writeOnnx } from "./onnx-writer.ts";

/** A tensor field (5) of a graph (7), written by hand. */
function graphWithTensor(fill: (tensor: protobuf.Writer) => void): Uint8Array {
  const writer = protobuf.Writer.create();
  message(writer, 7, (graph) => message(graph, 5, fill));
  message(writer, 8, (set) => set.uint32(16).int64(13));
  return Uint8Array.from(writer.finish());
}

describe("a damaged or hostile file", () => {
  it.each<[string, Uint8Array, string]>([
    ["empty", new Uint8Array(), "TP-MODEL-001"],
    ["text", new TextEncoder().encode("GIF89a, not a model at all"), "TP-MODEL-002"],
    ["a length beyond the end", Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0x7f, 1), "TP-MODEL-002"],
    ["groups in groups", new Uint8Array(100_000).fill(0x0b), "TP-MODEL-002"],
    ["no graph", Uint8Array.of(0x08, 0x07), "TP-MODEL-005"],
    ["two graphs", Uint8Array.of(0x3a, 0x00, 0x3a, 0x00), "TP-MODEL-005"],
    ["no operator set", Uint8Array.of(0x3a, 0x00), "TP-MODEL-005"],
    ["a million empty nodes", manyNodes(1_000_000), "TP-MODEL-003"],
    [
      "a weight of 2^60 values",
      writeOnnx(withTensor("W", { dims: [1, 2 ** 30, 2 ** 30] })),
      "TP-MODEL-003",
    ],
    [
      "dimensions that multiply past 2^53",
      writeOnnx(withTensor("W", { dims: [2 ** 40, 2 ** 40, 2 ** 40] })),
      "TP-MODEL-003",
    ],
    ["a negative dimension", writeOnnx(withTensor("W", { dims: [1, -8, 3] })), "TP-MODEL-004"],
    [
      "fewer bytes than dimensions",
      writeOnnx(withTensor("W", { values: [1, 2, 3] })),
      "TP-MODEL-004",
    ],
    [
      "fewer list values than dimensions",
      writeOnnx(withTensor("W", { values: [1], asList: true })),
      "TP-MODEL-004",
    ],
    [
      "nine dimensions",
      writeOnnx(withTensor("W", { dims: [1, 1, 1, 1, 1, 1, 1, 8, 3] })),
      "TP-MODEL-003",
    ],
    ["a million empty names", manyNames(1_000_000), "TP-MODEL-003"],
    ["one large tensor in a hundred layers", sharedTensor(100), "TP-MODEL-003"],
    [
      "a name of 2000 letters",
      writeOnnx(withNode("add", { name: "n".repeat(2000) })),
      "TP-MODEL-003",
    ],
    [
      "a name that moves the cursor",
      writeOnnx(withNode("add", { name: "\u001b[2J" })),
      "TP-MODEL-002",
    ],
    [
      "a weight of the wrong shape",
      writeOnnx(withTensor("W", { dims: [1, 4, 6] })),
      "TP-MODEL-006",
    ],
    [
      "another hidden_size than R's",
      writeOnnx(withNode("lstm", { integers: { hidden_size: 3 } })),
      "TP-MODEL-006",
    ],
    [
      "a hidden size of 0",
      writeOnnx(withTensor("R", { dims: [1, 0, 0], values: [] })),
      "TP-MODEL-006",
    ],
    [
      "a value from nowhere",
      writeOnnx(withNode("sigmoid", { inputs: ["nowhere"] })),
      "TP-MODEL-006",
    ],
    ["a value made twice", writeOnnx(withNode("sigmoid", { outputs: ["sum"] })), "TP-MODEL-006"],
    ["a missing input", writeOnnx(withNode("matmul", { inputs: ["hidden"] })), "TP-MODEL-006"],
    ["a squeezed dimension of 2", writeOnnx(withTensor("axes", { values: [-1] })), "TP-MODEL-006"],
    [
      "a sum of vectors that do not fit",
      writeOnnx(withNode("add", { inputs: ["product", "features"] })),
      "TP-MODEL-006",
    ],
    ["axes out of range", writeOnnx(withTensor("axes", { values: [9] })), "TP-MODEL-006"],
    ["NaN weights", writeOnnx(withTensor("d", { values: [0, Number.NaN, 0, 0] })), "TP-MODEL-007"],
    [
      "bytes in another file",
      graphWithTensor((tensor) => tensor.uint32(112).int32(1)),
      "TP-MODEL-008",
    ],
  ])("%s", (_, bytes, code) => {
    const error = caught(bytes);
    expect(error.code).toBe(code);
    expect(error).toBeInstanceOf(ModelFileError);
    for (const line of Object.values(error.text)) expect(line).toMatch(/^[^\n]+$/);
  });

  it("cut at any byte is a ModelFileError", () => {
    for (let length = 0; length < BYTES.length; length++) {
      expect(() => readOnnxModel(BYTES.subarray(0, length), "cut.onnx")).toThrow(ModelFileError);
    }
  });

  it("with any bit flipped is read, refused or damaged, and nothing else", () => {
    let refused = 0;
    for (let bit = 0; bit < 8 * BYTES.length; bit++) {
      const flipped = BYTES.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      try {
        readOnnxModel(flipped, "flipped.onnx");
      } catch (error) {
        if (!(error instanceof ModelFileError || error instanceof PlanError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });

  it("of seeded garbage behind a sound beginning never escapes as another error", () => {
    let state = 1;
    const next = () => {
      state = (state * 48271) % 2147483647;
      return state;
    };
    for (let trial = 0; trial < 2000; trial++) {
      const garbage = BYTES.slice();
      for (let change = 0; change < 8; change++) garbage[next() % garbage.length] = next() & 255;
      try {
        readOnnxModel(garbage, "garbage.onnx");
      } catch (error) {
        if (!(error instanceof ModelFileError || error instanceof PlanError)) throw error;
      }
    }
  });
});

function manyNodes(count: number): Uint8Array {
  const writer = protobuf.Writer.create();
  message(writer, 7, (graph) => {
    for (let node = 0; node < count; node++) graph.uint32(0x0a).uint32(0);
  });
  return writer.finish();
}

function manyNames(count: number): Uint8Array {
  const writer = protobuf.Writer.create();
  message(writer, 7, (graph) =>
    message(graph, 1, (node) => {
      for (let name = 0; name < count; name++) node.uint32(0x0a).uint32(0);
    }),
  );
  return writer.finish();
}

/** Copies of the same weights in every layer: 512 x 512 values a layer, 1 MB in the file. */
function sharedTensor(layers: number): Uint8Array {
  const nodes = Array.from({ length: layers }, (_, layer) => ({
    operator: "MatMul",
    inputs: [`v${layer}`, "D"],
    outputs: [`v${layer + 1}`],
  }));
  return writeOnnx({
    nodes,
    initializers: [{ name: "D", dims: [512, 512], values: new Float32Array(512 * 512) }],
    inputs: [{ name: "v0", shape: ["T", 512] }],
    outputs: [{ name: `v${layers}`, shape: ["T", 512] }],
  });
}
