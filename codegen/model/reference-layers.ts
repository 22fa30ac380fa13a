/**
 * The layers of the float64 oracle that keep nothing from step to step, windows aside.
 * Their equations stand at the layers in types.ts; running a model is left to reference-float.ts.
 */

import { addProduct, noPeaks, peakOf, type RunningLayer, sigmoid } from "./running-layer.ts";
import type {
  ActivationLayer,
  ArrangeLayer,
  ClipLayer,
  CombineLayer,
  DenseLayer,
  HardSigmoidLayer,
  LayerNormLayer,
  LeakyReluLayer,
  ScaleLayer,
} from "./types.ts";

function stateless(compute: (...inputs: readonly Float64Array[]) => Float64Array): RunningLayer {
  return { peaks: noPeaks(), reset() {}, step: compute };
}

export function runDense(layer: DenseLayer): RunningLayer {
  const peaks = noPeaks();
  return {
    peaks,
    reset() {},
    step(input) {
      const sums = layer.bias.slice();
      addProduct(sums, layer.weights, input as Float64Array);
      peaks.preActivation = Math.max(peaks.preActivation, peakOf(sums));
      return sums;
    },
  };
}

type Elementwise = ActivationLayer | LeakyReluLayer | HardSigmoidLayer | ClipLayer;

const ACTIVATIONS: Readonly<Record<ActivationLayer["activation"], (x: number) => number>> = {
  sigmoid,
  tanh: Math.tanh,
  relu: (x) => Math.max(0, x),
};

function functionOf(layer: Elementwise): (x: number) => number {
  switch (layer.kind) {
    case "activation":
      return ACTIVATIONS[layer.activation];
    case "leaky-relu":
      return (x) => (x >= 0 ? x : layer.slope * x);
    case "hard-sigmoid":
      return (x) => Math.max(0, Math.min(1, layer.alpha * x + layer.beta));
    case "clip":
      return (x) => Math.min(layer.high, Math.max(layer.low, x));
  }
}

export function runElementwise(layer: Elementwise): RunningLayer {
  const compute = functionOf(layer);
  const peaks = noPeaks();
  return {
    peaks,
    reset() {},
    step(input) {
      const values = input as Float64Array;
      peaks.preActivation = Math.max(peaks.preActivation, peakOf(values));
      return values.map((x) => compute(x));
    },
  };
}

/** Shifted by the largest value, which cancels and keeps every power finite. */
export function runSoftmax(): RunningLayer {
  return stateless((input) => {
    const values = input as Float64Array;
    const largest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const powers = values.map((x) => Math.exp(x - largest));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  });
}

export function runScale({ scale, bias }: ScaleLayer): RunningLayer {
  return stateless((input) =>
    (input as Float64Array).map((x, k) => (scale[k] ?? 0) * x + (bias[k] ?? 0)),
  );
}

export function runLayerNorm({ scale, bias, epsilon }: LayerNormLayer): RunningLayer {
  return stateless((input) => {
    const values = input as Float64Array;
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
    const deviation = Math.sqrt(variance + epsilon);
    return values.map((x, k) => ((scale[k] ?? 0) * (x - mean)) / deviation + (bias[k] ?? 0));
  });
}

const OPERATIONS: Readonly<Record<CombineLayer["operation"], (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
};

export function runCombine({ operation }: CombineLayer): RunningLayer {
  const compute = OPERATIONS[operation];
  return stateless((first, second) =>
    (first as Float64Array).map((value, k) => compute(value, second?.[k] ?? 0)),
  );
}

export function runArrange({ from, inputSize }: ArrangeLayer): RunningLayer {
  return stateless((...inputs) => {
    const all = new Float64Array(inputSize);
    let at = 0;
    for (const input of inputs) {
      all.set(input, at);
      at += input.length;
    }
    return Float64Array.from(from, (index) => all[index] ?? 0);
  });
}
