/**
 * Which Keras layers are understood, by class, and what to do instead of those that are not.
 * Each layer's arithmetic is left to its own file, the walk through a model to network.ts.
 */

import { isObject, shownJson } from "../json.ts";
import { ACTIVATION_CLASSES, importActivation } from "./activations.ts";
import { importBidirectional } from "./bidirectional.ts";
import { Options } from "./config.ts";
import { importConv1d, importDense } from "./dense.ts";
import { importCombine, importConcatenate } from "./merge.ts";
import {
  importBatchNormalization,
  importLayerNormalization,
  importRescaling,
} from "./normalize.ts";
import { importRecurrent } from "./recurrent.ts";
import {
  type Call,
  refuse,
  reportUnread,
  type Steps,
  singleInput,
  sizeOf,
  type Value,
} from "./values.ts";

type LayerImport = (call: Call) => readonly Value[] | undefined;

/** A layer with one output. */
function single(read: (call: Call) => Steps | undefined): LayerImport {
  return (call) => [read(call)];
}

/** Layers that only change what is learned. */
const IDENTITIES = [
  ...["Dropout", "SpatialDropout1D", "GaussianDropout", "AlphaDropout", "GaussianNoise"],
  ...["ActivityRegularization", "Identity"],
];

const LAYERS: Readonly<Record<string, LayerImport>> = {
  LSTM: importRecurrent,
  GRU: importRecurrent,
  Bidirectional: importBidirectional,
  TimeDistributed: importTimeDistributed,
  Dense: single(importDense),
  Conv1D: single(importConv1d),
  BatchNormalization: single(importBatchNormalization),
  LayerNormalization: single(importLayerNormalization),
  Rescaling: single(importRescaling),
  Concatenate: single(importConcatenate),
  Add: single(importCombine("add")),
  Subtract: single(importCombine("subtract")),
  Multiply: single(importCombine("multiply")),
  Flatten: single(importFlatten),
  Reshape: single(importReshape),
  ...Object.fromEntries(ACTIVATION_CLASSES.map((name) => [name, single(importActivation)])),
  ...Object.fromEntries(IDENTITIES.map((name) => [name, single(importIdentity)])),
};

/** The classes that are imported, sorted; InputLayer and models in models beside them. */
export const KERAS_LAYERS: readonly string[] = Object.keys(LAYERS).sort();

/** Layers that may stand inside TimeDistributed. */
const WITHOUT_TIME = new Set(["LSTM", "GRU", "Bidirectional", "TimeDistributed"]);

/** What to do about layers that come up often. */
const INSTEAD: Readonly<Record<string, string>> = {
  SimpleRNN: "train an LSTM or a GRU of the same size",
  RNN: "use LSTM or GRU in place of RNN around a cell",
  CuDNNLSTM: "load its weights into an LSTM and save that",
  CuDNNGRU: "load its weights into a GRU with reset_after=True and save that",
  ConvLSTM1D: "use Conv1D before an LSTM",
  Embedding: "look the vectors up on the host and give them as the input",
  Masking: "give every step: a stream has none to leave out",
  Lambda: "write it with layers of Keras: Python code in a file is not run",
  Normalization:
    "BatchNormalization after the input, or fold mean and deviation into the front end",
  ELU: "use LeakyReLU",
  PReLU: "use LeakyReLU, with one slope",
};

/** Reports a layer that no layer of the IR computes. */
export function refuseLayer(call: Call, why = "no layer computes it"): undefined {
  const known = Object.hasOwn(INSTEAD, call.className) ? INSTEAD[call.className] : undefined;
  return refuse(call, why, known ?? "leave it out of the network, or compute it on the host");
}

/** Computes in other numbers than the oracle's 32 bits or more. */
function checkNumbers(call: Call): void {
  const { options } = call;
  const given = options.raw("dtype") ?? "float32";
  const policy = isObject(given) && isObject(given.config) ? given.config.name : given;
  if (policy !== "float32" && policy !== "float64") {
    const instead = "build the model with float32, and load the weights into it";
    refuse(call, `it computes in ${shownJson(policy)}`, instead);
  }
}

/** @param keras false for a class of the user's own that has the name of one of Keras's */
export function importLayer(call: Call, keras: boolean): readonly Value[] | undefined {
  const read = Object.hasOwn(LAYERS, call.className) ? LAYERS[call.className] : undefined;
  if (!read) return refuseLayer(call);
  if (!keras) return refuseLayer(call, "it is a class of its own, not Keras's");
  const before = call.context.unsupported.length;
  checkNumbers(call);
  const results = read(call);
  // Where a layer is refused, some of its options were never looked at.
  if (call.context.unsupported.length === before) reportUnread(call);
  return results;
}

function importIdentity(call: Call): Steps {
  return singleInput(call);
}

/** The layer inside, on each step as if there was no time. */
function importTimeDistributed(call: Call): readonly Value[] | undefined {
  const { options, context, weights } = call;
  const input = singleInput(call);
  const inside = options.object("layer");
  const { class_name: className, config } = inside;
  const read = typeof className === "string" && Object.hasOwn(LAYERS, className);
  if (!input.time) {
    return refuse(
      call,
      "its input has no time",
      "leave TimeDistributed out, the layer itself is enough",
    );
  }
  if (!read || !isObject(config) || WITHOUT_TIME.has(className)) {
    return refuse(
      call,
      `its layer is ${shownJson(className)}`,
      "use it around layers without time: Dense, Conv1D, normalizations, activations",
    );
  }
  const results = importLayer(
    {
      ...call,
      className,
      options: new Options(config, context.file, call.name),
      weights: weights.inner("layer", 0),
      inputs: [{ ...input, time: false }],
    },
    true,
  );
  return results?.map((value) => value && { ...value, time: true });
}

function importFlatten(call: Call): Steps | undefined {
  const input = singleInput(call);
  const format = call.options.text("data_format", "channels_last");
  if (format !== "channels_last") {
    return refuse(call, `its data_format is ${format}`, "use channels_last");
  }
  if (!input.time) return { ...input, shape: [sizeOf(input.shape)] };
  const instead =
    "return_sequences=False in the last recurrent layer, or TimeDistributed(Flatten())";
  return refuse(call, "it joins all steps into one vector", instead);
}

function importReshape(call: Call): Steps | undefined {
  const input = singleInput(call);
  const { time, shape } = input;
  const wanted = call.options.shape("target_shape");
  const size = sizeOf(shape);
  // Of several dimensions one may be free.
  const within = (time ? wanted.slice(1) : wanted).map((dimension) => dimension ?? 0);
  const known = sizeOf(within.filter((dimension) => dimension !== -1));
  const resolved = within.map((dimension) => (dimension === -1 ? size / known : dimension));
  const free = wanted.filter((dimension) => dimension === -1).length;
  const keepsTime = !time || wanted[0] === -1 || wanted[0] === call.context.steps;
  const whole = resolved.every((dimension) => Number.isInteger(dimension) && dimension >= 1);
  if (keepsTime && free <= 1 && whole && sizeOf(resolved) === size) {
    return { ...input, shape: resolved };
  }
  const why = `its target_shape is ${shownJson([...wanted])}`;
  return refuse(call, why, "keep the time steps, and the values of a step together");
}
