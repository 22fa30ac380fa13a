/**
 * Decides what of a model matters to its cost: the kinds and sizes of its layers, and the same with other hidden sizes.
 * Weights are none of its business, but that a network of any sizes can be given seeded ones; costs are left to predict.ts.
 */
import { createHash } from "node:crypto";
import { PlanError } from "../errors.ts";
import type { Layer, Matrix, RecurrentModel } from "../model/types.ts";
import { seededUniform } from "../quantize/calibrate.ts";
import { operatorsOf } from "../quantize/operators.ts";

export interface RecurrentShape {
  readonly kind: "lstm" | "gru";
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** A GRU's; an LSTM has no such choice. */
  readonly resetAfter?: boolean;
}

export interface DenseShape {
  readonly kind: "dense";
  readonly inputSize: number;
  readonly outputSize: number;
  readonly activation: "none" | "relu" | "sigmoid" | "tanh";
}

export type LayerShape = RecurrentShape | DenseShape;

/** Layers in a chain: each reads what the one before it gives. */
export interface NetworkShape {
  readonly inputSize: number;
  readonly layers: readonly LayerShape[];
}

export function outputSizeOf(layer: LayerShape): number {
  return layer.kind === "dense" ? layer.outputSize : layer.hiddenSize;
}

/** Hidden sizes of the recurrent layers, in order. */
export function hiddenSizesOf({ layers }: NetworkShape): readonly number[] {
  return layers.flatMap((layer) => (layer.kind === "dense" ? [] : [layer.hiddenSize]));
}

/**
 * The layers of a model that can be generated.
 * @throws PlanError TP-PLAN-010 for layers that cannot be, TP-PLAN-019 for a layer whose cost no table tells
 */
export function shapeOf(model: RecurrentModel): NetworkShape {
  const layers = operatorsOf(model).map((operator): LayerShape => {
    switch (operator.kind) {
      case "lstm":
        return { kind: "lstm", ...sizes(operator.layer) };
      case "gru":
        return { kind: "gru", ...sizes(operator.layer), resetAfter: operator.layer.resetAfter };
      case "dense": {
        const { inputSize, outputSize } = operator.layer;
        return { kind: "dense", inputSize, outputSize, activation: operator.activation };
      }
      default:
        throw unknownCost(operator.layer.name, operator.kind);
    }
  });
  return { inputSize: model.inputSize, layers };
}

function sizes({ inputSize, hiddenSize }: { inputSize: number; hiddenSize: number }) {
  return { inputSize, hiddenSize };
}

function unknownCost(name: string, kind: string): PlanError {
  return new PlanError(
    "TP-PLAN-019",
    {
      what: `the cost of ${name}, a layer of kind ${kind}, cannot be predicted`,
      why: "hidden sizes are ranked by the counted steps of LSTM, GRU and dense layers alone",
      fix: "pioneer run MODEL --board ID counts the whole model as it is",
    },
    { layer: name, kind },
  );
}

/** One LSTM over so many inputs a step, and nothing behind it. */
export function bareLstm(inputSize: number, hiddenSize: number): NetworkShape {
  return { inputSize, layers: [{ kind: "lstm", inputSize, hiddenSize }] };
}

/**
 * The network with other hidden sizes; what it reads and gives at its ends stays as it is, but for one that ends in a
 * recurrent layer.
 * @param hiddenSizes one a recurrent layer, in order
 */
export function resized(
  { inputSize, layers }: NetworkShape,
  hiddenSizes: readonly number[],
): NetworkShape {
  let next = 0;
  let before = inputSize;
  const changed = layers.map((layer): LayerShape => {
    const own =
      layer.kind === "dense"
        ? { ...layer, inputSize: before }
        : { ...layer, inputSize: before, hiddenSize: hiddenSizes[next++] as number };
    before = outputSizeOf(own);
    return own;
  });
  if (next !== hiddenSizes.length)
    throw new RangeError(`${next} layers, ${hiddenSizes.length} sizes`);
  return { inputSize, layers: changed };
}

const SEED = 1;

/** A model of that shape with weights uniform in +-1/sqrt(inputs of its row); equal shapes give equal weights. */
export function seededModel(shape: NetworkShape): RecurrentModel {
  const name = `sized_${shape.inputSize}_${shape.layers.map((layer) => `${layer.kind[0]}${outputSizeOf(layer)}`).join("_")}`;
  const uniform = seededUniform(SEED);
  const draw = (length: number, reach: number): Float64Array =>
    Float64Array.from({ length }, () => (2 * uniform() - 1) * reach);
  const matrix = (rows: number, cols: number, reach: number): Matrix => ({
    rows,
    cols,
    values: draw(rows * cols, reach),
  });
  const layers: Layer[] = [];
  let value = "features";
  shape.layers.forEach((layer, index) => {
    const output = `value_${index}`;
    const edge = { name: `layer_${index}`, input: value, inputSize: layer.inputSize };
    value = output;
    if (layer.kind === "dense") {
      const reach = 1 / Math.sqrt(layer.inputSize);
      const sums = layer.activation === "none" ? output : `${output}_sums`;
      const { outputSize, activation } = layer;
      layers.push({
        ...edge,
        kind: "dense",
        output: sums,
        outputSize,
        weights: matrix(outputSize, layer.inputSize, reach),
        bias: draw(outputSize, reach),
      });
      if (activation === "none") return;
      const own = { name: `${edge.name}_${activation}`, input: sums, output, outputSize };
      layers.push({ ...own, kind: "activation", activation, inputSize: outputSize });
      return;
    }
    const { hiddenSize } = layer;
    const gates = layer.kind === "lstm" ? 4 : 3;
    const reach = 1 / Math.sqrt(hiddenSize);
    const common = {
      ...edge,
      output,
      outputSize: hiddenSize,
      hiddenSize,
      inputWeights: matrix(gates * hiddenSize, layer.inputSize, reach),
      recurrentWeights: matrix(gates * hiddenSize, hiddenSize, reach),
      bias: draw(gates * hiddenSize, reach),
      initialHidden: new Float64Array(hiddenSize),
    };
    layers.push(
      layer.kind === "lstm"
        ? { ...common, kind: "lstm", initialCell: new Float64Array(hiddenSize) }
        : {
            ...common,
            kind: "gru",
            resetAfter: layer.resetAfter ?? true,
            candidateRecurrentBias: draw(hiddenSize, reach),
          },
    );
  });
  return {
    name,
    source: {
      format: "generated",
      file: name,
      digest: createHash("sha256").update(`${name}, seed ${SEED}`).digest("hex"),
    },
    inputSize: shape.inputSize,
    outputSize: outputSizeOf(shape.layers.at(-1) as LayerShape),
    layers,
    streaming: "stateful-step",
  };
}
