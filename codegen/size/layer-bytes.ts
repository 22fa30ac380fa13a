/**
 * Counts the bytes that a layer takes in each number format, before any padding: what is stored, and what lives on.
 * Padding, tables and buffers are the plan's.
 */
import { layerSize } from "../model/layer-size.ts";
import type { Layer, RecurrentModel } from "../model/types.ts";
import type { AnyFormat } from "../quantize/params.ts";

export interface LayerBytes {
  /** A byte a weight, half of one in int4 (without the scales of groups), and four a bias or gain; in single precision four of each [byte]. */
  readonly weightBytes: number;
  /** Hidden and cell states, and the inputs that a convolution along time remembers [byte]. */
  readonly stateBytes: number;
}

/** An activation, a cell or a GRU's state, in bytes. */
const VALUES: Readonly<Record<AnyFormat, { readonly edge: number; readonly state: number }>> = {
  int8: { edge: 1, state: 2 },
  "tflite-int8": { edge: 1, state: 2 },
  int16x8: { edge: 2, state: 2 },
  int4: { edge: 1, state: 2 },
  "tflite-int16x8": { edge: 2, state: 2 },
  float32: { edge: 4, state: 4 },
};

export function layerBytes(layer: Layer, format: AnyFormat): LayerBytes {
  const { weights, parameters } = layerSize(layer);
  const each = format === "float32" ? 4 : format === "int4" ? 0.5 : 1;
  const weightBytes = 4 * (parameters - weights) + Math.ceil(each * weights);
  return { weightBytes, stateBytes: stateBytes(layer, VALUES[format]) };
}

function stateBytes(layer: Layer, { edge, state }: (typeof VALUES)[AnyFormat]): number {
  switch (layer.kind) {
    case "lstm":
      return layer.hiddenSize * (edge + state);
    case "gru":
      return layer.hiddenSize * state;
    case "conv1d": {
      const { taps, dilation } = layer.window;
      return layer.along === "time" ? (taps - 1) * dilation * layer.inputChannels * edge : 0;
    }
    default:
      return 0;
  }
}

/** The same of all layers together. */
export function modelBytes({ layers }: RecurrentModel, format: AnyFormat): LayerBytes {
  const all = layers.map((layer) => layerBytes(layer, format));
  return {
    weightBytes: all.reduce((sum, layer) => sum + layer.weightBytes, 0),
    stateBytes: all.reduce((sum, layer) => sum + layer.stateBytes, 0),
  };
}
