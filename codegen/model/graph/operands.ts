/**
 * How an operator gets at the vectors behind a view: as they lie, or rearranged by a layer of their own.
 * What it computes on them is left to the operator files.
 */

import type { ArrangeLayer, Layer, ValueName } from "../types.ts";
import { graphError, LIMITS, limitError } from "./limits.ts";
import type { OnnxNode } from "./nodes.ts";
import { elementsOf, type Source } from "./sources.ts";
import {
  countListed,
  type ImportContext,
  newView,
  nodeName,
  refuse,
  type TimeAxis,
  type View,
} from "./values.ts";

/** One whole vector, in its own order. */
export interface Operand {
  readonly input: ValueName;
  readonly size: number;
  /** Where in the vector each value of the view lies. */
  readonly position: Int32Array;
}

/**
 * Adds a layer and numbers what it writes.
 * @throws ModelFileError TP-MODEL-003 for one that is too wide, -006 for a name that is taken
 */
export function addLayer(context: ImportContext, layer: Layer): Source {
  if (Math.max(layer.inputSize, layer.outputSize) > LIMITS.layerSize) {
    throw limitError(context.file, `layer "${layer.name}" is too wide`, LIMITS.layerSize);
  }
  if (context.sources.has(layer.output)) {
    throw graphError(
      context.file,
      layer.name,
      `it makes "${layer.output}", which is there already`,
    );
  }
  context.layers.push(layer);
  countListed(context, layer.outputSize);
  return context.sources.add("layer", layer.output, layer.outputSize);
}

/** A view of all that a layer writes, in its order. */
export function layerView(
  context: ImportContext,
  layer: Layer,
  shape: readonly number[],
  time: TimeAxis | undefined,
): View {
  return newView(context, shape, elementsOf(addLayer(context, layer)), time);
}

/**
 * The vector that a view holds all values of, in whatever order; an arrange layer makes one where there is none.
 * Undefined, and reported, where a cell state is among the values.
 */
export function anyOrder(context: ImportContext, node: OnnxNode, view: View): Operand | undefined {
  const elements = readable(context, node, view);
  if (!elements) return undefined;
  const source = context.sources.of(elements[0] ?? 0);
  if (elements.length === source.size) {
    const position = elements.map((element) => element - source.first);
    if (isPermutation(position)) return { input: source.name, size: source.size, position };
  }
  return arranged(context, node, elements);
}

/** The vector that a view is, in the view's order; else as anyOrder. */
export function inOrder(context: ImportContext, node: OnnxNode, view: View): Operand | undefined {
  const operand = anyOrder(context, node, view);
  if (operand?.position.every((position, index) => position === index)) return operand;
  const elements = readable(context, node, view);
  return operand && elements && arranged(context, node, elements);
}

/** Values of a view's order, put into the vector's. */
export function placed(values: Float64Array, { position }: Operand): Float64Array {
  const result = new Float64Array(values.length);
  position.forEach((at, index) => {
    result[at] = values[index] ?? 0;
  });
  return result;
}

/** A view's shape on another vector of the same order. */
export function sameOrder(
  context: ImportContext,
  view: View,
  operand: Operand,
  layer: Layer,
): View {
  const { first } = addLayer(context, layer);
  const elements = operand.position.map((position) => first + position);
  return newView(context, view.shape, elements, view.time);
}

/** The numbers of a view with each hidden state's replaced by its layer's output, which holds the same values. */
function readable(context: ImportContext, node: OnnxNode, view: View): Int32Array | undefined {
  const { sources } = context;
  let from: Source | undefined;
  let to: Source | undefined;
  const elements = new Int32Array(view.elements.length);
  for (const [index, element] of view.elements.entries()) {
    if (!from || element < from.first || element >= from.first + from.size) {
      from = sources.of(element);
      if (from.kind === "cell") {
        refuse(
          context,
          node,
          `it reads the cell state of "${from.name}"`,
          "only return Y_c as an output: no layer may compute on it",
        );
        return undefined;
      }
      to = from.kind === "hidden" ? sources.named(from.name) : from;
    }
    elements[index] = element - from.first + (to?.first ?? 0);
  }
  return elements;
}

function isPermutation(positions: Int32Array): boolean {
  const seen = new Uint8Array(positions.length);
  for (const position of positions) {
    if (position < 0 || position >= seen.length || seen[position]) return false;
    seen[position] = 1;
  }
  return true;
}

/** A layer that puts together what lies in several vectors, or in another order. */
function arranged(context: ImportContext, node: OnnxNode, elements: Int32Array): Operand {
  const starts = new Map<ValueName, number>();
  let inputSize = 0;
  let source: Source | undefined;
  const from = elements.map((element) => {
    if (!source || element < source.first || element >= source.first + source.size) {
      source = context.sources.of(element);
    }
    if (!starts.has(source.name)) {
      starts.set(source.name, inputSize);
      inputSize += source.size;
    }
    return (starts.get(source.name) ?? 0) + element - source.first;
  });
  const size = elements.length;
  const layer: ArrangeLayer = {
    kind: "arrange",
    name: `${nodeName(node)}, its input`,
    inputs: [...starts.keys()],
    output: `${nodeName(node)}:input ${context.layers.length}`,
    inputSize,
    outputSize: size,
    from,
  };
  addLayer(context, layer);
  return { input: layer.output, size, position: Int32Array.from({ length: size }, (_, i) => i) };
}
