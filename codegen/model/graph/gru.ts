/**
 * The ONNX GRU operator (operator sets 7 to 22 and later alike) as a GRU layer.
 * What it shares with the other recurrent operators is left to recurrent.ts; how layers connect to connections.ts.
 *
 * Source: onnx/docs/Operators.md, GRU: X, W[zrh], R[zrh], B = [Wb, Rb], sequence_lens, initial_h -> Y, Y_h;
 * linear_before_reset 0 (default): h = g(X W^T + (r . H) R^T + Rb + Wb), else h = g(X W^T + r . (H R^T + Rb) + Wb).
 */

import { toCanonicalGruGates } from "../gates.ts";
import type { GruLayer, Matrix } from "../types.ts";
import type { OnnxNode } from "./nodes.ts";
import {
  initialStates,
  layerOutputs,
  recurrentInputs,
  recurrentOutputs,
  refuseFeatures,
} from "./recurrent.ts";
import { type ImportContext, nodeName, type Value } from "./values.ts";

const DEFAULT_ACTIVATIONS = "sigmoid,tanh";

/** Imports the node; undefined, and every reason reported, where it cannot be imported. */
export function importGru(
  node: OnnxNode,
  context: ImportContext,
): readonly (Value | undefined)[] | undefined {
  const before = context.unsupported.length;
  refuseFeatures(node, context, DEFAULT_ACTIVATIONS);
  const supported = context.unsupported.length === before;
  const inputs = recurrentInputs(node, context, 3);
  if (!supported || !inputs) return undefined;
  const { input, inputSize, hiddenSize, directions, time } = inputs;
  const outputs = layerOutputs(node, inputs);
  const initialHidden = initialStates(node, context, 5, outputs, "hidden", hiddenSize);
  if (!initialHidden) return undefined;
  const resetAfter = (node.attributes.get("linear_before_reset")?.integer ?? 0) !== 0;
  const layers = directions.map(
    ({ reversed, inputWeights, recurrentWeights, bias }, at): GruLayer => ({
      kind: "gru",
      name: nodeName(node),
      input,
      output: outputs[at] as string,
      inputSize,
      outputSize: hiddenSize,
      inputWeights: canonical(inputWeights),
      recurrentWeights: canonical(recurrentWeights),
      ...biasesOf(bias ?? new Float64Array(6 * hiddenSize), resetAfter),
      resetAfter,
      hiddenSize,
      initialHidden: initialHidden[at] as Float64Array,
      ...(reversed ? { reversed } : {}),
    }),
  );
  return recurrentOutputs(context, node, layers, time, ["hidden"]);
}

function canonical({ rows, cols, values }: Matrix): Matrix {
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
