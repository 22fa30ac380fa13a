/**
 * Constants of the graph and what is computed from them alone: how exporters spell shapes and zero states.
 * Operators that move values about, constants' too, are left to shapes.ts and slices.ts.
 */

import { graphError, LIMITS } from "./limits.ts";
import { checkGrowth, computedConstant, integerList, movableInput } from "./moving.ts";
import type { OnnxNode, OnnxTensor } from "./nodes.ts";
import { broadcast, commonShape } from "./picks.ts";
import { isReadable } from "./tensor.ts";
import {
  type Constant,
  constantValues,
  type ImportContext,
  inputValue,
  nodeName,
  productOf,
  refuse,
  requiredValue,
  type Value,
  type View,
} from "./values.ts";

/** A tensor of the file as a value. */
export function fileConstant(tensor: OnnxTensor): Constant {
  return { kind: "constant", name: tensor.name, dims: tensor.dims, tensor };
}

export function importConstant(
  node: OnnxNode,
  context: ImportContext,
): readonly Value[] | undefined {
  const { attributes } = node;
  const tensor = attributes.get("value")?.tensor;
  if (tensor) {
    return [fileConstant({ ...tensor, name: tensor.name || nodeName(node) })];
  }
  const single = attributes.get("value_float")?.float ?? attributes.get("value_int")?.integer;
  if (single !== undefined) return [computedConstant(context, node, [], Float64Array.of(single))];
  const list = attributes.get("value_floats")?.floats ?? attributes.get("value_ints")?.integers;
  if (list) return [computedConstant(context, node, [list.length], Float64Array.from(list))];
  refuse(context, node, "it holds no numbers", "export constants as tensors");
  return undefined;
}

/** The dimensions of a value; NaN where the number of time steps is free. */
export function importShape(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const value = requiredValue(context, node, 0);
  if (value.kind === "unsupported") return undefined;
  const { shape, time } = shapeAndTime(value);
  const extra = (time?.extraBefore ?? 0) + (time?.extraAfter ?? 0);
  const dims = shape.map((dim, axis) =>
    axis === time?.axis ? (context.steps ?? Number.NaN) + extra : dim,
  );
  const from = node.attributes.get("start")?.integer ?? 0;
  const part = dims.slice(from, node.attributes.get("end")?.integer ?? dims.length);
  return [computedConstant(context, node, [part.length], Float64Array.from(part))];
}

function shapeAndTime(
  value: Exclude<Value, { readonly kind: "unsupported" }>,
): Pick<View, "shape" | "time"> {
  switch (value.kind) {
    case "moment":
      return value.of;
    case "constant":
      return { shape: value.dims };
    default:
      return value;
  }
}

export function importConstantOfShape(
  node: OnnxNode,
  context: ImportContext,
): readonly Value[] | undefined {
  const shape = requiredValue(context, node, 0);
  if (shape.kind === "unsupported") return undefined;
  const dims =
    shape.kind === "constant" && productOf(shape.dims) <= LIMITS.rank
      ? [...constantValues(context, shape)]
      : undefined;
  if (!dims?.every((dim) => Number.isInteger(dim) && dim >= 0)) {
    refuse(context, node, "its shape is computed", "export with fixed shapes");
    return undefined;
  }
  checkGrowth(context, node, dims, 1);
  const tensor = node.attributes.get("value")?.tensor;
  const [fill = 0] = tensor ? constantValues(context, fileConstant(tensor)) : [];
  return [computedConstant(context, node, dims, new Float64Array(productOf(dims)).fill(fill))];
}

/** TensorProto.DataType: float, float16, double. */
const FLOATING: ReadonlySet<number> = new Set([1, 10, 11]);

export function importCast(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const value = movableInput(context, node);
  if (!value) return undefined;
  const floating = FLOATING.has(node.attributes.get("to")?.integer ?? 0);
  if (value.kind === "view") {
    if (floating) return [value];
    refuse(context, node, "it makes whole numbers of computed values", "compute in float32");
    return undefined;
  }
  if (floating || !isComputable(value)) return [value];
  const values = constantValues(context, value).map(Math.trunc);
  return [computedConstant(context, node, value.dims, values)];
}

/** Whether arithmetic at import may use it: weights stay as they are in the file. */
function isComputable(constant: Constant): boolean {
  const readable = !constant.tensor || isReadable(constant.tensor);
  return readable && productOf(constant.dims) <= LIMITS.layerSize;
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Equal: (a, b) => (a === b ? 1 : 0),
};

/** The result where both inputs are constants; undefined where one is not. */
export function foldedConstants(node: OnnxNode, context: ImportContext): Constant | undefined {
  const [first, second] = [inputValue(context, node, 0), inputValue(context, node, 1)];
  const compute = ARITHMETIC[node.operator];
  if (first?.kind !== "constant" || second?.kind !== "constant" || !compute) return undefined;
  if (!isComputable(first) || !isComputable(second)) return undefined;
  const dims = commonShape(first.dims, second.dims);
  if (!dims) {
    throw graphError(
      context.file,
      nodeName(node),
      `[${first.dims}] and [${second.dims}] do not fit each other`,
    );
  }
  const a = spread(context, node, first, dims);
  const b = spread(context, node, second, dims);
  const values = a.map((value, index) => compute(value, b[index] ?? 0));
  const bad = values.findIndex(
    (value, index) =>
      !Number.isFinite(value) && Number.isFinite(a[index]) && Number.isFinite(b[index]),
  );
  if (bad >= 0) throw graphError(context.file, nodeName(node), "it divides by 0");
  return computedConstant(context, node, dims, values);
}

/** Values of a constant broadcast to a shape that it fits. */
export function spread(
  context: ImportContext,
  node: OnnxNode,
  constant: Constant,
  dims: readonly number[],
): Float64Array {
  checkGrowth(context, node, dims, 1);
  const values = constantValues(context, constant);
  const from = broadcast(constant.dims, dims)?.from;
  return from ? Float64Array.from(from, (index) => values[index] ?? 0) : values;
}

export function importEqual(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const folded = foldedConstants(node, context);
  if (folded) return [folded];
  refuse(context, node, "it compares computed values", "leave it out of the network");
  return undefined;
}

/** A choice between constants, as exporters spell "keep this dimension". */
export function importWhere(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const inputs = [0, 1, 2].map((index) => requiredValue(context, node, index));
  const constants = inputs.filter((value) => value.kind === "constant").filter(isComputable);
  const [condition, yes, no] = constants;
  const partial = condition && yes && no && commonShape(condition.dims, yes.dims);
  const dims = partial && commonShape(partial, no.dims);
  if (!dims) {
    refuse(context, node, "it chooses between computed values", "leave it out of the network");
    return undefined;
  }
  const [c, a, b] = [condition, yes, no].map((value) => spread(context, node, value, dims));
  const values = Float64Array.from(c ?? [], (chosen, index) => (chosen ? a : b)?.[index] ?? 0);
  return [computedConstant(context, node, dims, values)];
}

/** The product of a list of constants, as exporters count the values of a shape. */
export function importReduceProd(
  node: OnnxNode,
  context: ImportContext,
): readonly Value[] | undefined {
  const value = requiredValue(context, node, 0);
  const axes = integerList(node, context, "axes", 1) ?? [0];
  if (value.kind === "unsupported") return undefined;
  const isList = value.kind === "constant" && value.dims.length === 1 && isComputable(value);
  if (!isList || axes.length !== 1) {
    refuse(context, node, "it multiplies computed values", "leave it out of the network");
    return undefined;
  }
  const product = constantValues(context, value).reduce((all, factor) => all * factor, 1);
  const dims = (node.attributes.get("keepdims")?.integer ?? 1) === 0 ? [] : [1];
  return [computedConstant(context, node, dims, Float64Array.of(product))];
}

export const CONSTANT_OPERATORS = {
  Constant: importConstant,
  Shape: importShape,
  ConstantOfShape: importConstantOfShape,
  Cast: importCast,
  Equal: importEqual,
  Where: importWhere,
  ReduceProd: importReduceProd,
} as const;
