/**
 * Seeded integers of a quantized TFLite file for a random model of LSTMs, dense layers and softmax: what its importer would hand on.
 * The real weights of the same layers are others; nothing compares the two.
 */
import type {
  IntegerActivation,
  IntegerDense,
  IntegerEdge,
  IntegerLayer,
  IntegerLstm,
  IntegerMatrix,
  IntegerSoftmax,
} from "../codegen/model/integer-model.ts";
import type { DenseLayer, LstmLayer, RecurrentModel } from "../codegen/model/types.ts";
import type { TfliteFormat } from "../codegen/quantize/params.ts";
import type { Random } from "./random-model.ts";

/** random: -127..127. full: all +-127. lowest: all -128, which symmetric files lack but the kernels take. */
type Magnitude = "random" | "full" | "lowest";

const { fround } = Math;

function edge(random: Random, type: IntegerEdge["type"]): IntegerEdge {
  return {
    type,
    scale: fround(type === "int8" ? random.uniform(0.005, 0.05) : random.uniform(1e-4, 1e-3)),
    zeroPoint: type === "int8" ? random.integer(-128, 127) : 0,
  };
}

/** Weights whose sums reach a few units of `step` for half of their inputs' range. */
function matrix(
  random: Random,
  rows: number,
  cols: number,
  input: IntegerEdge,
  magnitude: Magnitude,
  perRow: boolean,
): IntegerMatrix {
  const weight = {
    random: () => random.integer(-127, 127),
    full: () => random.pick([-127, 127]),
    lowest: () => -128,
  }[magnitude];
  const half = input.scale * (input.type === "int8" ? 64 : 16384);
  const scale = (): number => fround(random.uniform(0.5, 4) / (64 * Math.sqrt(cols) * half));
  return {
    rows,
    cols,
    values: Int8Array.from({ length: rows * cols }, weight),
    scales: Array.from({ length: perRow ? rows : 1 }, scale),
  };
}

function biases(random: Random, size: number): Float64Array {
  return Float64Array.from({ length: size }, () => random.integer(-4000, 4000));
}

function lstm(
  random: Random,
  { name, inputSize, hiddenSize }: LstmLayer,
  input: IntegerEdge,
  magnitude: Magnitude,
): IntegerLstm {
  const output: IntegerEdge =
    input.type === "int8"
      ? {
          type: "int8",
          scale: fround(random.uniform(0.5, 1) / 128),
          zeroPoint: random.integer(-20, 20),
        }
      : { type: "int16", scale: 2 ** -15, zeroPoint: 0 };
  return {
    kind: "lstm",
    name,
    input,
    output,
    gates: Array.from({ length: 4 }, () => ({
      inputWeights: matrix(random, hiddenSize, inputSize, input, magnitude, false),
      recurrentWeights: matrix(random, hiddenSize, hiddenSize, output, magnitude, false),
      bias: biases(random, hiddenSize),
    })),
    cellScale: 2 ** -random.integer(10, 15),
    cellClip: random.pick([0, 0, 0.4, 3]),
  };
}

function dense(
  random: Random,
  { name, inputSize, outputSize }: DenseLayer,
  input: IntegerEdge,
  fused: IntegerDense["fused"],
  magnitude: Magnitude,
): IntegerDense {
  return {
    kind: "dense",
    name,
    input,
    output: edge(random, input.type),
    weights: matrix(random, outputSize, inputSize, input, magnitude, random.integer(0, 1) === 1),
    bias: biases(random, outputSize),
    wideBias: input.type === "int16" && random.integer(0, 1) === 1,
    fused,
  };
}

/** The kernels fix what a step of a sigmoid's or tanh's output means. */
function activation(
  name: string,
  input: IntegerEdge,
  kind: IntegerActivation["activation"],
): IntegerActivation {
  const byte = input.type === "int8";
  const sigmoid8 = byte && kind === "sigmoid";
  const output: IntegerEdge = {
    type: input.type,
    scale: sigmoid8 ? 2 ** -8 : byte ? 2 ** -7 : 2 ** -15,
    zeroPoint: sigmoid8 ? -128 : 0,
  };
  return { kind: "activation", name, input, output, activation: kind };
}

/** Of int8 alone; the kernel fixes what a step of its output means. */
function softmax(random: Random, name: string, size: number, input: IntegerEdge): IntegerSoftmax {
  const output: IntegerEdge = { type: "int8", scale: 2 ** -8, zeroPoint: -128 };
  return { kind: "softmax", name, size, beta: random.pick([1, 0.3, 8]), input, output };
}

/**
 * The model with integers of its own.
 * @throws RangeError for a layer that no quantized file has
 */
export function withRandomIntegers(
  random: Random,
  model: RecurrentModel,
  format: TfliteFormat,
): RecurrentModel {
  const input = edge(random, format === "tflite-int8" ? "int8" : "int16");
  const magnitude = random.pick(["random", "random", "full", "lowest"] as const);
  const layers: IntegerLayer[] = [];
  model.layers.forEach((layer, index) => {
    const from = layers.at(-1)?.output ?? input;
    const next = model.layers[index + 1];
    if (layer.kind === "lstm") layers.push(lstm(random, layer, from, magnitude));
    else if (layer.kind === "dense") {
      const fused = next?.kind === "activation" && next.activation === "relu" ? "relu" : "none";
      layers.push(dense(random, layer, from, fused, magnitude));
    } else if (layer.kind === "softmax" && from.type === "int8") {
      layers.push(softmax(random, layer.name, layer.outputSize, from));
    } else if (layer.kind !== "activation") {
      throw new RangeError(`quantized files hold no ${layer.kind}`);
    } else if (layer.activation !== "relu") {
      layers.push(activation(layer.name, from, layer.activation));
    }
  });
  return { ...model, integer: { input, output: layers.at(-1)?.output ?? input, layers } };
}
