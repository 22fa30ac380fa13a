/**
 * Decides which integer operators the layers of a model become (a dense layer takes the activation after it, a
 * convolution is a dense layer, along time behind a window),
 * and refuses models this project's own formats cannot express, all reasons at once.
 * The integers themselves are left to quantize-model.ts.
 */
import {
  type ActivationLayer,
  type Conv1dLayer,
  type DenseLayer,
  type GruLayer,
  inputsOf,
  type Layer,
  type LayerNormLayer,
  type LstmLayer,
  looksAhead,
  type RecurrentModel,
  type SoftmaxLayer,
  type Unsupported,
} from "../model/types.ts";
import { unsupportedError } from "../model/unsupported.ts";
import { keptTaps, PRODUCT_LIMIT, productOf, productWeights } from "./convolution.ts";
import { LAYER_NORM_LIMIT } from "./layer-norm.ts";
import { SOFTMAX_LIMIT } from "./softmax.ts";

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

/** The last inputs of a convolution along time, side by side, oldest first. */
export interface WindowOperator {
  readonly kind: "window";
  readonly layer: Conv1dLayer;
  /** Steps that it keeps, and this one. */
  readonly taps: number;
  /** As above: the convolution's own. */
  readonly outputIndex: number;
}

export interface LayerNormOperator {
  readonly kind: "layer-norm";
  readonly layer: LayerNormLayer;
  /** As above. */
  readonly outputIndex: number;
}

export interface SoftmaxOperator {
  readonly kind: "softmax";
  readonly layer: SoftmaxLayer;
  /** As above. */
  readonly outputIndex: number;
}

export type Operator =
  | LstmOperator
  | GruOperator
  | DenseOperator
  | WindowOperator
  | LayerNormOperator
  | SoftmaxOperator;

const FORWARD = "train a layer that runs forward: a stream has no end to read back from";

/** What each kind of layer that no kernel computes yet needs instead. */
const INSTEAD: Readonly<
  Record<Exclude<Layer["kind"], Operator["kind"] | "activation" | "conv1d">, string>
> = {
  "leaky-relu": "use Relu after a dense layer",
  "hard-sigmoid": "use Sigmoid after a dense layer",
  clip: "use Relu, Sigmoid or Tanh after a dense layer",
  scale: "put it beside a dense or recurrent layer, which takes it in",
  pool1d: "compute it in the front end, or use a dense layer",
  combine: "export a chain of layers without branches",
  arrange: "keep the values of a step in one vector, in order",
  "first-step": FORWARD,
};

const MULTIPLIES: readonly Layer["kind"][] = ["lstm", "gru", "dense", "conv1d"];

/**
 * Everything in a model that no kernel of this project's own formats computes; empty where C can be generated.
 */
export function ungenerated(model: RecurrentModel): readonly Unsupported[] {
  const { layers } = model;
  const found: Unsupported[] = [];
  if (!layers.some(({ kind }) => MULTIPLIES.includes(kind))) {
    found.push({
      operator: "model",
      node: model.name,
      why: layers.length === 0 ? "it has no layers" : "no layer of it multiplies weights",
      instead: "export a network of LSTM, GRU and dense layers",
    });
  }
  layers.forEach((layer, index) => {
    const before = layers[index - 1];
    const refuse = (operator: string, why: string, instead: string) =>
      found.push({ operator, node: layer.name, why, instead });
    if (looksAhead(layer)) {
      refuse(
        layer.kind,
        "it reads its sequence from the end, which a stream does not have",
        FORWARD,
      );
      return;
    }
    if (layer.kind in INSTEAD) {
      const kind = layer.kind as keyof typeof INSTEAD;
      refuse(kind, "no kernel computes it", INSTEAD[kind]);
      return;
    }
    if (layer.kind === "lstm" && layer.peepholes) {
      refuse("lstm", "it has peepholes", "train an LSTM without peepholes");
    }
    if (layer.kind === "layer-norm" && layer.outputSize > LAYER_NORM_LIMIT) {
      const why = `it has ${layer.outputSize} values`;
      refuse("layer-norm", why, `normalise at most ${LAYER_NORM_LIMIT}`);
    }
    if (layer.kind === "softmax" && layer.outputSize > SOFTMAX_LIMIT) {
      const why = `it has ${layer.outputSize} values`;
      refuse("softmax", why, `use at most ${SOFTMAX_LIMIT} classes`);
    }
    if (layer.kind === "conv1d" && productWeights(layer) > PRODUCT_LIMIT) {
      const why = `as a dense layer it has ${productWeights(layer)} weights`;
      refuse("conv1d", why, `use fewer positions or channels: up to ${PRODUCT_LIMIT} weights`);
    }
    if (layer.kind === "activation" && before?.kind !== "dense" && before?.kind !== "conv1d") {
      const why = `${layer.activation} must follow a dense layer`;
      refuse("activation", why, "put a dense layer before it");
    }
    const [input] = inputsOf(layer);
    if (before && input !== before.output) {
      const why = `it does not read the layer before it ("${before.name}")`;
      refuse(layer.kind, why, INSTEAD.combine);
    }
  });
  return found;
}

/**
 * The model as a chain of operators.
 * @throws PlanError TP-PLAN-010 listing every layer that cannot be generated
 */
export function operatorsOf(model: RecurrentModel): readonly Operator[] {
  const gaps = ungenerated(model);
  if (gaps.length > 0) {
    const names = new Set(gaps.map(({ node }) => node)).size;
    throw unsupportedError(
      "TP-PLAN-010",
      `${names} of ${model.layers.length} layers of ${model.name} cannot be generated`,
      gaps,
    );
  }
  const operators: Operator[] = [];
  model.layers.forEach((layer, outputIndex) => {
    if (layer.kind === "lstm") operators.push({ kind: "lstm", layer, outputIndex });
    else if (layer.kind === "gru") operators.push({ kind: "gru", layer, outputIndex });
    else if (layer.kind === "dense") {
      operators.push({ kind: "dense", layer, activation: "none", outputIndex });
    } else if (layer.kind === "layer-norm") {
      operators.push({ kind: "layer-norm", layer, outputIndex });
    } else if (layer.kind === "softmax") {
      operators.push({ kind: "softmax", layer, outputIndex });
    } else if (layer.kind === "conv1d") {
      const taps = keptTaps(layer);
      if (taps > 1) operators.push({ kind: "window", layer, taps, outputIndex });
      operators.push({ kind: "dense", layer: productOf(layer), activation: "none", outputIndex });
    } else if (layer.kind === "activation") {
      const { activation } = layer;
      const dense = operators.pop() as DenseOperator;
      operators.push({ ...dense, activation, outputIndex });
    }
  });
  return operators;
}
