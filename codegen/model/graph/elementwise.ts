/**
 * Activations, and Add, Sub, Mul and Div of constants or of two computed tensors.
 * Taking constants into the layer before or behind is left to ../fold.ts, spelled-out normalizations to moments.ts.
 */

import type { ClipLayer, CombineLayer, Layer } from "../types.ts";
import { constantInput, realAttribute } from "./attributes.ts";
import { foldedConstants } from "./constants.ts";
import { graphError, shown } from "./limits.ts";
import { momentOperation, momentPower } from "./moments.ts";
import { picked } from "./moving.ts";
import type { OnnxNode } from "./nodes.ts";
import { anyOrder, inOrder, placed, sameOrder } from "./operands.ts";
import { broadcast, commonShape } from "./picks.ts";
import {
  type Constant,
  type ImportContext,
  inputValue,
  nodeName,
  outputName,
  refuse,
  requiredValue,
  type Value,
  type View,
  viewInput,
} from "./values.ts";

type Edge = Pick<ClipLayer, "name" | "input" | "output" | "inputSize" | "outputSize">;

/** A layer that makes each value of its own from one of its input's; undefined where that has been refused. */
function elementwise(
  layerOf: (edge: Edge, node: OnnxNode, context: ImportContext) => Layer | undefined,
) {
  return (node: OnnxNode, context: ImportContext): readonly Value[] | undefined => {
    const view = viewInput(context, node, 0);
    const operand = view && anyOrder(context, node, view);
    if (!operand) return undefined;
    const { input, size } = operand;
    const output = outputName(node, context);
    const edge = { name: nodeName(node), input, output, inputSize: size, outputSize: size };
    const layer = layerOf(edge, node, context);
    return layer && [sameOrder(context, view, operand, layer)];
  };
}

function clip(edge: Edge, node: OnnxNode, context: ImportContext): Layer | undefined {
  const bound = (index: number, attribute: string, open: number): number | undefined => {
    if (inputValue(context, node, index) !== undefined) {
      return constantInput(node, context, index)?.values[0];
    }
    const given = node.attributes.get(attribute)?.float;
    return given === undefined || !Number.isFinite(given) ? open : given;
  };
  const low = bound(1, "min", Number.NEGATIVE_INFINITY);
  const high = bound(2, "max", Number.POSITIVE_INFINITY);
  if (low === undefined || high === undefined) return undefined;
  return low === 0 && high === Number.POSITIVE_INFINITY
    ? { ...edge, kind: "activation", activation: "relu" }
    : { ...edge, kind: "clip", low, high };
}

export const ACTIVATION_OPERATORS = {
  Sigmoid: elementwise((edge) => ({ ...edge, kind: "activation", activation: "sigmoid" })),
  Tanh: elementwise((edge) => ({ ...edge, kind: "activation", activation: "tanh" })),
  Relu: elementwise((edge) => ({ ...edge, kind: "activation", activation: "relu" })),
  LeakyRelu: elementwise((edge, node, context) => ({
    ...edge,
    kind: "leaky-relu",
    slope: realAttribute(node, context, "alpha", 0.01),
  })),
  HardSigmoid: elementwise((edge, node, context) => ({
    ...edge,
    kind: "hard-sigmoid",
    alpha: realAttribute(node, context, "alpha", 0.2),
    beta: realAttribute(node, context, "beta", 0.5),
  })),
  Clip: elementwise(clip),
  Neg: elementwise((edge) => ({
    ...edge,
    kind: "scale",
    scale: new Float64Array(edge.inputSize).fill(-1),
    bias: new Float64Array(edge.inputSize),
  })),
} as const;

const OPERATIONS: Readonly<Record<string, CombineLayer["operation"]>> = {
  Add: "add",
  Sub: "subtract",
  Mul: "multiply",
};

/** Add, Sub, Mul and Div with numpy's broadcasting. */
export function importArithmetic(
  node: OnnxNode,
  context: ImportContext,
): readonly Value[] | undefined {
  const folded = foldedConstants(node, context);
  if (folded) return [folded];
  const [first, second] = [requiredValue(context, node, 0), requiredValue(context, node, 1)];
  const moment = momentOperation(node, context, first, second);
  if (moment) return [moment];
  if (first.kind === "constant") return withConstant(node, context, 1, first);
  if (second.kind === "constant") return withConstant(node, context, 0, second);
  const views = [viewInput(context, node, 0), viewInput(context, node, 1)] as const;
  return views[0] && views[1] && combined(node, context, views[0], views[1]);
}

/** Pow: the parts of a normalization, and squares. */
export function importPow(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const exponent = constantInput(node, context, 1);
  if (!exponent) return undefined;
  const power = exponent.values.length === 1 ? (exponent.values[0] ?? 0) : Number.NaN;
  const value = requiredValue(context, node, 0);
  const moment = momentPower(value, power);
  if (moment) return [moment];
  const view = viewInput(context, node, 0);
  if (!view) return undefined;
  if (power === 2) return combined({ ...node, operator: "Mul" }, context, view, view);
  refuse(
    context,
    node,
    `it raises to the power of [${shown(exponent.values)}]`,
    "use Mul for squares",
  );
  return undefined;
}

/** A view broadcast to a shape; undefined, and reported, where that would repeat time steps. */
function repeated(
  node: OnnxNode,
  context: ImportContext,
  view: View,
  other: readonly number[],
): View | undefined {
  const shape = commonShape(view.shape, other);
  if (!shape) {
    throw graphError(
      context.file,
      nodeName(node),
      `[${view.shape}] and [${other}] do not fit each other`,
    );
  }
  const time = view.time && view.time.axis + shape.length - view.shape.length;
  const pick = broadcast(view.shape, shape);
  if (pick && (time === undefined || shape[time] === 1)) {
    return picked(context, node, view, pick) as View;
  }
  refuse(context, node, "its constant changes from step to step", "use the same at every step");
  return undefined;
}

function withConstant(
  node: OnnxNode,
  context: ImportContext,
  index: number,
  { dims }: Constant,
): readonly Value[] | undefined {
  const given = viewInput(context, node, index);
  const constant = constantInput(node, context, 1 - index);
  const view = given && constant && repeated(node, context, given, dims);
  if (!view) return undefined;
  const from = broadcast(dims, view.shape)?.from;
  const values = from ? Float64Array.from(from, (at) => constant.values[at] ?? 0) : constant.values;
  const factors = affine(node, context, index, values);
  const operand = factors && anyOrder(context, node, view);
  if (!operand) return undefined;
  const layer: Layer = {
    kind: "scale",
    name: nodeName(node),
    input: operand.input,
    output: outputName(node, context),
    inputSize: operand.size,
    outputSize: operand.size,
    scale: placed(factors.scale, operand),
    bias: placed(factors.bias, operand),
  };
  return [sameOrder(context, view, operand, layer)];
}

/** What constants do to the values of a view, which is input `index` of the node. */
function affine(
  node: OnnxNode,
  context: ImportContext,
  index: number,
  values: Float64Array,
): { readonly scale: Float64Array; readonly bias: Float64Array } | undefined {
  const all = (value: number) => new Float64Array(values.length).fill(value);
  switch (node.operator) {
    case "Add":
      return { scale: all(1), bias: values };
    case "Sub":
      return index === 0
        ? { scale: all(1), bias: values.map((value) => -value) }
        : { scale: all(-1), bias: values };
    case "Mul":
      return { scale: values, bias: all(0) };
  }
  if (index === 1) {
    refuse(context, node, "it divides by a computed value", "use Mul, Add and Sub");
    return undefined;
  }
  if (values.includes(0)) throw graphError(context.file, nodeName(node), "it divides by 0");
  return { scale: values.map((value) => 1 / value), bias: all(0) };
}

function combined(
  node: OnnxNode,
  context: ImportContext,
  left: View,
  right: View,
): readonly Value[] | undefined {
  const operation = OPERATIONS[node.operator];
  if (!operation) {
    refuse(context, node, "it divides by a computed value", "use Mul, Add and Sub");
    return undefined;
  }
  const fromRight = (view: View) => view.time && view.shape.length - view.time.axis;
  if (fromRight(left) !== fromRight(right)) {
    refuse(
      context,
      node,
      "it mixes values of every step with values of the last one",
      "combine values of the same step",
    );
    return undefined;
  }
  const first = repeated(node, context, left, right.shape);
  const second = repeated(node, context, right, left.shape);
  if (!first || !second) return undefined;
  let [a, b] = [anyOrder(context, node, first), anyOrder(context, node, second)];
  if (!a || !b) return undefined;
  const order = a.position;
  if (a.size !== b.size || !b.position.every((at, index) => at === order[index])) {
    [a, b] = [inOrder(context, node, first), inOrder(context, node, second)];
  }
  if (!a || !b) return undefined;
  const layer: CombineLayer = {
    kind: "combine",
    operation,
    name: nodeName(node),
    inputs: [a.input, b.input],
    output: outputName(node, context),
    inputSize: a.size + b.size,
    outputSize: a.size,
  };
  return [sameOrder(context, first, a, layer)];
}
