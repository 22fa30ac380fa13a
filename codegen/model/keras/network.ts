/**
 * Walks a Keras model, Sequential or functional, models inside it too, and makes of it layers in order of execution.
 * What a layer becomes is left to layers.ts, what the whole answers to read.ts.
 */
import { isObject, type Json, type JsonObject, shownJson } from "../json.ts";
import { Options } from "./config.ts";
import { importLayer, refuseLayer } from "./layers.ts";
import { KERAS, KERAS_LIMITS } from "./limits.ts";
import type { LayerWeights, ModelWeights } from "./stored-weights.ts";
import { type Call, type ImportContext, refuse, type Steps, type Value } from "./values.ts";

/** One layer of a configuration. */
interface Entry {
  readonly className: string;
  readonly name: string;
  readonly config: JsonObject;
  /** Of Keras, and of no user's own. */
  readonly keras: boolean;
  /** One for each use. */
  readonly uses: readonly Json[];
}

const MODELS = ["Sequential", "Functional", "Model"];

/** A model inside a model is a layer. */
export function isModel(className: Json | undefined): className is string {
  return typeof className === "string" && MODELS.includes(className);
}

/** Where a configuration stops making sense. */
function wrong(context: ImportContext, what: string, value: Json | undefined) {
  return KERAS.damaged(context.file, `its configuration has ${what} ${shownJson(value)}`);
}

function entriesOf(config: JsonObject, context: ImportContext): readonly Entry[] {
  const list = config.layers;
  if (!Array.isArray(list)) throw wrong(context, "layers", list);
  if (list.length > KERAS_LIMITS.layers) {
    throw KERAS.limit(context.file, `${list.length} layers`, KERAS_LIMITS.layers);
  }
  return list.map((item: Json) => {
    const className = isObject(item) ? item.class_name : undefined;
    const layer = isObject(item) ? item.config : undefined;
    if (!isObject(item) || typeof className !== "string" || !isObject(layer)) {
      throw wrong(context, "the layer", item);
    }
    const name = item.name ?? layer.name ?? className;
    if (typeof name !== "string") throw wrong(context, "the name", name);
    const { module: owner, inbound_nodes: uses } = item;
    const keras = typeof owner !== "string" || /^(keras|tf_keras|builtins)\b/.test(owner);
    return { className, name, config: layer, keras, uses: Array.isArray(uses) ? uses : [] };
  });
}

/**
 * @param inputs one a value that goes in; undefined takes the model's own input layers
 * @returns the values that the model gives
 * @throws ModelFileError TP-MODEL-002, -003 and -006
 */
export function importModel(
  className: string,
  config: JsonObject,
  weights: ModelWeights,
  inputs: readonly Value[],
  context: ImportContext,
): readonly Value[] {
  return className === "Sequential"
    ? importSequential(config, weights, inputs, context)
    : importFunctional(config, weights, inputs, context);
}

function importSequential(
  config: JsonObject,
  weights: ModelWeights,
  inputs: readonly Value[],
  context: ImportContext,
): readonly Value[] {
  let values: readonly Value[] = inputs.slice(0, 1);
  for (const entry of entriesOf(config, context)) {
    if (entry.className === "InputLayer") continue;
    values = runEntry(entry, storedFor(entry, weights), values.slice(0, 1), context);
  }
  return values.slice(0, 1);
}

/** Where a layer's own weights are; a model's layers have theirs each. */
interface Stored {
  readonly layer: LayerWeights;
  readonly model: ModelWeights | undefined;
}

function storedFor({ className, name, keras }: Entry, weights: ModelWeights): Stored | undefined {
  if (isModel(className)) {
    const model = weights.model(className);
    return model && { model, layer: weights.layer("", name) };
  }
  // What is no layer, as an addition written with +, holds nothing; a class that Keras has not is refused.
  return keras ? { model: undefined, layer: weights.layer(className, name) } : undefined;
}

const NO_WEIGHTS: LayerWeights = {
  read() {
    throw new RangeError("a layer that is refused has no weights");
  },
  inner: () => NO_WEIGHTS,
};

/** One use of a layer on values; those of a reported layer are undefined. */
function runEntry(
  { className, name, config, keras }: Entry,
  stored: Stored | undefined,
  values: readonly Value[],
  context: ImportContext,
): readonly Value[] {
  const call: Call = {
    className,
    name,
    options: new Options(config, context.file, name),
    weights: stored?.layer ?? NO_WEIGHTS,
    inputs: values.filter((value): value is Steps => value !== undefined),
    context,
  };
  if (isModel(className)) {
    if (stored?.model) return importModel(className, config, stored.model, values, context);
    refuse(call, "it is a model inside a model", 'save it with model.save("NAME.keras")');
    return [guessed(call)];
  }
  if (call.inputs.length < values.length) {
    if (context.unsupported.length === 0) {
      refuse(
        call,
        "it reads a value that is not computed",
        "use an LSTM's hidden state, not its cell",
      );
    }
    return [guessed(call)];
  }
  const results = stored ? importLayer(call, keras) : refuseLayer(call, "it is no class of Keras");
  return results ? [results[0] ?? guessed(call), ...results.slice(1)] : [guessed(call)];
}

/** What a refused layer probably gives, so that those behind it are looked at too; nothing is made of it. */
function guessed({ options, inputs }: Call): Value {
  const [input] = inputs;
  const size = options.raw("units") ?? options.raw("filters");
  if (!input || typeof size !== "number") return input;
  const atEnd = options.raw("return_sequences") === false;
  return { ...input, shape: [size], ...(atEnd ? { time: false, ended: true } : {}) };
}

/** A value that a use of a layer gives. */
interface Reference {
  readonly layer: string;
  readonly use: number;
  readonly output: number;
}

const keyOf = ({ layer, use, output }: Reference) => `${layer}\n${use}\n${output}`;

function referenceOf(value: Json | undefined): Reference | undefined {
  if (!Array.isArray(value)) return undefined;
  const [layer, use, output] = value as readonly Json[];
  const whole = Number.isSafeInteger(use) && Number.isSafeInteger(output);
  if (typeof layer !== "string" || !whole) return undefined;
  return { layer, use: Number(use), output: Number(output) };
}

/** input_layers and output_layers: one reference, or a list of them. */
function referencesOf(value: Json | undefined, context: ImportContext): readonly Reference[] {
  const one = referenceOf(value);
  if (one) return [one];
  if (!Array.isArray(value)) throw wrong(context, "the inputs or outputs", value);
  return value.map((item: Json) => {
    const reference = referenceOf(item);
    if (!reference) throw wrong(context, "the input or output", item);
    return reference;
  });
}

/** What a use of a layer is given. */
interface Given {
  readonly references: readonly Reference[];
  /** Anything beside values: constants, states. */
  readonly others: readonly string[];
}

/** Keras 2: [[layer, use, output, options], ...]; Keras 3: {args, kwargs} with tensors somewhere in them. */
function givenOf(use: Json, context: ImportContext): Given {
  const references: Reference[] = [];
  const others: string[] = [];
  const options = (values: JsonObject) => {
    for (const [key, value] of Object.entries(values)) {
      const idle = key === "training" ? value === false || value === null : value === null;
      if (!idle) others.push(key);
    }
  };
  const collect = (value: Json) => {
    if (Array.isArray(value)) for (const item of value) collect(item);
    else if (isObject(value) && value.class_name === "__keras_tensor__") {
      const reference = referenceOf(
        isObject(value.config) ? value.config.keras_history : undefined,
      );
      if (!reference) throw wrong(context, "the tensor", value);
      references.push(reference);
    } else if (value !== null) others.push(shownJson(value));
  };
  if (isObject(use)) {
    const args = Array.isArray(use.args) ? (use.args as readonly Json[]) : [];
    for (const [index, value] of args.entries()) {
      // A layer's values are its first argument, whether one or a list; an operation's are all of them.
      if (index > 0 && Array.isArray(args[0])) others.push(shownJson(value));
      else collect(value);
    }
    if (isObject(use.kwargs)) options(use.kwargs);
    return { references, others };
  }
  if (!Array.isArray(use)) throw wrong(context, "the use", use);
  for (const item of use as readonly Json[]) {
    const reference = referenceOf(item);
    if (!reference) throw wrong(context, "the use", item);
    references.push(reference);
    const rest = (item as readonly Json[])[3];
    if (isObject(rest)) options(rest);
  }
  return { references, others };
}

interface PendingUse {
  readonly entry: Entry;
  readonly stored: Stored | undefined;
  readonly use: number;
  readonly given: Given;
}

function importFunctional(
  config: JsonObject,
  weights: ModelWeights,
  inputs: readonly Value[],
  context: ImportContext,
): readonly Value[] {
  const values = new Map<string, Value>();
  const waiting: PendingUse[] = [];
  const inputLayers = referencesOf(config.input_layers, context);
  inputLayers.forEach((reference, index) => {
    values.set(keyOf(reference), inputs[index]);
  });
  for (const entry of entriesOf(config, context)) {
    if (entry.className === "InputLayer") continue;
    const stored = storedFor(entry, weights);
    const first = firstUse(entry, context);
    entry.uses.forEach((given, index) => {
      waiting.push({ entry, stored, use: first + index, given: givenOf(given, context) });
    });
  }
  if (waiting.length > KERAS_LIMITS.layers) {
    throw KERAS.limit(context.file, `${waiting.length} uses of layers`, KERAS_LIMITS.layers);
  }
  runWaiting(waiting, values, context);
  return referencesOf(config.output_layers, context).map((reference) => {
    const key = keyOf(reference);
    if (!values.has(key)) {
      throw KERAS.graph(context.file, reference.layer, "the model answers what nothing makes");
    }
    return values.get(key);
  });
}

/** A model that knew its input when it was made counts that as its use 0. */
function firstUse({ className, config }: Entry, { majorVersion }: ImportContext): number {
  if (!isModel(className)) return 0;
  if (className !== "Sequential") return 1;
  const [first] = Array.isArray(config.layers) ? (config.layers as readonly Json[]) : [];
  return majorVersion < 3 && isObject(first) && first.class_name === "InputLayer" ? 1 : 0;
}

/** Runs each use once what it reads is there. */
function runWaiting(
  waiting: readonly PendingUse[],
  values: Map<string, Value>,
  context: ImportContext,
): void {
  let left = waiting;
  while (left.length > 0) {
    const later: PendingUse[] = [];
    for (const pending of left) {
      const { entry, use, given } = pending;
      const keys = given.references.map(keyOf);
      if (!keys.every((key) => values.has(key))) {
        later.push(pending);
        continue;
      }
      const results = runUse(
        pending,
        keys.map((key) => values.get(key)),
        context,
      );
      // A layer gives few values, whatever the file names: the rest is what it does not give.
      const count = Math.max(1, results.length);
      for (let output = 0; output < count; output++) {
        values.set(keyOf({ layer: entry.name, use, output }), results[output]);
      }
    }
    if (later.length === left.length) {
      const [first] = later as [PendingUse];
      throw KERAS.graph(context.file, first.entry.name, "it reads what nothing makes before it");
    }
    left = later;
  }
}

function runUse(
  { entry, stored, given }: PendingUse,
  inputs: readonly Value[],
  context: ImportContext,
): readonly Value[] {
  if (given.others.length === 0) return runEntry(entry, stored, inputs, context);
  context.unsupported.push({
    operator: entry.className,
    node: entry.name,
    why: `it is given ${given.others.slice(0, 4).join(", ")} beside its input`,
    instead: "call layers with the values before them only; stateful=True keeps states inside",
  });
  return inputs.slice(0, 1);
}
