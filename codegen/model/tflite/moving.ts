/**
 * TFLite's operators that only move values about, each in ONNX's words.
 * What they do to steps, and to values, is left to ../onnx/shapes.ts and slices.ts.
 */

import { slicePlaces } from "../graph/picks.ts";
import type { TfliteOperator } from "./schema.ts";
import type { Refusal, Spelling } from "./spelling.ts";

/** Puts nodes in the place of an operator, or its refusal. */
export type Speller = (operator: TfliteOperator, spelling: Spelling) => void;

const COMPUTED: Refusal = {
  why: "its places are computed",
  instead: "convert with fixed shapes",
};
/** To the end, whichever way: far beyond any dimension. */
const END = 2 ** 31 - 1;

/** RESHAPE, SQUEEZE and EXPAND_DIMS: the file says what shape comes out, unless that was left to be computed. */
const reshape: Speller = (operator, spelling) => {
  const { index, shape } = spelling.output(operator);
  const [from = -1, wanted = -1] = operator.inputs;
  const to = [spelling.name(index)];
  const isComputed = operator.operator === "RESHAPE" && wanted >= 0;
  if (isComputed && !spelling.input(operator, 1).data) {
    spelling.node(operator, "Reshape", [spelling.name(from), spelling.name(wanted)], to);
  } else {
    spelling.node(operator, "Reshape", [spelling.name(from)], to, { shape, allowzero: 1 });
  }
};

/** Another type for the same values. */
const identity: Speller = (operator, spelling) => {
  const to = spelling.name(spelling.output(operator).index);
  spelling.node(operator, "Identity", [spelling.name(operator.inputs[0])], [to]);
};

const transpose: Speller = (operator, spelling) => {
  const perm = spelling.integers(operator, 1);
  if (!perm) {
    spelling.refuse(operator, COMPUTED);
    return;
  }
  const to = spelling.name(spelling.output(operator).index);
  spelling.node(operator, "Transpose", [spelling.name(operator.inputs[0])], [to], { perm });
};

/** Which input of SPLIT and SPLIT_V is taken apart. */
export const SPLIT_INPUTS: Readonly<Record<string, number>> = { SPLIT: 1, SPLIT_V: 0 };

/** SPLIT into equal parts, and SPLIT_V into parts of given sizes. */
function split(value: number, axisAt: number, sizesAt?: number): Speller {
  return (operator, spelling) => {
    const [axis] = spelling.integers(operator, axisAt) ?? [];
    const sizes = sizesAt === undefined ? undefined : spelling.integers(operator, sizesAt);
    if (axis === undefined || (sizesAt !== undefined && !sizes)) {
      spelling.refuse(operator, COMPUTED);
      return;
    }
    const whole = spelling.input(operator, value).shape.at(axis) ?? 0;
    const rest = whole - (sizes ?? []).reduce((sum, size) => sum + Math.max(0, size), 0);
    const parts = sizes?.map((size) => (size === -1 ? rest : size));
    const outputs = operator.outputs.map((index) => spelling.name(index));
    spelling.node(operator, "Split", [spelling.name(operator.inputs[value])], outputs, {
      axis,
      ...(parts ? { split: parts } : {}),
    });
  };
}

const CONCATENATION = { axis: 0, fused: 1 } as const;
const concatenate: Speller = (operator, spelling) => {
  if ((operator.options?.int8(CONCATENATION.fused) ?? 0) !== 0) {
    return spelling.refuse(operator, {
      why: "it has an activation in it",
      instead: "put it behind",
    });
  }
  const inputs = operator.inputs.map((index) => spelling.name(index));
  const axis = operator.options?.int32(CONCATENATION.axis) ?? 0;
  spelling.node(operator, "Concat", inputs, [spelling.name(spelling.output(operator).index)], {
    axis,
  });
};

const PACK_AXIS = 1;
const pack: Speller = (operator, spelling) => {
  const axis = operator.options?.int32(PACK_AXIS) ?? 0;
  const parts = operator.inputs.map((index) =>
    spelling.through(operator, "Unsqueeze", spelling.name(index), { axes: [axis] }),
  );
  const to = spelling.name(spelling.output(operator).index);
  spelling.node(operator, "Concat", parts, [to], { axis });
};

const UNPACK_AXIS = 1;
const unpack: Speller = (operator, spelling) => {
  const axis = operator.options?.int32(UNPACK_AXIS) ?? 0;
  const from = spelling.name(operator.inputs[0]);
  const single = operator.outputs.length === 1;
  const parts = single
    ? [from]
    : operator.outputs.map((_, at) => spelling.between(operator, `part ${at}`));
  if (!single) spelling.node(operator, "Split", [from], parts, { axis });
  operator.outputs.forEach((index, at) => {
    spelling.node(operator, "Squeeze", [parts[at] ?? from], [spelling.name(index)], {
      axes: [axis],
    });
  });
};

const MASK = { begin: 0, end: 1, ellipsis: 2, newAxis: 3, shrink: 4 } as const;

/** What a slice takes along each dimension, by ONNX's rules. */
interface Bounds {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly axes: readonly number[];
  readonly steps: readonly number[];
  /** Dimensions of one place that are left out of the result. */
  readonly shrunk: readonly number[];
}

function boundsOf(operator: TfliteOperator, spelling: Spelling): Bounds | Refusal {
  const [begins, ends, strides] = [1, 2, 3].map((at) => spelling.integers(operator, at));
  if (!begins || !ends || !strides) return COMPUTED;
  const has = (which: keyof typeof MASK, axis: number): boolean =>
    ((operator.options?.int32(MASK[which]) ?? 0) & (1 << axis)) !== 0;
  const axes = begins.map((_, axis) => axis);
  if (axes.some((axis) => has("ellipsis", axis) || has("newAxis", axis))) {
    return {
      why: "it uses an ellipsis, or adds a dimension",
      instead: "slice dimension by dimension",
    };
  }
  const shrunk = axes.filter((axis) => has("shrink", axis));
  const steps = axes.map((axis) => (shrunk.includes(axis) ? 1 : (strides[axis] ?? 1)));
  const back = (axis: number) => (steps[axis] ?? 1) < 0;
  const starts = axes.map((axis) => {
    if (!has("begin", axis) || shrunk.includes(axis)) return begins[axis] ?? 0;
    return back(axis) ? END : 0;
  });
  const stops = axes.map((axis) => {
    // Behind the last place, counted from the end, there is none.
    if (shrunk.includes(axis)) return starts[axis] === -1 ? END : (starts[axis] ?? 0) + 1;
    if (has("end", axis)) return back(axis) ? -END : END;
    return ends[axis] ?? 0;
  });
  return { starts, ends: stops, axes, steps, shrunk };
}

const stridedSlice: Speller = (operator, spelling) => {
  const bounds = boundsOf(operator, spelling);
  if ("why" in bounds) {
    spelling.refuse(operator, bounds);
    return;
  }
  slice(operator, spelling, bounds);
};

/** Where each value of a STRIDED_SLICE's result lay; undefined where that is computed, or too many. */
export function slicedPlaces(
  operator: TfliteOperator,
  spelling: Spelling,
  most: number,
): readonly number[] | undefined {
  const { shape } = spelling.input(operator, 0);
  const bounds = boundsOf(operator, spelling);
  if ("why" in bounds || bounds.axes.length !== shape.length) return undefined;
  // A dimension beside one of size 0 may be of any size.
  if (shape.some((size) => size > most) || bounds.steps.includes(0)) return undefined;
  let places: readonly number[] = [0];
  for (const [axis, size] of shape.entries()) {
    const [start = 0, end = 0] = [bounds.starts[axis], bounds.ends[axis]];
    const along = slicePlaces(size, start, end, bounds.steps[axis] ?? 1);
    if (places.length * along.length > most) return undefined;
    places = places.flatMap((before) => along.map((at) => before * size + at));
  }
  return places;
}

function slice(
  operator: TfliteOperator,
  spelling: Spelling,
  { starts, ends, axes, steps, shrunk }: Bounds,
): void {
  const from = spelling.name(operator.inputs[0]);
  const to = spelling.name(spelling.output(operator).index);
  const bounds = { starts, ends, axes, steps };
  if (shrunk.length === 0) {
    spelling.node(operator, "Slice", [from], [to], bounds);
    return;
  }
  const cut = spelling.through(operator, "Slice", from, bounds);
  spelling.node(operator, "Squeeze", [cut], [to], { axes: shrunk });
}

const sliceOfSize: Speller = (operator, spelling) => {
  const [starts, sizes] = [spelling.integers(operator, 1), spelling.integers(operator, 2)];
  if (!starts || !sizes) {
    spelling.refuse(operator, COMPUTED);
    return;
  }
  const axes = starts.map((_, axis) => axis);
  const ends = axes.map((axis) =>
    sizes[axis] === -1 ? END : (starts[axis] ?? 0) + (sizes[axis] ?? 0),
  );
  slice(operator, spelling, { starts, ends, axes, steps: axes.map(() => 1), shrunk: [] });
};

const GATHER = { axis: 0, batchDimensions: 1 } as const;
const gather: Speller = (operator, spelling) => {
  if ((operator.options?.int32(GATHER.batchDimensions) ?? 0) !== 0) {
    spelling.refuse(operator, { why: "it gathers in batches", instead: "slice instead" });
    return;
  }
  const inputs = operator.inputs.map((index) => spelling.name(index));
  const axis = operator.options?.int32(GATHER.axis) ?? 0;
  spelling.node(operator, "Gather", inputs, [spelling.name(spelling.output(operator).index)], {
    axis,
  });
};

/** The dimensions of a tensor, for shapes that are computed. */
const shape: Speller = (operator, spelling) => {
  const to = spelling.name(spelling.output(operator).index);
  spelling.node(operator, "Shape", [spelling.name(operator.inputs[0])], [to]);
};

const KEEP_DIMENSIONS = 0;
const product: Speller = (operator, spelling) => {
  const axes = spelling.integers(operator, 1);
  if (!axes) {
    spelling.refuse(operator, COMPUTED);
    return;
  }
  const to = spelling.name(spelling.output(operator).index);
  const keepdims = operator.options?.boolean(KEEP_DIMENSIONS) ? 1 : 0;
  spelling.node(operator, "ReduceProd", [spelling.name(operator.inputs[0])], [to], {
    axes,
    keepdims,
  });
};

export const MOVING: Readonly<Record<string, Speller>> = {
  RESHAPE: reshape,
  SQUEEZE: reshape,
  EXPAND_DIMS: reshape,
  TRANSPOSE: transpose,
  QUANTIZE: identity,
  DEQUANTIZE: identity,
  SPLIT: split(1, 0),
  SPLIT_V: split(0, 2, 1),
  CONCATENATION: concatenate,
  PACK: pack,
  UNPACK: unpack,
  STRIDED_SLICE: stridedSlice,
  SLICE: sliceOfSize,
  GATHER: gather,
  SHAPE: shape,
  REDUCE_PROD: product,
};
