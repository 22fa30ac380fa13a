/**
 * Conv, MaxPool, AveragePool and the global pools over one dimension: time, or positions inside a step.
 * Zeros padded before by an operator of their own are left to slices.ts.
 */

import { type Conv1dLayer, type Layer, type Window, windowPositions } from "../types.ts";
import { constantInput, expectShape, sizesAttribute } from "./attributes.ts";
import { addDense } from "./dense.ts";
import { graphError, shown } from "./limits.ts";
import type { OnnxNode } from "./messages.ts";
import { picked } from "./moving.ts";
import { inOrder, layerView } from "./operands.ts";
import { transposed } from "./picks.ts";
import {
  type ImportContext,
  inputValue,
  nodeName,
  outputName,
  productOf,
  refuse,
  requiredValue,
  type TimeAxis,
  type Value,
  type View,
  viewInput,
} from "./values.ts";

/** A tensor [batch, channels, ...] whose dimensions behind are 1 but for one. */
interface Spatial {
  readonly view: View;
  readonly channels: number;
  /** The axis that windows slide along. */
  readonly axis: number;
  /** Along it; 1 along time. */
  readonly positions: number;
  readonly isTime: boolean;
}

/** @param kernel sizes of the window along each dimension behind the channels */
function spatialInput(
  node: OnnxNode,
  context: ImportContext,
  view: View,
  kernel: readonly number[],
): Spatial | undefined {
  const { shape, time } = view;
  if (shape.length !== kernel.length + 2 || kernel.length === 0) {
    throw graphError(
      context.file,
      nodeName(node),
      `a window of [${kernel}] does not fit [${shape}]`,
    );
  }
  if (shape[0] !== 1 || time?.axis === 0 || time?.axis === 1) {
    const what =
      time && time.axis < 2 ? `time is dimension ${time.axis}` : `the batch is ${shape[0]}`;
    refuse(context, node, what, "give it [batch of 1, channels, time]");
    return undefined;
  }
  const sliding = kernel.flatMap((taps, index) =>
    taps !== 1 || shape[index + 2] !== 1 || time?.axis === index + 2 ? [index + 2] : [],
  );
  if (sliding.length > 1) {
    refuse(context, node, "it slides along two dimensions", "use convolutions of one dimension");
    return undefined;
  }
  const axis = sliding[0] ?? 2;
  const isTime = time?.axis === axis;
  return { view, channels: shape[1] ?? 0, axis, positions: shape[axis] ?? 1, isTime };
}

/** The window along the sliding axis; the other dimensions may have none. */
function windowOf(
  node: OnnxNode,
  context: ImportContext,
  { axis, positions, view, isTime }: Spatial,
  kernel: readonly number[],
): Window {
  const count = kernel.length;
  const strides = sizesAttribute(node, context, "strides", { count, low: 1, absent: 1 });
  const dilations = sizesAttribute(node, context, "dilations", { count, low: 1, absent: 1 });
  const pads = sizesAttribute(node, context, "pads", { count: 2 * count, low: 0, absent: 0 });
  const along = axis - 2;
  const others = [...pads.keys()].filter((index) => index % count !== along);
  if (others.some((index) => pads[index] !== 0)) {
    throw graphError(context.file, nodeName(node), `pads [${shown(pads)}] widen a dimension of 1`);
  }
  const [taps = 1, stride = 1, dilation = 1] = [kernel[along], strides[along], dilations[along]];
  const extra = view.time?.extraBefore ?? 0;
  const given = {
    taps,
    stride,
    dilation,
    padBefore: (pads[along] ?? 0) + extra,
    padAfter: pads[along + count] ?? 0,
  };
  const auto = node.attributes.get("auto_pad")?.text || "NOTSET";
  if (auto === "NOTSET") return given;
  if (auto === "VALID") return { ...given, padBefore: extra, padAfter: 0 };
  // SAME: as many outputs as strides fit; along time every step counts.
  const reach = (taps - 1) * dilation + 1;
  const total = isTime
    ? reach - 1
    : Math.max(0, (Math.ceil(positions / stride) - 1) * stride + reach - positions);
  const less = Math.floor(total / 2);
  const before = auto === "SAME_UPPER" ? less : total - less;
  return { ...given, padBefore: before + extra, padAfter: total - before };
}

/** Puts positions first and channels last, as layers have them. */
function positionMajor(
  node: OnnxNode,
  context: ImportContext,
  { view }: Spatial,
): View | undefined {
  const order = [0, ...view.shape.map((_, axis) => axis).slice(2), 1];
  return picked(context, node, view, transposed(view.shape, order)) as View;
}

/** What a layer writes, as the operator's [1, channels, ...]. */
function channelMajor(
  node: OnnxNode,
  context: ImportContext,
  layer: Layer,
  { view, axis }: Spatial,
  {
    channels,
    positions,
    extraAfter,
  }: Readonly<Record<"channels" | "positions" | "extraAfter", number>>,
): Value {
  const rank = view.shape.length;
  const shape = new Array<number>(rank).fill(1);
  shape[axis - 1] = positions;
  shape[rank - 1] = channels;
  const time: TimeAxis | undefined = view.time && {
    axis: view.time.axis - 1,
    extraBefore: 0,
    extraAfter,
  };
  const order = [0, rank - 1, ...shape.map((_, at) => at).slice(1, -1)];
  return picked(context, node, layerView(context, layer, shape, time), transposed(shape, order));
}

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
  const cols = window.taps * groupChannels;
  const weights = {
    rows: outputChannels,
    cols,
    values: Float64Array.from(constant.values, (_, index) => {
      const [row, at] = [Math.floor(index / cols), index % cols];
      const [tap, channel] = [Math.floor(at / groupChannels), at % groupChannels];
      return constant.values[row * cols + channel * window.taps + tap] ?? 0;
    }),
  };
  const bias = biasConstant?.values ?? new Float64Array(outputChannels);
  const input = positionMajor(node, context, spatial);
  if (!input) return undefined;
  const single = positions === 1 && groups === 1 && window.taps === 1;
  if (single && window.padBefore + window.padAfter === 0 && window.stride === 1) {
    const dense = addDense(node, context, input, weights, bias)?.[0];
    if (dense?.kind !== "view") return undefined;
    const order = [0, dense.shape.length - 1, ...dense.shape.map((_, at) => at).slice(1, -1)];
    return [picked(context, node, dense, transposed(dense.shape, order))];
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

function fittingPositions(
  node: OnnxNode,
  context: ImportContext,
  positions: number,
  window: Window,
): number {
  const outputs = windowPositions(positions, window);
  const reach = (window.taps - 1) * window.dilation + 1;
  if (outputs >= 1 && window.padBefore < reach && window.padAfter < reach) return outputs;
  throw graphError(
    context.file,
    nodeName(node),
    `a window of ${reach} does not fit ${positions} positions and their padding`,
  );
}

function pooling(operation: "max" | "average", global: boolean) {
  return (node: OnnxNode, context: ImportContext): readonly Value[] | undefined => {
    const view = viewInput(context, node, 0);
    if (!view) return undefined;
    const count = Math.max(0, view.shape.length - 2);
    const kernel = global
      ? view.shape.slice(2)
      : sizesAttribute(node, context, "kernel_shape", { count, low: 1, absent: 0 });
    const spatial = spatialInput(node, context, view, kernel);
    if (!spatial) return undefined;
    if (spatial.isTime) {
      const instead = "pool inside a step only: a stream gives one answer a step";
      refuse(context, node, "it pools time steps", instead);
      return undefined;
    }
    if (node.attributes.get("ceil_mode")?.integer) {
      refuse(context, node, "ceil_mode is set", "use whole windows");
      return undefined;
    }
    const { positions, channels } = spatial;
    const window = windowOf(node, context, spatial, kernel);
    const outputs = fittingPositions(node, context, positions, window);
    const input = positionMajor(node, context, spatial);
    const operand = input && inOrder(context, node, input);
    if (!operand) return undefined;
    const layer: Layer = {
      kind: "pool1d",
      name: nodeName(node),
      input: operand.input,
      output: outputName(node, context),
      inputSize: operand.size,
      outputSize: outputs * channels,
      operation,
      positions,
      channels,
      window,
      countsPadding: (node.attributes.get("count_include_pad")?.integer ?? 0) !== 0,
    };
    return [
      channelMajor(node, context, layer, spatial, { channels, positions: outputs, extraAfter: 0 }),
    ];
  };
}

export const WINDOW_OPERATORS = {
  Conv: importConv,
  MaxPool: pooling("max", false),
  AveragePool: pooling("average", false),
  GlobalMaxPool: pooling("max", true),
  GlobalAveragePool: pooling("average", true),
} as const;
