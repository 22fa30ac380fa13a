/** How many different networks are held against the frameworks, and that the tests really read them all. */
import { expect, test } from "vitest";
import { GENERATED_MODELS } from "./generated-models.ts";
import { onnxGraph } from "./model-graphs.ts";
import { op } from "./onnx-cases.ts";

const MODELS = GENERATED_MODELS.reduce((sum, { graphs }) => sum + graphs.length, 0);
const GRAPHS = GENERATED_MODELS.reduce((sum, { graphs }) => sum + new Set(graphs).size, 0);
const PARTS = GENERATED_MODELS.map(({ format, graphs }) => `${format} ${graphs.length}`);

test(`${MODELS} generated models have ${GRAPHS} distinct operator graphs (${PARTS.join(", ")})`, () => {
  expect(GRAPHS).toBeGreaterThanOrEqual(60);
  expect(MODELS - GRAPHS).toBeLessThan(MODELS / 10);
});

test("a graph is another by its operators, options or wiring, not by its sizes", () => {
  const spec = (hidden: number, clip: number, input = "x") => ({
    nodes: [
      op("Relu", "x", "r"),
      op("LSTM", `${input} W R`, "y", { integers: { hidden_size: hidden }, floats: { clip } }),
    ],
    inputs: [{ name: "x", shape: ["T", 1, 3] }],
    outputs: [{ name: "y", shape: [] }],
  });
  expect(onnxGraph(spec(4, 1))).toBe(onnxGraph(spec(5, 1)));
  expect(onnxGraph(spec(4, 1))).not.toBe(onnxGraph(spec(4, 2)));
  expect(onnxGraph(spec(4, 1))).not.toBe(onnxGraph(spec(4, 1, "r")));
});
