/**
 * Conv over one dimension, time or positions inside a step, as a convolution or a dense layer.
 * Zeros padded before by an operator of their own are left to slices.ts, tensors and windows to spatial.ts.
 */

import type { Conv1dLayer, Matrix, Window } from "../types.ts";
import { constantInput, expectShape } from "./attributes.ts";
import { addDense } from "./dense.ts";
import { graphError } from "./limits.ts";
import { picked } from "./moving.ts";
import type { OnnxNode } from "./nodes.ts";
import { inOrder } from "./operands.ts";
import { transposed } from "./picks.ts";
import {
  channelMajor,
  fittingPositions,
  positionMajor,
  spatialInput,
  windowOf,
} from "./spatial.ts";
import {
  type ImportContext,
  inputValue,
  nodeName,
  outputName,
  productOf,
  refuse,
  requiredValue,
  type Value,
  type View,
  viewInput,
} from "./values.ts";

/** A convolution sees zeros that were padded before it; anything else would have to look ahead. */
function convolutionInput(node: OnnxNode, context: ImportContext): View | undefined {
  const value = requiredValue(context, node, 0);
  if (value.kind === "view" && value.time && value.time.extraAfter === 0) return value;
  return viewInput(context, node, 0);
}

export function importConv(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const view = convolutionInput(node, context);
  const constant = constantInput(node, context, 1);
  const biased = inputValue(context, node, 2) !== undefined;
  const biasConstant = biased ? constantInput(node, context, 2) : undefined;
  if (!view || !constant || (biased && !biasConstant)) return undefined;
  const [outputChannels = 0, groupChannels = 0, ...kernel] = constant.dims;
  const spatial = spatialInput(node, context, view, kernel);
  if (!spatial) return undefined;
  const { channels, positions, isTime } = spatial;
  const groups = node.attributes.get("group")?.integer ?? 1;
  if (
    productOf(constant.dims) < 1 ||
    groupChannels * groups !== channels ||
    outputChannels % groups
  ) {
    throw graphError(
      context.file,
      nodeName(node),
      `W is [${constant.dims}] in ${groups} groups; its input has ${channels} channels`,
    );
  }
  if (biasConstant) expectShape(node, context, "B", biasConstant.dims, [outputChannels]);
  const window = windowOf(node, context, spatial, kernel);
  const kept = (window.taps - 1) * window.dilation;
  if (isTime && !isCausal(node, context, window)) return undefined;
  const weights = tapByTap(constant.values, outputChannels, groupChannels, window.taps);
  const bias = biasConstant?.values ?? new Float64Array(outputChannels);
  const input = positionMajor(node, context, spatial);
  if (!input) return undefined;
  if (positions === 1 && groups === 1 && isSingle(window)) {
    return denseOf(node, context, input, weights, bias);
  }
  const operand = inOrder(context, node, input);
  if (!operand) return undefined;
  const outputs = isTime ? 1 : fittingPositions(node, context, positions, window);
  const layer: Conv1dLayer = {
    kind: "conv1d",
    name: nodeName(node),
    input: operand.input,
    output: outputName(node, context),
    inputSize: operand.size,
    outputSize: outputs * outputChannels,
    along: isTime ? "time" : "positions",
    positions,
    inputChannels: channels,
    outputChannels,
    groups,
    window: isTime ? { ...window, padBefore: kept, padAfter: 0 } : window,
    weights,
    bias,
  };
  const sizes = { channels: outputChannels, positions: outputs, extraAfter: window.padAfter };
  return [channelMajor(node, context, layer, spatial, sizes)];
}

/** [output channel, channel, tap] as rows tap by tap. */
function tapByTap(values: Float64Array, rows: number, channels: number, taps: number): Matrix {
  const cols = taps * channels;
  const moved = Float64Array.from(values, (_, index) => {
    const [row, at] = [Math.floor(index / cols), index % cols];
    const [tap, channel] = [Math.floor(at / channels), at % channels];
    return values[row * cols + channel * taps + tap] ?? 0;
  });
  return { rows, cols, values: moved };
}

/** A window that reads one place and answers at each. */
function isSingle({ taps, stride, padBefore, padAfter }: Window): boolean {
  return taps === 1 && stride === 1 && padBefore + padAfter === 0;
}

/** Such a window over one position is a dense layer. */
function denseOf(
  node: OnnxNode,
  context: ImportContext,
  input: View,
  weights: Matrix,
  bias: Float64Array,
): readonly Value[] | undefined {
  const [dense] = addDense(node, context, input, weights, bias) ?? [];
  if (dense?.kind !== "view") return undefined;
  const { shape } = dense;
  const order = [0, shape.length - 1, ...shape.map((_, at) => at).slice(1, -1)];
  return [picked(context, node, dense, transposed(shape, order))];
}

/** Along time: one answer a step, made of this step and earlier ones only. */
function isCausal(node: OnnxNode, context: ImportContext, window: Window): boolean {
  const kept = (window.taps - 1) * window.dilation;
  if (window.stride !== 1) {
    refuse(
      context,
      node,
      `it answers one step in ${window.stride} only`,
      "use a stride of 1 along time: a stream gives one answer a step",
    );
    return false;
  }
  if (window.padBefore === kept) return true;
  refuse(
    context,
    node,
    `it pads ${window.padBefore} steps before the first, but its window reaches ${kept} back`,
    `pad ${kept} zeros before the first step and none behind the last, as a causal convolution does`,
  );
  return false;
}
