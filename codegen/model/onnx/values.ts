/**
 * What the importer knows about each value of the graph while it walks the nodes in order.
 * Deciding which operators are understood is left to graph.ts and the operator files.
 */

import type { Layer, Unsupported, ValueName } from "../types.ts";
import { graphError, LIMITS, limitError } from "./limits.ts";
import type { OnnxDim, OnnxNode, OnnxTensor } from "./messages.ts";
import { elementCount, tensorValues } from "./tensor.ts";

/** Dimensions of a value, outermost first; a free one is a name. The last holds the step's values. */
export type Shape = readonly OnnxDim[];

export type Value =
  | { readonly kind: "constant"; readonly tensor: OnnxTensor }
  /** One vector a time step, made by a layer or given as a graph input; `source` names the maker's value. */
  | { readonly kind: "steps"; readonly source: ValueName; readonly shape: Shape }
  /** Hidden or cell state after the last step of layers[layer]. */
  | {
      readonly kind: "lastState";
      readonly layer: number;
      readonly part: "hidden" | "cell";
      readonly shape: Shape;
    }
  /** Made by something unsupported, which has been reported. */
  | { readonly kind: "unsupported" };

/** The importer's state; grows while the nodes are walked. */
export interface ImportContext {
  /** Name of the file, for messages. */
  readonly file: string;
  readonly values: Map<ValueName, Value>;
  /** How many nodes and graph outputs read a value. */
  readonly uses: ReadonlyMap<ValueName, number>;
  /** Names of the graph's inputs that have no initializer. */
  readonly freeInputs: ReadonlySet<ValueName>;
  readonly layers: Layer[];
  readonly unsupported: Unsupported[];
  /** Constants turned into values so far. */
  weights: number;
  /** Graph inputs given as the initial state of layers[layer]. */
  readonly stateInputs: {
    readonly name: ValueName;
    readonly layer: number;
    readonly part: "hidden" | "cell";
  }[];
  /** The dimension that counts time steps, once a recurrent layer has told. */
  time?: OnnxDim;
}

/** A node's name for messages: its own, or its operator and first output. */
export function nodeName(node: OnnxNode): string {
  return node.name || `${node.operator} -> ${node.outputs[0] ?? "nothing"}`;
}

/** Notes something that cannot be used, and goes on, so that all of them are listed at once. */
export function refuse(context: ImportContext, node: OnnxNode, why: string, instead: string): void {
  context.unsupported.push({ operator: node.operator, node: nodeName(node), why, instead });
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
 * The step vectors of an input. A last hidden state counts as such where there is one step only.
 * Undefined where the value cannot serve, which is then reported unless it has been before.
 * @throws ModelFileError TP-MODEL-006
 */
export function stepsValue(
  context: ImportContext,
  node: OnnxNode,
  index: number,
): Extract<Value, { kind: "steps" }> | undefined {
  const value = requiredValue(context, node, index);
  if (value.kind === "steps") return value;
  if (value.kind === "lastState") {
    const layer = context.layers[value.layer];
    if (layer && value.part === "hidden" && context.time === 1) {
      return { kind: "steps", source: layer.output, shape: value.shape };
    }
    refuse(
      context,
      node,
      `it reads the ${value.part} state after the last step, but the generated code answers every step`,
      "read the sequence output Y, or export with a sequence of one step",
    );
  }
  if (value.kind === "constant") {
    refuse(context, node, "it computes on constants only", "fold constants when exporting");
  }
  return undefined;
}

/**
 * A constant's values, counted against the bound on weights before memory is taken for them.
 * @throws ModelFileError TP-MODEL-003, -004, -007
 */
export function constantValues(context: ImportContext, tensor: OnnxTensor): Float64Array {
  context.weights += elementCount(tensor, context.file);
  if (context.weights > LIMITS.weights) {
    throw limitError(context.file, "too many weights in all layers", LIMITS.weights);
  }
  return tensorValues(tensor, context.file);
}

/** Size of the last dimension. @throws ModelFileError TP-MODEL-006 for an empty shape */
export function stepSize(context: ImportContext, node: OnnxNode, shape: Shape): number {
  const size = shape.at(-1);
  if (typeof size !== "number") {
    throw graphError(
      context.file,
      nodeName(node),
      "the size of its input's last dimension is not given",
    );
  }
  return size;
}
