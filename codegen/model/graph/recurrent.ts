/**
 * What ONNX's recurrent operators have in common: directions, sequences, initial states, and the shapes of their weights.
 * Gates, biases and the layer itself are left to lstm.ts and gru.ts.
 */

import type { FirstStepLayer, GruLayer, LstmLayer, Matrix, ValueName } from "../types.ts";
import { type ConstantInput, constantInput, expectShape } from "./attributes.ts";
import { placedColumns } from "./dense.ts";
import { graphError } from "./limits.ts";
import type { OnnxNode } from "./nodes.ts";
import { addLayer, anyOrder } from "./operands.ts";
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
  /** One, or forward and reverse. */
  readonly directions: readonly DirectionWeights[];
  readonly time: TimeAxis | undefined;
}

/** What one direction of the operator computes with. */
export interface DirectionWeights {
  readonly reversed: boolean;
  /** W [gates * hiddenSize, inputSize], columns in the order of the vector that is read. */
  readonly inputWeights: Matrix;
  /** R [gates * hiddenSize, hiddenSize] */
  readonly recurrentWeights: Matrix;
  /** B = [Wb, Rb], [2 * gates * hiddenSize] */
  readonly bias: Float64Array | undefined;
}

/** By the attribute; the order is that of W, R, B, the initial states and Y. */
const DIRECTIONS: Readonly<Record<string, readonly boolean[]>> = {
  forward: [false],
  reverse: [true],
  bidirectional: [false, true],
};

/** Whether each direction runs in reverse. @throws ModelFileError TP-MODEL-006 for a direction that ONNX has not */
function directionsOf(node: OnnxNode, { file }: ImportContext): readonly boolean[] {
  const direction = node.attributes.get("direction")?.text ?? "forward";
  const known = Object.hasOwn(DIRECTIONS, direction) ? DIRECTIONS[direction] : undefined;
  if (known) return known;
  throw graphError(file, nodeName(node), `there is no direction "${direction}"`);
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
  const reversed = directionsOf(node, context);
  const count = reversed.length;
  expectShape(node, context, "W", inputWeights.dims, [count, gateRows, inputSize]);
  expectShape(node, context, "R", recurrentWeights.dims, [count, gateRows, hiddenSize]);
  if (bias) expectShape(node, context, "B", bias.dims, [count, 2 * gateRows]);
  const operand = anyOrder(context, node, view);
  if (!operand) return undefined;
  const part = ({ values }: ConstantInput, direction: number) =>
    values.subarray((direction * values.length) / count, ((direction + 1) * values.length) / count);
  const matrix = (constant: ConstantInput, direction: number, cols: number) => ({
    rows: gateRows,
    cols,
    values: part(constant, direction),
  });
  return {
    input: operand.input,
    inputSize,
    hiddenSize,
    directions: reversed.map((back, direction) => ({
      reversed: back,
      inputWeights: placedColumns(matrix(inputWeights, direction, inputSize), operand.position),
      recurrentWeights: matrix(recurrentWeights, direction, hiddenSize),
      bias: bias && part(bias, direction),
    })),
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
 * Adds the layers, one a direction; Y, and the states after the last step, [directions, 1, hidden] or, with layout 1,
 * [1, directions, hidden].
 * @param time of X; Y has one more dimension behind the first two, or, with layout 1, the same first two
 */
export function recurrentOutputs(
  context: ImportContext,
  node: OnnxNode,
  layers: readonly (LstmLayer | GruLayer)[],
  time: TimeAxis | undefined,
  states: readonly ("hidden" | "cell")[],
): readonly (Value | undefined)[] {
  const hiddenSize = layers[0]?.hiddenSize ?? 0;
  const [first, second] = isBatchFirst(node) ? [1, layers.length] : [layers.length, 1];
  const outputs = layers.map((layer) => elementsOf(addLayer(context, layer)));
  return [
    newView(context, [1, first, second, hiddenSize], joined(outputs), time),
    ...states.map((part) => {
      const ends = layers.map((layer) => stateElements(context, layer, part));
      return ends.every((elements) => elements !== undefined)
        ? newView(context, [first, second, hiddenSize], joined(ends))
        : undefined;
    }),
  ];
}

function joined(parts: readonly Int32Array[]): Int32Array {
  return Int32Array.from(parts.flatMap((elements) => [...elements]));
}

/** A state after the last step that the layer runs; undefined for a reversed layer's cell. */
function stateElements(
  context: ImportContext,
  { output, hiddenSize, name, reversed }: LstmLayer | GruLayer,
  part: "hidden" | "cell",
): Int32Array | undefined {
  if (!reversed) return elementsOf(context.sources.add(part, output, hiddenSize));
  if (part === "cell") return undefined;
  const end: FirstStepLayer = {
    kind: "first-step",
    name,
    input: output,
    output: `${output}:end`,
    inputSize: hiddenSize,
    outputSize: hiddenSize,
  };
  return elementsOf(addLayer(context, end));
}

/**
 * Reports the features that no recurrent operator may have here.
 * @param defaults the operator's activations, lower case, by commas
 */
export function refuseFeatures(node: OnnxNode, context: ImportContext, defaults: string): void {
  const no = (why: string, instead: string) => refuse(context, node, why, instead);
  const { attributes } = node;
  const activations = attributes.get("activations")?.texts.join(",").toLowerCase();
  const both = attributes.get("direction")?.text === "bidirectional";
  if (activations !== undefined && activations !== (both ? `${defaults},${defaults}` : defaults)) {
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
 * Initial values of each direction, or zeros where the state is kept from call to call, as graph inputs that carry it say.
 * @param layers outputs of the layers, one a direction
 * @returns undefined, and reported, where they are computed
 */
export function initialStates(
  node: OnnxNode,
  context: ImportContext,
  inputIndex: number,
  layers: readonly ValueName[],
  part: "hidden" | "cell",
  hiddenSize: number,
): readonly Float64Array[] | undefined {
  const value = inputValue(context, node, inputIndex);
  if (!value) return layers.map(() => new Float64Array(hiddenSize));
  const what = `initial_${part[0]}`;
  const [layer] = layers;
  const shape = isBatchFirst(node)
    ? [1, layers.length, hiddenSize]
    : [layers.length, 1, hiddenSize];
  if (value.kind !== "view") {
    const constant = constantInput(node, context, inputIndex);
    if (!constant) return undefined;
    expectShape(node, context, what, constant.dims, shape);
    return layers.map((_, at) => constant.values.slice(at * hiddenSize, (at + 1) * hiddenSize));
  }
  if (layer === undefined || directionsOf(node, context).includes(true)) {
    refuse(
      context,
      node,
      `${what} of a layer that reads its sequence from the end is a graph input`,
      "start such a layer from zeros or constants: it begins anew with each sequence",
    );
    return undefined;
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
  expectShape(node, context, what, value.shape, shape);
  context.stateInputs.push({ layer, part, elements: value.elements });
  return [new Float64Array(hiddenSize)];
}

/** Names of what the node's layers write, one a direction. */
export function layerOutputs(
  node: OnnxNode,
  { directions }: RecurrentInputs,
): readonly ValueName[] {
  const output = node.outputs[0] || `${nodeName(node)}:Y`;
  return directions.map(({ reversed }) =>
    reversed && directions.length > 1 ? `${output}:reverse` : output,
  );
}
