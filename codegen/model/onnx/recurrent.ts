/**
 * What ONNX's recurrent operators have in common: directions, sequences, initial states, and the shapes of their weights.
 * Gates, biases and the layer itself are left to lstm.ts and gru.ts.
 */

import { constantInput } from "./dense.ts";
import { graphError } from "./limits.ts";
import type { OnnxNode } from "./messages.ts";
import {
  type ImportContext,
  inputValue,
  nodeName,
  refuse,
  type Shape,
  stepSize,
  stepsValue,
} from "./values.ts";

type Constant = NonNullable<ReturnType<typeof constantInput>>;

/** Inputs 0 to 3 of the operator, their shapes checked. */
export interface RecurrentInputs {
  readonly input: NonNullable<ReturnType<typeof stepsValue>>;
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** W [1, gates * hiddenSize, inputSize] */
  readonly inputWeights: Constant;
  /** R [1, gates * hiddenSize, hiddenSize] */
  readonly recurrentWeights: Constant;
  /** B = [Wb, Rb], [1, 2 * gates * hiddenSize] */
  readonly bias: Constant | undefined;
}

/**
 * Reads X, W, R and B; undefined, and every reason reported, where they cannot serve.
 * @throws ModelFileError TP-MODEL-006 where shapes contradict each other
 */
export function recurrentInputs(
  node: OnnxNode,
  context: ImportContext,
  gates: number,
): RecurrentInputs | undefined {
  const input = stepsValue(context, node, 0);
  const inputWeights = constantInput(node, context, 1);
  const recurrentWeights = constantInput(node, context, 2);
  const biased = inputValue(context, node, 3) !== undefined;
  const bias = biased ? constantInput(node, context, 3) : undefined;
  if (!input || !inputWeights || !recurrentWeights || (biased && !bias)) return undefined;
  const hiddenSize = recurrentWeights.dims[2] ?? 0;
  const inputSize = stepSize(context, node, input.shape);
  const gateRows = gates * hiddenSize;
  if (
    hiddenSize < 1 ||
    (node.attributes.get("hidden_size")?.integer ?? hiddenSize) !== hiddenSize
  ) {
    throw graphError(context.file, nodeName(node), `hidden_size is not R's, ${hiddenSize}`);
  }
  expectShape(node, context, "W", inputWeights.dims, [1, gateRows, inputSize]);
  expectShape(node, context, "R", recurrentWeights.dims, [1, gateRows, hiddenSize]);
  if (bias) expectShape(node, context, "B", bias.dims, [1, 2 * gateRows]);
  return { input, inputSize, hiddenSize, inputWeights, recurrentWeights, bias };
}

/**
 * Reports the features that no recurrent operator may have here.
 * @param defaults the operator's activations, lower case, by commas
 */
export function refuseFeatures(node: OnnxNode, context: ImportContext, defaults: string): void {
  const no = (why: string, instead: string) => refuse(context, node, why, instead);
  const { attributes, operator } = node;
  const direction = attributes.get("direction")?.text ?? "forward";
  if (direction !== "forward") {
    no(
      `direction is ${direction}`,
      `a stream has no end to read back from: train a forward ${operator}`,
    );
  }
  const activations = attributes.get("activations")?.texts.join(",").toLowerCase();
  if (activations !== undefined && activations !== defaults) {
    const names = defaults.replace(/,/g, ", ").replace(/\b[a-z]/g, (c) => c.toUpperCase());
    no(`activations are ${activations}`, `use ${names}`);
  }
  if (attributes.get("clip")?.float) {
    no("clip is set", "train without clipping: the integer state saturates by itself");
  }
  if (inputValue(context, node, 4) !== undefined) {
    no("sequence_lens ends sequences early", "leave it out: every step is run");
  }
}

/** @throws ModelFileError TP-MODEL-006 naming both shapes */
export function expectShape(
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
export function checkSequence(
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
      `it runs along ${time}, an earlier layer along ${context.time}`,
      "run every recurrent layer along the same time axis",
    );
    return undefined;
  }
  context.time = time;
  return { time, batchFirst };
}

/** Initial values, or zeros and a note where a graph input carries the state from call to call. */
export function initialState(
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
