/**
 * Keras's activations, as layers of their own or inside others, as elementwise layers.
 * Those of a recurrent layer's gates are left to recurrent.ts.
 */

import { isObject, type Json, shownJson } from "../json.ts";
import type {
  ActivationLayer,
  ClipLayer,
  HardSigmoidLayer,
  LeakyReluLayer,
  SoftmaxLayer,
} from "../types.ts";
import { Options } from "./config.ts";
import { addLayer, type Call, refuse, type Steps, singleInput, sizeOf } from "./values.ts";

type Kinds = ActivationLayer | ClipLayer | HardSigmoidLayer | LeakyReluLayer | SoftmaxLayer;
type Part<L> = L extends Kinds
  ? Omit<L, "name" | "input" | "output" | "inputSize" | "outputSize">
  : never;
/** An elementwise layer without its edges; "none" for the identity. */
export type Elementwise = Part<Kinds> | "none";

const ACTIVATION = { kind: "activation" } as const;

/** By Keras's name. @param major version of Keras, whose hard sigmoid changed with 3 */
function namedFunction(name: string, major: number): Elementwise | undefined {
  switch (name) {
    case "linear":
      return "none";
    case "sigmoid":
    case "tanh":
    case "relu":
      return { ...ACTIVATION, activation: name };
    case "softmax":
      return { kind: "softmax" };
    case "relu6":
      return { kind: "clip", low: 0, high: 6 };
    case "leaky_relu":
      return { kind: "leaky-relu", slope: 0.2 };
    case "hard_sigmoid":
      return { kind: "hard-sigmoid", alpha: major < 3 ? 0.2 : 1 / 6, beta: 0.5 };
    default:
      return undefined;
  }
}

/** The name of an activation that is written as a text or as a function; undefined for anything else. */
export function activationName(value: Json | undefined): string | undefined {
  if (value === null || value === undefined) return "linear";
  if (typeof value === "string") return value;
  if (!isObject(value)) return undefined;
  const { class_name: kind, config } = value;
  if (kind === "function" && typeof config === "string") return config;
  return undefined;
}

/** Adds the activation of a layer's option behind it; undefined, and reported, where no layer computes it. */
export function withActivation(call: Call, value: Steps, key = "activation"): Steps | undefined {
  const given = call.options.raw(key);
  const name = activationName(given);
  if (name !== undefined) {
    const found = namedFunction(name, call.context.majorVersion);
    return found ? apply(call, value, found) : refuseActivation(call, name);
  }
  const className = isObject(given) ? given.class_name : undefined;
  if (
    !isObject(given) ||
    typeof className !== "string" ||
    !Object.hasOwn(ACTIVATION_LAYERS, className)
  ) {
    return refuseActivation(call, shownJson(given));
  }
  const config = isObject(given.config) ? given.config : {};
  const options = new Options(config, call.context.file, call.name);
  return importActivation({ ...call, className, options, inputs: [value] });
}

function refuseActivation(call: Call, name: string): undefined {
  return refuse(
    call,
    `its activation is ${name}`,
    "use linear, relu, leaky_relu, relu6, sigmoid, hard_sigmoid, tanh or softmax",
  );
}

function apply(call: Call, value: Steps, found: Elementwise): Steps | undefined {
  if (found === "none") return value;
  const size = sizeOf(value.shape);
  if (found.kind === "softmax" && value.shape.length !== 1) {
    return refuse(call, "its softmax runs over a part of a step", "use one vector a step");
  }
  const source = addLayer<Kinds>(call, value, { ...found, inputSize: size, outputSize: size });
  return { ...value, source };
}

const ACTIVATION_LAYERS: Readonly<Record<string, (call: Call) => Elementwise | undefined>> = {
  ReLU: importRelu,
  LeakyReLU({ options }) {
    const slope = options.raw("alpha") === undefined ? "negative_slope" : "alpha";
    return { kind: "leaky-relu", slope: options.number(slope, 0.3) };
  },
  Softmax(call) {
    const axis = call.options.raw("axis") ?? -1;
    if (axis === -1) return { kind: "softmax" };
    return refuse(call, `its axis is ${shownJson(axis)}`, "use the last axis, -1");
  },
};

function importRelu(call: Call): Elementwise | undefined {
  const { options } = call;
  const slope = options.number("negative_slope", 0);
  const threshold = options.number("threshold", 0);
  const most = options.raw("max_value") ?? null;
  if (threshold !== 0) return refuse(call, `its threshold is ${threshold}`, "use a threshold of 0");
  if (most === null) {
    return slope === 0 ? { ...ACTIVATION, activation: "relu" } : { kind: "leaky-relu", slope };
  }
  const high = options.number("max_value", 0);
  if (slope === 0 && high > 0) return { kind: "clip", low: 0, high };
  return refuse(call, "it has both a slope and a greatest value", "use one of the two");
}

/** Layers that are one activation: Activation, ReLU, LeakyReLU, Softmax. */
export function importActivation(call: Call): Steps | undefined {
  const input = singleInput(call);
  if (call.className === "Activation") return withActivation(call, input);
  const found = ACTIVATION_LAYERS[call.className]?.(call);
  return found && apply(call, input, found);
}

export const ACTIVATION_CLASSES: readonly string[] = [
  "Activation",
  ...Object.keys(ACTIVATION_LAYERS),
];
