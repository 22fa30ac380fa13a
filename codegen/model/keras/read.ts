/**
 * The bytes of a .keras or .h5 file in, RecurrentModel out.
 * Finding the file is left to load.ts, walking through the network to network.ts.
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { ModelFileError } from "../../errors.ts";
import { foldLayers } from "../fold.ts";
import { isHdf5, openHdf5 } from "../hdf5/object.ts";
import { isObject, type JsonObject } from "../json.ts";
import { looksAhead, type RecurrentModel } from "../types.ts";
import { unsupportedFileError } from "../unsupported.ts";
import { isArchive, readArchive } from "./archive.ts";
import { parseConfig } from "./config.ts";
import { inputOf } from "./input.ts";
import { KERAS } from "./limits.ts";
import { importModel, isModel } from "./network.ts";
import {
  archivedWeights,
  type ModelWeights,
  namedWeights,
  WeightBudget,
} from "./stored-weights.ts";
import type { ImportContext, Steps, Value } from "./values.ts";

const ARCHIVED = {
  config: "config.json",
  metadata: "metadata.json",
  weights: "model.weights.h5",
} as const;

/** A file's parts, whichever of the two forms it has. */
interface KerasFile {
  /** Class and options of the model. */
  readonly config: JsonObject;
  readonly version: string;
  readonly weights: ModelWeights;
}

/**
 * @param bytes a whole .keras or .h5 file, not trusted; which of them is told by how it begins
 * @param file where it came from, for messages and provenance; the model is named after it
 * @throws ModelFileError TP-MODEL-002 to -008 for a file that is damaged, hostile or contradicts itself
 * @throws PlanError TP-PLAN-001 for a sound model that uses something unsupported
 */
export function readKerasModel(bytes: Uint8Array, file: string): RecurrentModel {
  const read = isArchive(bytes) ? readArchived(bytes, file) : readSingle(bytes, file);
  const network = importNetwork(read, file);
  return {
    name: basename(file).replace(/\.(keras|h5|hdf5)$/i, ""),
    source: { format: "keras", file, digest: createHash("sha256").update(bytes).digest("hex") },
    ...network,
  };
}

function readArchived(bytes: Uint8Array, file: string): KerasFile {
  const entries = readArchive(bytes, Object.values(ARCHIVED), file);
  const part = (name: string): Uint8Array => {
    const found = entries.get(name);
    if (!found) throw KERAS.damaged(file, `the archive holds no ${name}`);
    return found;
  };
  const text = (content: Uint8Array) => parseConfig(new TextDecoder().decode(content), file);
  const metadata = entries.get(ARCHIVED.metadata);
  const version = metadata ? text(metadata).keras_version : "3";
  const root = openHdf5(part(ARCHIVED.weights), file, KERAS);
  return {
    config: text(part(ARCHIVED.config)),
    version: typeof version === "string" ? version : "3",
    weights: archivedWeights({ root, file, budget: new WeightBudget() }),
  };
}

function readSingle(bytes: Uint8Array, file: string): KerasFile {
  if (!isHdf5(bytes)) throw KERAS.damaged(file, "it is neither a zip archive nor HDF5");
  const root = openHdf5(bytes, file, KERAS);
  const [config] = root.texts("model_config") ?? [];
  if (config === undefined) {
    throw KERAS.damaged(file, "it holds weights without the model that they belong to");
  }
  const [version = "2"] = root.texts("keras_version") ?? [];
  const budget = new WeightBudget();
  return {
    config: parseConfig(config, file),
    version,
    weights: namedWeights({ root, file, budget }),
  };
}

type Network = Pick<
  RecurrentModel,
  "layers" | "inputSize" | "outputSize" | "streaming" | "sequenceSteps"
>;

function importNetwork({ config: model, version, weights }: KerasFile, file: string): Network {
  const { class_name: className, config } = model;
  if (!isModel(className) || !isObject(config)) {
    throw unsupportedFileError(file, [
      {
        operator: String(className).slice(0, 60),
        node: "model",
        why: "only Sequential and functional models say in the file what they compute",
        instead: "build the same layers as keras.Sequential or keras.Model(inputs, outputs)",
      },
    ]);
  }
  const context: ImportContext = {
    file,
    majorVersion: Number.parseInt(version, 10) || 3,
    layers: [],
    unsupported: [],
    steps: undefined,
    recurrent: new Set(),
    names: new Map(),
  };
  const input = inputOf(className, config, context);
  const outputs = input ? outputsOf(input) : [];
  const answer = answerOf(outputs, context);
  if (!input || !answer || context.unsupported.length > 0) {
    throw unsupportedFileError(file, context.unsupported);
  }
  const layers = foldLayers(context.layers, answer.source);
  if (layers.length === 0) throw KERAS.graph(file, "model", "it holds no layer");
  const [inputSize, outputSize] = [input, answer].map(({ shape }) =>
    shape.reduce((product, dimension) => product * dimension, 1),
  ) as [number, number];
  const { steps } = context;
  return {
    layers,
    inputSize,
    outputSize,
    streaming: streamingOf(layers, answer, context),
    ...(steps === undefined || context.recurrent.has("stateful") ? {} : { sequenceSteps: steps }),
  };

  function outputsOf(given: Steps): readonly Value[] {
    try {
      return importModel(className as string, config as JsonObject, weights, [given], context);
    } catch (error) {
      // Behind a refused layer a contradiction may be none.
      const known = error instanceof ModelFileError && error.code === "TP-MODEL-006";
      if (known && context.unsupported.length > 0) return [];
      throw error;
    }
  }
}

/** Keras starts every sequence anew unless its layers are stateful: a sequence of one step has no past. */
function streamingOf(
  layers: RecurrentModel["layers"],
  answer: Steps,
  { steps, recurrent }: ImportContext,
): RecurrentModel["streaming"] {
  if (answer.ended || (steps === 1 && recurrent.has("fresh"))) return "whole-sequence";
  return layers.some(looksAhead) ? "sequence-to-sequence" : "stateful-step";
}

function answerOf(outputs: readonly Value[], context: ImportContext): Steps | undefined {
  const note = (why: string, instead: string) => {
    context.unsupported.push({ operator: "model output", node: "model", why, instead });
  };
  const [answer, second] = outputs;
  if (outputs.length > 1 && (second || context.unsupported.length === 0)) {
    note(`there are ${outputs.length}`, "give the model one output");
  }
  if (context.recurrent.size > 1) {
    note(
      "some of its recurrent layers are stateful, others start anew with every call",
      "make all of them stateful, or none",
    );
  }
  if (!answer && context.unsupported.length === 0) {
    note("it is what no layer gives, as an LSTM's cell", "answer what the last layer gives");
  }
  return answer;
}
