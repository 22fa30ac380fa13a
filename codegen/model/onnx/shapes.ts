/**
 * Identity, Squeeze, Unsqueeze, Reshape and Transpose where they only move dimensions of size 1 or time
 * about and leave every step's vector as it is; such nodes cost nothing and make no layer.
 * Everything that computes is left to lstm.ts and dense.ts.
 */

import { graphError, LIMITS, limitError } from "./limits.ts";
import type { OnnxDim, OnnxNode } from "./messages.ts";
import {
  constantValues,
  type ImportContext,
  inputValue,
  nodeName,
  refuse,
  requiredValue,
  type Shape,
  type Value,
} from "./values.ts";

const KEEP_VECTORS = "keep the values of a step in the last dimension";

/** Undefined: the new shape would take the vectors apart. */
type ShapeRule = (shape: Shape, node: OnnxNode, context: ImportContext) => Shape | undefined;

/** Applies a shape rule to the node's first input. */
function reshaped(rule: ShapeRule) {
  return (node: OnnxNode, context: ImportContext): readonly Value[] | undefined => {
    const value = requiredValue(context, node, 0);
    if (value.kind === "unsupported") return undefined;
    if (value.kind === "constant") {
      if (node.operator === "Identity") return [value];
      refuse(context, node, "it rearranges a constant", "fold constants when exporting");
      return undefined;
    }
    const shape = rule(value.shape, node, context);
    if (shape) return [{ ...value, shape }];
    refuse(context, node, `it takes step vectors of shape [${value.shape}] apart`, KEEP_VECTORS);
    return undefined;
  };
}

/** Reads a list given as an attribute (older operator sets) or as a constant input (newer ones). */
function integerList(
  node: OnnxNode,
  context: ImportContext,
  attribute: string,
  input: number,
): readonly number[] | undefined {
  const listed = node.attributes.get(attribute);
  if (listed) return listed.integers;
  const value = inputValue(context, node, input);
  if (value?.kind !== "constant") return undefined;
  return Array.from(constantValues(context, value.tensor));
}

/** Axes from the front, each once. @throws ModelFileError TP-MODEL-006 */
function normalAxes(
  axes: readonly number[],
  rank: number,
  node: OnnxNode,
  context: ImportContext,
): ReadonlySet<number> {
  const normal = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  if (normal.some((axis) => !Number.isInteger(axis) || axis < 0 || axis >= rank)) {
    throw graphError(context.file, nodeName(node), `axes [${axes}] do not fit ${rank} dimensions`);
  }
  return new Set(normal);
}

/** Whether a dimension can be the batch of one that generated code runs. */
function isSingle(dim: OnnxDim, context: ImportContext): boolean {
  return dim === 1 || (typeof dim === "string" && dim !== context.time);
}

const squeezedShape: ShapeRule = (shape, node, context) => {
  const listed = integerList(node, context, "axes", 1);
  const axes = listed
    ? normalAxes(listed, shape.length, node, context)
    : new Set(shape.flatMap((dim, axis) => (dim === 1 ? [axis] : [])));
  if (axes.has(shape.length - 1)) return undefined;
  if ([...axes].some((axis) => !isSingle(shape[axis] ?? "", context))) return undefined;
  return shape.filter((_, axis) => !axes.has(axis));
};

const unsqueezedShape: ShapeRule = (shape, node, context) => {
  const listed = integerList(node, context, "axes", 1);
  if (!listed) return undefined;
  const rank = shape.length + listed.length;
  if (rank > LIMITS.rank) {
    throw limitError(context.file, `"${nodeName(node)}" makes ${rank} dimensions`, LIMITS.rank);
  }
  const added = normalAxes(listed, rank, node, context);
  if (added.size !== listed.length) {
    throw graphError(context.file, nodeName(node), `axes [${listed}] name one dimension twice`);
  }
  if (added.has(rank - 1)) return undefined;
  const kept = [...shape];
  return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (kept.shift() ?? 1)));
};

const transposedShape: ShapeRule = (shape, node, context) => {
  const permutation = node.attributes.get("perm")?.integers ?? shape.map((_, axis) => -1 - axis);
  const axes = [...normalAxes(permutation, shape.length, node, context)];
  if (axes.length !== shape.length) {
    throw graphError(context.file, nodeName(node), `perm [${permutation}] is no permutation`);
  }
  if (axes.at(-1) !== shape.length - 1) return undefined;
  return axes.map((axis) => shape[axis] ?? "");
};

/** The dimensions that a Reshape must keep in their order: all but ones and the last. */
function movingDims(shape: Shape): readonly OnnxDim[] {
  return shape.slice(0, -1).filter((dim) => dim !== 1);
}

const reshapedShape: ShapeRule = (shape, node, context) => {
  const wanted = integerList(node, context, "shape", 1);
  if (!wanted || wanted.length === 0 || wanted.length > LIMITS.rank) return undefined;
  const allowZero = node.attributes.get("allowzero")?.integer === 1;
  const size = shape.at(-1);
  const resolved: OnnxDim[] = wanted.map((dim, axis) =>
    dim === 0 && !allowZero ? (shape[axis] ?? "") : dim,
  );
  if (resolved.at(-1) === -1) resolved[resolved.length - 1] = size ?? "";
  if (resolved.at(-1) !== size) return undefined;
  // -1 stands for what is left; with at most one free dimension moved, that is decidable by name.
  const moving = movingDims(shape);
  const open = resolved.indexOf(-1);
  if (open >= 0) {
    const others = movingDims(resolved.filter((_, axis) => axis !== open));
    const left = moving.filter((dim) => !others.includes(dim));
    if (left.length > 1) return undefined;
    resolved[open] = left[0] ?? 1;
  }
  const now = movingDims(resolved);
  return now.length === moving.length && now.every((dim, axis) => dim === moving[axis])
    ? resolved
    : undefined;
};

/** Operators that only rename or rearrange. */
export const SHAPE_OPERATORS = {
  Identity: reshaped((shape) => shape),
  Squeeze: reshaped(squeezedShape),
  Unsqueeze: reshaped(unsqueezedShape),
  Transpose: reshaped(transposedShape),
  Reshape: reshaped(reshapedShape),
} as const;
