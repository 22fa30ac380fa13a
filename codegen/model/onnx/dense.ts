/**
 * MatMul, Add, Gemm and the elementwise activations as dense and activation layers.
 * Their order and how they connect is left to graph.ts.
 */

import type { ActivationLayer, DenseLayer, Matrix } from "../types.ts";
import { graphError } from "./limits.ts";
import type { OnnxNode } from "./messages.ts";
import { isReadable } from "./tensor.ts";
import {
  constantValues,
  type ImportContext,
  inputValue,
  nodeName,
  refuse,
  requiredValue,
  type Shape,
  stepSize,
  stepsValue,
  type Value,
} from "./values.ts";

/** The name of a node's only output. @throws ModelFileError TP-MODEL-006 when it has none */
export function outputName(node: OnnxNode, context: ImportContext): string {
  const name = node.outputs[0];
  if (!name) throw graphError(context.file, nodeName(node), "it has no output");
  return name;
}

/**
 * A constant input's dimensions and values; undefined, and reported, where it is computed or of a
 * type that is not read.
 * @throws ModelFileError
 */
export function constantInput(
  node: OnnxNode,
  context: ImportContext,
  index: number,
): { readonly dims: readonly number[]; readonly values: Float64Array } | undefined {
  const value = requiredValue(context, node, index);
  if (value.kind === "unsupported") return undefined;
  if (value.kind !== "constant") {
    refuse(
      context,
      node,
      `input ${index} is computed, not a constant`,
      "only weights that are known when the code is generated can be stored in flash",
    );
    return undefined;
  }
  if (!isReadable(value.tensor)) {
    refuse(
      context,
      node,
      `input ${index} has ONNX data type ${value.tensor.dataType}`,
      "export float32 weights; this project quantizes them itself",
    );
    return undefined;
  }
  return { dims: value.tensor.dims, values: constantValues(context, value.tensor) };
}

function transposed(rows: number, cols: number, values: Float64Array): Matrix {
  const result = new Float64Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) result[col * rows + row] = values[row * cols + col] ?? 0;
  }
  return { rows: cols, cols: rows, values: result };
}

function withLast(shape: Shape, size: number): Shape {
  return [...shape.slice(0, -1), size];
}

/** Numpy broadcasting of a bias to one vector; undefined where it varies by anything but the last axis. */
function broadcastBias(
  constant: { readonly dims: readonly number[]; readonly values: Float64Array },
  size: number,
): Float64Array | undefined {
  const { dims, values } = constant;
  if (dims.slice(0, -1).some((dim) => dim !== 1)) return undefined;
  if (values.length === size) return Float64Array.from(values);
  return values.length === 1 ? new Float64Array(size).fill(values[0] ?? 0) : undefined;
}

function addDense(
  node: OnnxNode,
  context: ImportContext,
  input: { readonly source: string; readonly shape: Shape },
  weights: Matrix,
  bias: Float64Array,
): readonly Value[] {
  const inputSize = stepSize(context, node, input.shape);
  if (weights.cols !== inputSize) {
    throw graphError(
      context.file,
      nodeName(node),
      `its weights take ${weights.cols} values; its input has ${inputSize}`,
    );
  }
  const layer: DenseLayer = {
    kind: "dense",
    name: nodeName(node),
    input: input.source,
    output: outputName(node, context),
    inputSize,
    outputSize: weights.rows,
    weights,
    bias,
  };
  context.layers.push(layer);
  return [{ kind: "steps", source: layer.output, shape: withLast(input.shape, weights.rows) }];
}

/** MatMul(x, W): y = W^T x with W [inputSize, outputSize]. */
export function importMatMul(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const input = stepsValue(context, node, 0);
  const constant = constantInput(node, context, 1);
  if (!input || !constant) return undefined;
  const [rows, cols] = constant.dims;
  if (constant.dims.length !== 2 || !rows || !cols) {
    refuse(context, node, `its weights have shape [${constant.dims}]`, "use a matrix [in, out]");
    return undefined;
  }
  const weights = transposed(rows, cols, constant.values);
  return addDense(node, context, input, weights, new Float64Array(cols));
}

/** Gemm: y = alpha * x W (or x W^T) + beta * b on values of two dimensions. */
export function importGemm(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const input = stepsValue(context, node, 0);
  const constant = constantInput(node, context, 1);
  const biased = inputValue(context, node, 2) !== undefined;
  const biasConstant = biased ? constantInput(node, context, 2) : undefined;
  if (!input || !constant || (biased && !biasConstant)) return undefined;
  const attribute = (name: string) => node.attributes.get(name);
  const [rows, cols] = constant.dims;
  if (constant.dims.length !== 2 || !rows || !cols || input.shape.length !== 2) {
    throw graphError(
      context.file,
      nodeName(node),
      `Gemm takes matrices, not [${input.shape}] and [${constant.dims}]`,
    );
  }
  if (attribute("transA")?.integer) {
    refuse(context, node, "transA is set", "transpose the input before it is fed");
    return undefined;
  }
  const stored = { rows, cols, values: constant.values };
  const weights = attribute("transB")?.integer ? stored : transposed(rows, cols, stored.values);
  const alpha = attribute("alpha")?.float ?? 1;
  const beta = attribute("beta")?.float ?? 1;
  const bias = biasConstant
    ? broadcastBias(biasConstant, weights.rows)
    : new Float64Array(weights.rows);
  if (!bias) {
    refuse(context, node, "its bias changes from step to step", "use one bias a layer");
    return undefined;
  }
  return addDense(
    node,
    context,
    input,
    { ...weights, values: weights.values.map((weight) => alpha * weight) },
    bias.map((value) => beta * value),
  );
}

/** Add of a constant to the dense layer just made, as its bias. */
export function importAdd(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const first = requiredValue(context, node, 0);
  const second = requiredValue(context, node, 1);
  if (first.kind === "unsupported" || second.kind === "unsupported") return undefined;
  const stepsIndex = first.kind === "constant" ? 1 : 0;
  const input = stepsValue(context, node, stepsIndex);
  const constant = constantInput(node, context, 1 - stepsIndex);
  if (!input || !constant) return undefined;
  const layer = context.layers.at(-1);
  const usedOnce = context.uses.get(node.inputs[stepsIndex] ?? "") === 1;
  if (layer?.kind !== "dense" || layer.output !== input.source || !usedOnce) {
    refuse(
      context,
      node,
      "it adds to a value that is no dense layer's own",
      "add a bias after MatMul only",
    );
    return undefined;
  }
  const bias = broadcastBias(constant, layer.outputSize);
  if (!bias) {
    refuse(
      context,
      node,
      `a bias of shape [${constant.dims}] is not one vector`,
      "use one bias a layer",
    );
    return undefined;
  }
  const output = outputName(node, context);
  const sum = layer.bias.map((value, index) => value + (bias[index] ?? 0));
  context.layers[context.layers.length - 1] = { ...layer, output, bias: sum };
  return [{ kind: "steps", source: output, shape: input.shape }];
}

/** An elementwise activation as its own layer; fusing it is left to lower/. */
export function importActivation(activation: ActivationLayer["activation"]) {
  return (node: OnnxNode, context: ImportContext): readonly Value[] | undefined => {
    const input = stepsValue(context, node, 0);
    if (!input) return undefined;
    const size = stepSize(context, node, input.shape);
    const output = outputName(node, context);
    context.layers.push({
      kind: "activation",
      name: nodeName(node),
      input: input.source,
      output,
      inputSize: size,
      outputSize: size,
      activation,
    });
    return [{ kind: "steps", source: output, shape: input.shape }];
  };
}
