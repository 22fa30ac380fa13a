/**
 * Imports UNIDIRECTIONAL_SEQUENCE_LSTM: float, with quantized weights, and quantized throughout.
 * Peepholes, projection, layer normalization and coupled gates are refused by name.
 */
import { GATE_ORDERS, toCanonicalGates } from "../gates.ts";
import type { IntegerGate, IntegerLayer } from "../integer-model.ts";
import { GATES, type LstmLayer, type Matrix } from "../types.ts";
import type { TfliteOperator, TfliteTensor } from "./schema.ts";
import { edgeOf, integerMatrix, rawValues, realValues } from "./tensor.ts";
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

/** Input indices; each range holds one tensor a gate, in the order GATE_ORDERS.tflite. */
const INPUT = {
  inputWeights: 1,
  recurrentWeights: 5,
  peepholes: 9,
  bias: 12,
  projection: 16,
  hiddenState: 18,
  cellState: 19,
  layerNormalization: 20,
  count: 24,
} as const;
const OPTION = { activation: 0, cellClip: 1, projectionClip: 2, timeMajor: 3 } as const;
const TANH = 4;
const GATE_COUNT = GATES.length;

/** Everything of the operator that no kernel computes, at once. */
function isPlain(context: ImportContext, operator: TfliteOperator): boolean {
  const has = (first: number, count: number): boolean =>
    Array.from({ length: count }, (_, i) => inputTensor(context, operator, first + i)).some(
      Boolean,
    );
  const before = context.unsupported.length;
  const instead = "train a plain LSTM of the same size";
  if (has(INPUT.peepholes, 3)) refuse(context, operator, "it has peepholes", instead);
  if (has(INPUT.projection, 2)) refuse(context, operator, "it has a projection", instead);
  if (has(INPUT.layerNormalization, 4)) {
    refuse(context, operator, "it normalizes its gates", instead);
  }
  if (!inputTensor(context, operator, INPUT.inputWeights)) {
    refuse(context, operator, "its input gate is coupled to its forget gate", instead);
  }
  if (operator.options?.int8(OPTION.activation) !== TANH) {
    refuse(context, operator, "its activation is not tanh", "train with the default activations");
  }
  return context.unsupported.length === before;
}

interface GateTensors {
  readonly input: TfliteTensor;
  readonly recurrent: TfliteTensor;
}

function gateTensors(
  context: ImportContext,
  operator: TfliteOperator,
  gate: number,
  inputSize: number,
  hiddenSize: number,
): GateTensors | undefined {
  const matrix = (first: number, what: string, cols: number): TfliteTensor | undefined => {
    const tensor = constantInput(context, operator, first + gate, what);
    if (
      tensor &&
      (tensor.shape.length !== 2 || tensor.shape[0] !== hiddenSize || tensor.shape[1] !== cols)
    ) {
      throw shapeError(
        context,
        operator,
        `weights "${tensor.name}" are [${tensor.shape}], not [${hiddenSize},${cols}]`,
      );
    }
    return tensor;
  };
  const input = matrix(INPUT.inputWeights, "input weights", inputSize);
  const recurrent = matrix(INPUT.recurrentWeights, "recurrent weights", hiddenSize);
  return input && recurrent && { input, recurrent };
}

/** Blocks of all gates, each row-major, as one canonical matrix. */
function joinGates(blocks: readonly Float64Array[], rows: number, cols: number): Matrix {
  const values = new Float64Array(rows * cols);
  let at = 0;
  for (const block of blocks) {
    values.set(block, at);
    at += block.length;
  }
  return { rows, cols, values: toCanonicalGates(values, "tflite") };
}

/** @returns the hidden state of every step; undefined when something was refused */
export function importLstm(operator: TfliteOperator, context: ImportContext): Steps | undefined {
  const from = stepsInput(context, operator);
  if (!isPlain(context, operator) || !from) return undefined;
  const { file } = context;
  const hidden = inputTensor(context, operator, INPUT.hiddenState);
  const cell = inputTensor(context, operator, INPUT.cellState);
  const hiddenSize = hidden?.shape.at(-1) ?? 0;
  if (!hidden || !cell || hiddenSize < 1 || cell.shape.at(-1) !== hiddenSize) {
    throw shapeError(context, operator, "its hidden and cell state are not of one size");
  }
  if (!hidden.isVariable || !cell.isVariable) {
    refuse(context, operator, "its state is no variable", "convert it as a stateful Keras layer");
    return undefined;
  }
  const tensors = GATES.map((_, gate) =>
    gateTensors(context, operator, gate, from.size, hiddenSize),
  );
  const biases = GATES.map((_, gate) =>
    biasValues(context, operator, INPUT.bias + gate, hiddenSize),
  );
  if (!tensors.every((gate) => gate !== undefined) || !biases.every((bias) => bias !== undefined)) {
    return undefined;
  }
  const rows = GATE_COUNT * hiddenSize;
  const cellClip = operator.options?.float32(OPTION.cellClip) ?? 0;
  if (!(cellClip >= 0)) throw shapeError(context, operator, `its cell is clipped at ${cellClip}`);
  const output = layerSteps(context, operator, from, hiddenSize);
  const layer: LstmLayer = {
    kind: "lstm",
    name: output.source,
    input: from.source,
    output: output.source,
    inputSize: from.size,
    outputSize: hiddenSize,
    hiddenSize,
    inputWeights: joinGates(
      tensors.map(({ input }) => realValues(input, file)),
      rows,
      from.size,
    ),
    recurrentWeights: joinGates(
      tensors.map(({ recurrent }) => realValues(recurrent, file)),
      rows,
      hiddenSize,
    ),
    bias: joinGates(biases, rows, 1).values,
    initialHidden: new Float64Array(hiddenSize),
    initialCell: new Float64Array(hiddenSize),
    ...(cellClip > 0 && Number.isFinite(cellClip) ? { cellClip } : {}),
  };
  context.layers.push(layer);
  pushInteger(
    context,
    integerLstm(context, operator, { from, output, tensors, hidden, cell, cellClip }),
  );
  return output;
}

interface IntegerParts {
  readonly from: Steps;
  readonly output: Steps;
  readonly tensors: readonly GateTensors[];
  readonly hidden: TfliteTensor;
  readonly cell: TfliteTensor;
  readonly cellClip: number;
}

/** The layer's integers; undefined where any of it is real. */
function integerLstm(
  context: ImportContext,
  operator: TfliteOperator,
  { from, output, tensors, hidden, cell, cellClip }: IntegerParts,
): IntegerLayer | undefined {
  const { file } = context;
  const state = edgeOf(hidden, file);
  const cellEdge = edgeOf(cell, file);
  if (!from.edge || !output.edge || !state || cellEdge?.type !== "int16") return undefined;
  if (tensors.some(({ input, recurrent }) => input.type !== "int8" || recurrent.type !== "int8")) {
    return undefined;
  }
  if (state.type !== from.edge.type || output.edge.type !== from.edge.type) {
    throw shapeError(context, operator, "its input, state and output are of different types");
  }
  const gates = GATES.map((gate): IntegerGate => {
    const position = (GATE_ORDERS.tflite as readonly string[]).indexOf(gate);
    const { input, recurrent } = tensors[position] as GateTensors;
    const bias = biasValues(
      context,
      operator,
      INPUT.bias + position,
      hidden.shape.at(-1) ?? 0,
      rawValues,
    );
    return {
      inputWeights: integerMatrix(input, file),
      recurrentWeights: integerMatrix(recurrent, file),
      bias: bias as Float64Array,
    };
  });
  return {
    kind: "lstm",
    name: output.source,
    input: from.edge,
    output: state,
    gates,
    cellScale: cellEdge.scale,
    cellClip,
  };
}
