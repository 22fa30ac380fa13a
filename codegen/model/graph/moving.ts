/**
 * Applies a pick to whatever a node reads, a constant or a view, and follows the time axis through it.
 * Which pick an operator makes is left to shapes.ts and slices.ts.
 */

import { graphError, LIMITS, limitError, shown } from "./limits.ts";
import type { OnnxNode } from "./nodes.ts";
import type { Pick } from "./picks.ts";
import { checkHeld } from "./tensor.ts";
import {
  ALL_STEPS,
  type Constant,
  constantValues,
  countListed,
  countWeights,
  type ImportContext,
  inputValue,
  momentMisused,
  newView,
  nodeName,
  productOf,
  READ_BY_DENSE,
  refuse,
  requiredValue,
  type Value,
  type View,
} from "./values.ts";

/** What an operator that only moves values about can be given. */
export type Movable = Constant | View;

/**
 * The input of such an operator; undefined where there is nothing to move, which has been reported.
 * @throws ModelFileError TP-MODEL-003, -004, -006
 */
export function movableInput(
  context: ImportContext,
  node: OnnxNode,
  index = 0,
): Movable | undefined {
  const value = requiredValue(context, node, index);
  if (value.kind === "moment") {
    refuse(context, node, momentMisused(value), "use LayerNormalization, or its usual order");
  }
  if (value.kind === "sequence") refuse(context, node, ALL_STEPS, READ_BY_DENSE);
  // What a tensor says of itself may be more than the file holds.
  if (value.kind === "constant" && value.tensor) checkHeld(value.tensor, context.file);
  return value.kind === "view" || value.kind === "constant" ? value : undefined;
}

export function shapeOf(value: Movable): readonly number[] {
  return value.kind === "view" ? value.shape : value.dims;
}

export function timeAxisOf(value: Movable): number | undefined {
  return value.kind === "view" ? value.time?.axis : undefined;
}

/** @throws ModelFileError TP-MODEL-003 for more dimensions than a tensor may have */
export function checkRank(context: ImportContext, node: OnnxNode, rank: number): void {
  if (rank <= LIMITS.rank) return;
  throw limitError(context.file, `"${nodeName(node)}" makes ${rank} dimensions`, LIMITS.rank);
}

/**
 * Checks, before any memory is taken for it, that a node may make this many values.
 * @param of how many it makes them from: a constant may be large, but not grow
 * @throws ModelFileError TP-MODEL-003
 */
export function checkGrowth(
  context: ImportContext,
  node: OnnxNode,
  shape: readonly number[],
  of: number,
): void {
  const count = productOf(shape);
  checkRank(context, node, shape.length);
  if (count > Math.max(of, LIMITS.layerSize)) {
    throw limitError(context.file, `"${nodeName(node)}" makes ${count} values`, LIMITS.layerSize);
  }
}

/** A constant computed at import, counted as weights are. @throws ModelFileError TP-MODEL-003 */
export function computedConstant(
  context: ImportContext,
  node: OnnxNode,
  dims: readonly number[],
  values: Float64Array,
): Constant {
  countWeights(context, values.length);
  return { kind: "constant", name: nodeName(node), dims, values };
}

export function picked(
  context: ImportContext,
  node: OnnxNode,
  value: Movable,
  { shape, from, axisTo }: Pick,
): Value {
  if (value.kind === "constant") {
    if (!from) return { ...value, dims: shape };
    const old = constantValues(context, value);
    const values = Float64Array.from(from, (index) => old[index] ?? 0);
    return computedConstant(context, node, shape, values);
  }
  const { elements, time } = value;
  const axis = time && axisTo[time.axis];
  const newTime = time && axis !== undefined ? { ...time, axis } : undefined;
  if (!from) {
    return { kind: "view", shape, elements, ...(newTime ? { time: newTime } : {}) };
  }
  countListed(context, from.length);
  const moved = from.map((index) => elements[index] ?? 0);
  return newView(context, shape, moved, newTime);
}

/**
 * A list of whole numbers, given as an attribute (older operator sets) or as a constant input (newer ones); NaN stands
 * for a free number of steps. Undefined where it is given neither way, or computed.
 */
export function integerList(
  node: OnnxNode,
  context: ImportContext,
  attribute: string,
  input: number,
): readonly number[] | undefined {
  const listed = node.attributes.get(attribute);
  if (listed) return listed.integers;
  const value = inputValue(context, node, input);
  if (value?.kind !== "constant") return undefined;
  if (productOf(value.dims) > LIMITS.layerSize) {
    throw limitError(context.file, `"${nodeName(node)}" reads a long list`, LIMITS.layerSize);
  }
  return Array.from(constantValues(context, value));
}

/** One axis from the front. @throws ModelFileError TP-MODEL-006 */
export function normalAxis(
  axis: number,
  rank: number,
  node: OnnxNode,
  context: ImportContext,
): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(normal) && normal >= 0 && normal < rank) return normal;
  throw graphError(context.file, nodeName(node), `axis ${axis} does not fit ${rank} dimensions`);
}

/** Axes from the front. @throws ModelFileError TP-MODEL-006 for one that is named twice or is not there */
export function normalAxes(
  axes: readonly number[],
  rank: number,
  node: OnnxNode,
  context: ImportContext,
): readonly number[] {
  const normal = axes.map((axis) => normalAxis(axis, rank, node, context));
  if (new Set(normal).size === normal.length) return normal;
  throw graphError(context.file, nodeName(node), `axes [${shown(axes)}] name one dimension twice`);
}
