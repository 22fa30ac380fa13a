/**
 * Decides which layers of a model become one integer operator (a dense layer takes the activation after it),
 * and refuses models this project's own formats cannot express, all reasons at once.
 * The integers themselves are left to quantize-model.ts.
 */
import { PlanError } from "../errors.ts";
import type {
  ActivationLayer,
  DenseLayer,
  GruLayer,
  LstmLayer,
  RecurrentModel,
} from "../model/types.ts";

export type ActivationName = ActivationLayer["activation"] | "none";

export interface LstmOperator {
  readonly kind: "lstm";
  readonly layer: LstmLayer;
  /** Index in model.layers of the layer that writes the operator's output. */
  readonly outputIndex: number;
}

export interface GruOperator {
  readonly kind: "gru";
  readonly layer: GruLayer;
  /** As above. */
  readonly outputIndex: number;
}

export interface DenseOperator {
  readonly kind: "dense";
  readonly layer: DenseLayer;
  readonly activation: ActivationName;
  /** As above: the activation's where there is one. */
  readonly outputIndex: number;
}

export type Operator = LstmOperator | GruOperator | DenseOperator;

/**
 * The model as a chain of operators.
 * @throws PlanError TP-PLAN-010 listing every layer that cannot be generated
 */
export function operatorsOf(model: RecurrentModel): readonly Operator[] {
  const operators: Operator[] = [];
  const reasons: string[] = [];
  const { layers } = model;
  if (layers.length === 0) reasons.push("the model has no layers");
  layers.forEach((layer, index) => {
    const before = layers[index - 1];
    if (before && layer.input !== before.output) {
      reasons.push(`"${layer.name}" does not read the layer before it ("${before.name}")`);
    }
    if (layer.kind === "lstm") operators.push({ kind: "lstm", layer, outputIndex: index });
    else if (layer.kind === "gru") operators.push({ kind: "gru", layer, outputIndex: index });
    else if (layer.kind === "dense")
      operators.push({ kind: "dense", layer, activation: "none", outputIndex: index });
    else if (before?.kind === "dense") {
      operators[operators.length - 1] = {
        kind: "dense",
        layer: before,
        activation: layer.activation,
        outputIndex: index,
      };
    } else {
      reasons.push(`"${layer.name}": ${layer.activation} must follow a dense layer`);
    }
  });
  if (reasons.length > 0) {
    throw new PlanError(
      "TP-PLAN-010",
      {
        what: `${reasons.length} of ${layers.length} layers of ${model.name} cannot be generated`,
        why: reasons.join("; "),
        fix: "export a chain of LSTM, GRU and dense layers, each dense layer with at most one activation",
      },
      { reasons },
    );
  }
  return operators;
}
