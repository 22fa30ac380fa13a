/**
 * Decides how far each tensor of a model reaches, by running it in float64 over sequences of feature frames.
 * Turning recordings into frames is left to the caller; turning reaches into scales to quantize-model.ts.
 */
import type { DenseLayer, LstmLayer, RecurrentModel } from "../model/types.ts";
import { type ActivationName, operatorsOf } from "./operators.ts";

/** Feature frames, one inner list a sequence; the model's state starts anew with each sequence. */
export type FrameSequences = readonly (readonly Float64Array[])[];

export interface CalibrationData {
  /** Where the frames came from, for reports. */
  readonly source: string;
  readonly sequences: FrameSequences;
}

/** The largest magnitudes seen, in the order of the fused operators. */
export interface Calibration {
  readonly source: string;
  readonly frames: number;
  readonly inputPeak: number;
  /** LSTM: largest |cell|. Dense: largest |output| after its activation. */
  readonly peaks: readonly { readonly layer: string; readonly peak: number }[];
  readonly warnings: readonly string[];
}

const NOISE_SEED = 20250101;
const NOISE_SEQUENCES = 4;
const NOISE_FRAMES = 64;

/** 32-bit multiplicative-xor generator ("mulberry32", Tommy Ettinger, public domain); uniform in [0, 1). */
export function seededUniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Unit-variance noise frames (the sum of 12 uniforms, so that no engine's libm matters), the same on every call. */
export function noiseFrames(inputSize: number): CalibrationData {
  const uniform = seededUniform(NOISE_SEED);
  const value = (): number => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += uniform();
    return sum;
  };
  const frame = (): Float64Array => Float64Array.from({ length: inputSize }, value);
  const sequence = (): Float64Array[] => Array.from({ length: NOISE_FRAMES }, frame);
  return {
    source: `seeded noise, unit variance, seed ${NOISE_SEED}`,
    sequences: Array.from({ length: NOISE_SEQUENCES }, sequence),
  };
}

/** The part of a float64 step that one operator does; peak grows as it runs. */
interface Observed {
  readonly layer: string;
  peak: number;
  reset(): void;
  step(input: Float64Array): Float64Array;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const ACTIVATIONS: Readonly<Record<ActivationName, (x: number) => number>> = {
  none: (x) => x,
  relu: (x) => Math.max(0, x),
  sigmoid,
  tanh: Math.tanh,
};

function dot(values: Float64Array, row: number, input: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < input.length; k++) {
    sum += (values[row * input.length + k] as number) * (input[k] as number);
  }
  return sum;
}

function observeLstm(layer: LstmLayer): Observed {
  const { hiddenSize } = layer;
  let hidden = layer.initialHidden.slice();
  let cell = layer.initialCell.slice();
  return {
    layer: layer.name,
    peak: cell.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0),
    reset() {
      hidden = layer.initialHidden.slice();
      cell = layer.initialCell.slice();
    },
    step(input) {
      const gate = (index: number, unit: number): number => {
        const row = index * hiddenSize + unit;
        return (
          dot(layer.inputWeights.values, row, input) +
          dot(layer.recurrentWeights.values, row, hidden) +
          (layer.bias[row] as number)
        );
      };
      const next = new Float64Array(hiddenSize);
      for (let unit = 0; unit < hiddenSize; unit++) {
        const kept = sigmoid(gate(1, unit)) * (cell[unit] as number);
        const state = kept + sigmoid(gate(0, unit)) * Math.tanh(gate(2, unit));
        cell[unit] = state;
        next[unit] = sigmoid(gate(3, unit)) * Math.tanh(state);
        this.peak = Math.max(this.peak, Math.abs(state));
      }
      hidden = next;
      return hidden;
    },
  };
}

function observeDense(layer: DenseLayer, activation: ActivationName): Observed {
  const f = ACTIVATIONS[activation];
  return {
    layer: layer.name,
    peak: 0,
    reset() {},
    step(input) {
      const output = new Float64Array(layer.outputSize);
      for (let row = 0; row < layer.outputSize; row++) {
        output[row] = f(dot(layer.weights.values, row, input) + (layer.bias[row] as number));
        this.peak = Math.max(this.peak, Math.abs(output[row] as number));
      }
      return output;
    },
  };
}

/**
 * Runs the model over the data, or over seeded noise with a warning when there is none.
 * @throws RangeError when a frame has the wrong size or holds a value that is not finite
 */
export function calibrate(model: RecurrentModel, data: CalibrationData | null): Calibration {
  const { source, sequences } = data ?? noiseFrames(model.inputSize);
  const chain = operatorsOf(model).map((operator) =>
    operator.kind === "lstm"
      ? observeLstm(operator.layer)
      : observeDense(operator.layer, operator.activation),
  );
  let frames = 0;
  let inputPeak = 0;
  for (const sequence of sequences) {
    for (const operator of chain) operator.reset();
    for (const frame of sequence) {
      if (frame.length !== model.inputSize || !frame.every(Number.isFinite)) {
        throw new RangeError(`calibration frame ${frames} is not ${model.inputSize} finite values`);
      }
      for (const value of frame) inputPeak = Math.max(inputPeak, Math.abs(value));
      let values = frame;
      for (const operator of chain) values = operator.step(values);
      frames++;
    }
  }
  const warnings: string[] = [];
  if (data === null) {
    warnings.push(`no calibration data: ranges come from ${source}; real inputs may clip`);
  }
  if (frames === 0) warnings.push(`${source} holds no frames: every range is taken as 1`);
  return {
    source,
    frames,
    inputPeak,
    peaks: chain.map(({ layer, peak }) => ({ layer, peak })),
    warnings,
  };
}
