/**
 * Decides which dimension of which graph input counts time steps, before anything is imported.
 * It follows whole dimensions from the inputs to the operators that run along time; what they compute is left to them.
 */

import { LIMITS } from "./limits.ts";
import type { OnnxDim, OnnxGraph, OnnxNode, OnnxTensor } from "./nodes.ts";
import { elementCount, tensorValues } from "./tensor.ts";

export interface TimeOfGraph {
  readonly input: string;
  readonly axis: number;
  /** Undefined where the file leaves it free. */
  readonly steps: number | undefined;
}

/** Where a dimension of a value came from unchanged; undefined for any other. */
type Origin = { readonly input: string; readonly axis: number } | undefined;

/** A short constant of whole numbers. */
interface IntegerList {
  readonly rank: number;
  readonly values: readonly number[];
}

interface Known {
  readonly lists: ReadonlyMap<string, IntegerList>;
  readonly shapes: ReadonlyMap<string, readonly OnnxDim[]>;
}

/** TensorProto.DataType int64. */
const INT64 = 7;

function integerLists(graph: OnnxGraph, file: string): Map<string, IntegerList> {
  const lists = new Map<string, IntegerList>();
  const add = (name: string | undefined, tensor: OnnxTensor | undefined) => {
    if (name === undefined || tensor?.dataType !== INT64) return;
    if (elementCount(tensor, file) > LIMITS.rank) return;
    lists.set(name, { rank: tensor.dims.length, values: [...tensorValues(tensor, file)] });
  };
  for (const tensor of graph.initializers) add(tensor.name, tensor);
  for (const { operator, outputs, attributes } of graph.nodes) {
    if (operator === "Constant") add(outputs[0], attributes.get("value")?.tensor);
  }
  return lists;
}

/**
 * The time axis; undefined where a call is one step.
 * A dimension that a recurrent layer runs along is one; failing that, a free one that a convolution slides along.
 * @throws ModelFileError TP-MODEL-003, -004 for a list of axes that cannot be read
 */
export function timeOf(graph: OnnxGraph, file: string): TimeOfGraph | undefined {
  const lists = integerLists(graph, file);
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const shapes = new Map<string, readonly OnnxDim[]>();
  const origins = new Map<string, readonly Origin[]>();
  for (const { name, shape } of graph.inputs) {
    if (constants.has(name) || !shape || shapes.has(name)) continue;
    shapes.set(name, shape);
    origins.set(
      name,
      shape.map((_, axis) => ({ input: name, axis })),
    );
  }
  let slidAlong: Origin;
  for (const node of graph.nodes) {
    const axes = origins.get(node.inputs.find((name) => origins.has(name)) ?? "");
    if (!axes) continue;
    if (node.operator === "LSTM" || node.operator === "GRU") {
      const found = axes[batchFirst(node) ? 1 : 0];
      if (found) return asTime(found, shapes);
    }
    if (node.operator === "Conv" && typeof sizeOf(axes.at(-1), shapes) === "string") {
      slidAlong ??= axes.at(-1);
    }
    node.outputs.forEach((name, index) => {
      if (name !== "" && !origins.has(name))
        origins.set(name, followed(node, axes, index, { lists, shapes }));
    });
  }
  return slidAlong && asTime(slidAlong, shapes);
}

function batchFirst(node: OnnxNode): boolean {
  return node.attributes.get("layout")?.integer === 1;
}

function sizeOf(
  origin: Origin,
  shapes: ReadonlyMap<string, readonly OnnxDim[]>,
): OnnxDim | undefined {
  return origin && shapes.get(origin.input)?.[origin.axis];
}

function asTime(
  origin: NonNullable<Origin>,
  shapes: ReadonlyMap<string, readonly OnnxDim[]>,
): TimeOfGraph | undefined {
  const size = sizeOf(origin, shapes);
  if (size === 1) return undefined;
  return { ...origin, steps: typeof size === "number" ? size : undefined };
}

/** The dimensions of an output that are whole dimensions of the input; none where nothing is known of them. */
function followed(
  node: OnnxNode,
  axes: readonly Origin[],
  output: number,
  { lists, shapes }: Known,
): readonly Origin[] {
  const { attributes, operator, inputs } = node;
  const listed = (attribute: string) =>
    attributes.get(attribute)?.integers ?? lists.get(inputs[1] ?? "")?.values;
  switch (operator) {
    case "Transpose": {
      const permutation = attributes.get("perm")?.integers;
      return permutation ? permutation.map((axis) => axes[axis]) : [...axes].reverse();
    }
    case "Squeeze": {
      const gone = listed("axes")?.map((axis) => (axis < 0 ? axis + axes.length : axis));
      return axes.filter((origin, axis) => !(gone?.includes(axis) ?? sizeOf(origin, shapes) === 1));
    }
    case "Unsqueeze": {
      const added = listed("axes") ?? [];
      const rank = axes.length + added.length;
      if (rank > LIMITS.rank) return [];
      const kept = [...axes];
      const isNew = (axis: number) => added.includes(axis) || added.includes(axis - rank);
      return Array.from({ length: rank }, (_, axis) => (isNew(axis) ? undefined : kept.shift()));
    }
    case "Reshape": {
      const free = axes.filter((origin) => typeof sizeOf(origin, shapes) === "string");
      const open = free.length === 1 ? free[0] : undefined;
      return (listed("shape") ?? []).map((dim, axis) =>
        dim === 0 ? axes[axis] : dim === -1 ? open : undefined,
      );
    }
    case "Gather": {
      const axis = attributes.get("axis")?.integer ?? 0;
      const one = lists.get(inputs[1] ?? "")?.rank === 0;
      return one ? axes.filter((_, at) => at !== axis && at !== axis + axes.length) : axes;
    }
    case "LSTM":
    case "GRU":
      return output > 0 ? [] : batchFirst(node) ? [undefined, axes[1]] : [axes[0]];
    case "MatMul":
    case "Gemm":
    case "Flatten":
      return axes.slice(0, operator === "Flatten" ? 1 : -1);
    case "Conv":
      return axes.map((origin, axis) => (axis === 1 ? undefined : origin));
    default:
      return axes;
  }
}
