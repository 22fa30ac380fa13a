/**
 * MatMul and Gemm as dense layers, or convolutions of one tap where they run over several positions of a step.
 * What is added behind them is left to elementwise.ts and ../fold.ts.
 */

import type { Layer, Matrix } from "../types.ts";
import { constantInput, realAttribute } from "./attributes.ts";
import { graphError } from "./limits.ts";
import type { OnnxNode } from "./nodes.ts";
import { anyOrder, inOrder, layerView } from "./operands.ts";
import { broadcast } from "./picks.ts";
import {
  type ImportContext,
  inputValue,
  nodeName,
  outputName,
  productOf,
  refuse,
  requiredValue,
  type Sequence,
  type Value,
  type View,
  viewInput,
} from "./values.ts";

function transposedMatrix(rows: number, cols: number, values: Float64Array): Matrix {
  const result = new Float64Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) result[col * rows + row] = values[row * cols + col] ?? 0;
  }
  return { rows: cols, cols: rows, values: result };
}

/** Columns for values of a view, put where a vector holds those values. */
export function placedColumns(matrix: Matrix, position: Int32Array): Matrix {
  if (position.every((at, index) => at === index)) return matrix;
  const { rows, cols, values } = matrix;
  const result = new Float64Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      result[row * cols + (position[col] ?? 0)] = values[row * cols + col] ?? 0;
    }
  }
  return { rows, cols, values: result };
}

/** What a dense layer reads: values of a step, or those of all steps. */
function denseInput(node: OnnxNode, context: ImportContext): View | Sequence | undefined {
  const value = requiredValue(context, node, 0);
  return value.kind === "sequence" ? value : viewInput(context, node, 0);
}

/**
 * y = W x + b on all steps of a sequence: a convolution along time that reaches back to the first step and answers
 * when the last one is there.
 */
function denseOfSequence(
  node: OnnxNode,
  context: ImportContext,
  { of, shape }: Sequence,
  weights: Matrix,
  bias: Float64Array,
): readonly Value[] | undefined {
  const operand = inOrder(context, node, of);
  if (!operand) return undefined;
  const taps = weights.cols / operand.size;
  if (taps !== context.steps) {
    const why = `its weights take ${weights.cols} values; its input has [${shape}]`;
    throw graphError(context.file, nodeName(node), why);
  }
  const layer: Layer = {
    kind: "conv1d",
    along: "time",
    name: nodeName(node),
    input: operand.input,
    output: outputName(node, context),
    inputSize: operand.size,
    outputSize: weights.rows,
    positions: 1,
    inputChannels: operand.size,
    outputChannels: weights.rows,
    groups: 1,
    window: { taps, stride: 1, dilation: 1, padBefore: taps - 1, padAfter: 0 },
    weights,
    bias,
  };
  return [layerView(context, layer, [...shape.slice(0, -1), weights.rows], undefined)];
}

/** y = W x + b on the values of a view's last axis, for each position before it. */
export function addDense(
  node: OnnxNode,
  context: ImportContext,
  view: View | Sequence,
  weights: Matrix,
  bias: Float64Array,
): readonly Value[] | undefined {
  if (view.kind === "sequence") return denseOfSequence(node, context, view, weights, bias);
  const inputSize = view.shape.at(-1) ?? 1;
  if (weights.cols !== inputSize || view.time?.axis === view.shape.length - 1) {
    throw graphError(
      context.file,
      nodeName(node),
      `its weights take ${weights.cols} values; its input has [${view.shape}]`,
    );
  }
  const positions = productOf(view.shape.slice(0, -1));
  const operand = positions === 1 ? anyOrder(context, node, view) : inOrder(context, node, view);
  if (!operand) return undefined;
  const edge = {
    name: nodeName(node),
    input: operand.input,
    output: outputName(node, context),
    inputSize: operand.size,
    outputSize: positions * weights.rows,
  };
  const layer: Layer =
    positions === 1
      ? { ...edge, kind: "dense", weights: placedColumns(weights, operand.position), bias }
      : {
          ...edge,
          kind: "conv1d",
          along: "positions",
          positions,
          inputChannels: inputSize,
          outputChannels: weights.rows,
          groups: 1,
          window: { taps: 1, stride: 1, dilation: 1, padBefore: 0, padAfter: 0 },
          weights,
          bias,
        };
  return [layerView(context, layer, [...view.shape.slice(0, -1), weights.rows], view.time)];
}

/** MatMul(x, W): y = W^T x with W [inputSize, outputSize]. */
export function importMatMul(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const view = denseInput(node, context);
  const constant = constantInput(node, context, 1);
  if (!view || !constant) return undefined;
  const [rows, cols] = constant.dims;
  if (constant.dims.length !== 2 || !rows || !cols) {
    refuse(context, node, `its weights have shape [${constant.dims}]`, "use a matrix [in, out]");
    return undefined;
  }
  const weights = transposedMatrix(rows, cols, constant.values);
  return addDense(node, context, view, weights, new Float64Array(cols));
}

/** Gemm: y = alpha * x W (or x W^T) + beta * b on values of two dimensions. */
export function importGemm(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const view = denseInput(node, context);
  const constant = constantInput(node, context, 1);
  const biased = inputValue(context, node, 2) !== undefined;
  const biasConstant = biased ? constantInput(node, context, 2) : undefined;
  if (!view || !constant || (biased && !biasConstant)) return undefined;
  const [rows, cols] = constant.dims;
  if (constant.dims.length !== 2 || !rows || !cols || view.shape.length !== 2) {
    throw graphError(
      context.file,
      nodeName(node),
      `Gemm takes matrices, not [${view.shape}] and [${constant.dims}]`,
    );
  }
  if (node.attributes.get("transA")?.integer) {
    refuse(context, node, "transA is set", "transpose the input before it is fed");
    return undefined;
  }
  const stored = { rows, cols, values: constant.values };
  const weights = node.attributes.get("transB")?.integer
    ? stored
    : transposedMatrix(rows, cols, stored.values);
  const alpha = realAttribute(node, context, "alpha", 1);
  const beta = realAttribute(node, context, "beta", 1);
  const spread = biasConstant && broadcast(biasConstant.dims, [1, weights.rows]);
  if (biasConstant && !spread) {
    refuse(context, node, "its bias changes from step to step", "use one bias a layer");
    return undefined;
  }
  const from = spread?.from;
  const given = biasConstant?.values ?? new Float64Array(weights.rows);
  const bias = from ? Float64Array.from(from, (index) => given[index] ?? 0) : given;
  return addDense(
    node,
    context,
    view,
    { ...weights, values: weights.values.map((weight) => alpha * weight) },
    bias.map((value) => beta * value),
  );
}
