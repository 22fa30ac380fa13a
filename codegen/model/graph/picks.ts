/**
 * What operators that only move values about do to a shape, and which value comes to lie where.
 * Whose values those are, constants' or views', is left to shapes.ts.
 */

/** A new shape, and for each of its values the old one's index; absent where all stay in order. */
export interface Pick {
  readonly shape: readonly number[];
  readonly from?: Int32Array;
  /** Where each old axis went; undefined for one that is gone or was cut. */
  readonly axisTo: readonly (number | undefined)[];
}

/** How far apart neighbours along each axis lie. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  }
  return strides;
}

/** Places along a new axis, and how far into the old values each of them reaches. */
interface Reaches {
  readonly count: number;
  at(place: number): number;
}

/** Old indices in the order of a new shape. A shape without values may have long axes beside the empty one. */
function gathered(axes: readonly Reaches[]): Int32Array {
  if (axes.some(({ count }) => count === 0)) return new Int32Array(0);
  let from = Int32Array.of(0);
  for (const { count, at } of axes) {
    const next = new Int32Array(from.length * count);
    let index = 0;
    for (const base of from) {
      for (let place = 0; place < count; place++) next[index++] = base + at(place);
    }
    from = next;
  }
  return from;
}

function range(count: number, step: number): Reaches {
  return { count, at: (place) => place * step };
}

/** @param axes the old axis of each new one */
export function transposed(shape: readonly number[], axes: readonly number[]): Pick {
  const strides = stridesOf(shape);
  const newShape = axes.map((axis) => shape[axis] ?? 1);
  const axisTo = shape.map((_, axis) => axes.indexOf(axis));
  const moved = axes.filter((axis) => shape[axis] !== 1);
  if (moved.every((axis, index) => index === 0 || axis > (moved[index - 1] ?? 0))) {
    return { shape: newShape, axisTo };
  }
  const from = gathered(axes.map((axis) => range(shape[axis] ?? 1, strides[axis] ?? 1)));
  return { shape: newShape, from, axisTo };
}

/** Places along one axis, in any order, each any number of times; the axis counts as cut unless all stay. */
export function taken(shape: readonly number[], axis: number, places: readonly number[]): Pick {
  const strides = stridesOf(shape);
  const newShape = shape.map((dim, at) => (at === axis ? places.length : dim));
  const whole = places.length === shape[axis] && places.every((place, index) => place === index);
  const axisTo = shape.map((_, at) => (at === axis && !whole ? undefined : at));
  if (whole) return { shape: newShape, axisTo };
  const from = gathered(
    shape.map((dim, at) =>
      at === axis
        ? { count: places.length, at: (index) => (places[index] ?? 0) * (strides[at] ?? 1) }
        : range(dim, strides[at] ?? 1),
    ),
  );
  return { shape: newShape, from, axisTo };
}

/** Numpy's broadcasting to a shape of the same rank or more; undefined where it does not fit. */
export function broadcast(shape: readonly number[], to: readonly number[]): Pick | undefined {
  const added = to.length - shape.length;
  if (added < 0) return undefined;
  const padded = [...new Array<number>(added).fill(1), ...shape];
  if (padded.some((dim, axis) => dim !== 1 && dim !== to[axis])) return undefined;
  const axisTo = shape.map((_, axis) => axis + added);
  if (padded.every((dim, axis) => dim === to[axis])) return { shape: to, axisTo };
  const strides = stridesOf(padded);
  const from = gathered(
    to.map((dim, axis) => range(dim, padded[axis] === 1 ? 0 : (strides[axis] ?? 1))),
  );
  return { shape: to, from, axisTo };
}

/** The shape two tensors broadcast to; undefined where they do not fit. */
export function commonShape(
  first: readonly number[],
  second: readonly number[],
): readonly number[] | undefined {
  const rank = Math.max(first.length, second.length);
  const dim = (shape: readonly number[], axis: number) => shape[axis - rank + shape.length] ?? 1;
  const common = Array.from({ length: rank }, (_, axis) =>
    dim(first, axis) === 1 ? dim(second, axis) : dim(first, axis),
  );
  return common.every((size, axis) => [1, size].includes(dim(second, axis))) ? common : undefined;
}

/** Start, end and step of a slice as places, by ONNX's clamping. */
export function slicePlaces(size: number, start: number, end: number, step: number): number[] {
  const fromEnd = (index: number) => (index < 0 ? index + size : index);
  const clamp = (index: number, low: number, high: number) =>
    Math.min(high, Math.max(low, fromEnd(index)));
  const places: number[] = [];
  if (step > 0) {
    const last = clamp(end, 0, size);
    for (let at = clamp(start, 0, size); at < last; at += step) places.push(at);
  } else if (step < 0) {
    const last = clamp(end, -1, size - 1);
    for (let at = clamp(start, 0, size - 1); at > last; at += step) places.push(at);
  }
  return places;
}
