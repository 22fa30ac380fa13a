/**
 * Tensors that windows slide over: which dimension, which window, and their order in a layer and in the operator.
 * What a window computes is left to convolution.ts and pooling.ts.
 */

import { type Layer, type Window, windowPositions } from "../types.ts";
import { sizesAttribute } from "./attributes.ts";
import { graphError, shown } from "./limits.ts";
import { picked } from "./moving.ts";
import type { OnnxNode } from "./nodes.ts";
import { layerView } from "./operands.ts";
import { transposed } from "./picks.ts";
import {
  type ImportContext,
  nodeName,
  refuse,
  type TimeAxis,
  type Value,
  type View,
} from "./values.ts";

/** A tensor [batch, channels, ...] whose dimensions behind are 1 but for one. */
export interface Spatial {
  readonly view: View;
  readonly channels: number;
  /** The axis that windows slide along. */
  readonly axis: number;
  /** Along it; 1 along time. */
  readonly positions: number;
  readonly isTime: boolean;
}

/** @param kernel sizes of the window along each dimension behind the channels */
export function spatialInput(
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
export function windowOf(
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
export function positionMajor(
  node: OnnxNode,
  context: ImportContext,
  { view }: Spatial,
): View | undefined {
  const order = [0, ...view.shape.map((_, axis) => axis).slice(2), 1];
  return picked(context, node, view, transposed(view.shape, order)) as View;
}

/** What a layer writes, as the operator's [1, channels, ...]. */
export function channelMajor(
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

/** Positions that a window gives. @throws ModelFileError TP-MODEL-006 where it does not fit */
export function fittingPositions(
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
