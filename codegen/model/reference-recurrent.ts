/**
 * LSTM and GRU of the float64 oracle.
 * Their equations stand at LstmLayer and GruLayer in types.ts; running a model is left to reference-float.ts.
 */

import { addProduct, noPeaks, peakOf, type RunningLayer, sigmoid } from "./running-layer.ts";
import type { GruLayer, LstmLayer, Matrix } from "./types.ts";

/** Hochreiter & Schmidhuber's LSTM with forget gate; equations at LstmLayer in types.ts. */
export function runLstm(layer: LstmLayer): RunningLayer {
  const { hiddenSize } = layer;
  const { cellClip = Number.POSITIVE_INFINITY } = layer;
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
      const fromInput = sums.slice();
      addProduct(sums, layer.recurrentWeights, state.hidden);
      const fromHidden = sums.map((sum, row) => sum - (fromInput[row] ?? 0));
      peaks.half = Math.max(peaks.half, peakOf(fromInput), peakOf(fromHidden));
      peaks.preActivation = Math.max(peaks.preActivation, peakOf(sums));
      const gate = (index: number, unit: number) => sums[index * hiddenSize + unit] ?? 0;
      const seen = (index: number, unit: number) =>
        (layer.peepholes?.[index * hiddenSize + unit] ?? 0) * (state.cell[unit] ?? 0);
      for (let unit = 0; unit < hiddenSize; unit++) {
        const inputGate = sigmoid(gate(0, unit) + seen(0, unit));
        const forgetGate = sigmoid(gate(1, unit) + seen(1, unit));
        const candidate = Math.tanh(gate(2, unit));
        const updated = forgetGate * (state.cell[unit] ?? 0) + inputGate * candidate;
        const cell = Math.max(-cellClip, Math.min(cellClip, updated));
        state.cell[unit] = cell;
        const outputGate = sigmoid(gate(3, unit) + seen(2, unit));
        state.hidden[unit] = outputGate * Math.tanh(cell);
      }
      peaks.cell = Math.max(peaks.cell, peakOf(state.cell));
      return state.hidden.slice();
    },
  };
}

/** Cho's GRU; equations at GruLayer in types.ts. */
export function runGru(layer: GruLayer): RunningLayer {
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
      peaks.half = Math.max(peaks.half, peakOf(half), peakOf(recurrent));
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
