/**
 * BatchNormalization and Rescaling, which are scales that foldLayers takes in, and LayerNormalization.
 */

import { type Json, shownJson } from "../json.ts";
import type { LayerNormLayer, ScaleLayer } from "../types.ts";
import {
  addLayer,
  type Call,
  graphError,
  refuse,
  type Steps,
  singleInput,
  sizeOf,
} from "./values.ts";

/** Whether an axis option names the last dimension only; batch and time come before those of a step. */
function isLastAxis(axis: Json | undefined, { shape, time }: Steps): boolean {
  const one = Array.isArray(axis) && axis.length === 1 ? axis[0] : axis;
  return one === undefined || one === -1 || one === shape.length + (time ? 1 : 0);
}

/** y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with the moments of training. */
export function importBatchNormalization(call: Call): Steps | undefined {
  const { options, weights } = call;
  const input = singleInput(call);
  const axis = options.raw("axis");
  if (!isLastAxis(axis, input)) {
    return refuse(call, `its axis is ${shownJson(axis)}`, "normalize the last axis, -1");
  }
  if (options.flag("renorm", false)) {
    return refuse(call, "renorm is set", "train without renorm");
  }
  options.raw("renorm_clipping");
  const channels = input.shape.at(-1) ?? 0;
  const epsilon = options.number("epsilon", 1e-3);
  let next = 0;
  const variable = (used: boolean, absent: number) =>
    used ? weights.read(next++, [channels]) : new Float64Array(channels).fill(absent);
  const gamma = variable(options.flag("scale", true), 1);
  const beta = variable(options.flag("center", true), 0);
  const mean = variable(true, 0);
  const variance = variable(true, 0);
  const factors = gamma.map((own, k) => own / Math.sqrt((variance[k] ?? 0) + epsilon));
  const biases = beta.map((own, k) => own - (mean[k] ?? 0) * (factors[k] ?? 0));
  if (![...factors, ...biases].every(Number.isFinite)) {
    throw graphError(call, "its variance and epsilon come to a sum that is not above 0");
  }
  const size = sizeOf(input.shape);
  const spread = (values: Float64Array) =>
    Float64Array.from({ length: size }, (_, index) => values[index % channels] ?? 0);
  const source = addLayer<ScaleLayer>(call, input, {
    kind: "scale",
    inputSize: size,
    outputSize: size,
    scale: spread(factors),
    bias: spread(biases),
  });
  return { ...input, source };
}

/** y = scale * x + offset. */
export function importRescaling(call: Call): Steps {
  const input = singleInput(call);
  const size = sizeOf(input.shape);
  const constant = (key: string, absent: number) =>
    new Float64Array(size).fill(call.options.number(key, absent));
  const source = addLayer<ScaleLayer>(call, input, {
    kind: "scale",
    inputSize: size,
    outputSize: size,
    scale: constant("scale", 1),
    bias: constant("offset", 0),
  });
  return { ...input, source };
}

export function importLayerNormalization(call: Call): Steps | undefined {
  const { options, weights } = call;
  const input = singleInput(call);
  const axis = options.raw("axis");
  if (input.shape.length !== 1 || !isLastAxis(axis, input)) {
    const why = `its axis ${shownJson(axis)} is not the whole vector of a step`;
    return refuse(call, why, "normalize the last axis of one vector a step");
  }
  if (options.flag("rms_scaling", false)) {
    return refuse(call, "rms_scaling is set", "train with rms_scaling=False");
  }
  const size = sizeOf(input.shape);
  const epsilon = options.number("epsilon", 1e-3);
  if (epsilon <= 0) throw graphError(call, `its epsilon is ${epsilon}`);
  const scaled = options.flag("scale", true);
  const scale = scaled ? weights.read(0, [size]) : new Float64Array(size).fill(1);
  const centered = options.flag("center", true);
  const bias = centered ? weights.read(scaled ? 1 : 0, [size]) : new Float64Array(size);
  const source = addLayer<LayerNormLayer>(call, input, {
    kind: "layer-norm",
    inputSize: size,
    outputSize: size,
    scale,
    bias,
    epsilon,
  });
  return { ...input, source };
}
