/**
 * How much a layer of the IR holds and computes, before any quantization or padding.
 * What a plan makes of it is left to plan/cost.ts.
 */

import { type Layer, windowPositions } from "./types.ts";

export interface LayerSize {
  /** Multiply-accumulates of weights a time step [MAC]. */
  readonly macs: number;
  /** Weights that are multiplied. */
  readonly weights: number;
  /** Trained numbers: weights, biases, scales. */
  readonly parameters: number;
}

export function layerSize(layer: Layer): LayerSize {
  switch (layer.kind) {
    case "lstm":
    case "gru": {
      const weights = layer.inputWeights.values.length + layer.recurrentWeights.values.length;
      const recurrentBiases = layer.kind === "gru" && layer.resetAfter ? layer.hiddenSize : 0;
      const peepholes = layer.kind === "lstm" ? (layer.peepholes?.length ?? 0) : 0;
      const others = layer.bias.length + recurrentBiases + peepholes;
      return { macs: weights, weights, parameters: weights + others };
    }
    case "dense": {
      const weights = layer.weights.values.length;
      return { macs: weights, weights, parameters: weights + layer.bias.length };
    }
    case "conv1d": {
      const weights = layer.weights.values.length;
      const positions = layer.along === "time" ? 1 : windowPositions(layer.positions, layer.window);
      return { macs: weights * positions, weights, parameters: weights + layer.bias.length };
    }
    case "scale":
    case "layer-norm":
      return { macs: 0, weights: 0, parameters: layer.scale.length + layer.bias.length };
    case "activation":
    case "leaky-relu":
    case "hard-sigmoid":
    case "clip":
    case "softmax":
    case "pool1d":
    case "combine":
    case "arrange":
    case "first-step":
      return { macs: 0, weights: 0, parameters: 0 };
  }
}
