/**
 * What ONNX's recurrent operators have in common: directions, sequences, initial states, and the shapes of their weights.
 * Gates, biases and the layer itself are left to lstm.ts and gru.ts.
 */

import type { GruLayer, LstmLayer, Matrix, ValueName } from "../types.ts";
import { type ConstantInput, constantInput, expectShape } from "./attributes.ts";
import { placedColumns } from "./dense.ts";
import { graphError } from "./limits.ts";
import type { OnnxNode } from "./messages.ts";
import { anyOrder, layerView } from "./operands.ts";
import { elementsOf } from "./sources.ts";
import {
  constantValues,
  type ImportContext,
  inputValue,
  newView,
  nodeName,
  refuse,
  type TimeAxis,
  type Value,
  type View,
  viewInput,
} from "./values.ts";

/** Inputs 0 to 3 of the operator, their shapes checked. */
export interface RecurrentInputs {
  readonly input: ValueName;
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** W [gates * hiddenSize, inputSize], columns in the order of the vector that is read. */
  readonly inputWeights: Matrix;
  /** R [gates * hiddenSize, hiddenSize] */
  readonly recurrentWeights: Matrix;
  /** B = [Wb, Rb], [2 * gates * hiddenSize] */
  readonly bias: Float64Array | undefined;
  /** Of Y: [time, 1, 1, hidden], or [1, time, 1, hidden] with layout 1. */
  readonly time: TimeAxis | undefined;
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
  const view = viewInput(context, node, 0);
  const inputWeights = constantInput(node, context, 1);
  const recurrentWeights = constantInput(node, context, 2);
  const biased = inputValue(context, node, 3) !== undefined;
  const bias = biased ? constantInput(node, context, 3) : undefined;
  if (!view || !inputWeights || !recurrentWeights || (biased && !bias)) return undefined;
  if (!runsAlongTime(node, context, view)) return undefined;
  const inputSize = view.shape[2] ?? 0;
  const hiddenSize = recurrentWeights.dims[2] ?? 0;
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
  const operand = anyOrder(context, node, view);
  if (!operand) return undefined;
  const matrix = ({ values }: ConstantInput, cols: number) => ({ rows: gateRows, cols, values });
  return {
    input: operand.input,
    inputSize,
    hiddenSize,
    inputWeights: placedColumns(matrix(inputWeights, inputSize), operand.position),
    recurrentWeights: matrix(recurrentWeights, hiddenSize),
    bias: bias?.values,
    time: view.time,
  };
}

/** X is [time, batch, input], or [batch, time, input] with layout 1; the batch has to be 1. */
function runsAlongTime(node: OnnxNode, context: ImportContext, { shape, time }: View): boolean {
  if (shape.length !== 3) {
    throw graphError(context.file, nodeName(node), `X has shape [${shape}], not three dimensions`);
  }
  const axis = isBatchFirst(node) ? 1 : 0;
  const batch = shape[1 - axis] ?? 0;
  if (time && time.axis === axis && batch !== 1) {
    refuse(
      context,
      node,
      `the batch is ${batch}`,
      "export with a batch of 1: a board hears one stream",
    );
    return false;
  }
  if (time ? time.axis === axis : context.steps === 1 && shape[axis] === 1 && batch === 1) {
    return true;
  }
  refuse(
    context,
    node,
    time || shape[axis] !== 1
      ? `it does not run along the time axis of the graph's input, but over [${shape}]`
      : "it runs on what is there once a sequence, after the last step",
    "run every recurrent layer along the same time axis, with a batch of 1",
  );
  return false;
}

function isBatchFirst(node: OnnxNode): boolean {
  return node.attributes.get("layout")?.integer === 1;
}

/**
 * Adds the layer; Y, and the states after the last step: [1, 1, hidden] in either layout.
 * @param time of X; Y has one more dimension behind the first two, or, with layout 1, the same first two
 */
export function recurrentOutputs(
  context: ImportContext,
  layer: LstmLayer | GruLayer,
  time: TimeAxis | undefined,
  states: readonly ("hidden" | "cell")[],
): readonly Value[] {
  const { hiddenSize, output } = layer;
  return [
    layerView(context, layer, [1, 1, 1, hiddenSize], time),
    ...states.map((part) => {
      const source = context.sources.add(part, output, hiddenSize);
      return newView(context, [1, 1, hiddenSize], elementsOf(source));
    }),
  ];
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
  if (!coversSequence(node, context)) {
    no("sequence_lens ends sequences early", "leave it out: every step is run");
  }
}

/** sequence_lens is left out, or says that every sequence has all its steps. */
function coversSequence(node: OnnxNode, context: ImportContext): boolean {
  const lengths = inputValue(context, node, 4);
  if (lengths === undefined) return true;
  if (lengths.kind !== "constant" || context.steps === undefined) return false;
  return constantValues(context, lengths).every((length) => length === context.steps);
}

/**
 * Initial values, or zeros where the state is kept from call to call, as graph inputs that carry it say.
 * @param layer output of the layer
 * @returns undefined, and reported, where they are computed
 */
export function initialState(
  node: OnnxNode,
  context: ImportContext,
  inputIndex: number,
  layer: ValueName,
  part: "hidden" | "cell",
  hiddenSize: number,
): Float64Array | undefined {
  const value = inputValue(context, node, inputIndex);
  if (!value) return new Float64Array(hiddenSize);
  const what = `initial_${part[0]}`;
  if (value.kind !== "view") {
    const constant = constantInput(node, context, inputIndex);
    if (!constant) return undefined;
    expectShape(node, context, what, constant.dims, [1, 1, hiddenSize]);
    return constant.values;
  }
  if (!value.elements.every((element) => context.sources.of(element).kind === "input")) {
    refuse(
      context,
      node,
      `${what} is computed from other values`,
      "start from constants, or from graph inputs that the caller feeds back",
    );
    return undefined;
  }
  expectShape(node, context, what, value.shape, [1, 1, hiddenSize]);
  context.stateInputs.push({ layer, part, elements: value.elements });
  return new Float64Array(hiddenSize);
}
