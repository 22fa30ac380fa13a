/**
 * Decides the integer weights, bias and multiplier of each row, and enforces the bound that keeps its
 * accumulator exact. Which real scales its columns and its result have is left to quantize-model.ts.
 */
import { PlanError } from "../errors.ts";
import type { Matrix } from "../model/types.ts";
import { FORMAT_FACTS, type IntegerFormat, type Quantization, roundHalfAway } from "./params.ts";
import type { QuantizedRows } from "./quantized-model.ts";
import { groupRow, groupStarts } from "./weight-groups.ts";

/** The smallest multiplier: its step is then below 0.1 % of it, and z of such a row below 2^9. */
const MULTIPLIER_MIN = 1024;

export interface RealRows {
  /** For messages. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** Sizes of the vectors that lie side by side in the columns. */
  readonly segments: readonly number[];
  /** real [rows, columns] */
  readonly weights: Float64Array;
  /** real [rows] */
  readonly bias: Float64Array;
  /** Real value of one step of the activation in each column [columns]. */
  readonly columnScales: Float64Array;
  /** Zero point of the activation in each column [columns]; folded into the bias. */
  readonly columnZeroPoints: Int16Array;
  /** Real value of one step of z: 2^-12 for Q3.12, the output's scale for a linear result. */
  readonly resultStep: number;
}

/**
 * Largest |weight * column scale| of a row, or of its columns [from, to): what one step of an activation can add, in
 * real terms.
 */
export function largestColumn(
  real: RealRows,
  row: number,
  from = 0,
  to: number = real.columns,
): number {
  let largest = 0;
  for (let k = from; k < to; k++) {
    const effect = Math.abs(
      (real.weights[row * real.columns + k] as number) * (real.columnScales[k] as number),
    );
    if (effect > largest) largest = effect;
  }
  return largest;
}

/**
 * The first rows of a recurrent layer over its joined vector [x; h].
 * @param resultStep real value of one step of z
 */
export function joinedRows(
  layer: {
    readonly name: string;
    readonly inputWeights: Matrix;
    readonly recurrentWeights: Matrix;
    readonly bias: Float64Array;
  },
  rows: number,
  input: Quantization,
  hidden: Quantization,
  resultStep: number,
): RealRows {
  const { cols: inputSize } = layer.inputWeights;
  const { cols: hiddenSize } = layer.recurrentWeights;
  const columns = inputSize + hiddenSize;
  const weights = new Float64Array(rows * columns);
  const row = ({ values, cols }: Matrix, index: number): Float64Array =>
    values.subarray(index * cols, (index + 1) * cols);
  for (let index = 0; index < rows; index++) {
    weights.set(row(layer.inputWeights, index), index * columns);
    weights.set(row(layer.recurrentWeights, index), index * columns + inputSize);
  }
  return {
    name: layer.name,
    rows,
    columns,
    segments: [inputSize, hiddenSize],
    weights,
    bias: layer.bias.subarray(0, rows),
    columnScales: new Float64Array(columns)
      .fill(input.scale, 0, inputSize)
      .fill(hidden.scale, inputSize),
    columnZeroPoints: new Int16Array(columns)
      .fill(input.zeroPoint, 0, inputSize)
      .fill(hidden.zeroPoint, inputSize),
    resultStep,
  };
}

interface QuantizedRow {
  readonly weights: QuantizedRows["weights"];
  /** Of 4-bit weights: those of the row's groups. */
  readonly scales?: Uint8Array;
  readonly bias: number;
  readonly multiplier: number;
}

/** A row's effects in its own steps, to the nearest integer. */
function byteRow(effects: Float64Array): { readonly weights: Int8Array } {
  const byte = (effect: number): number => Math.min(127, Math.max(-127, roundHalfAway(effect)));
  return { weights: Int8Array.from(effects, byte) };
}

/** One row on the scale that a multiplier means: rowScale = multiplier * resultStep / 2^multiplierBits, exactly. */
function rowAt(
  real: RealRows,
  row: number,
  format: IntegerFormat,
  multiplier: number,
): QuantizedRow {
  const { multiplierBits } = FORMAT_FACTS[format];
  const ratio = multiplier / 2 ** multiplierBits;
  const rowScale = ratio * real.resultStep;
  const effects = Float64Array.from(
    { length: real.columns },
    (_, k) =>
      ((real.weights[row * real.columns + k] as number) * (real.columnScales[k] as number)) /
      rowScale,
  );
  const rounded =
    format === "int4" ? groupRow(effects, groupStarts(real.segments)) : byteRow(effects);
  const { weights } = rounded;
  let folded = 0;
  for (let k = 0; k < real.columns; k++) {
    folded -= (weights[k] as number) * (real.columnZeroPoints[k] as number);
  }
  // The high half of the product is a floor: half a step of z, in accumulator steps, makes it round to nearest.
  const half = Math.round(0.5 / ratio);
  const bias = roundHalfAway((real.bias[row] as number) / rowScale) + half + folded;
  return { ...rounded, bias, multiplier };
}

/** The largest |accumulator| that any activations could make of a row. */
export function accumulatorBound(
  weights: QuantizedRows["weights"],
  bias: number,
  format: IntegerFormat,
): number {
  let magnitudes = 0;
  for (const weight of weights) magnitudes += Math.abs(weight);
  return magnitudes * FORMAT_FACTS[format].activationMagnitude + Math.abs(bias);
}

function quantizeRow(real: RealRows, row: number, format: IntegerFormat): QuantizedRow {
  const { multiplierBits, accumulatorLimit, weightMax } = FORMAT_FACTS[format];
  const largest = largestColumn(real, row);
  if (largest === 0 && real.bias[row] === 0) {
    return { ...rowAt(real, row, format, MULTIPLIER_MIN), bias: 0, multiplier: 0 };
  }
  let multiplier = Math.max(
    MULTIPLIER_MIN,
    Math.ceil((largest / weightMax / real.resultStep) * 2 ** multiplierBits),
  );
  while (multiplier < 2 ** 31) {
    const candidate = rowAt(real, row, format, multiplier);
    const bound = accumulatorBound(candidate.weights, candidate.bias, format);
    if (bound < accumulatorLimit) return candidate;
    multiplier = Math.ceil(multiplier * Math.max(1.001, bound / accumulatorLimit));
  }
  throw new PlanError(
    "TP-PLAN-011",
    {
      what: `row ${row} of ${real.name} cannot be held in ${format}`,
      why: `its largest weight times the input's peak, or its bias ${real.bias[row]}, is beyond what z can resolve`,
      fix: "normalise the model's inputs, clip its weights, or calibrate with representative data",
    },
    { layer: real.name, row, largest, bias: real.bias[row] },
  );
}

/**
 * Every row on its own scale, covering all its columns, so that one accumulator serves the joined vector.
 * The result satisfies sum |w| * activationMagnitude + |bias| < accumulatorLimit in every row: no partial sum,
 * in any order, leaves int32 after the shift.
 * @throws PlanError TP-PLAN-011 when a row needs a multiplier of 2^31 or more
 */
export function quantizeRows(real: RealRows, format: IntegerFormat): QuantizedRows {
  const { rows, columns } = real;
  const starts = groupStarts(real.segments);
  const isGrouped = format === "int4";
  const weights = isGrouped ? new Int16Array(rows * columns) : new Int8Array(rows * columns);
  const scales = new Uint8Array(isGrouped ? rows * starts.length : 0);
  const bias = new Int32Array(rows);
  const multipliers = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const quantized = quantizeRow(real, row, format);
    weights.set(quantized.weights, row * columns);
    if (quantized.scales) scales.set(quantized.scales, row * starts.length);
    bias[row] = quantized.bias;
    multipliers[row] = quantized.multiplier;
  }
  return {
    rows,
    columns,
    weights,
    ...(isGrouped ? { groups: { starts, scales } } : {}),
    bias,
    multipliers,
  };
}
