/**
 * Takes scales into the layers before and behind them, and leaves out layers that the answer does not need.
 * Every importer may therefore spell out what its format spells out; what is computed stays the same.
 */

import {
  type Conv1dLayer,
  inputsOf,
  type Layer,
  type LayerNormLayer,
  type Matrix,
  type ScaleLayer,
  type ValueName,
} from "./types.ts";

/**
 * @param layers in order of execution
 * @param answer the value that the last layer left has to write
 * @returns a new list in the same order, each layer's output read by a later one but the answer
 */
export function foldLayers(layers: readonly Layer[], answer: ValueName): readonly Layer[] {
  // Scales first among themselves, so that each weight is scaled at most twice however many of them there are.
  const merged = fusedPairs(needed(layers, answer), answer, (before, layer) =>
    before.kind === "scale" && layer.kind === "scale" ? scaledAfter(before, layer) : undefined,
  );
  return fusedPairs(merged, answer, (before, layer) =>
    layer.kind === "scale"
      ? scaledAfter(before, layer)
      : before.kind === "scale"
        ? scaledBefore(before, layer)
        : undefined,
  );
}

/**
 * Puts one layer in the place of two where `fuse` gives one for them and nothing else reads what lies between.
 * @returns in order of execution
 */
function fusedPairs(
  layers: readonly Layer[],
  answer: ValueName,
  fuse: (before: Layer, layer: Layer) => Layer | undefined,
): readonly Layer[] {
  const readers = new Map<ValueName, number>([[answer, 1]]);
  for (const layer of layers) {
    for (const name of inputsOf(layer)) readers.set(name, (readers.get(name) ?? 0) + 1);
  }
  /** Undefined where another layer has taken one in. */
  const folded: (Layer | undefined)[] = [];
  const writers = new Map<ValueName, number>();
  for (const layer of layers) {
    let current = layer;
    for (;;) {
      const [input] = inputsOf(current);
      const at = input === undefined ? undefined : writers.get(input);
      const before = at === undefined ? undefined : folded[at];
      const single = input !== undefined && readers.get(input) === 1;
      const both = before && single ? fuse(before, current) : undefined;
      if (!both || at === undefined) break;
      folded[at] = undefined;
      current = both;
    }
    writers.set(current.output, folded.push(current) - 1);
  }
  return folded.filter((layer) => layer !== undefined);
}

function needed(layers: readonly Layer[], answer: ValueName): readonly Layer[] {
  const wanted = new Set([answer]);
  const kept: Layer[] = [];
  for (const layer of [...layers].reverse()) {
    if (!wanted.has(layer.output)) continue;
    kept.push(layer);
    for (const name of inputsOf(layer)) wanted.add(name);
  }
  return kept.reverse();
}

/** The layer before a scale with the scale taken in; undefined where it cannot be. */
function scaledAfter(before: Layer, { scale, bias, output }: ScaleLayer): Layer | undefined {
  const scaled = (own: Float64Array) => own.map((b, k) => b * (scale[k] ?? 0) + (bias[k] ?? 0));
  switch (before.kind) {
    case "dense":
      return {
        ...before,
        output,
        weights: scaledRows(before.weights, scale),
        bias: scaled(before.bias),
      };
    case "scale":
    case "layer-norm":
      return {
        ...before,
        output,
        scale: before.scale.map((own, k) => own * (scale[k] ?? 0)),
        bias: scaled(before.bias),
      } satisfies ScaleLayer | LayerNormLayer;
    case "conv1d": {
      const { outputChannels } = before;
      if (!repeats(scale, outputChannels) || !repeats(bias, outputChannels)) return undefined;
      return {
        ...before,
        output,
        weights: scaledRows(before.weights, scale),
        bias: scaled(before.bias),
      };
    }
    default:
      return undefined;
  }
}

/** The layer behind a scale with the scale taken in; undefined where it cannot be. */
function scaledBefore({ scale, bias, input }: ScaleLayer, layer: Layer): Layer | undefined {
  switch (layer.kind) {
    case "dense":
      return {
        ...layer,
        input,
        weights: scaledColumns(layer.weights, scale),
        bias: withProduct(layer.bias, layer.weights, bias),
      };
    case "lstm":
    case "gru":
      return {
        ...layer,
        input,
        inputWeights: scaledColumns(layer.inputWeights, scale),
        bias: withProduct(layer.bias, layer.inputWeights, bias),
      };
    case "conv1d":
      return convolutionBehind(layer, scale, bias, input);
    default:
      return undefined;
  }
}

/** Zeros beside the positions, or before the first step, are no scaled values: a bias would be missing there. */
function convolutionBehind(
  layer: Conv1dLayer,
  scale: Float64Array,
  bias: Float64Array,
  input: ValueName,
): Layer | undefined {
  const { inputChannels, groups, weights, window } = layer;
  const padded = window.padBefore + window.padAfter > 0;
  const same = repeats(scale, inputChannels) && repeats(bias, inputChannels);
  if (groups !== 1 || !same || (padded && bias.some((value) => value !== 0))) return undefined;
  const all = (values: Float64Array) =>
    Float64Array.from({ length: weights.cols }, (_, col) => values[col % inputChannels] ?? 0);
  return {
    ...layer,
    input,
    weights: scaledColumns(weights, all(scale)),
    bias: withProduct(layer.bias, weights, all(bias)),
  };
}

/** Whether values are the same every `period` of them. */
function repeats(values: Float64Array, period: number): boolean {
  return values.every((value, index) => value === values[index % period]);
}

function scaledRows({ rows, cols, values }: Matrix, scale: Float64Array): Matrix {
  const scaled = values.map((weight, index) => weight * (scale[Math.floor(index / cols)] ?? 0));
  return { rows, cols, values: scaled };
}

function scaledColumns({ rows, cols, values }: Matrix, scale: Float64Array): Matrix {
  return { rows, cols, values: values.map((weight, index) => weight * (scale[index % cols] ?? 0)) };
}

/** bias + W x, for an x that is the same at every step. */
function withProduct(bias: Float64Array, { cols, values }: Matrix, x: Float64Array): Float64Array {
  return bias.map((own, row) => {
    let sum = own;
    for (let col = 0; col < cols; col++) sum += (values[row * cols + col] ?? 0) * (x[col] ?? 0);
    return sum;
  });
}
