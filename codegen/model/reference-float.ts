/**
 * The float64 oracle: what the model computes, step by step, without any quantization.
 * The exact integer arithmetic is left to quantize/reference-int8.ts.
 */

import type { DenseLayer, GruLayer, Layer, LstmLayer, Matrix, RecurrentModel } from "./types.ts";

/** Largest magnitudes seen since the model was made; resets of the state do not clear them. */
export interface LayerPeaks {
  /** Largest |value| the layer wrote. */
  readonly output: number;
  /** Largest |W x + R h + b| over all gates, or |W x + b|; the input of an activation. */
  readonly preActivation: number;
  /** Largest |cell state|; 0 for layers without one. */
  readonly cell: number;
  /** Largest |W x + b| or |R h + rb| or |R (r * h)|, the two halves of a GRU's candidate; 0 for other layers. */
  readonly candidateHalf: number;
}

export interface FloatPeaks {
  /** Largest |value| of the model's input. */
  readonly input: number;
  /** In order of model.layers. */
  readonly layers: readonly LayerPeaks[];
}

/** State of one recurrent layer, copied. */
export interface LayerState {
  /** Index in model.layers. */
  readonly layer: number;
  /** [hiddenSize] */
  readonly hidden: Float64Array;
  /** [hiddenSize]; empty for a GRU. */
  readonly cell: Float64Array;
}

export interface FloatModel {
  /** Puts every state back to the model's initial values. */
  reset(): void;
  /**
   * One time step.
   * @param input [model.inputSize]
   * @returns a new array [model.outputSize]
   * @throws RangeError when the input has another length
   */
  step(input: Float64Array): Float64Array;
  /** The recurrent states after the last step, in order of layers. */
  readonly state: readonly LayerState[];
  readonly peaks: FloatPeaks;
}

interface RunningLayer {
  reset(): void;
  step(input: Float64Array): Float64Array;
  peaks: { -readonly [Peak in keyof LayerPeaks]: number };
  readonly state?: { hidden: Float64Array; cell: Float64Array };
}

/** 1 / (1 + e^-x); without overflow for any finite x. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

const ACTIVATIONS: Readonly<Record<"sigmoid" | "tanh" | "relu", (x: number) => number>> = {
  sigmoid,
  tanh: Math.tanh,
  relu: (x) => Math.max(0, x),
};

function runLayer(layer: Layer): RunningLayer {
  switch (layer.kind) {
    case "lstm":
      return runLstm(layer);
    case "gru":
      return runGru(layer);
    case "dense":
      return runDense(layer);
    case "activation":
      return runActivation(ACTIVATIONS[layer.activation]);
  }
}

/** Makes a runnable copy of the model; the model itself is not changed. */
export function createFloatModel(model: RecurrentModel): FloatModel {
  const layers = model.layers.map(runLayer);
  let inputPeak = 0;
  return {
    reset() {
      for (const layer of layers) layer.reset();
    },
    step(input) {
      if (input.length !== model.inputSize) {
        throw new RangeError(`${model.name} takes ${model.inputSize} values, not ${input.length}`);
      }
      inputPeak = Math.max(inputPeak, peakOf(input));
      return layers.reduce<Float64Array>((values, layer) => {
        const output = layer.step(values);
        layer.peaks.output = Math.max(layer.peaks.output, peakOf(output));
        return output;
      }, input.slice());
    },
    get state() {
      return layers.flatMap(({ state }, layer) =>
        state ? [{ layer, hidden: state.hidden.slice(), cell: state.cell.slice() }] : [],
      );
    },
    get peaks() {
      return { input: inputPeak, layers: layers.map(({ peaks }) => ({ ...peaks })) };
    },
  };
}

function peakOf(values: Float64Array): number {
  let peak = 0;
  for (const value of values) peak = Math.max(peak, Math.abs(value));
  return peak;
}

function noPeaks(): RunningLayer["peaks"] {
  return { output: 0, preActivation: 0, cell: 0, candidateHalf: 0 };
}

/** sums[r] += sum over k of matrix[r][k] * vector[k]. */
function addProduct(sums: Float64Array, matrix: Matrix, vector: Float64Array): void {
  const { rows, cols, values } = matrix;
  for (let row = 0; row < rows; row++) {
    let sum = sums[row] ?? 0;
    const start = row * cols;
    for (let col = 0; col < cols; col++) sum += (values[start + col] ?? 0) * (vector[col] ?? 0);
    sums[row] = sum;
  }
}

/** Hochreiter & Schmidhuber's LSTM with forget gate; equations at LstmLayer in types.ts. */
function runLstm(layer: LstmLayer): RunningLayer {
  const { hiddenSize } = layer;
  const state = { hidden: layer.initialHidden.slice(), cell: layer.initialCell.slice() };
  const peaks = { ...noPeaks(), cell: peakOf(state.cell) };
  return {
    peaks,
    state,
    reset() {
      state.hidden = layer.initialHidden.slice();
      state.cell = layer.initialCell.slice();
    },
    step(input) {
      const sums = layer.bias.slice();
      addProduct(sums, layer.inputWeights, input);
      addProduct(sums, layer.recurrentWeights, state.hidden);
      peaks.preActivation = Math.max(peaks.preActivation, peakOf(sums));
      const gate = (index: number, unit: number) => sums[index * hiddenSize + unit] ?? 0;
      for (let unit = 0; unit < hiddenSize; unit++) {
        const inputGate = sigmoid(gate(0, unit));
        const forgetGate = sigmoid(gate(1, unit));
        const candidate = Math.tanh(gate(2, unit));
        const outputGate = sigmoid(gate(3, unit));
        const cell = forgetGate * (state.cell[unit] ?? 0) + inputGate * candidate;
        state.cell[unit] = cell;
        state.hidden[unit] = outputGate * Math.tanh(cell);
      }
      peaks.cell = Math.max(peaks.cell, peakOf(state.cell));
      return state.hidden.slice();
    },
  };
}

/** Cho's GRU; equations at GruLayer in types.ts. */
function runGru(layer: GruLayer): RunningLayer {
  const { hiddenSize, resetAfter } = layer;
  const initial = () => ({ hidden: layer.initialHidden.slice(), cell: new Float64Array(0) });
  const state = initial();
  const peaks = noPeaks();
  const size = hiddenSize * hiddenSize;
  const rowsOf = (matrix: Matrix, gates: number, from: number): Matrix => ({
    rows: gates * hiddenSize,
    cols: matrix.cols,
    values: matrix.values.subarray(from, from + gates * hiddenSize * matrix.cols),
  });
  const recurrentGates = rowsOf(layer.recurrentWeights, 2, 0);
  const recurrentCandidate = rowsOf(layer.recurrentWeights, 1, 2 * size);
  return {
    peaks,
    state,
    reset() {
      Object.assign(state, initial());
    },
    step(input) {
      const sums = layer.bias.slice();
      addProduct(sums, layer.inputWeights, input);
      addProduct(sums, recurrentGates, state.hidden);
      const update = sums.subarray(0, hiddenSize).map(sigmoid);
      const reset = sums.subarray(hiddenSize, 2 * hiddenSize).map(sigmoid);
      const gated = state.hidden.map((h, unit) => (resetAfter ? h : h * (reset[unit] ?? 0)));
      const recurrent = layer.candidateRecurrentBias.slice();
      addProduct(recurrent, recurrentCandidate, gated);
      const half = sums.subarray(2 * hiddenSize);
      peaks.candidateHalf = Math.max(peaks.candidateHalf, peakOf(half), peakOf(recurrent));
      for (let unit = 0; unit < hiddenSize; unit++) {
        const factor = resetAfter ? (reset[unit] ?? 0) : 1;
        half[unit] = (half[unit] ?? 0) + factor * (recurrent[unit] ?? 0);
      }
      peaks.preActivation = Math.max(peaks.preActivation, peakOf(sums));
      state.hidden = state.hidden.map((h, unit) => {
        const candidate = Math.tanh(half[unit] ?? 0);
        return candidate + (update[unit] ?? 0) * (h - candidate);
      });
      return state.hidden.slice();
    },
  };
}

function runDense(layer: DenseLayer): RunningLayer {
  const peaks = noPeaks();
  return {
    peaks,
    reset() {},
    step(input) {
      const sums = layer.bias.slice();
      addProduct(sums, layer.weights, input);
      peaks.preActivation = Math.max(peaks.preActivation, peakOf(sums));
      return sums;
    },
  };
}

function runActivation(activate: (x: number) => number): RunningLayer {
  const peaks = noPeaks();
  return {
    peaks,
    reset() {},
    step(input) {
      peaks.preActivation = Math.max(peaks.preActivation, peakOf(input));
      return input.map(activate);
    },
  };
}
