/**
 * The ONNX LSTM operator (operator sets 7 to 22 and later alike) as an LSTM layer.
 * Which of its features the generated code lacks is decided here; how layers connect is left to graph.ts.
 *
 * Source: onnx/docs/Operators.md, LSTM: X, W[iofc], R[iofc], B = [Wb, Rb], sequence_lens, initial_h,
 * initial_c, P -> Y, Y_h, Y_c.
 */

import { toCanonicalGates } from "../gates.ts";
import type { LstmLayer, Matrix } from "../types.ts";
import { constantInput } from "./dense.ts";
import { graphError } from "./limits.ts";
import type { OnnxNode } from "./messages.ts";
import {
  constantValues,
  type ImportContext,
  inputValue,
  nodeName,
  refuse,
  type Shape,
  stepSize,
  stepsValue,
  type Value,
} from "./values.ts";

const DEFAULT_ACTIVATIONS = "sigmoid,tanh,tanh";

/** Imports the node; undefined, and every reason reported, where it cannot be generated. */
export function importLstm(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const supported = checkAttributes(node, context);
  const input = stepsValue(context, node, 0);
  const inputWeights = constantInput(node, context, 1);
  const recurrentWeights = constantInput(node, context, 2);
  const biased = inputValue(context, node, 3) !== undefined;
  const bias = biased ? constantInput(node, context, 3) : undefined;
  if (!supported || !input || !inputWeights || !recurrentWeights || (biased && !bias)) {
    return undefined;
  }
  const hiddenSize = recurrentWeights.dims[2] ?? 0;
  const inputSize = stepSize(context, node, input.shape);
  const gateRows = 4 * hiddenSize;
  if (
    hiddenSize < 1 ||
    (node.attributes.get("hidden_size")?.integer ?? hiddenSize) !== hiddenSize
  ) {
    throw graphError(context.file, nodeName(node), `hidden_size is not R's, ${hiddenSize}`);
  }
  expectShape(node, context, "W", inputWeights.dims, [1, gateRows, inputSize]);
  expectShape(node, context, "R", recurrentWeights.dims, [1, gateRows, hiddenSize]);
  if (bias) expectShape(node, context, "B", bias.dims, [1, 2 * gateRows]);
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
  const { attributes } = node;
  const direction = attributes.get("direction")?.text ?? "forward";
  if (direction !== "forward") {
    no(`direction is ${direction}`, "a stream has no end to read back from: train a forward LSTM");
  }
  const activations = attributes.get("activations")?.texts.join(",").toLowerCase();
  if (activations !== undefined && activations !== DEFAULT_ACTIVATIONS) {
    no(`activations are ${activations}`, "use Sigmoid, Tanh, Tanh");
  }
  if (attributes.get("clip")?.float) {
    no("clip is set", "train without clipping: the integer cell saturates by itself");
  }
  if (attributes.get("input_forget")?.integer) {
    no("input_forget couples two gates", "use an uncoupled LSTM");
  }
  if (inputValue(context, node, 4) !== undefined) {
    no("sequence_lens ends sequences early", "leave it out: every step is run");
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

function expectShape(
  node: OnnxNode,
  context: ImportContext,
  what: string,
  actual: readonly number[],
  expected: readonly number[],
): void {
  if (actual.length === expected.length && actual.every((dim, axis) => dim === expected[axis])) {
    return;
  }
  throw graphError(context.file, nodeName(node), `${what} is [${actual}], not [${expected}]`);
}

/** Which dimension is time; X is [time, batch, input], or [batch, time, input] with layout 1. */
function checkSequence(
  node: OnnxNode,
  context: ImportContext,
  shape: Shape,
): { readonly time: number | string; readonly batchFirst: boolean } | undefined {
  if (shape.length !== 3) {
    throw graphError(context.file, nodeName(node), `X has shape [${shape}], not three dimensions`);
  }
  const batchFirst = node.attributes.get("layout")?.integer === 1;
  const time = shape[batchFirst ? 1 : 0] ?? "";
  const batch = shape[batchFirst ? 0 : 1] ?? "";
  if ((typeof batch === "number" && batch !== 1) || (batch !== 1 && batch === time)) {
    refuse(
      context,
      node,
      `the batch is ${batch}`,
      "export with a batch of 1: a board hears one stream",
    );
    return undefined;
  }
  if (context.time !== undefined && context.time !== time) {
    refuse(
      context,
      node,
      `it runs along ${time}, an earlier LSTM along ${context.time}`,
      "run every LSTM along the same time axis",
    );
    return undefined;
  }
  context.time = time;
  return { time, batchFirst };
}

/** Initial values, or zeros and a note where a graph input carries the state from call to call. */
function initialState(
  node: OnnxNode,
  context: ImportContext,
  inputIndex: number,
  layer: number,
  part: "hidden" | "cell",
  hiddenSize: number,
): Float64Array | undefined {
  const value = inputValue(context, node, inputIndex);
  if (!value) return new Float64Array(hiddenSize);
  if (value.kind === "unsupported") return undefined;
  if (value.kind === "steps" && context.freeInputs.has(value.source)) {
    const size = stepSize(context, node, value.shape);
    expectShape(node, context, `the initial ${part} state's last dimension`, [size], [hiddenSize]);
    context.stateInputs.push({ name: value.source, layer, part });
    return new Float64Array(hiddenSize);
  }
  const constant = constantInput(node, context, inputIndex);
  if (!constant) return undefined;
  expectShape(node, context, `initial_${part[0]}`, constant.dims, [1, 1, hiddenSize]);
  return constant.values;
}
