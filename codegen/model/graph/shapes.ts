/**
 * Identity, Squeeze, Unsqueeze, Reshape, Flatten, Transpose and Expand: resolved at import, they make no layer.
 * Operators that take part of a tensor, or put several together, are left to slices.ts.
 */

import { graphError, LIMITS, shown } from "./limits.ts";
import {
  checkGrowth,
  checkRank,
  integerList,
  type Movable,
  movableInput,
  normalAxes,
  normalAxis,
  picked,
  shapeOf,
  timeAxisOf,
} from "./moving.ts";
import type { OnnxNode } from "./nodes.ts";
import { broadcast, commonShape, type Pick, transposed } from "./picks.ts";
import { resolveReshape } from "./reshape.ts";
import {
  constantValues,
  type ImportContext,
  inputValue,
  nodeName,
  productOf,
  refuse,
  requiredValue,
  type Sequence,
  type Value,
} from "./values.ts";

type Rule = (value: Movable, node: OnnxNode, context: ImportContext) => Pick | undefined;

/** Applies a rule to the node's first input; a rule that gives nothing has reported why. */
function moving(rule: Rule) {
  return (node: OnnxNode, context: ImportContext): readonly Value[] | undefined => {
    const value = movableInput(context, node);
    const pick = value && rule(value, node, context);
    return value && pick && [picked(context, node, value, pick)];
  };
}

/** The same value under another name, whatever it is. */
export function importIdentity(node: OnnxNode, context: ImportContext): readonly Value[] {
  return [requiredValue(context, node, 0)];
}

/** Dropout of a network that is not trained: the same value. */
function importDropout(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const training = inputValue(context, node, 2);
  const off =
    !training ||
    (training.kind === "constant" && constantValues(context, training).every((on) => on === 0));
  if (off) return importIdentity(node, context);
  refuse(context, node, "training_mode is set", "export the network for inference");
  return undefined;
}

function missing(node: OnnxNode, context: ImportContext, what: string): undefined {
  refuse(context, node, `its ${what} is computed`, "export with fixed shapes");
  return undefined;
}

const squeeze: Rule = (value, node, context) => {
  const shape = shapeOf(value);
  const time = timeAxisOf(value);
  const listed = integerList(node, context, "axes", 1);
  const axes = new Set(
    listed
      ? normalAxes(listed, shape.length, node, context)
      : shape.flatMap((dim, axis) => (dim === 1 && axis !== time ? [axis] : [])),
  );
  const bad = [...axes].find((axis) => axis === time || shape[axis] !== 1);
  if (bad !== undefined) {
    const size = bad === time ? `${context.steps ?? "all"} steps` : shape[bad];
    throw graphError(context.file, nodeName(node), `axis ${bad} holds ${size}, not 1`);
  }
  let left = 0;
  const axisTo = shape.map((_, axis) => (axes.has(axis) ? undefined : left++));
  return { shape: shape.filter((_, axis) => !axes.has(axis)), axisTo };
};

const unsqueeze: Rule = (value, node, context) => {
  const shape = shapeOf(value);
  const listed = integerList(node, context, "axes", 1);
  if (!listed) return missing(node, context, "list of axes");
  const rank = shape.length + listed.length;
  checkRank(context, node, rank);
  const added = new Set(normalAxes(listed, rank, node, context));
  const kept = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !added.has(axis));
  const newShape = new Array<number>(rank).fill(1);
  kept.forEach((axis, old) => {
    newShape[axis] = shape[old] ?? 1;
  });
  return { shape: newShape, axisTo: kept };
};

const transpose: Rule = (value, node, context) => {
  const shape = shapeOf(value);
  const permutation =
    node.attributes.get("perm")?.integers ?? shape.map((_, axis) => shape.length - 1 - axis);
  const axes = normalAxes(permutation, shape.length, node, context);
  if (axes.length !== shape.length) {
    throw graphError(
      context.file,
      nodeName(node),
      `perm [${shown(permutation)}] is no permutation`,
    );
  }
  return transposed(shape, axes);
};

const reshape: Rule = (value, node, context) => {
  const wanted = integerList(node, context, "shape", 1);
  if (!wanted) return missing(node, context, "shape");
  const shape = shapeOf(value);
  checkRank(context, node, wanted.length);
  const allowZero = node.attributes.get("allowzero")?.integer === 1;
  const time = timeAxisOf(value);
  const pick = resolveReshape({ shape, time, steps: context.steps }, wanted, allowZero);
  if (!pick) {
    refuse(
      context,
      node,
      `[${wanted}] takes the steps of [${shape}] apart, or holds another number of values`,
      "keep the time axis whole",
    );
  }
  return pick;
};

const flatten: Rule = (value, node, context) => {
  const shape = shapeOf(value);
  const time = timeAxisOf(value);
  const asked = node.attributes.get("axis")?.integer ?? 1;
  const axis = asked === shape.length ? asked : normalAxis(asked, shape.length, node, context);
  const parts = [shape.slice(0, axis), shape.slice(axis)];
  // A time axis stays one where everything else on its side is 1.
  if (time !== undefined && productOf(parts[time < axis ? 0 : 1] ?? []) !== 1) {
    refuse(context, node, "it mixes time steps with values", "flatten the values of a step only");
    return undefined;
  }
  return {
    shape: parts.map(productOf),
    axisTo: shape.map((_, at) => (at === time ? (at < axis ? 0 : 1) : undefined)),
  };
};

/** All steps in one vector, where that is what a reshape to `shape` makes of a view; undefined where it is not. */
function sequenceOf(
  value: Value,
  shape: readonly number[],
  { steps }: ImportContext,
): Sequence | undefined {
  if (value.kind !== "view" || !value.time || steps === undefined) return undefined;
  const { axis, extraBefore, extraAfter } = value.time;
  const whole = extraBefore + extraAfter === 0 && productOf(value.shape.slice(0, axis)) === 1;
  const isVector = productOf(shape.slice(0, -1)) === 1;
  const fits = shape.at(-1) === steps * value.elements.length;
  return whole && isVector && fits ? { kind: "sequence", shape, of: value } : undefined;
}

function importReshape(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const value = requiredValue(context, node, 0);
  const wanted = integerList(node, context, "shape", 1);
  if (value.kind === "view" && value.time && wanted && wanted.length <= LIMITS.rank) {
    const old = value.shape.map((dim, at) =>
      at === value.time?.axis ? (context.steps ?? 0) : dim,
    );
    const copied = wanted.map((dim, axis) => (dim === 0 ? (old[axis] ?? 0) : dim));
    const rest = productOf(copied.filter((dim) => dim !== -1));
    const shape = copied.map((dim) => (dim === -1 ? productOf(old) / rest : dim));
    const sequence = sequenceOf(value, shape, context);
    if (sequence) return [sequence];
  }
  return moving(reshape)(node, context);
}

function importFlatten(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const value = requiredValue(context, node, 0);
  const asked = node.attributes.get("axis")?.integer ?? 1;
  if (value.kind === "view" && asked >= 0 && asked <= (value.time?.axis ?? -1)) {
    const size = (context.steps ?? Number.NaN) * value.elements.length;
    const before = productOf(value.shape.slice(0, asked));
    const sequence = sequenceOf(value, [before, size / before], context);
    if (sequence) return [sequence];
  }
  return moving(flatten)(node, context);
}

const expand: Rule = (value, node, context) => {
  const wanted = integerList(node, context, "shape", 1);
  if (!wanted) return missing(node, context, "shape");
  const shape = shapeOf(value);
  const time = timeAxisOf(value);
  checkRank(context, node, wanted.length);
  const offset = wanted.length - shape.length;
  const to = wanted.map((dim, axis) => {
    const isTime = time !== undefined && axis - offset === time;
    return isTime && (Number.isNaN(dim) || dim === context.steps) ? 1 : dim;
  });
  const common = to.every((dim) => Number.isInteger(dim) && dim >= 1) && commonShape(shape, to);
  if (common) {
    checkGrowth(context, node, common, productOf(shape));
    const pick = broadcast(shape, common);
    const axis = time === undefined ? undefined : pick?.axisTo[time];
    if (pick && (axis === undefined || pick.shape[axis] === 1)) return pick;
  }
  refuse(
    context,
    node,
    `[${shape}] cannot be repeated to [${shown(wanted)}]`,
    "export with fixed shapes",
  );
  return undefined;
};

export const SHAPE_OPERATORS = {
  Identity: importIdentity,
  Dropout: importDropout,
  Squeeze: moving(squeeze),
  Unsqueeze: moving(unsqueeze),
  Transpose: moving(transpose),
  Reshape: importReshape,
  Flatten: importFlatten,
  Expand: moving(expand),
} as const;
