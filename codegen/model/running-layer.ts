/**
 * What the float64 oracle asks of a layer, and the arithmetic that several kinds share.
 * The kinds themselves are left to reference-recurrent.ts, reference-windows.ts and reference-layers.ts.
 */

import type { Matrix } from "./types.ts";

/** Largest magnitudes seen since the model was made; resets of the state do not clear them. */
export interface LayerPeaks {
  /** Largest |value| the layer wrote. */
  readonly output: number;
  /** Largest |W x + R h + b| over all gates, or |W x + b|; the input of an activation; 0 for other layers. */
  readonly preActivation: number;
  /** Largest |cell state|; 0 for layers without one. */
  readonly cell: number;
  /**
   * Largest |W x + b| or |R h| of an LSTM's gates; of a GRU's candidate |W x + b|, |R h + rb| or |R (r * h)|; 0 for
   * other layers.
   */
  readonly half: number;
}

/** One layer between two steps. */
export interface RunningLayer {
  reset(): void;
  /** @param inputs in the layer's own order; not changed @returns a new array [outputSize] */
  step(...inputs: readonly Float64Array[]): Float64Array;
  peaks: { -readonly [Peak in keyof LayerPeaks]: number };
  /** Of LSTM and GRU. */
  readonly state?: { hidden: Float64Array; cell: Float64Array };
}

export function noPeaks(): RunningLayer["peaks"] {
  return { output: 0, preActivation: 0, cell: 0, half: 0 };
}

/** Largest |value|; 0 of none. */
export function peakOf(values: Float64Array): number {
  let peak = 0;
  for (const value of values) peak = Math.max(peak, Math.abs(value));
  return peak;
}

/** 1 / (1 + e^-x); without overflow for any finite x. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** sums[r] += sum over k of matrix[r][k] * vector[k]. */
export function addProduct(sums: Float64Array, matrix: Matrix, vector: Float64Array): void {
  const { rows, cols, values } = matrix;
  for (let row = 0; row < rows; row++) {
    let sum = sums[row] ?? 0;
    const start = row * cols;
    for (let col = 0; col < cols; col++) sum += (values[start + col] ?? 0) * (vector[col] ?? 0);
    sums[row] = sum;
  }
}
