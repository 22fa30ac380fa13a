/**
 * Decides the bits: the twin of the generated C, integer for integer, for both of the project's own integer formats.
 * It knows nothing of padding, packing or targets: every kernel, on every machine, must agree with it.
 */
import { chainTwin, type LayerTwin } from "./chain-twin.ts";
import { keptSums } from "./delta.ts";
import { layerNormTwin } from "./layer-norm.ts";
import { hiddenOf, multiplyRows } from "./multiply-rows.ts";
import { FORMAT_FACTS, hasByteActivations, type IntegerFormat } from "./params.ts";
import {
  deltaOf,
  hasHalves,
  type QuantizedDense,
  type QuantizedLayer,
  type QuantizedLstm,
  type QuantizedModel,
} from "./quantized-model.ts";
import { gruTwin } from "./reference-gru.ts";
import { addHalves, cellArgument, saturate8, updateCell } from "./requantize.ts";
import { skippingTwin } from "./skip.ts";
import { softmaxTwin } from "./softmax.ts";
import { lookUp, SIGMOID_TABLE, TANH_TABLE } from "./tables.ts";
import type { Twin } from "./twin.ts";
import { windowTwin } from "./window.ts";

interface Gates {
  reset(): void;
  multiply(joined: Int16Array, z: Int32Array): void;
  /** Of sums that are kept. */
  readonly columns?: { readonly last: number };
}

/** What makes z of an LSTM's gates from [x; h]: rows over all of it, the sums of both halves, or sums that are kept. */
function gatesOf(layer: QuantizedLstm, format: IntegerFormat): Gates {
  const facts = FORMAT_FACTS[format];
  const delta = deltaOf(layer);
  if (!hasHalves(layer)) {
    if (delta !== null) return keptSums(layer.matrix, layer.inputSize, delta);
    return { reset() {}, multiply: (joined, z) => multiplyRows(layer.matrix, joined, facts, z) };
  }
  const fromHidden = new Int32Array(4 * layer.hiddenSize);
  return {
    reset() {},
    multiply(joined, z) {
      multiplyRows(layer.inputHalf, joined, facts, z);
      multiplyRows(layer.hiddenHalf, joined.subarray(layer.inputSize), facts, fromHidden);
      z.forEach((x, row) => {
        z[row] = addHalves(x, fromHidden[row] as number, layer.halfFractionBits);
      });
    },
  };
}

function lstmTwin(layer: QuantizedLstm, format: IntegerFormat): LayerTwin {
  const { inputSize, hiddenSize, cellFractionBits } = layer;
  const joined = new Int16Array(inputSize + hiddenSize);
  const cell = new Int16Array(hiddenSize);
  const z = new Int32Array(4 * hiddenSize);
  const hidden = joined.subarray(inputSize);
  const gates = gatesOf(layer, format);
  const { columns } = gates;
  return {
    ...(columns !== undefined && { lastMoved: () => columns.last }),
    state: [
      { bytes: FORMAT_FACTS[format].activationBytes, values: hidden },
      { bytes: 2, values: cell },
    ],
    reset() {
      hidden.set(layer.initialHidden);
      cell.set(layer.initialCell);
      gates.reset();
    },
    step(input) {
      joined.set(input);
      gates.multiply(joined, z);
      for (let unit = 0; unit < hiddenSize; unit++) {
        const gate = (index: number): number => z[index * hiddenSize + unit] as number;
        const next = updateCell(
          lookUp(SIGMOID_TABLE, gate(0)),
          lookUp(SIGMOID_TABLE, gate(1)),
          lookUp(TANH_TABLE, gate(2)),
          cell[unit] as number,
          cellFractionBits,
        );
        cell[unit] = next;
        const squashed = lookUp(TANH_TABLE, cellArgument(next, cellFractionBits));
        hidden[unit] = hiddenOf(lookUp(SIGMOID_TABLE, gate(3)) * squashed, format);
      }
      return hidden;
    },
  };
}

/** The activation of one pre-activation z, as an integer of the layer's output type. */
function activate(
  z: number,
  activation: QuantizedDense["activation"],
  format: IntegerFormat,
): number {
  switch (activation) {
    case "sigmoid": {
      const y = lookUp(SIGMOID_TABLE, z);
      return hasByteActivations(format) ? saturate8(((y + 64) >> 7) - 128) : y;
    }
    case "tanh": {
      const y = lookUp(TANH_TABLE, z);
      return hasByteActivations(format) ? saturate8((y + 128) >> 8) : y;
    }
    case "relu":
      return Math.max(0, hasByteActivations(format) ? saturate8(z) : z);
    case "none":
      return hasByteActivations(format) ? saturate8(z) : z;
  }
}

function denseTwin(layer: QuantizedDense, format: IntegerFormat): LayerTwin {
  const z = new Int32Array(layer.outputSize);
  const output = new Int16Array(layer.outputSize);
  return {
    state: [],
    reset() {},
    step(input) {
      multiplyRows(layer.matrix, input, FORMAT_FACTS[format], z);
      for (let row = 0; row < z.length; row++) {
        output[row] = activate(z[row] as number, layer.activation, format);
      }
      return output;
    },
  };
}

function layerTwin(layer: QuantizedLayer, format: IntegerFormat): LayerTwin {
  switch (layer.kind) {
    case "lstm":
      return lstmTwin(layer, format);
    case "gru":
      return gruTwin(layer, format);
    case "dense":
      return denseTwin(layer, format);
    case "layer-norm":
      return layerNormTwin(layer, format);
    case "softmax":
      return softmaxTwin(layer, format);
    case "window":
      return windowTwin(layer, FORMAT_FACTS[format].activationBytes);
  }
}

/** A runnable twin in the model's initial state. */
export function createIntegerTwin(model: QuantizedModel): Twin {
  const { format } = model;
  const layers = model.layers.map((layer) => layerTwin(layer, format));
  const values = hasByteActivations(format) ? Int8Array : Int16Array;
  const twin = chainTwin(layers, model.inputSize, values);
  return model.skip === undefined ? twin : skippingTwin(twin, model.skip);
}
