/**
 * The integers of a TFLite network that is quantized throughout, where it is one chain of operators with such kernels.
 * The same network in real numbers is left to graph.ts; whether its arithmetic can be generated to quantize/tflite.
 */

import type {
  IntegerActivation,
  IntegerDense,
  IntegerEdge,
  IntegerGate,
  IntegerLayer,
  IntegerLstm,
  IntegerModel,
  IntegerSoftmax,
  IntegerWindow,
} from "../integer-model.ts";
import { GATES } from "../types.ts";
import { gatePosition, LSTM_INPUT, LSTM_OPTION } from "./lstm.ts";
import { slicedPlaces } from "./moving.ts";
import { tfliteGraphError } from "./refusals.ts";
import type { TfliteOperator, TfliteTensor } from "./schema.ts";
import type { Spelling } from "./spelling.ts";
import { edgeOf, elementCount, integerMatrix, rawValues } from "./tensor.ts";

const FUSED = {
  0: "none",
  1: "relu",
} as const satisfies Readonly<Record<number, IntegerDense["fused"]>>;
const FUSED_OPTION = 0;
const SOFTMAX_BETA = 0;
/** Values of a slice that are followed one by one. */
const MOST_SLICED = 65_536;
const ACTIVATIONS = { LOGISTIC: "sigmoid", TANH: "tanh" } as const;

/**
 * The chain's integers; undefined where any of it is real, branches, or has no integer kernel.
 * @param sequenceSteps time steps of a call; 1 where a call is one step
 */
export function integerModelOf(
  spelling: Spelling,
  sequenceSteps: number,
): IntegerModel | undefined {
  const { graph, file } = spelling;
  let [at = -1] = graph.inputs;
  let edge = edgeOf(graph.tensors[at] as TfliteTensor, file);
  const layers: IntegerLayer[] = [];
  for (const operator of graph.operators) {
    const [output = -1] = operator.outputs;
    const reads = operator.inputs[operator.operator === "SPLIT" ? 1 : 0];
    if (reads !== at || output < 0) return undefined;
    const made = edgeOf(graph.tensors[output] as TfliteTensor, file);
    if (operator.operator === "QUANTIZE" || operator.operator === "DEQUANTIZE") {
      // Between layers, other integers for the same values would need a kernel.
      if (layers.length > 0 && made) return undefined;
    } else if (!keepsSteps(operator, spelling, sequenceSteps)) {
      const layer = edge && made && layerOf(operator, spelling, edge, made);
      if (!layer || (layer.kind === "window" && layer.steps !== sequenceSteps)) return undefined;
      layers.push(layer);
    }
    at = output;
    edge = made;
  }
  const [first, last] = [layers[0], layers.at(-1)];
  if (!first || !last || graph.outputs.length !== 1 || graph.outputs[0] !== at) return undefined;
  if (graph.inputs.length !== 1) return undefined;
  return { input: first.input, output: last.output, layers };
}

/** Values that a layer takes and gives in a step; an activation's are those before it. */
function sizesOf(layer: IntegerLayer): readonly [number, number] | undefined {
  switch (layer.kind) {
    case "lstm": {
      const { rows = 0, cols = 0 } = layer.gates[0]?.inputWeights ?? {};
      return [cols, rows];
    }
    case "dense":
      return [layer.weights.cols, layer.weights.rows];
    case "window":
      return [layer.inputSize, layer.steps * layer.inputSize];
    case "softmax":
      return [layer.size, layer.size];
    case "activation":
      return undefined;
  }
}

/** Whether each layer takes a whole step of what the one before gives: none runs over positions inside it. */
export function takesWholeSteps(
  { layers }: IntegerModel,
  { inputSize, outputSize }: { readonly inputSize: number; readonly outputSize: number },
): boolean {
  let size = inputSize;
  for (const layer of layers) {
    const [takes, gives] = sizesOf(layer) ?? [size, size];
    if (takes !== size) return false;
    size = gives;
  }
  return size === outputSize;
}

/** Whether an operator keeps a step's values together and in order, or takes the last step. */
function keepsSteps(operator: TfliteOperator, spelling: Spelling, sequenceSteps: number): boolean {
  const { file } = spelling;
  const from = spelling.input(operator, 0);
  const to = spelling.output(operator);
  const size = from.shape.at(-1) ?? 1;
  const whole = elementCount(from, file) === elementCount(to, file);
  const single = operator.outputs.length === 1 && operator.inputs.length >= 1;
  const steps = elementCount(from, file) / Math.max(1, size);
  switch (operator.operator) {
    case "RESHAPE":
    case "SQUEEZE":
    case "EXPAND_DIMS":
      // Where a call is one step, all values are that step's, in whatever shape.
      return whole && (sequenceSteps === 1 || steps === 1 || to.shape.at(-1) === size);
    case "PACK":
    case "UNPACK":
      return whole && single && (operator.operator === "UNPACK" || operator.inputs.length === 1);
    case "STRIDED_SLICE": {
      const all = elementCount(from, file);
      const places = slicedPlaces(operator, spelling, Math.min(all, MOST_SLICED));
      return [0, all - size].some(
        (first) =>
          places?.length === all - first && places.every((place, index) => place === first + index),
      );
    }
    default:
      return false;
  }
}

function layerOf(
  operator: TfliteOperator,
  spelling: Spelling,
  input: IntegerEdge,
  output: IntegerEdge,
): IntegerLayer | undefined {
  switch (operator.operator) {
    case "UNIDIRECTIONAL_SEQUENCE_LSTM":
      return lstmOf(operator, spelling, input, output);
    case "FULLY_CONNECTED":
      return denseOf(operator, spelling, input, output);
    case "LOGISTIC":
    case "TANH": {
      const activation = ACTIVATIONS[operator.operator];
      const layer: IntegerActivation = {
        kind: "activation",
        name: spelling.label(operator),
        input,
        output,
        activation,
      };
      return layer;
    }
    case "SOFTMAX":
      return softmaxOf(operator, spelling, input, output);
    case "RESHAPE":
      return windowOf(operator, spelling, input, output);
    default:
      return undefined;
  }
}

function softmaxOf(
  operator: TfliteOperator,
  spelling: Spelling,
  input: IntegerEdge,
  output: IntegerEdge,
): IntegerSoftmax {
  return {
    kind: "softmax",
    name: spelling.label(operator),
    size: spelling.output(operator).shape.at(-1) ?? 1,
    beta: operator.options?.float32(SOFTMAX_BETA) ?? 0,
    input,
    output,
  };
}

/** A sequence laid out as one vector: what a layer behind it reads of the last steps. */
function windowOf(
  operator: TfliteOperator,
  spelling: Spelling,
  input: IntegerEdge,
  output: IntegerEdge,
): IntegerWindow | undefined {
  const from = spelling.input(operator, 0);
  const inputSize = from.shape.at(-1) ?? 1;
  const all = elementCount(from, spelling.file);
  if (spelling.output(operator).shape.at(-1) !== all || inputSize === 0) return undefined;
  const steps = all / inputSize;
  return { kind: "window", name: spelling.label(operator), inputSize, steps, input, output };
}

/** Integers of a bias, zeros for one that is left out. */
function biasOf(operator: TfliteOperator, spelling: Spelling, at: number, length: number) {
  const tensor = spelling.graph.tensors[operator.inputs[at] ?? -1];
  return tensor ? rawValues(tensor, spelling.file) : new Float64Array(length);
}

function denseOf(
  operator: TfliteOperator,
  spelling: Spelling,
  input: IntegerEdge,
  output: IntegerEdge,
): IntegerDense | undefined {
  const { graph, file } = spelling;
  const fused = FUSED[(operator.options?.int8(FUSED_OPTION) ?? 0) as keyof typeof FUSED];
  const weights = spelling.input(operator, 1);
  const size = spelling.input(operator, 0).shape.at(-1);
  if (!fused || weights.type !== "int8" || !weights.data || weights.shape[1] !== size) {
    return undefined;
  }
  return {
    kind: "dense",
    name: spelling.label(operator),
    input,
    output,
    weights: integerMatrix(weights, file),
    bias: biasOf(operator, spelling, 2, weights.shape[0] ?? 0),
    wideBias: (graph.tensors[operator.inputs[2] ?? -1]?.type ?? "int64") === "int64",
    fused,
  };
}

function lstmOf(
  operator: TfliteOperator,
  spelling: Spelling,
  input: IntegerEdge,
  made: IntegerEdge,
): IntegerLstm | undefined {
  const { file } = spelling;
  const hidden = spelling.input(operator, LSTM_INPUT.hiddenState);
  const state = edgeOf(hidden, file);
  const cellEdge = edgeOf(spelling.input(operator, LSTM_INPUT.cellState), file);
  if (!state || cellEdge?.type !== "int16") return undefined;
  const of = (first: number, gate: (typeof GATES)[number]) =>
    spelling.input(operator, first + gatePosition(gate));
  const matrices = [LSTM_INPUT.inputWeights, LSTM_INPUT.recurrentWeights].flatMap((first) =>
    GATES.map((gate) => of(first, gate)),
  );
  if (matrices.some(({ type }) => type !== "int8")) return undefined;
  const label = spelling.label(operator);
  if (state.type !== input.type || made.type !== input.type) {
    throw tfliteGraphError(file, label, "its input, state and output are of different types");
  }
  return {
    kind: "lstm",
    name: label,
    input,
    output: state,
    gates: GATES.map(
      (gate): IntegerGate => ({
        inputWeights: integerMatrix(of(LSTM_INPUT.inputWeights, gate), file),
        recurrentWeights: integerMatrix(of(LSTM_INPUT.recurrentWeights, gate), file),
        bias: biasOf(
          operator,
          spelling,
          LSTM_INPUT.bias + gatePosition(gate),
          hidden.shape.at(-1) ?? 0,
        ),
      }),
    ),
    cellScale: cellEdge.scale,
    cellClip: operator.options?.float32(LSTM_OPTION.cellClip) ?? 0,
  };
}
