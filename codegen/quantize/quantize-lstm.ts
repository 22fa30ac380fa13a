/**
 * Decides the integers of an LSTM, and whether its rows have one accumulator over [x; h] or one for each half.
 * The rows' own scales are left to weights.ts, the arithmetic between them to reference-int8.ts; why there are both
 * forms stands in docs/decisions/2026-11-21-one-accumulator.md.
 */
import type { LstmLayer, Matrix } from "../model/types.ts";
import type { CalibratedPeaks } from "./calibrate.ts";
import {
  clamp,
  FORMAT_FACTS,
  type IntegerFormat,
  PREACTIVATION_FRACTION_BITS,
  type Quantization,
  roundHalfAway,
} from "./params.ts";
import type { JoinedLstmRows, LstmHalves, QuantizedLstm } from "./quantized-model.ts";
import { starvedHalf } from "./weight-steps.ts";
import { joinedRows, quantizeRows, type RealRows } from "./weights.ts";

/** Room left above the largest |cell| that calibration saw. */
const CELL_MARGIN = 1.25;

/** Fraction bits of an int16 cell state that hold peak * 1.25; at most 11, so that at least +-16 fits. */
export function cellFractionBits(peak: number): number {
  return clamp(15 - Math.ceil(Math.log2(Math.max(peak * CELL_MARGIN, 1))), 0, 11);
}

/** Room left above the largest half of a pre-activation that calibration saw. */
const HALF_MARGIN = 1.25;

/**
 * Fraction bits of int16 halves that hold peak * 1.25; at most 12, the tables' own. A half that saturates alone would
 * be wrong where the other takes it back; the sum of both may, as sigmoid and tanh hardly change beyond +-8.
 */
export function halfFractionBits(peak: number): number {
  const integerBits = Math.ceil(Math.log2(Math.max(peak * HALF_MARGIN, 1)));
  return clamp(15 - integerBits, 0, PREACTIVATION_FRACTION_BITS);
}

/** Each half over its own columns; the bias goes with the input's. */
function inHalves(
  layer: LstmLayer,
  input: Quantization,
  hidden: Quantization,
  peak: number,
  format: IntegerFormat,
): LstmHalves {
  const fractionBits = halfFractionBits(peak);
  const half = (
    part: string,
    { values, rows, cols }: Matrix,
    bias: Float64Array,
    source: Quantization,
  ): RealRows => ({
    name: `${layer.name} (${part})`,
    rows,
    columns: cols,
    segments: [cols],
    weights: values,
    bias,
    columnScales: new Float64Array(cols).fill(source.scale),
    columnZeroPoints: new Int16Array(cols).fill(source.zeroPoint),
    resultStep: 2 ** -fractionBits,
  });
  const none = new Float64Array(4 * layer.hiddenSize);
  return {
    inputHalf: quantizeRows(half("input", layer.inputWeights, layer.bias, input), format),
    hiddenHalf: quantizeRows(half("hidden", layer.recurrentWeights, none, hidden), format),
    halfFractionBits: fractionBits,
  };
}

/** One accumulator a row unless halves are asked for or its one scale would starve one (weight-steps.ts). */
function rowsOf(
  layer: LstmLayer,
  input: Quantization,
  hidden: Quantization,
  peak: number,
  format: IntegerFormat,
  halves: boolean,
): JoinedLstmRows | LstmHalves {
  const step = 2 ** -PREACTIVATION_FRACTION_BITS;
  const joined = joinedRows(layer, 4 * layer.hiddenSize, input, hidden, step);
  return !halves && starvedHalf(joined, layer.inputSize) === null
    ? { matrix: quantizeRows(joined, format) }
    : inHalves(layer, input, hidden, peak, format);
}

export function quantizeLstm(
  layer: LstmLayer,
  input: Quantization,
  { peak, half = 0 }: Pick<CalibratedPeaks, "peak" | "half">,
  format: IntegerFormat,
  halves: boolean,
): QuantizedLstm {
  const { inputSize, hiddenSize, name } = layer;
  const { hiddenScale, activationMax, activationType } = FORMAT_FACTS[format];
  const output: Quantization = { type: activationType, scale: hiddenScale, zeroPoint: 0 };
  const fractionBits = cellFractionBits(peak);
  return {
    kind: "lstm",
    name,
    inputSize,
    hiddenSize,
    ...rowsOf(layer, input, output, half, format, halves),
    cellFractionBits: fractionBits,
    initialHidden: Int16Array.from(layer.initialHidden, (h) =>
      clamp(roundHalfAway(h / hiddenScale), -activationMax - 1, activationMax),
    ),
    initialCell: Int16Array.from(layer.initialCell, (c) =>
      clamp(roundHalfAway(c * 2 ** fractionBits), -32768, 32767),
    ),
    output,
  };
}
