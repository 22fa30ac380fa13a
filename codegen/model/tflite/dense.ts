/**
 * Imports FULLY_CONNECTED with the activation that is part of it, and activations that stand alone.
 * Several steps read at once are refused: a dense layer here reads one step.
 */
import type { IntegerDense } from "../integer-model.ts";
import type { ActivationLayer } from "../types.ts";
import type { TfliteOperator } from "./schema.ts";
import { integerMatrix, rawValues, realValues } from "./tensor.ts";
import {
  biasValues,
  constantInput,
  type ImportContext,
  inputTensor,
  layerSteps,
  pushInteger,
  refuse,
  type Steps,
  shapeError,
  stepsInput,
} from "./values.ts";

const OPTION = { fused: 0, weightsFormat: 1 } as const;
const FUSED = {
  0: "none",
  1: "relu",
} as const satisfies Readonly<Record<number, IntegerDense["fused"]>>;

/** @returns the layer's result of every step; undefined when something was refused */
export function importFullyConnected(
  operator: TfliteOperator,
  context: ImportContext,
): Steps | undefined {
  const from = stepsInput(context, operator);
  const weights = constantInput(context, operator, 1, "matrix of weights");
  const fused = FUSED[(operator.options?.int8(OPTION.fused) ?? 0) as keyof typeof FUSED];
  if (!fused) {
    const why = "the activation in it is not ReLU";
    refuse(context, operator, why, "use ReLU, sigmoid or tanh, or none");
  }
  if ((operator.options?.int8(OPTION.weightsFormat) ?? 0) !== 0) {
    refuse(
      context,
      operator,
      "its weights are shuffled",
      "convert without optimizing for mobile CPUs",
    );
    return undefined;
  }
  if (!from || !weights || !fused) return undefined;
  const [rows = 0, cols = 0] = weights.shape;
  if (weights.shape.length !== 2 || rows < 1 || cols < 1) {
    throw shapeError(context, operator, `weights "${weights.name}" are [${weights.shape}]`);
  }
  if (cols !== from.size) {
    if (cols === from.size * from.steps) {
      const why = `it reads ${from.steps} steps of ${from.size} values at once`;
      refuse(context, operator, why, "end the network with a layer that reads one step");
      return undefined;
    }
    throw shapeError(
      context,
      operator,
      `it reads ${from.size} values with [${weights.shape}] weights`,
    );
  }
  const bias = biasValues(context, operator, 2, rows);
  if (!bias) return undefined;
  const output = layerSteps(context, operator, from, rows);
  const linear = fused === "none" ? output.source : `${output.source} (linear)`;
  context.layers.push({
    kind: "dense",
    name: output.source,
    input: from.source,
    output: linear,
    inputSize: cols,
    outputSize: rows,
    weights: { rows, cols, values: realValues(weights, context.file) },
    bias,
  });
  pushInteger(
    context,
    from.edge && output.edge && weights.type === "int8"
      ? {
          kind: "dense",
          name: output.source,
          input: from.edge,
          output: output.edge,
          weights: integerMatrix(weights, context.file),
          bias: biasValues(context, operator, 2, rows, rawValues) as Float64Array,
          wideBias: (inputTensor(context, operator, 2)?.type ?? "int64") === "int64",
          fused,
        }
      : undefined,
  );
  if (fused === "relu") pushActivation(context, "relu", linear, output);
  return output;
}

/** LOGISTIC, TANH or RELU of its own. */
export function importActivation(
  activation: ActivationLayer["activation"],
): (operator: TfliteOperator, context: ImportContext) => Steps | undefined {
  return (operator, context) => {
    const from = stepsInput(context, operator);
    if (!from) return undefined;
    const output = layerSteps(context, operator, from, from.size);
    pushActivation(context, activation, from.source, output);
    pushInteger(
      context,
      from.edge && output.edge && activation !== "relu"
        ? {
            kind: "activation",
            name: output.source,
            input: from.edge,
            output: output.edge,
            activation,
          }
        : undefined,
    );
    return output;
  };
}

function pushActivation(
  context: ImportContext,
  activation: ActivationLayer["activation"],
  input: string,
  { source, size }: Steps,
): void {
  context.layers.push({
    kind: "activation",
    name: source,
    activation,
    input,
    output: source,
    inputSize: size,
    outputSize: size,
  });
}
