/**
 * Decides the single-precision numbers of a model: weights scaled for the activations behind them, and bounds under
 * which no sum overflows and none is subnormal. The arithmetic on them is left to reference-float32.ts.
 */
import { PlanError } from "../errors.ts";
import type { GruLayer, LstmLayer, Matrix, RecurrentModel } from "../model/types.ts";
import { PIECES_PER_UNIT, type Products, settle } from "./float32-arithmetic.ts";
import { type FloatLayerNorm, floatLayerNorm, normReach } from "./float32-layer-norm.ts";
import type { FloatSoftmax } from "./float32-softmax.ts";
import { type ActivationName, type DenseOperator, operatorsOf } from "./operators.ts";
import { FLOAT_INPUT_LIMIT, type Quantization } from "./params.ts";
import type { QuantizedWindow } from "./quantized-model.ts";

/** Rows of a matrix-vector product: z[r] = bias[r] + sum of weights[r][k] * x[k], columns in ascending order. */
export interface FloatRows {
  readonly rows: number;
  readonly columns: number;
  /** float32 [rows, columns], row-major; each is 0 or at least TINY. */
  readonly weights: Float32Array;
  /** float32 [rows], the same. */
  readonly bias: Float32Array;
}

/**
 * Rows before a tanh make PIECES_PER_UNIT times its argument, rows before a sigmoid half of that, as sigmoid(x) is
 * 1/2 + tanh(x/2)/2: powers of two, which change no rounding.
 */
export interface FloatLstm {
  readonly kind: "lstm";
  readonly name: string;
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** [4 * hiddenSize, inputSize + hiddenSize]; row = gate * hiddenSize + unit in GATES order. */
  readonly matrix: FloatRows;
  /** float32 [hiddenSize] */
  readonly initialHidden: Float32Array;
  readonly initialCell: Float32Array;
  /** float32; the cell stays within +- this. Absent: it is not clipped. */
  readonly cellClip?: number;
  readonly output: Quantization;
}

export interface FloatGru {
  readonly kind: "gru";
  readonly name: string;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly resetAfter: boolean;
  /** [2 * hiddenSize, inputSize + hiddenSize]; row = gate * hiddenSize + unit: update, reset. */
  readonly gates: FloatRows;
  /** [hiddenSize, inputSize]; W x + b of the candidate. */
  readonly candidateInput: FloatRows;
  /** [hiddenSize, hiddenSize]; R h + rb, or R (r * h). */
  readonly candidateHidden: FloatRows;
  /** float32 [hiddenSize] */
  readonly initialHidden: Float32Array;
  readonly output: Quantization;
}

export interface FloatDense {
  readonly kind: "dense";
  readonly name: string;
  readonly inputSize: number;
  readonly outputSize: number;
  /** [outputSize, inputSize] */
  readonly matrix: FloatRows;
  readonly activation: ActivationName;
  readonly output: Quantization;
}

export type FloatLayer =
  | FloatLstm
  | FloatGru
  | FloatDense
  | FloatLayerNorm
  | FloatSoftmax
  | QuantizedWindow;

export interface Float32Model {
  readonly name: string;
  /** SHA-256 of the file the float model came from, hex. */
  readonly sourceDigest: string;
  readonly format: "float32";
  /** How rows add their products. */
  readonly products: Products;
  readonly inputSize: number;
  readonly outputSize: number;
  readonly input: Quantization;
  readonly output: Quantization;
  readonly layers: readonly FloatLayer[];
}

export const FLOAT32: Quantization = { type: "float32", scale: 1, zeroPoint: 0 };

/** Of a row before each result. */
const ROW_SCALES = {
  tanh: PIECES_PER_UNIT,
  sigmoid: PIECES_PER_UNIT / 2,
  relu: 1,
  none: 1,
} as const satisfies Readonly<Record<ActivationName, number>>;

/** No partial sum may reach this: a quarter of the largest float32, which leaves room for rounding. */
const SUM_LIMIT = 2 ** 126;

/** The nearest float32 values of real ones, scaled; tiny ones are 0. */
function floats(real: Float64Array, scale = 1): Float32Array {
  return Float32Array.from(real, (value) => settle(Math.fround(value * scale)));
}

/** One block of equally scaled rows over the columns of one or two matrices. */
interface RowsSource {
  /** For messages. */
  readonly name: string;
  readonly matrices: readonly Matrix[];
  readonly bias: Float64Array;
  /** A factor for each row. */
  readonly scale: (row: number) => number;
  /** Largest magnitude of any column. */
  readonly reach: number;
}

/** @throws PlanError TP-PLAN-015 when a sum could overflow */
function floatRows({ name, matrices, bias, scale, reach }: RowsSource): FloatRows {
  const rows = bias.length;
  const columns = matrices.reduce((sum, { cols }) => sum + cols, 0);
  const weights = new Float32Array(rows * columns);
  const biases = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let at = row * columns;
    for (const { values, cols } of matrices) {
      weights.set(floats(values.subarray(row * cols, (row + 1) * cols), scale(row)), at);
      at += cols;
    }
    biases.set(floats(bias.subarray(row, row + 1), scale(row)), row);
  }
  const matrix = { rows, columns, weights, bias: biases };
  const largest = largestSum(matrix, reach);
  if (largest < SUM_LIMIT) return matrix;
  throw new PlanError(
    "TP-PLAN-015",
    {
      what: `a row of ${name} cannot be summed in float32`,
      why: `its weights and its inputs of up to ${reach.toExponential(1)} could make ${largest.toExponential(1)}`,
      fix: "normalise the model's inputs or clip its weights",
    },
    { layer: name, largest },
  );
}

/** The largest |sum| that columns within +-reach could make of any row, partial sums included. */
function largestSum({ rows, columns, weights, bias }: FloatRows, reach: number): number {
  let largest = 0;
  for (let row = 0; row < rows; row++) {
    let sum = Math.abs(bias[row] as number);
    for (const weight of weights.subarray(row * columns, (row + 1) * columns)) {
      sum += Math.abs(weight) * reach;
    }
    largest = Math.max(largest, sum);
  }
  return largest;
}

function firstRows({ cols, values }: Matrix, from: number, rows: number): Matrix {
  return { rows, cols, values: values.subarray(from * cols, (from + rows) * cols) };
}

function floatLstm(layer: LstmLayer, reach: number, hiddenReach: number): FloatLstm {
  const { name, inputSize, hiddenSize, inputWeights, recurrentWeights, bias, cellClip } = layer;
  const candidate = (row: number): boolean => Math.floor(row / hiddenSize) === 2;
  return {
    kind: "lstm",
    name,
    inputSize,
    hiddenSize,
    matrix: floatRows({
      name,
      matrices: [inputWeights, recurrentWeights],
      bias,
      scale: (row) => (candidate(row) ? ROW_SCALES.tanh : ROW_SCALES.sigmoid),
      reach: Math.max(reach, hiddenReach),
    }),
    initialHidden: floats(layer.initialHidden),
    initialCell: floats(layer.initialCell),
    ...(cellClip === undefined ? {} : { cellClip: settle(Math.fround(cellClip)) }),
    output: FLOAT32,
  };
}

function floatGru(layer: GruLayer, reach: number, hiddenReach: number): FloatGru {
  const { name, inputSize, hiddenSize, resetAfter, bias } = layer;
  const { inputWeights, recurrentWeights, candidateRecurrentBias } = layer;
  const gates = 2 * hiddenSize;
  const candidate = { scale: () => ROW_SCALES.tanh };
  return {
    kind: "gru",
    name,
    inputSize,
    hiddenSize,
    resetAfter,
    gates: floatRows({
      name,
      matrices: [firstRows(inputWeights, 0, gates), firstRows(recurrentWeights, 0, gates)],
      bias: bias.subarray(0, gates),
      scale: () => ROW_SCALES.sigmoid,
      reach: Math.max(reach, hiddenReach),
    }),
    candidateInput: floatRows({
      ...candidate,
      name: `${name} (candidate, input)`,
      matrices: [firstRows(inputWeights, gates, hiddenSize)],
      bias: bias.subarray(gates),
      reach,
    }),
    candidateHidden: floatRows({
      ...candidate,
      name: `${name} (candidate, hidden)`,
      matrices: [firstRows(recurrentWeights, gates, hiddenSize)],
      bias: candidateRecurrentBias,
      reach: hiddenReach,
    }),
    initialHidden: floats(layer.initialHidden),
    output: FLOAT32,
  };
}

function floatDense({ layer, activation }: DenseOperator, reach: number): FloatDense {
  const { name, inputSize, outputSize, weights, bias } = layer;
  const scale = (): number => ROW_SCALES[activation];
  return {
    kind: "dense",
    name,
    inputSize,
    outputSize,
    matrix: floatRows({ name, matrices: [weights], bias, scale, reach }),
    activation,
    output: FLOAT32,
  };
}

/**
 * The model in single precision. Inputs within +-FLOAT_INPUT_LIMIT overflow no sum of it; a GRU's or LSTM's hidden
 * state is within +-1, or within its initial one.
 * @throws PlanError TP-PLAN-010 for layers that cannot be generated, TP-PLAN-015 for sums that could overflow
 */
export function toFloat32(model: RecurrentModel, products: Products = "rounded"): Float32Model {
  let reach = FLOAT_INPUT_LIMIT;
  const layers = operatorsOf(model).map((operator): FloatLayer => {
    if (operator.kind === "dense") {
      const layer = floatDense(operator, reach);
      const bounded = operator.activation === "sigmoid" || operator.activation === "tanh";
      reach = bounded ? 1 : largestSum(layer.matrix, reach);
      return layer;
    }
    if (operator.kind === "window") {
      const { name, inputSize } = operator.layer;
      return { kind: "window", name, inputSize, taps: operator.taps, output: FLOAT32 };
    }
    if (operator.kind === "layer-norm") {
      const layer = floatLayerNorm(operator.layer, reach, FLOAT32);
      reach = normReach(layer);
      return layer;
    }
    if (operator.kind === "softmax") {
      const { name, outputSize: size } = operator.layer;
      reach = 1;
      return { kind: "softmax", name, size, output: FLOAT32 };
    }
    const { initialHidden } = operator.layer;
    const hiddenReach = initialHidden.reduce((most, h) => Math.max(most, Math.abs(h)), 1);
    const layer =
      operator.kind === "lstm"
        ? floatLstm(operator.layer, reach, hiddenReach)
        : floatGru(operator.layer, reach, hiddenReach);
    reach = hiddenReach;
    return layer;
  });
  return {
    name: model.name,
    sourceDigest: model.source.digest,
    format: "float32",
    products,
    inputSize: model.inputSize,
    outputSize: model.outputSize,
    input: FLOAT32,
    output: FLOAT32,
    layers,
  };
}
