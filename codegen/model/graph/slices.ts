/**
 * Slice, Split, Gather, Concat and Pad: parts of tensors and tensors put together, resolved at import.
 * What a layer has to do to read the result is left to operands.ts.
 */

import { graphError, shown } from "./limits.ts";
import {
  checkGrowth,
  computedConstant,
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
import { slicePlaces, stridesOf, taken } from "./picks.ts";
import {
  constantValues,
  countListed,
  type ImportContext,
  inputValue,
  newView,
  nodeName,
  productOf,
  refuse,
  type Value,
  type View,
} from "./values.ts";

const KEEP_TIME = "take the last step of a sequence, or all of them";

/** What the last step of a value holds: what is there once a sequence, when it has ended. */
function lastStep(view: View): View {
  return { kind: "view", shape: view.shape, elements: view.elements };
}

export function importSlice(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const value = movableInput(context, node);
  if (!value) return undefined;
  const starts = integerList(node, context, "starts", 1);
  const ends = integerList(node, context, "ends", 2);
  const axes = integerList(node, context, "axes", 3) ?? starts?.map((_, axis) => axis);
  const steps = integerList(node, context, "steps", 4) ?? starts?.map(() => 1);
  if (!starts || !ends || !axes || !steps) {
    refuse(context, node, "its bounds are computed", "export with fixed shapes");
    return undefined;
  }
  const lengths = new Set([starts.length, ends.length, axes.length, steps.length]);
  if (lengths.size > 1)
    throw graphError(context.file, nodeName(node), "its bounds differ in number");
  let result: Movable = value;
  for (const [index, axis] of normalAxes(axes, shapeOf(value).length, node, context).entries()) {
    const bounds = [starts[index] ?? 0, ends[index] ?? 0, steps[index] ?? 1] as const;
    const cut = slicedAxis(node, context, result, axis, bounds);
    if (!cut) return undefined;
    result = cut;
  }
  return [result];
}

function slicedAxis(
  node: OnnxNode,
  context: ImportContext,
  value: Movable,
  axis: number,
  [start, end, step]: readonly [number, number, number],
): Movable | undefined {
  if (value.kind === "view" && value.time?.axis === axis) {
    return slicedTime(node, context, value, [start, end, step]);
  }
  countListed(context, shapeOf(value)[axis] ?? 0);
  const places = slicePlaces(shapeOf(value)[axis] ?? 0, start, end, step);
  return picked(context, node, value, taken(shapeOf(value), axis, places)) as Movable;
}

/** All steps, all but what was added behind the last, or the last one alone. */
function slicedTime(
  node: OnnxNode,
  context: ImportContext,
  view: View,
  [start, end, step]: readonly [number, number, number],
): View | undefined {
  const { axis, extraBefore, extraAfter } = view.time as NonNullable<View["time"]>;
  const count = (context.steps ?? Number.NaN) + extraBefore + extraAfter;
  const toEnd = end >= count || end >= 2 ** 31 - 1;
  if (step === 1 && start === 0 && extraAfter > 0) {
    if (end === -extraAfter || end === count - extraAfter) {
      return { ...view, time: { axis, extraBefore, extraAfter: 0 } };
    }
  }
  if (step === 1 && start === 0 && toEnd) return view;
  const single = (start === -1 || start === count - 1) && (toEnd || end === start + 1);
  if (step === 1 && single && extraAfter === 0) return lastStep(view);
  refuse(context, node, `it cuts steps out of a sequence, from ${start} to ${end}`, KEEP_TIME);
  return undefined;
}

export function importSplit(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const value = movableInput(context, node);
  if (!value) return undefined;
  const shape = shapeOf(value);
  const axis = normalAxis(node.attributes.get("axis")?.integer ?? 0, shape.length, node, context);
  if (axis === timeAxisOf(value)) {
    refuse(context, node, "it splits a sequence into steps", KEEP_TIME);
    return undefined;
  }
  const size = shape[axis] ?? 0;
  const even = Math.ceil(size / node.outputs.length);
  const listed = integerList(node, context, "split", 1);
  const sizes =
    listed ?? node.outputs.map((_, index) => Math.min(even, Math.max(0, size - index * even)));
  const sum = sizes.reduce((total, part) => total + part, 0);
  if (sum !== size || sizes.length !== node.outputs.length || sizes.some((part) => !(part >= 1))) {
    throw graphError(context.file, nodeName(node), `[${shown(sizes)}] are not parts of ${size}`);
  }
  countListed(context, size);
  let start = 0;
  return sizes.map((part) => {
    const places = Array.from({ length: part }, (_, index) => start + index);
    start += part;
    return picked(context, node, value, taken(shape, axis, places));
  });
}

export function importGather(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const value = movableInput(context, node);
  const indices = inputValue(context, node, 1);
  if (!value || indices?.kind === "unsupported") return undefined;
  const places = integerList(node, context, "", 1);
  if (indices?.kind !== "constant" || !places) {
    refuse(context, node, "its indices are computed", "export with fixed indices");
    return undefined;
  }
  const shape = shapeOf(value);
  const axis = normalAxis(node.attributes.get("axis")?.integer ?? 0, shape.length, node, context);
  const { dims } = indices;
  const newShape = [...shape.slice(0, axis), ...dims, ...shape.slice(axis + 1)];
  checkGrowth(context, node, newShape, productOf(shape));
  if (value.kind === "view" && value.time?.axis === axis) {
    const last =
      places.length === 1 && [-1, (context.steps ?? Number.NaN) - 1].includes(places[0] ?? 0);
    if (last && !value.time.extraAfter) return [{ ...lastStep(value), shape: newShape }];
    refuse(context, node, `it takes steps ${shown(places)} of a sequence`, KEEP_TIME);
    return undefined;
  }
  const size = shape[axis] ?? 0;
  const fromFront = places.map((place) => normalAxis(place, size, node, context));
  const pick = taken(shape, axis, fromFront);
  const moved = (old: number) => (old < axis ? old : old - 1 + dims.length);
  const axisTo = shape.map((_, old) => (old === axis ? undefined : moved(old)));
  return [picked(context, node, value, { ...pick, shape: newShape, axisTo })];
}

export function importConcat(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const values = node.inputs.map((_, index) => movableInput(context, node, index));
  const first = values[0];
  if (!first || values.includes(undefined)) return undefined;
  const parts = values as readonly Movable[];
  const shape = shapeOf(first);
  const axis = normalAxis(node.attributes.get("axis")?.integer ?? 0, shape.length, node, context);
  for (const part of parts) {
    const other = shapeOf(part);
    const fits = other.every((dim, at) => at === axis || dim === shape[at]);
    if (other.length !== shape.length || !fits) {
      throw graphError(context.file, nodeName(node), `[${other}] does not join [${shape}]`);
    }
  }
  const length = parts.reduce((sum, part) => sum + (shapeOf(part)[axis] ?? 0), 0);
  const newShape = shape.map((dim, at) => (at === axis ? length : dim));
  checkGrowth(context, node, newShape, productOf(newShape));
  if (parts.every((part) => part.kind === "constant")) {
    const lists = parts.map((part) => constantValues(context, part));
    const dims = parts.map((part) => part.dims);
    const values = Float64Array.from(joined(lists, dims, axis, newShape));
    return [computedConstant(context, node, newShape, values)];
  }
  const views = parts.filter((part) => part.kind === "view");
  const time = views[0]?.time;
  const sameTime = views.every(
    (view) => view.time?.axis === time?.axis && !view.time?.extraBefore && !view.time?.extraAfter,
  );
  if (views.length < parts.length || !sameTime || time?.axis === axis) {
    refuse(
      context,
      node,
      views.length < parts.length
        ? "it joins constants to computed values"
        : "it joins values of different steps",
      "join values of the same step",
    );
    return undefined;
  }
  countListed(context, productOf(newShape));
  const lists = views.map(({ elements }) => elements);
  const dims = views.map((view) => view.shape);
  const elements = Int32Array.from(joined(lists, dims, axis, newShape));
  return [newView(context, newShape, elements, time)];
}

/** The values of several tensors put together along an axis. */
function joined(
  lists: readonly ArrayLike<number>[],
  shapes: readonly (readonly number[])[],
  axis: number,
  newShape: readonly number[],
): number[] {
  const rows = productOf(newShape.slice(0, axis));
  const runs = shapes.map((shape) => (shape[axis] ?? 0) * (stridesOf(shape)[axis] ?? 1));
  const result: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (const [index, list] of lists.entries()) {
      const run = runs[index] ?? 0;
      for (let at = row * run; at < (row + 1) * run; at++) result.push(list[at] ?? 0);
    }
  }
  return result;
}

/** Zeros before the first time step, which the convolution behind it takes in; other axes are refused. */
export function importPad(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const value = movableInput(context, node);
  const pads = integerList(node, context, "pads", 1);
  if (!value) return undefined;
  const rank = shapeOf(value).length;
  const listed = integerList(node, context, "", 3);
  const axes = normalAxes(listed ?? shapeOf(value).map((_, at) => at), rank, node, context);
  const mode = node.attributes.get("mode")?.text ?? "constant";
  const fill = inputValue(context, node, 2);
  const zero =
    !fill || (fill.kind === "constant" && constantValues(context, fill).every((v) => v === 0));
  const padded = axes.filter((_, index) => pads?.[index] || pads?.[index + axes.length]);
  if (padded.length === 0 && pads) return [value];
  const time = value.kind === "view" ? value.time : undefined;
  const index = axes.indexOf(time?.axis ?? -1);
  const before = pads?.[index] ?? -1;
  const after = pads?.[index + axes.length] ?? -1;
  const only = time && padded.every((axis) => axis === time.axis) && before >= 0 && after === 0;
  if (value.kind === "view" && time && only && zero && mode === "constant") {
    return [{ ...value, time: { ...time, extraBefore: time.extraBefore + before } }];
  }
  refuse(
    context,
    node,
    "it pads with something else than zeros before the first step",
    "pad only along time, only before the first step, as a causal convolution needs",
  );
  return undefined;
}
