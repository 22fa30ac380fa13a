/**
 * What the importer knows about each value of the graph while it walks the nodes in order.
 * Deciding which operators are understood is left to graph.ts and the operator files.
 */

import type { Layer, Unsupported, ValueName } from "../types.ts";
import { graphError, LIMITS, limitError } from "./limits.ts";
import type { OnnxNode, OnnxTensor } from "./nodes.ts";
import type { Sources } from "./sources.ts";
import { elementCount, tensorValues } from "./tensor.ts";

/** Known when the code is generated: a tensor of the file, or one computed from such at import. */
export interface Constant {
  readonly kind: "constant";
  readonly name: string;
  readonly dims: readonly number[];
  readonly tensor?: OnnxTensor;
  /** Of a computed one; NaN stands for the number of time steps where it is free. */
  readonly values?: Float64Array;
  /** Reads one of another format's file, all finite. @throws ModelFileError */
  readonly stored?: () => Float64Array;
}

/** The dimension of a tensor that counts time steps. */
export interface TimeAxis {
  readonly axis: number;
  /** Zeros before the first step, which only a convolution takes in. */
  readonly extraBefore: number;
  /** Steps behind the last one, which have to be cut off again. */
  readonly extraAfter: number;
}

/** A tensor that is computed at run time, as what one step holds of it. */
export interface View {
  readonly kind: "view";
  /** Outermost first; 1 at the time axis. */
  readonly shape: readonly number[];
  /** Row-major, numbers of context.sources. Never changed, so that views may share it. */
  readonly elements: Int32Array;
  /** Absent in a network of one step a call, and for what is there once a sequence, after its last step. */
  readonly time?: TimeAxis;
}

/** A part of a normalization that is spelled out; no layer computes it alone. */
export interface Moment {
  readonly kind: "moment";
  readonly part: "mean" | "centered" | "square" | "variance" | "deviation" | "reciprocal";
  /** What is normalized. */
  readonly of: View;
  /** Added to the variance so far. */
  readonly epsilon: number;
}

/** All steps of a sequence in one vector, step by step: only a dense layer takes it in. */
export interface Sequence {
  readonly kind: "sequence";
  readonly shape: readonly number[];
  readonly of: View;
}

export type Value =
  | Constant
  | View
  | Moment
  | Sequence
  /** Made by something unsupported, which has been reported. */
  | { readonly kind: "unsupported" };

/** A state of a layer that starts from values of graph inputs. */
export interface StateInput {
  /** Output of the layer. */
  readonly layer: ValueName;
  readonly part: "hidden" | "cell";
  /** [hiddenSize], numbers of graph inputs' values. */
  readonly elements: Int32Array;
}

/** The importer's state; grows while the nodes are walked. */
export interface ImportContext {
  /** Name of the file, for messages. */
  readonly file: string;
  readonly opset: number;
  readonly values: Map<ValueName, Value>;
  readonly sources: Sources;
  readonly layers: Layer[];
  readonly unsupported: Unsupported[];
  readonly stateInputs: StateInput[];
  /** Time steps of the graph's input: 1 where a call is a step, undefined where it is free. */
  readonly steps: number | undefined;
  /** What `weights` may reach: twice the file's size in bytes, and a constant for what nodes share. */
  readonly weightLimit: number;
  /** Constants turned into values so far. */
  weights: number;
  /** Numbers listed in views so far. */
  listed: number;
}

/** A node's name for messages: its own, or its operator and first output. */
export function nodeName(node: OnnxNode): string {
  return node.name || `${node.operator} -> ${node.outputs[0] ?? "nothing"}`;
}

/** Notes something that cannot be used, and goes on, so that all of them are listed at once. */
export function refuse(context: ImportContext, node: OnnxNode, why: string, instead: string): void {
  const operator = node.spelled?.operator ?? node.operator;
  context.unsupported.push({ operator, node: nodeName(node), why, instead });
}

/** The name of a node's first output. @throws ModelFileError TP-MODEL-006 when it has none */
export function outputName(node: OnnxNode, context: ImportContext): string {
  const name = node.outputs[0];
  if (!name) throw graphError(context.file, nodeName(node), "it has no output");
  return name;
}

/**
 * The value of an input, undefined for an optional one that is left out.
 * @throws ModelFileError TP-MODEL-006 when nothing before the node makes it
 */
export function inputValue(
  context: ImportContext,
  node: OnnxNode,
  index: number,
): Value | undefined {
  const name = node.inputs[index];
  if (name === undefined || name === "") return undefined;
  const value = context.values.get(name);
  if (!value) {
    throw graphError(
      context.file,
      nodeName(node),
      `it reads "${name}", which nothing before it makes`,
    );
  }
  return value;
}

/** The value of an input that the operator cannot do without. @throws ModelFileError TP-MODEL-006 */
export function requiredValue(context: ImportContext, node: OnnxNode, index: number): Value {
  const value = inputValue(context, node, index);
  if (!value) {
    throw graphError(context.file, nodeName(node), `input ${index} of ${node.operator} is missing`);
  }
  return value;
}

/**
 * The values that an operator computes on; undefined where it cannot, which is reported unless it has been before.
 * @throws ModelFileError TP-MODEL-006
 */
export function viewInput(context: ImportContext, node: OnnxNode, index: number): View | undefined {
  const value = requiredValue(context, node, index);
  switch (value.kind) {
    case "view":
      if (!value.time?.extraBefore && !value.time?.extraAfter) return value;
      refuse(
        context,
        node,
        "it reads steps that were added before the first or behind the last",
        "pad for a convolution only, and cut what it gives back to the input's steps",
      );
      return undefined;
    case "moment":
      refuse(context, node, momentMisused(value), "use LayerNormalization, or its usual order");
      return undefined;
    case "sequence":
      refuse(context, node, ALL_STEPS, READ_BY_DENSE);
      return undefined;
    case "constant":
      refuse(context, node, "it computes on constants only", "fold constants when exporting");
      return undefined;
    case "unsupported":
      return undefined;
  }
}

/** Of a node that reads a sequence and is no dense layer. */
export const ALL_STEPS = "it reads all steps of a sequence at once";
export const READ_BY_DENSE = "read them with a dense layer, or take the last step";

export function momentMisused({ part }: Moment): string {
  return `it reads a ${part} that is no part of a layer normalization`;
}

/**
 * A constant's values, counted against the bound on weights before memory is taken for them.
 * @throws ModelFileError TP-MODEL-003, -004, -007
 */
export function constantValues(context: ImportContext, constant: Constant): Float64Array {
  const { tensor, values, stored, dims } = constant;
  countWeights(context, tensor ? elementCount(tensor, context.file) : productOf(dims));
  if (tensor) return tensorValues(tensor, context.file);
  const all = stored ? stored() : (values as Float64Array);
  if (all.length === productOf(dims)) return all;
  throw graphError(context.file, constant.name, `it holds ${all.length} values, not [${dims}]`);
}

/** Before so many real numbers are copied. @throws ModelFileError TP-MODEL-003 */
export function countWeights(context: ImportContext, count: number): void {
  context.weights += count;
  if (context.weights > context.weightLimit) {
    throw limitError(context.file, "too many weights in all layers", context.weightLimit);
  }
}

/** A view of new numbers, counted. @throws ModelFileError TP-MODEL-003, -006 for one without values */
export function newView(
  context: ImportContext,
  shape: readonly number[],
  elements: Int32Array,
  time?: TimeAxis,
): View {
  countListed(context, elements.length);
  if (elements.length === 0) throw graphError(context.file, "graph", "a tensor holds no values");
  return { kind: "view", shape, elements, ...(time ? { time } : {}) };
}

/** Before a list of so many numbers is made. @throws ModelFileError TP-MODEL-003 */
export function countListed(context: ImportContext, count: number): void {
  context.listed += count;
  if (count > LIMITS.layerSize) {
    throw limitError(context.file, `a tensor of ${count} values a step`, LIMITS.layerSize);
  }
  if (context.listed > LIMITS.listed) {
    throw limitError(context.file, "too many values in all tensors", LIMITS.listed);
  }
}

export function productOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
