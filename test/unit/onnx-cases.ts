/**
 * The form of a generated model that onnxruntime and the importer are both given, and short ways to write one.
 * The models are left to the *-cases.ts beside this file.
 */

import type { ModelSpec, NodeSpec, TensorSpec } from "./onnx-writer.ts";

/** Steps of a free sequence where a case says nothing else, and calls of a model of one step. */
export const STEPS = 12;

export interface Case {
  /** The first input is the network's, the others are states, zero at first. */
  readonly spec: ModelSpec;
  /** Dimension of the input, and of the answer, that counts time; absent where a call is a step. */
  readonly time?: { readonly input: number; readonly output?: number };
  /** Of a free sequence. */
  readonly steps?: number;
  /** Graph outputs fed back into graph inputs. */
  readonly states?: Readonly<Record<string, string>>;
  /** Largest |input|. */
  readonly reach?: number;
}

/** A node by operator, inputs and outputs, separated by blanks ("-" for one left out). */
export function op(
  operator: string,
  inputs: string,
  outputs: string,
  attributes: Partial<NodeSpec> = {},
): NodeSpec {
  const names = (list: string) => list.split(" ").map((name) => (name === "-" ? "" : name));
  return { operator, inputs: names(inputs), outputs: names(outputs), ...attributes };
}

/** A constant list of whole numbers. */
export function ints(name: string, ...values: readonly number[]): TensorSpec {
  return { name, dims: [values.length], values, type: "int64" };
}

/** A constant single number. */
export function single(name: string, value: number): TensorSpec {
  return { name, dims: [], values: [value] };
}

/** What a model shows, the model, and the kinds of layers it becomes. */
export type NamedCase = readonly [string, Case, readonly string[]];
