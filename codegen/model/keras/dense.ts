/**
 * Dense and Conv1D, along time or along positions inside a step.
 * Their activations are left to activations.ts.
 */
import type { Conv1dLayer, DenseLayer, Window } from "../types.ts";
import { withActivation } from "./activations.ts";
import { KERAS_LIMITS } from "./limits.ts";
import {
  addLayer,
  type Call,
  graphError,
  refuse,
  type Steps,
  singleInput,
  sizeOf,
  transposed,
} from "./values.ts";

const EACH: Window = { taps: 1, stride: 1, dilation: 1, padBefore: 0, padAfter: 0 };

/** y = x W + b over the last dimension of a step. */
export function importDense(call: Call): Steps | undefined {
  const { options, weights } = call;
  const input = singleInput(call);
  const cols = input.shape.at(-1) ?? 0;
  const rows = options.integer("units", 1, KERAS_LIMITS.layerSize);
  const kernel = weights.read(0, [cols, rows]);
  const biased = options.flag("use_bias", true);
  const bias = biased ? weights.read(1, [rows]) : new Float64Array(rows);
  const matrix = { rows, cols, values: transposed(kernel, cols, rows) };
  const positions = sizeOf(input.shape.slice(0, -1));
  const source =
    positions === 1
      ? addLayer<DenseLayer>(call, input, {
          kind: "dense",
          inputSize: cols,
          outputSize: rows,
          weights: matrix,
          bias,
        })
      : addLayer<Conv1dLayer>(call, input, {
          kind: "conv1d",
          inputSize: positions * cols,
          outputSize: positions * rows,
          along: "positions",
          positions,
          inputChannels: cols,
          outputChannels: rows,
          groups: 1,
          window: EACH,
          weights: matrix,
          bias,
        });
  return withActivation(call, { ...input, source, shape: [...input.shape.slice(0, -1), rows] });
}

export function importConv1d(call: Call): Steps | undefined {
  const { options, weights } = call;
  const input = singleInput(call);
  const channels = input.shape.at(-1) ?? 0;
  const alongTime = input.time && input.shape.length === 1;
  if (!alongTime && (input.time || input.shape.length !== 2)) {
    throw graphError(call, `its input is [${input.shape}] at each step`);
  }
  const positions = alongTime ? 1 : (input.shape[0] ?? 0);
  const rows = options.integer("filters", 1, KERAS_LIMITS.layerSize);
  const groups = options.integer("groups", 1, KERAS_LIMITS.layerSize, 1);
  if (channels % groups !== 0 || rows % groups !== 0) {
    throw graphError(call, `${groups} groups do not divide ${channels} and ${rows} channels`);
  }
  const window = windowOf(call, positions, alongTime);
  if (!window) return undefined;
  const cols = (window.taps * channels) / groups;
  // Its rows are taps and channels already, as those of a matrix that is turned.
  const kernel = weights.read(0, [window.taps, channels / groups, rows]);
  const bias = options.flag("use_bias", true) ? weights.read(1, [rows]) : new Float64Array(rows);
  const reach = (window.taps - 1) * window.dilation + 1;
  const padded = positions + window.padBefore + window.padAfter;
  const outputs = alongTime ? 1 : Math.floor((padded - reach) / window.stride) + 1;
  if (outputs < 1) throw graphError(call, `its window of ${reach} is longer than its input`);
  const source = addLayer<Conv1dLayer>(call, input, {
    kind: "conv1d",
    inputSize: positions * channels,
    outputSize: outputs * rows,
    along: alongTime ? "time" : "positions",
    positions,
    inputChannels: channels,
    outputChannels: rows,
    groups,
    window,
    weights: { rows, cols, values: transposed(kernel, cols, rows) },
    bias,
  });
  return withActivation(call, { ...input, source, shape: alongTime ? [rows] : [outputs, rows] });
}

function windowOf(call: Call, positions: number, alongTime: boolean): Window | undefined {
  const { options } = call;
  const most = KERAS_LIMITS.layerSize;
  const taps = options.single("kernel_size", 1, most, 0);
  const stride = options.single("strides", 1, most, 1);
  const dilation = options.single("dilation_rate", 1, most, 1);
  const padding = options.text("padding", "valid");
  const format = options.text("data_format", "channels_last");
  if (format !== "channels_last") {
    return refuse(call, `its data_format is ${format}`, "use channels_last");
  }
  const kept = (taps - 1) * dilation;
  const window = { taps, stride, dilation, padBefore: 0, padAfter: 0 };
  if (alongTime) {
    if (stride !== 1) {
      const instead = "use strides of 1 along time: a stream gives one answer a step";
      return refuse(call, `it answers one step in ${stride} only`, instead);
    }
    if (padding !== "causal" && kept > 0) {
      const why =
        padding === "same" ? "it looks at later steps" : "it answers fewer steps than go in";
      return refuse(call, `${why}: its padding is ${padding}`, 'use padding="causal"');
    }
    return { ...window, padBefore: kept };
  }
  if (padding === "valid") return window;
  if (padding === "causal") return { ...window, padBefore: kept };
  if (padding !== "same") return refuse(call, `its padding is ${padding}`, 'use "same" or "valid"');
  // TensorFlow's rule: as many outputs as strides begin, the odd zero at the end.
  const outputs = Math.ceil(positions / stride);
  const all = Math.max(0, (outputs - 1) * stride + kept + 1 - positions);
  const padBefore = Math.floor(all / 2);
  return { ...window, padBefore, padAfter: all - padBefore };
}
