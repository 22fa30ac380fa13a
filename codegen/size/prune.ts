/**
 * Decides which units of a recurrent layer matter least on calibration data, and takes them out whole.
 * The result is a smaller dense model; how it hears is measured elsewhere, what it has lost training wins back.
 */
import { PlanError } from "../errors.ts";
import { createFloatModel } from "../model/reference-float.ts";
import { GRU_GATES, type Layer, type Matrix, type RecurrentModel } from "../model/types.ts";
import type { CalibrationData } from "../quantize/calibrate.ts";
import {
  type Reader,
  type RecurrentLayer,
  readersOf,
  recurrentLayers,
  withUnits,
} from "./resize.ts";

/** What a unit gave over the calibration data. */
export interface UnitStatistics {
  /** Mean of its output. */
  readonly mean: number;
  /** Root of the mean square around it. */
  readonly deviation: number;
  /**
   * deviation times the length of all weights that read it: what its taking out moves in the sums behind it, once its mean is
   * in their biases.
   */
  readonly importance: number;
}

/**
 * Statistics of each unit of layer `index`.
 * @throws PlanError TP-PLAN-020 where its units cannot be changed
 */
export function unitStatistics(
  model: RecurrentModel,
  index: number,
  { sequences }: CalibrationData,
): readonly UnitStatistics[] {
  const layer = model.layers[index] as RecurrentLayer;
  const { hiddenSize } = layer;
  const sums = new Float64Array(hiddenSize);
  const squares = new Float64Array(hiddenSize);
  const run = createFloatModel(model);
  let steps = 0;
  for (const sequence of sequences) {
    run.reset();
    for (const frame of sequence) {
      run.step(frame);
      steps++;
      const hidden = run.state.find((state) => state.layer === index)?.hidden;
      for (const [unit, value] of (hidden ?? []).entries()) {
        sums[unit] = (sums[unit] as number) + value;
        squares[unit] = (squares[unit] as number) + value * value;
      }
    }
  }
  if (steps === 0) throw new RangeError("units are judged by at least one frame");
  const readers = readersOf(model, index).map((at) => model.layers[at] as Reader);
  return Array.from({ length: hiddenSize }, (_, unit) => {
    const mean = (sums[unit] as number) / steps;
    const deviation = Math.sqrt(Math.max(0, (squares[unit] as number) / steps - mean * mean));
    const read = [layer.recurrentWeights, ...readers.map(inputMatrix)];
    const length = Math.hypot(...read.map((matrix) => columnLength(matrix, unit)));
    return { mean, deviation, importance: deviation * length };
  });
}

function inputMatrix(layer: Reader): Matrix {
  return layer.kind === "dense" ? layer.weights : layer.inputWeights;
}

function columnLength({ rows, cols, values }: Matrix, column: number): number {
  let square = 0;
  for (let row = 0; row < rows; row++) square += (values[row * cols + column] as number) ** 2;
  return Math.sqrt(square);
}

/**
 * The model with the least important units of each layer taken out, first layers first; what they gave on average goes into
 * the biases of all that read them. As many units as there are give the model as it is.
 * @param hiddenSizes one a recurrent layer, in order, none above the model's own
 * @throws RangeError for a larger size, none, or another number of them; PlanError TP-PLAN-020
 */
export function pruneModel(
  model: RecurrentModel,
  hiddenSizes: readonly number[],
  data: CalibrationData,
): RecurrentModel {
  const indices = recurrentLayers(model);
  if (hiddenSizes.length !== indices.length) {
    throw new RangeError(`${indices.length} recurrent layers, ${hiddenSizes.length} sizes`);
  }
  return indices.reduce((smaller, index, at) => {
    const own = (model.layers[index] as RecurrentLayer).hiddenSize;
    const wanted = hiddenSizes[at] as number;
    if (!Number.isInteger(wanted) || wanted < 1 || wanted > own) {
      throw new RangeError(`${own} units to ${wanted}`);
    }
    return wanted === own ? smaller : pruneLayer(smaller, index, wanted, data);
  }, model);
}

function pruneLayer(
  model: RecurrentModel,
  index: number,
  wanted: number,
  data: CalibrationData,
): RecurrentModel {
  const layer = model.layers[index] as RecurrentLayer;
  if (layer.kind === "gru" && !layer.resetAfter) throw resetBefore(layer.name);
  const statistics = unitStatistics(model, index, data);
  const ranked = statistics
    .map(({ importance }, unit) => ({ importance, unit }))
    .sort((a, b) => b.importance - a.importance || a.unit - b.unit);
  const kept = ranked
    .slice(0, wanted)
    .map(({ unit }) => unit)
    .sort((a, b) => a - b);
  const gone = ranked.slice(wanted).map(({ unit }) => unit);
  const means = gone.map((unit) => [unit, (statistics[unit] as UnitStatistics).mean] as const);
  return withUnits(withMeansFolded(model, index, means), index, kept);
}

/** Each bias behind the units takes what they give on average. */
function withMeansFolded(
  model: RecurrentModel,
  index: number,
  means: readonly (readonly [unit: number, mean: number])[],
): RecurrentModel {
  const readers = readersOf(model, index);
  const layers = model.layers.map((layer, at): Layer => {
    if (at === index) return withOwnMeans(layer as RecurrentLayer, means);
    if (!readers.includes(at)) return layer;
    const reader = layer as Reader;
    return { ...reader, bias: folded(reader.bias, inputMatrix(reader), means) };
  });
  return { ...model, layers };
}

/** A layer reads its own units: an LSTM's gates, a GRU's, whose candidate has a bias of its own for what it resets. */
function withOwnMeans(
  layer: RecurrentLayer,
  means: readonly (readonly [unit: number, mean: number])[],
): RecurrentLayer {
  const { recurrentWeights, hiddenSize } = layer;
  if (layer.kind === "lstm") {
    return { ...layer, bias: folded(layer.bias, recurrentWeights, means) };
  }
  const whole = folded(new Float64Array(GRU_GATES.length * hiddenSize), recurrentWeights, means);
  const candidate = 2 * hiddenSize;
  return {
    ...layer,
    bias: layer.bias.map((value, row) =>
      row < candidate ? value + (whole[row] as number) : value,
    ),
    candidateRecurrentBias: layer.candidateRecurrentBias.map(
      (value, unit) => value + (whole[candidate + unit] as number),
    ),
  };
}

function folded(
  bias: Float64Array,
  { cols, values }: Matrix,
  means: readonly (readonly [unit: number, mean: number])[],
): Float64Array {
  return bias.map((value, row) =>
    means.reduce((sum, [unit, mean]) => sum + (values[row * cols + unit] as number) * mean, value),
  );
}

function resetBefore(name: string): PlanError {
  return new PlanError(
    "TP-PLAN-020",
    {
      what: `units of ${name} cannot be taken out`,
      why: "it resets before its product, so that what a unit gives on average is no constant there",
      fix: "a GRU that resets after its product, or train at the smaller size",
    },
    { layer: name },
  );
}

/**
 * The baseline beside it: the smallest weights of every matrix set to 0, wherever they lie. The model stays as large and as
 * slow: a dense kernel multiplies by zero like by any number.
 * @param share of the weights of each matrix that go, 0..1
 */
export function magnitudePruned(model: RecurrentModel, share: number): RecurrentModel {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`${share} of the weights`);
  const sparse = ({ rows, cols, values }: Matrix): Matrix => {
    const sizes = Float64Array.from(values, Math.abs).sort();
    const gone = Math.round(share * values.length);
    const limit = gone === 0 ? -1 : (sizes[gone - 1] as number);
    return { rows, cols, values: values.map((value) => (Math.abs(value) <= limit ? 0 : value)) };
  };
  const layers = model.layers.map((layer): Layer => {
    if (layer.kind === "dense") return { ...layer, weights: sparse(layer.weights) };
    if (layer.kind !== "lstm" && layer.kind !== "gru") return layer;
    return {
      ...layer,
      inputWeights: sparse(layer.inputWeights),
      recurrentWeights: sparse(layer.recurrentWeights),
    };
  });
  return { ...model, layers };
}
