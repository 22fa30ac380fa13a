/**
 * Decides the bits of the tflite formats: the twin of the generated C and of TFLite Micro's reference kernels.
 * The numbers it multiplies with are left to prepare.ts.
 */

import { chainTwin, type LayerTwin } from "../chain-twin.ts";
import { clamp, type TfliteFormat } from "../params.ts";
import { saturate16 } from "../requantize.ts";
import type { Twin } from "../twin.ts";
import { windowTwin } from "../window.ts";
import { FROM_Q12, sigmoid16, tanh16 } from "./activations.ts";
import { scale32, scale64 } from "./fixed-point.ts";
import type {
  ScaledRows,
  TfliteActivation,
  TfliteDense,
  TfliteLayer,
  TfliteLstm,
  TfliteModel,
} from "./layers.ts";
import { softmaxTwin } from "./softmax.ts";

/** Scaled sums of every row, not clamped; accumulators stay below 2^31 by prepare.ts, so doubles hold them exactly. */
function scaledSums(matrix: ScaledRows, input: Int16Array, result: Float64Array): void {
  const { rows, columns, weights, bias, multipliers, shifts, wide } = matrix;
  for (let row = 0; row < rows; row++) {
    let accumulator = bias[row] as number;
    const start = row * columns;
    for (let k = 0; k < columns; k++) {
      accumulator += (weights[start + k] as number) * (input[k] as number);
    }
    const scaling = { multiplier: multipliers[row] as number, shift: shifts[row] as number };
    result[row] = wide ? scale64(accumulator, scaling) : scale32(accumulator, scaling);
  }
}

/** A runnable LSTM; reset() puts it into its initial state. */
function lstmTwin(layer: TfliteLstm): LayerTwin {
  const { hiddenSize, cellClip } = layer;
  const { type, zeroPoint } = layer.output;
  const [least, greatest] = type === "int8" ? [-128, 127] : [-32768, 32767];
  const hidden = new Int16Array(hiddenSize);
  const cell = new Int16Array(hiddenSize);
  const fromInput = new Float64Array(4 * hiddenSize);
  const fromHidden = new Float64Array(4 * hiddenSize);
  return {
    state: [
      { bytes: type === "int8" ? 1 : 2, values: hidden },
      { bytes: 2, values: cell },
    ],
    reset() {
      hidden.set(layer.initialHidden);
      cell.set(layer.initialCell);
    },
    step(input) {
      scaledSums(layer.fromInput, input, fromInput);
      scaledSums(layer.fromHidden, hidden, fromHidden);
      for (let unit = 0; unit < hiddenSize; unit++) {
        const z = (gate: number): number => {
          const row = gate * hiddenSize + unit;
          return saturate16(
            saturate16(fromInput[row] as number) + saturate16(fromHidden[row] as number),
          );
        };
        const inputGate = sigmoid16(z(0), FROM_Q12);
        const forgetGate = sigmoid16(z(1), FROM_Q12);
        const candidate = tanh16(z(2), FROM_Q12);
        const outputGate = sigmoid16(z(3), FROM_Q12);
        const kept = saturate16(scale32(forgetGate * (cell[unit] as number), layer.forgetScaling));
        const added = saturate16(scale32(inputGate * candidate, layer.inputScaling));
        const next = saturate16(kept + added);
        cell[unit] = cellClip > 0 ? clamp(next, -cellClip, cellClip) : next;
        const squashed = tanh16(cell[unit] as number, layer.cellArgument);
        hidden[unit] = clamp(
          scale32(squashed * outputGate, layer.outputScaling) + zeroPoint,
          least,
          greatest,
        );
      }
      return hidden;
    },
  };
}

function activate(linear: number, activation: TfliteActivation): number {
  switch (activation.kind) {
    case "none":
      return linear;
    case "table":
      return activation.values[linear + 128] as number;
    case "sigmoid":
      return sigmoid16(linear, activation.argument);
    case "tanh":
      return tanh16(linear, activation.argument);
  }
}

/** A runnable dense layer. */
function denseTwin(layer: TfliteDense): LayerTwin {
  const { matrix, linearZeroPoint, least, greatest, result, outputSize } = layer;
  const scaled = new Float64Array(outputSize);
  const output = new Int16Array(outputSize);
  return {
    state: [],
    reset() {},
    step(input) {
      scaledSums(matrix, input, scaled);
      for (let row = 0; row < outputSize; row++) {
        const linear = clamp((scaled[row] as number) + linearZeroPoint, least, greatest);
        output[row] = activate(linear, result);
      }
      return output;
    },
  };
}

function layerTwin(layer: TfliteLayer, format: TfliteFormat): LayerTwin {
  switch (layer.kind) {
    case "lstm":
      return lstmTwin(layer);
    case "dense":
      return denseTwin(layer);
    case "softmax":
      return softmaxTwin(layer);
    case "window":
      return windowTwin(layer, format === "tflite-int8" ? 1 : 2);
  }
}

/** A runnable twin in the model's initial state. */
export function createTfliteTwin(model: TfliteModel): Twin {
  const layers = model.layers.map((layer) => layerTwin(layer, model.format));
  return chainTwin(
    layers,
    model.inputSize,
    model.format === "tflite-int8" ? Int8Array : Int16Array,
  );
}
