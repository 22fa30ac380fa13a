/**
 * Decides what a recurrent layer is with other units: rows and columns picked, zero where there was none.
 * Which units to keep is left to prune.ts, how many zeros to add to pad.ts.
 */
import { PlanError } from "../errors.ts";
import {
  GATES,
  GRU_GATES,
  type GruLayer,
  inputsOf,
  type Layer,
  type LstmLayer,
  type Matrix,
  type RecurrentModel,
} from "../model/types.ts";

/** A unit of the layer as it was, or null for one of zeros. */
export type Unit = number | null;

export type RecurrentLayer = LstmLayer | GruLayer;

export function isRecurrent(layer: Layer): layer is RecurrentLayer {
  return layer.kind === "lstm" || layer.kind === "gru";
}

/** Indices in model.layers of its recurrent layers, in order. */
export function recurrentLayers({ layers }: RecurrentModel): readonly number[] {
  return layers.flatMap((layer, index) => (isRecurrent(layer) ? [index] : []));
}

/** A layer that multiplies what another one gives. */
export type Reader = RecurrentLayer | Extract<Layer, { readonly kind: "dense" }>;

/**
 * Indices of the layers that read the output of layer `index`.
 * @throws PlanError TP-PLAN-020 when one of them is no LSTM, GRU or dense layer, or the output is the model's own
 */
export function readersOf({ layers, name }: RecurrentModel, index: number): readonly number[] {
  const layer = layers[index] as Layer;
  const readers = layers.flatMap((one, at) => (inputsOf(one).includes(layer.output) ? [at] : []));
  const stranger = readers.find((at) => {
    const { kind } = layers[at] as Layer;
    return kind !== "lstm" && kind !== "gru" && kind !== "dense";
  });
  if (stranger === undefined && readers.length > 0) return readers;
  const why =
    readers.length === 0
      ? "its units are the model's own outputs"
      : `${layers[stranger as number]?.name}, a layer of kind ${layers[stranger as number]?.kind}, reads them`;
  throw new PlanError(
    "TP-PLAN-020",
    {
      what: `the units of ${layer.name} in ${name} cannot be changed`,
      why,
      fix: "units can go or come where LSTM, GRU and dense layers alone read them",
    },
    { layer: layer.name },
  );
}

/** Rows `from` of each of `gates` blocks of `units` rows, and columns `columns`. */
export function pickMatrix(
  { cols, values }: Matrix,
  gates: number,
  units: number,
  from: readonly Unit[],
  columns: readonly Unit[],
): Matrix {
  const picked = new Float64Array(gates * from.length * columns.length);
  let at = 0;
  for (let gate = 0; gate < gates; gate++) {
    for (const row of from) {
      for (const column of columns) {
        if (row !== null && column !== null) {
          picked[at] = values[(gate * units + row) * cols + column] as number;
        }
        at++;
      }
    }
  }
  return { rows: gates * from.length, cols: columns.length, values: picked };
}

/** The same of a vector. */
export function pickVector(
  values: Float64Array,
  gates: number,
  units: number,
  from: readonly Unit[],
): Float64Array {
  return pickMatrix({ rows: values.length, cols: 1, values }, gates, units, from, [0]).values;
}

const every = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/**
 * The model with other units in one layer; what reads them follows.
 * @param units of the layer as it was, in the order they are to have
 * @throws PlanError as readersOf; RangeError for a layer that is not recurrent
 */
export function withUnits(
  model: RecurrentModel,
  index: number,
  units: readonly Unit[],
): RecurrentModel {
  const layer = model.layers[index];
  if (layer === undefined || !isRecurrent(layer))
    throw new RangeError(`layer ${index} has no units`);
  const readers = readersOf(model, index);
  const layers = model.layers.map((one, at): Layer => {
    if (at === index) return recurrentWith(layer, units);
    return readers.includes(at) ? readerWith(one as Reader, units) : one;
  });
  return { ...model, layers };
}

function recurrentWith(layer: RecurrentLayer, units: readonly Unit[]): RecurrentLayer {
  const { hiddenSize, inputSize } = layer;
  const gates = layer.kind === "lstm" ? GATES.length : GRU_GATES.length;
  const sizes = { hiddenSize: units.length, outputSize: units.length };
  const weights = {
    inputWeights: pickMatrix(layer.inputWeights, gates, hiddenSize, units, every(inputSize)),
    recurrentWeights: pickMatrix(layer.recurrentWeights, gates, hiddenSize, units, units),
    bias: pickVector(layer.bias, gates, hiddenSize, units),
    initialHidden: pickVector(layer.initialHidden, 1, hiddenSize, units),
  };
  if (layer.kind === "gru") {
    const candidate = pickVector(layer.candidateRecurrentBias, 1, hiddenSize, units);
    return { ...layer, ...sizes, ...weights, candidateRecurrentBias: candidate };
  }
  return {
    ...layer,
    ...sizes,
    ...weights,
    initialCell: pickVector(layer.initialCell, 1, hiddenSize, units),
    ...(layer.peepholes === undefined
      ? {}
      : { peepholes: pickVector(layer.peepholes, 3, hiddenSize, units) }),
  };
}

function readerWith(layer: Reader, units: readonly Unit[]): Reader {
  const inputSize = units.length;
  if (layer.kind === "dense") {
    const { weights, outputSize } = layer;
    return {
      ...layer,
      inputSize,
      weights: pickMatrix(weights, 1, outputSize, every(outputSize), units),
    };
  }
  const { inputWeights, hiddenSize } = layer;
  const gates = layer.kind === "lstm" ? GATES.length : GRU_GATES.length;
  return {
    ...layer,
    inputSize,
    inputWeights: pickMatrix(inputWeights, gates, hiddenSize, every(hiddenSize), units),
  };
}
