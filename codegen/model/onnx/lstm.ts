/**
 * The ONNX LSTM operator (operator sets 7 to 22 and later alike) as an LSTM layer.
 * Which of its features the generated code lacks is decided here; how layers connect is left to graph.ts.
 *
 * Source: onnx/docs/Operators.md, LSTM: X, W[iofc], R[iofc], B = [Wb, Rb], sequence_lens, initial_h,
 * initial_c, P -> Y, Y_h, Y_c.
 */

import { toCanonicalGates } from "../gates.ts";
import type { LstmLayer, Matrix } from "../types.ts";
import type { OnnxNode } from "./messages.ts";
import { checkSequence, initialState, recurrentInputs, refuseFeatures } from "./recurrent.ts";
import {
  constantValues,
  type ImportContext,
  inputValue,
  nodeName,
  refuse,
  type Shape,
  type Value,
} from "./values.ts";

const DEFAULT_ACTIVATIONS = "sigmoid,tanh,tanh";

/** Imports the node; undefined, and every reason reported, where it cannot be generated. */
export function importLstm(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const supported = checkAttributes(node, context);
  const inputs = recurrentInputs(node, context, 4);
  if (!supported || !inputs) return undefined;
  const { input, inputSize, hiddenSize, inputWeights, recurrentWeights, bias } = inputs;
  const gateRows = 4 * hiddenSize;
  const axes = checkSequence(node, context, input.shape);
  if (!axes) return undefined;

  const index = context.layers.length;
  const initialHidden = initialState(node, context, 5, index, "hidden", hiddenSize);
  const initialCell = initialState(node, context, 6, index, "cell", hiddenSize);
  if (!initialHidden || !initialCell) return undefined;
  const layer: LstmLayer = {
    kind: "lstm",
    name: nodeName(node),
    input: input.source,
    output: node.outputs[0] || `${nodeName(node)}:Y`,
    inputSize,
    outputSize: hiddenSize,
    inputWeights: gateMatrix(gateRows, inputSize, inputWeights.values),
    recurrentWeights: gateMatrix(gateRows, hiddenSize, recurrentWeights.values),
    bias: bias ? sumOfHalves(bias.values) : new Float64Array(gateRows),
    hiddenSize,
    initialHidden,
    initialCell,
  };
  context.layers.push(layer);
  const { time, batchFirst } = axes;
  const state: Shape = [1, 1, hiddenSize];
  const sequence: Shape = batchFirst ? [1, time, 1, hiddenSize] : [time, 1, 1, hiddenSize];
  return [
    { kind: "steps", source: layer.output, shape: sequence },
    { kind: "lastState", layer: index, part: "hidden", shape: state },
    { kind: "lastState", layer: index, part: "cell", shape: state },
  ];
}

function gateMatrix(rows: number, cols: number, values: Float64Array): Matrix {
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
  const peepholes = inputValue(context, node, 7);
  if (peepholes !== undefined && !isAllZero(peepholes, context)) {
    no("it has peephole weights", "use an LSTM without peepholes");
  }
  return context.unsupported.length === before;
}

function isAllZero(value: Value, context: ImportContext): boolean {
  return (
    value.kind === "constant" &&
    constantValues(context, value.tensor).every((weight) => weight === 0)
  );
}
