/**
 * What the dimensions asked of a Reshape mean for one step of a tensor: which of them is time, and what -1 stands for.
 * Moving values is not needed: a reshape keeps their order.
 */

import type { Pick } from "./picks.ts";
import { productOf } from "./values.ts";

export interface SteppedShape {
  /** 1 at the time axis. */
  readonly shape: readonly number[];
  readonly time: number | undefined;
  /** Time steps; undefined where they are free. */
  readonly steps: number | undefined;
}

/**
 * @param wanted -1 for what is left, 0 (unless allowed as such) for the old size, NaN for the free number of steps
 * @returns undefined where the values do not fit, or steps would come apart
 */
export function resolveReshape(
  { shape, time, steps }: SteppedShape,
  wanted: readonly number[],
  allowZero: boolean,
): Pick | undefined {
  const copied = (axis: number) => !allowZero && wanted[axis] === 0;
  if (time === undefined) {
    const dims = wanted.map((dim, axis) => (copied(axis) ? (shape[axis] ?? 0) : dim));
    const resolved = fillOpen(dims, productOf(shape));
    return resolved && { shape: resolved, axisTo: shape.map(() => undefined) };
  }
  // As many values must lie before and behind time as did; the first place that allows it is taken.
  const before = productOf(shape.slice(0, time));
  for (const [axis, dim] of wanted.entries()) {
    const fits = (copied(axis) && axis === time) || Number.isNaN(dim) || dim === steps;
    if (!fits && dim !== -1) continue;
    const dims = wanted.map((other, at) =>
      at === axis ? 1 : copied(at) ? (at === time ? Number.NaN : (shape[at] ?? 0)) : other,
    );
    const resolved = fillOpen(dims, productOf(shape));
    if (!resolved || productOf(resolved.slice(0, axis)) !== before) continue;
    return { shape: resolved, axisTo: shape.map((_, at) => (at === time ? axis : undefined)) };
  }
  return undefined;
}

/** The dimensions with -1 filled in; undefined where they do not hold `count` values. */
function fillOpen(dims: readonly number[], count: number): readonly number[] | undefined {
  const open = dims.indexOf(-1);
  const resolved = [...dims];
  if (open >= 0) {
    resolved[open] = count / productOf(dims.filter((_, axis) => axis !== open));
  }
  const fits = resolved.every((dim) => Number.isInteger(dim) && dim >= 1);
  return fits && productOf(resolved) === count ? resolved : undefined;
}
