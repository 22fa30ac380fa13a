/**
 * Decides every scale of a model in one of the project's own formats, and makes it integer.
 * How far its tensors reach comes from calibrate.ts; the rows' own scales from weights.ts.
 */
import type { RecurrentModel } from "../model/types.ts";
import type { CalibratedPeaks, Calibration } from "./calibrate.ts";
import { quantizeLayerNorm } from "./layer-norm.ts";
import { type DenseOperator, type Operator, operatorsOf } from "./operators.ts";
import {
  FORMAT_FACTS,
  type IntegerFormat,
  PREACTIVATION_FRACTION_BITS,
  type Quantization,
} from "./params.ts";
import { quantizeGru } from "./quantize-gru.ts";
import { quantizeLstm } from "./quantize-lstm.ts";
import type { QuantizedDense, QuantizedLayer, QuantizedModel } from "./quantized-model.ts";
import { quantizeSoftmax } from "./softmax.ts";
import { largestColumn, quantizeRows, type RealRows } from "./weights.ts";

/** Real value of a step of a pre-activation in Q3.12. */
const PREACTIVATION_STEP = 2 ** -PREACTIVATION_FRACTION_BITS;

function peakScale(peak: number, format: IntegerFormat): number {
  return (peak > 0 ? peak : 1) / FORMAT_FACTS[format].activationMax;
}

/** sigmoid and tanh have fixed ranges; a linear result or relu takes its scale from calibration. */
function denseOutput(
  operator: DenseOperator,
  peak: number,
  linear: RealRows,
  format: IntegerFormat,
): Quantization {
  const { activationType: type, hiddenScale, multiplierBits, weightMax } = FORMAT_FACTS[format];
  if (operator.activation === "tanh") return { type, scale: hiddenScale, zeroPoint: 0 };
  if (operator.activation === "sigmoid") {
    return type === "int8"
      ? { type, scale: 1 / 256, zeroPoint: -128 }
      : { type, scale: hiddenScale, zeroPoint: 0 };
  }
  // Outputs far smaller than the weights could make them need a multiplier above 2^31: give up output steps instead.
  let scale = peakScale(peak, format);
  for (let row = 0; row < linear.rows; row++) {
    scale = Math.max(
      scale,
      (2 * (largestColumn(linear, row) / weightMax)) / 2 ** (31 - multiplierBits),
    );
  }
  return { type, scale, zeroPoint: 0 };
}

function quantizeDense(
  operator: DenseOperator,
  input: Quantization,
  peak: number,
  format: IntegerFormat,
): QuantizedDense {
  const { name, inputSize, outputSize, weights, bias } = operator.layer;
  const real: RealRows = {
    name,
    rows: outputSize,
    columns: inputSize,
    segments: [inputSize],
    weights: weights.values,
    bias,
    columnScales: new Float64Array(inputSize).fill(input.scale),
    columnZeroPoints: new Int16Array(inputSize).fill(input.zeroPoint),
    resultStep: PREACTIVATION_STEP,
  };
  const output = denseOutput(operator, peak, real, format);
  const byTable = operator.activation === "sigmoid" || operator.activation === "tanh";
  const resultStep = byTable ? PREACTIVATION_STEP : output.scale;
  return {
    kind: "dense",
    name,
    inputSize,
    outputSize,
    matrix: quantizeRows({ ...real, resultStep }, format),
    activation: operator.activation,
    output,
  };
}

function quantizeOperator(
  operator: Operator,
  input: Quantization,
  peaks: Pick<CalibratedPeaks, "peak" | "half">,
  format: IntegerFormat,
  halves: boolean,
): QuantizedLayer {
  const { peak } = peaks;
  switch (operator.kind) {
    case "lstm":
      return quantizeLstm(operator.layer, input, peaks, format, halves);
    case "gru":
      return quantizeGru(operator.layer, input, peak, format);
    case "dense":
      return quantizeDense(operator, input, peak, format);
    case "layer-norm":
      return quantizeLayerNorm(operator.layer, input, peak, format);
    case "softmax":
      return quantizeSoftmax(operator.layer, input, format);
    case "window": {
      const { name, inputSize } = operator.layer;
      return { kind: "window", name, inputSize, taps: operator.taps, output: input };
    }
  }
}

/**
 * The model in integers.
 * @param halves the rows of every LSTM in halves, whether or not one scale would serve both
 * @param fourBits of int8: layers whose weights have 4 bits, by name
 * @throws PlanError TP-PLAN-010 for layers that cannot be generated, TP-PLAN-011 for rows that cannot be held
 */
export function quantizeModel(
  model: RecurrentModel,
  calibration: Calibration,
  format: IntegerFormat,
  {
    halves = false,
    fourBits = [],
  }: { readonly halves?: boolean; readonly fourBits?: readonly string[] } = {},
): QuantizedModel {
  const input: Quantization = {
    type: FORMAT_FACTS[format].activationType,
    scale: peakScale(calibration.inputPeak, format),
    zeroPoint: 0,
  };
  let edge = input;
  const layers: QuantizedLayer[] = [];
  operatorsOf(model).forEach((operator, index) => {
    const peaks = calibration.peaks[index] ?? { peak: 0 };
    const own = fourBits.includes(operator.layer.name) ? "int4" : format;
    const layer = quantizeOperator(operator, edge, peaks, own, halves);
    layers.push(layer);
    edge = layer.output;
  });
  return {
    name: model.name,
    sourceDigest: model.source.digest,
    format,
    inputSize: model.inputSize,
    outputSize: model.outputSize,
    input,
    output: edge,
    layers,
    ...(fourBits.length > 0 ? { fourBits } : {}),
  };
}
