/**
 * Layer normalization as networks spell it out: x - mean, its square's mean, plus epsilon, root, division. DTLN calls
 * it instant layer normalization.
 * Scale and bias behind it are left to ../fold.ts, normalizations with a name to normalize.ts.
 */

import type { LayerNormLayer } from "../types.ts";
import { shown } from "./limits.ts";
import { integerList, normalAxes } from "./moving.ts";
import type { OnnxNode } from "./nodes.ts";
import { anyOrder, placed, sameOrder } from "./operands.ts";
import {
  type Constant,
  constantValues,
  type ImportContext,
  type Moment,
  nodeName,
  outputName,
  productOf,
  refuse,
  requiredValue,
  type Value,
  type View,
  viewInput,
} from "./values.ts";

/** ReduceMean over all values of a step. */
export function importReduceMean(
  node: OnnxNode,
  context: ImportContext,
): readonly Value[] | undefined {
  const value = requiredValue(context, node, 0);
  const isSquare = value.kind === "moment" && value.part === "square";
  const view = isSquare ? value.of : viewInput(context, node, 0);
  if (!view) return undefined;
  const { shape, time } = view;
  const listed = integerList(node, context, "axes", 1);
  const axes = listed ? normalAxes(listed, shape.length, node, context) : shape.map((_, at) => at);
  const whole = shape.every((dim, axis) => dim === 1 || axes.includes(axis));
  const keeps = (node.attributes.get("keepdims")?.integer ?? 1) !== 0;
  if (!whole || !keeps || (time && axes.includes(time.axis))) {
    refuse(
      context,
      node,
      `it takes the mean of [${shape}] over axes ${shown(axes)}, which is no layer normalization of a step`,
      "normalise all values of a step, and keep the dimensions",
    );
    return undefined;
  }
  return [{ kind: "moment", part: isSquare ? "variance" : "mean", of: view, epsilon: 0 }];
}

function isSame(first: View, second: View): boolean {
  return first.elements === second.elements;
}

/** What an operation on a part of a normalization is; undefined where it belongs to none. */
export function momentOperation(
  node: OnnxNode,
  context: ImportContext,
  first: Value,
  second: Value,
): Value | undefined {
  switch (node.operator) {
    case "Sub":
      return second.kind === "moment" && second.part === "mean" && first.kind === "view"
        ? isSame(first, second.of)
          ? { ...second, part: "centered" }
          : undefined
        : undefined;
    case "Add":
      return withEpsilon(context, first, second) ?? withEpsilon(context, second, first);
    case "Mul":
      if (isPart(first, "centered") && isPart(second, "centered") && isSame(first.of, second.of)) {
        return { ...first, part: "square" };
      }
      return (
        normalized(node, context, first, second, "reciprocal") ??
        normalized(node, context, second, first, "reciprocal")
      );
    case "Div":
      return normalized(node, context, first, second, "deviation");
  }
  return undefined;
}

/** Squares, roots and reciprocals of such parts. */
export function momentPower(value: Value, power: number): Moment | undefined {
  if (power === 2 && isPart(value, "centered")) return { ...value, part: "square" };
  if (power === 0.5 && isPart(value, "variance")) return { ...value, part: "deviation" };
  if (power === -0.5 && isPart(value, "variance")) return { ...value, part: "reciprocal" };
  if (power === -1 && isPart(value, "deviation")) return { ...value, part: "reciprocal" };
  return undefined;
}

/** Sqrt and Reciprocal, which only a normalization may use. */
export function importPower(power: 0.5 | -1) {
  return (node: OnnxNode, context: ImportContext): readonly Value[] | undefined => {
    const moment = momentPower(requiredValue(context, node, 0), power);
    if (moment) return [moment];
    if (viewInput(context, node, 0)) {
      refuse(
        context,
        node,
        "it is no part of a layer normalization",
        "compute it in the front end, before the network",
      );
    }
    return undefined;
  };
}

function isPart(value: Value, part: Moment["part"]): value is Moment {
  return value.kind === "moment" && value.part === part;
}

function withEpsilon(context: ImportContext, first: Value, second: Value): Moment | undefined {
  if (!isPart(first, "variance") || second.kind !== "constant") return undefined;
  const added = singleValue(context, second);
  return added === undefined ? undefined : { ...first, epsilon: first.epsilon + added };
}

function singleValue(context: ImportContext, constant: Constant): number | undefined {
  if (productOf(constant.dims) !== 1) return undefined;
  const [value] = constantValues(context, constant);
  return value !== undefined && value >= 0 ? value : undefined;
}

function normalized(
  node: OnnxNode,
  context: ImportContext,
  first: Value,
  second: Value,
  by: "deviation" | "reciprocal",
): Value | undefined {
  if (!isPart(first, "centered") || !isPart(second, by) || !isSame(first.of, second.of)) {
    return undefined;
  }
  const ones = new Float64Array(first.of.elements.length).fill(1);
  return layerNorm(node, context, first.of, {
    scale: ones,
    bias: new Float64Array(ones.length),
    epsilon: second.epsilon,
  });
}

/** The layer; scale and bias in the view's order. */
export function layerNorm(
  node: OnnxNode,
  context: ImportContext,
  view: View,
  { scale, bias, epsilon }: Pick<LayerNormLayer, "scale" | "bias" | "epsilon">,
): Value | undefined {
  const operand = anyOrder(context, node, view);
  if (!operand) return { kind: "unsupported" };
  return sameOrder(context, view, operand, {
    kind: "layer-norm",
    name: nodeName(node),
    input: operand.input,
    output: outputName(node, context),
    inputSize: operand.size,
    outputSize: operand.size,
    scale: placed(scale, operand),
    bias: placed(bias, operand),
    epsilon,
  });
}
