/**
 * What the importer knows about each tensor of the graph while it walks the operators in order.
 * Deciding which operators are understood is left to graph.ts and the operator files.
 */
import type { IntegerEdge, IntegerLayer } from "../integer-model.ts";
import type { Layer, Unsupported, ValueName } from "../types.ts";
import { TFLITE_LIMITS, tfliteGraphError, tfliteLimitError } from "./refusals.ts";
import type { TfliteFile, TfliteOperator, TfliteTensor } from "./schema.ts";
import { edgeOf, elementCount, realValues } from "./tensor.ts";

export type Value =
  | { readonly kind: "constant"; readonly tensor: TfliteTensor }
  /**
   * One vector of `size` values a time step, made by a layer or given as a graph input; `source` names the maker's
   * value. `edge` is absent where the file has real numbers there.
   */
  | {
      readonly kind: "steps";
      readonly source: ValueName;
      readonly size: number;
      readonly steps: number;
      readonly edge?: IntegerEdge;
    }
  /** Made by something unsupported, which has been reported. */
  | { readonly kind: "unsupported" };

export type Steps = Extract<Value, { readonly kind: "steps" }>;

/** The importer's state; grows while the operators are walked. */
export interface ImportContext {
  readonly file: string;
  readonly graph: TfliteFile;
  /** By tensor index. */
  readonly values: Map<number, Value>;
  readonly layers: Layer[];
  /** The same layers in the file's own integers, a dense layer with the ReLU that is part of it. */
  readonly integers: IntegerLayer[];
  /** False once a layer holds real numbers or has no integer kernel: `integers` is then not the whole network. */
  allInteger: boolean;
  readonly unsupported: Unsupported[];
  /** Weights turned into values so far. */
  weights: number;
}

/** Notes the layer's integers, or that it has none. */
export function pushInteger(context: ImportContext, layer: IntegerLayer | undefined): void {
  if (layer) context.integers.push(layer);
  else context.allInteger = false;
}

/** An operator's name for messages: its kind and its output's name. */
export function operatorLabel(
  { graph }: ImportContext,
  { operator, outputs }: TfliteOperator,
): string {
  const output = graph.tensors[outputs[0] ?? -1];
  return output ? output.name : operator;
}

/** Notes something that cannot be used, and goes on, so that all of them are listed at once. */
export function refuse(
  context: ImportContext,
  operator: TfliteOperator,
  why: string,
  instead: string,
): void {
  const node = operatorLabel(context, operator);
  context.unsupported.push({ operator: operator.operator, node, why, instead });
}

/** The tensor of an operator's input; undefined for an optional one that is left out. */
export function inputTensor(
  { graph }: ImportContext,
  { inputs }: TfliteOperator,
  index: number,
): TfliteTensor | undefined {
  return graph.tensors[inputs[index] ?? -1];
}

/** @throws ModelFileError TP-MODEL-006 where the operator has no such output */
export function outputTensor(
  context: ImportContext,
  operator: TfliteOperator,
  index = 0,
): TfliteTensor {
  const tensor = context.graph.tensors[operator.outputs[index] ?? -1];
  if (tensor) return tensor;
  throw tfliteGraphError(context.file, operator.operator, `it has no output ${index}`);
}

/** What is known of an operator's input. @throws ModelFileError TP-MODEL-006 when nothing before it makes that */
export function inputValue(
  context: ImportContext,
  operator: TfliteOperator,
  index: number,
): Value | undefined {
  const tensor = inputTensor(context, operator, index);
  if (!tensor) return undefined;
  const known = context.values.get(tensor.index);
  if (known) return known;
  if (tensor.data) return { kind: "constant", tensor };
  const label = operatorLabel(context, operator);
  throw tfliteGraphError(context.file, label, `it reads "${tensor.name}", which nothing makes`);
}

/** The operator's first input as steps; anything else is refused, once. */
export function stepsInput(context: ImportContext, operator: TfliteOperator): Steps | undefined {
  const value = inputValue(context, operator, 0);
  if (value?.kind === "steps") return value;
  if (value?.kind !== "unsupported") {
    refuse(context, operator, "its input is a constant", "fold constants when converting");
  }
  return undefined;
}

/**
 * The constant tensor at an input; anything else is refused.
 * @throws ModelFileError TP-MODEL-003 when all weights together are beyond the bound
 */
export function constantInput(
  context: ImportContext,
  operator: TfliteOperator,
  index: number,
  what: string,
): TfliteTensor | undefined {
  const value = inputValue(context, operator, index);
  if (value?.kind === "constant") {
    context.weights += elementCount(value.tensor, context.file);
    if (context.weights > TFLITE_LIMITS.weights) {
      throw tfliteLimitError(context.file, "too many weights", TFLITE_LIMITS.weights);
    }
    return value.tensor;
  }
  if (value?.kind !== "unsupported") {
    refuse(
      context,
      operator,
      `its ${what} is no constant`,
      "convert a trained model for inference",
    );
  }
  return undefined;
}

/** Real values of a bias, zeros for one that is left out. @throws as realValues, and TP-MODEL-006 for its length */
export function biasValues(
  context: ImportContext,
  operator: TfliteOperator,
  index: number,
  length: number,
  read: (tensor: TfliteTensor, file: string) => Float64Array = realValues,
): Float64Array | undefined {
  if (!inputTensor(context, operator, index)) return new Float64Array(length);
  const tensor = constantInput(context, operator, index, "bias");
  if (!tensor) return undefined;
  if (tensor.shape.length !== 1 || tensor.shape[0] !== length) {
    throw shapeError(
      context,
      operator,
      `bias "${tensor.name}" is [${tensor.shape}], not [${length}]`,
    );
  }
  return read(tensor, context.file);
}

export function shapeError(context: ImportContext, operator: TfliteOperator, why: string) {
  return tfliteGraphError(context.file, operatorLabel(context, operator), why);
}

/** The steps that a layer makes: as many as went in, `size` values each. */
export function layerSteps(
  context: ImportContext,
  operator: TfliteOperator,
  from: Steps,
  size: number,
): Steps {
  const tensor = outputTensor(context, operator);
  const edge = edgeOf(tensor, context.file);
  const steps = { kind: "steps", source: tensor.name, size, steps: from.steps } as const;
  return edge ? { ...steps, edge } : steps;
}
