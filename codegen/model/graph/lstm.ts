/**
 * The ONNX LSTM operator (operator sets 7 to 22 and later alike) as an LSTM layer.
 * Which of its features no layer of the IR has is decided here; what it shares with GRU is left to recurrent.ts.
 *
 * Source: onnx/docs/Operators.md, LSTM: X, W[iofc], R[iofc], B = [Wb, Rb], sequence_lens, initial_h,
 * initial_c, P -> Y, Y_h, Y_c.
 */

import { toCanonicalGates } from "../gates.ts";
import type { LstmLayer, Matrix } from "../types.ts";
import { constantInput, expectShape } from "./attributes.ts";
import type { OnnxNode } from "./nodes.ts";
import {
  initialStates,
  layerOutputs,
  type RecurrentInputs,
  recurrentInputs,
  recurrentOutputs,
  refuseFeatures,
} from "./recurrent.ts";
import { type ImportContext, inputValue, nodeName, refuse, type Value } from "./values.ts";

const DEFAULT_ACTIVATIONS = "sigmoid,tanh,tanh";

/** Imports the node; undefined, and every reason reported, where it cannot be imported. */
export function importLstm(
  node: OnnxNode,
  context: ImportContext,
): readonly (Value | undefined)[] | undefined {
  const supported = checkAttributes(node, context);
  const inputs = recurrentInputs(node, context, 4);
  if (!supported || !inputs) return undefined;
  const { input, inputSize, hiddenSize, directions, time } = inputs;
  const outputs = layerOutputs(node, inputs);
  const { cellClip } = node.spelled ?? {};
  const initialHidden = initialStates(node, context, 5, outputs, "hidden", hiddenSize);
  const initialCell = initialStates(node, context, 6, outputs, "cell", hiddenSize);
  const peepholes = peepholesOf(node, context, inputs);
  if (!initialHidden || !initialCell || !peepholes) return undefined;
  const layers = directions.map(
    ({ reversed, inputWeights, recurrentWeights, bias }, at): LstmLayer => ({
      kind: "lstm",
      name: nodeName(node),
      input,
      output: outputs[at] as string,
      inputSize,
      outputSize: hiddenSize,
      inputWeights: canonical(inputWeights),
      recurrentWeights: canonical(recurrentWeights),
      bias: bias ? sumOfHalves(bias) : new Float64Array(4 * hiddenSize),
      hiddenSize,
      initialHidden: initialHidden[at] as Float64Array,
      initialCell: initialCell[at] as Float64Array,
      ...(reversed ? { reversed } : {}),
      ...(cellClip === undefined ? {} : { cellClip }),
      ...(peepholes[at] ? { peepholes: peepholes[at] } : {}),
    }),
  );
  return recurrentOutputs(context, node, layers, time, ["hidden", "cell"]);
}

function canonical({ rows, cols, values }: Matrix): Matrix {
  return { rows, cols, values: toCanonicalGates(values, "onnx") };
}

/** B = [Wb, Rb]: both are added to the same sum, so one vector does. */
function sumOfHalves(bias: Float64Array): Float64Array {
  const half = bias.length / 2;
  const recurrent = bias.subarray(half);
  const sum = bias.subarray(0, half).map((value, index) => value + (recurrent[index] ?? 0));
  return toCanonicalGates(sum, "onnx");
}

function checkAttributes(node: OnnxNode, context: ImportContext): boolean {
  const before = context.unsupported.length;
  const no = (why: string, instead: string) => refuse(context, node, why, instead);
  refuseFeatures(node, context, DEFAULT_ACTIVATIONS);
  if (node.attributes.get("input_forget")?.integer) {
    no("input_forget couples two gates", "use an uncoupled LSTM");
  }
  return context.unsupported.length === before;
}

/**
 * P = [Pi, Po, Pf] of each direction, [directions, 3 * hiddenSize], in the layer's order; none of one that is all zero.
 * Null, and reported, where it is computed.
 */
function peepholesOf(
  node: OnnxNode,
  context: ImportContext,
  { directions, hiddenSize }: RecurrentInputs,
): readonly (Float64Array | undefined)[] | null {
  if (inputValue(context, node, 7) === undefined) return directions.map(() => undefined);
  const constant = constantInput(node, context, 7);
  if (!constant) return null;
  expectShape(node, context, "P", constant.dims, [directions.length, 3 * hiddenSize]);
  return directions.map((_, at) => {
    const given = constant.values.subarray(3 * at * hiddenSize, 3 * (at + 1) * hiddenSize);
    if (given.every((weight) => weight === 0)) return undefined;
    const part = (gate: number) => given.subarray(gate * hiddenSize, (gate + 1) * hiddenSize);
    return Float64Array.from([part(0), part(2), part(1)].flatMap((gate) => [...gate]));
  });
}
