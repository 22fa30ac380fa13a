/**
 * The ONNX GRU operator (operator sets 7 to 22 and later alike) as a GRU layer.
 * What it shares with the other recurrent operators is left to recurrent.ts; how layers connect to connections.ts.
 *
 * Source: onnx/docs/Operators.md, GRU: X, W[zrh], R[zrh], B = [Wb, Rb], sequence_lens, initial_h -> Y, Y_h;
 * linear_before_reset 0 (default): h = g(X W^T + (r . H) R^T + Rb + Wb), else h = g(X W^T + r . (H R^T + Rb) + Wb).
 */

import { toCanonicalGruGates } from "../gates.ts";
import type { GruLayer, Matrix } from "../types.ts";
import type { OnnxNode } from "./messages.ts";
import { checkSequence, initialState, recurrentInputs, refuseFeatures } from "./recurrent.ts";
import { type ImportContext, nodeName, type Shape, type Value } from "./values.ts";

const DEFAULT_ACTIVATIONS = "sigmoid,tanh";

/** Imports the node; undefined, and every reason reported, where it cannot be generated. */
export function importGru(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const before = context.unsupported.length;
  refuseFeatures(node, context, DEFAULT_ACTIVATIONS);
  const supported = context.unsupported.length === before;
  const inputs = recurrentInputs(node, context, 3);
  if (!supported || !inputs) return undefined;
  const { input, inputSize, hiddenSize, inputWeights, recurrentWeights } = inputs;
  const axes = checkSequence(node, context, input.shape);
  if (!axes) return undefined;

  const index = context.layers.length;
  const initialHidden = initialState(node, context, 5, index, "hidden", hiddenSize);
  if (!initialHidden) return undefined;
  const resetAfter = (node.attributes.get("linear_before_reset")?.integer ?? 0) !== 0;
  const layer: GruLayer = {
    kind: "gru",
    name: nodeName(node),
    input: input.source,
    output: node.outputs[0] || `${nodeName(node)}:Y`,
    inputSize,
    outputSize: hiddenSize,
    inputWeights: gateMatrix(3 * hiddenSize, inputSize, inputWeights.values),
    recurrentWeights: gateMatrix(3 * hiddenSize, hiddenSize, recurrentWeights.values),
    ...biasesOf(inputs.bias?.values ?? new Float64Array(6 * hiddenSize), resetAfter),
    resetAfter,
    hiddenSize,
    initialHidden,
  };
  context.layers.push(layer);
  const { time, batchFirst } = axes;
  const sequence: Shape = batchFirst ? [1, time, 1, hiddenSize] : [time, 1, 1, hiddenSize];
  return [
    { kind: "steps", source: layer.output, shape: sequence },
    { kind: "lastState", layer: index, part: "hidden", shape: [1, 1, hiddenSize] },
  ];
}

function gateMatrix(rows: number, cols: number, values: Float64Array): Matrix {
  return { rows, cols, values: toCanonicalGruGates(values, "onnx") };
}

/** B = [Wb, Rb]: both are added to the same sums, but for the candidate's where it resets after its product. */
function biasesOf(
  values: Float64Array,
  resetAfter: boolean,
): Pick<GruLayer, "bias" | "candidateRecurrentBias"> {
  const gateRows = values.length / 2;
  const input = toCanonicalGruGates(values.subarray(0, gateRows), "onnx");
  const recurrent = toCanonicalGruGates(values.subarray(gateRows), "onnx");
  const candidate = (2 * gateRows) / 3;
  return {
    bias: input.map((value, row) =>
      resetAfter && row >= candidate ? value : value + (recurrent[row] ?? 0),
    ),
    candidateRecurrentBias: resetAfter
      ? recurrent.slice(candidate)
      : new Float64Array(gateRows / 3),
  };
}
