/**
 * NAME.layers.json, which says what a file of bare weights computes: modules in order, by their names in PyTorch.
 * What a module computes is left to pytorch.ts; docs describe the file.
 */
import { ModelFileError } from "../../errors.ts";
import { isObject, type Json, type JsonObject, parseJson, shownJson } from "../json.ts";
import { SAFETENSORS } from "./file.ts";

const MAX_CHARACTERS = 256 * 1024;
const MAX_LAYERS = 1024;
const MAX_NAME = 256;

/** Kinds of modules that have weights, and their numbers beside them with what stands for one left out. */
const WITH_WEIGHTS = {
  lstm: {},
  gru: {},
  linear: {},
  conv1d: { dilation: 1, groups: 1 },
  "batch-norm": { epsilon: 1e-5 },
  "layer-norm": { epsilon: 1e-5 },
} as const satisfies Readonly<Record<string, Readonly<Record<string, number>>>>;

const WITHOUT_WEIGHTS = {
  sigmoid: {},
  tanh: {},
  relu: {},
  softmax: {},
  "leaky-relu": { slope: 0.01 },
  "last-step": {},
} as const satisfies Readonly<Record<string, Readonly<Record<string, number>>>>;

export type WeightedKind = keyof typeof WITH_WEIGHTS;
export type PlainKind = keyof typeof WITHOUT_WEIGHTS;

/** What the file may name, sorted. */
export const DESCRIBED_KINDS: readonly string[] = Object.keys({
  ...WITH_WEIGHTS,
  ...WITHOUT_WEIGHTS,
}).sort();

export type DescribedLayer =
  | {
      readonly kind: WeightedKind;
      /** The module's name, which begins its weights' names; "" for weights without one. */
      readonly name: string;
      readonly numbers: Readonly<Record<string, number>>;
    }
  | {
      readonly kind: PlainKind;
      readonly name: string;
      readonly numbers: Readonly<Record<string, number>>;
    };

export function isWeighted(kind: string): kind is WeightedKind {
  return Object.hasOwn(WITH_WEIGHTS, kind);
}

/** TP-MODEL-012: the file is not there, or says something that is not known. */
export function descriptionError(file: string, why: string): ModelFileError {
  const example = '{"schema": 1, "layers": [{"kind": "lstm", "name": "lstm"}]}';
  return new ModelFileError(
    "TP-MODEL-012",
    {
      what: `${file} does not say what the weights compute`,
      why,
      fix: `write it as docs/models-pytorch.md shows: ${example}`,
    },
    { file },
  );
}

/**
 * @param text of NAME.layers.json, not trusted
 * @param file its name, for messages
 * @throws ModelFileError TP-MODEL-002, -003 and -012
 */
export function readDescription(text: string, file: string): readonly DescribedLayer[] {
  const { schema, layers, ...rest } = parseJson(text, file, SAFETENSORS, MAX_CHARACTERS);
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw descriptionError(file, `it has a field ${shownJson(unknown)}`);
  if (schema !== 1) throw descriptionError(file, `its schema is ${shownJson(schema)}, not 1`);
  if (!Array.isArray(layers) || layers.length < 1 || layers.length > MAX_LAYERS) {
    throw descriptionError(file, `its layers are no list of 1 to ${MAX_LAYERS}`);
  }
  return layers.map((layer: Json, index) => {
    const where = `layer ${index}`;
    if (!isObject(layer)) throw descriptionError(file, `${where} is ${shownJson(layer)}`);
    return describedLayer(layer, where, file);
  });
}

function describedLayer(layer: JsonObject, where: string, file: string): DescribedLayer {
  const { kind, name, ...rest } = layer;
  const wrong = (why: string) => descriptionError(file, `${where}: ${why}`);
  const table: Readonly<Record<string, Readonly<Record<string, number>>>> = {
    ...WITH_WEIGHTS,
    ...WITHOUT_WEIGHTS,
  };
  const known = typeof kind === "string" && Object.hasOwn(table, kind) ? table[kind] : undefined;
  if (!known) throw wrong(`kind ${shownJson(kind)} is none of ${DESCRIBED_KINDS.join(", ")}`);
  const weighted = isWeighted(kind as string);
  if (weighted ? typeof name !== "string" || name.length > MAX_NAME : name !== undefined) {
    throw wrong(weighted ? `its name is ${shownJson(name)}` : "it has a name, but no weights");
  }
  for (const [key, value] of Object.entries(rest)) {
    if (!Object.hasOwn(known, key)) throw wrong(`${kind} has no field ${shownJson(key)}`);
    if (typeof value !== "number" || !(value > 0) || value > 65_536) {
      throw wrong(`${key} is ${shownJson(value)}`);
    }
  }
  return {
    kind: kind as WeightedKind,
    name: weighted ? (name as string) : (kind as string),
    numbers: { ...known, ...(rest as Readonly<Record<string, number>>) },
  };
}
