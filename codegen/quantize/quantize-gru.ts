/**
 * Decides the integers of a GRU: its gates over [x; h] in one accumulator a row, its candidate in two halves.
 * Why the candidate has two, and the state more bits than the products read, stands in
 * docs/decisions/2026-11-21-gru-keeps-a-wide-state.md; the arithmetic between the rows is left to reference-gru.ts.
 */
import type { GruLayer, Matrix } from "../model/types.ts";
import {
  clamp,
  FORMAT_FACTS,
  type IntegerFormat,
  PREACTIVATION_FRACTION_BITS,
  type Quantization,
  roundHalfAway,
} from "./params.ts";
import type { QuantizedGru } from "./quantized-model.ts";
import { joinedRows, quantizeRows, type RealRows } from "./weights.ts";

/** Room left above the largest half of a candidate's pre-activation that calibration saw. */
const CANDIDATE_MARGIN = 1.25;

/**
 * Fraction bits of int16 halves that hold peak * 1.25; at most 12, the tables' own. A half that saturates alone would
 * be wrong where the other takes it back; the sum of both may, as tanh does not change beyond +-8.
 */
export function candidateFractionBits(peak: number): number {
  const integerBits = Math.ceil(Math.log2(Math.max(peak * CANDIDATE_MARGIN, 1)));
  return clamp(15 - integerBits, 0, PREACTIVATION_FRACTION_BITS);
}

export function quantizeGru(
  layer: GruLayer,
  input: Quantization,
  candidatePeak: number,
  format: IntegerFormat,
): QuantizedGru {
  const { inputSize, hiddenSize, name, resetAfter } = layer;
  const { hiddenScale, activationType } = FORMAT_FACTS[format];
  const output: Quantization = { type: activationType, scale: hiddenScale, zeroPoint: 0 };
  const fractionBits = candidateFractionBits(candidatePeak);
  const candidate = (
    part: string,
    { values, cols }: Matrix,
    bias: Float64Array,
    source: Quantization,
  ): RealRows => ({
    name: `${name} (candidate, ${part})`,
    rows: hiddenSize,
    columns: cols,
    segments: [cols],
    weights: values.subarray(2 * hiddenSize * cols),
    bias,
    columnScales: new Float64Array(cols).fill(source.scale),
    columnZeroPoints: new Int16Array(cols).fill(source.zeroPoint),
    resultStep: 2 ** -fractionBits,
  });
  const gates = joinedRows(layer, 2 * hiddenSize, input, output, 2 ** -PREACTIVATION_FRACTION_BITS);
  const fromInput = candidate(
    "input",
    layer.inputWeights,
    layer.bias.subarray(2 * hiddenSize),
    input,
  );
  const fromHidden = candidate(
    "hidden",
    layer.recurrentWeights,
    layer.candidateRecurrentBias,
    output,
  );
  return {
    kind: "gru",
    name,
    inputSize,
    hiddenSize,
    resetAfter,
    gates: quantizeRows(gates, format),
    candidateInput: quantizeRows(fromInput, format),
    candidateHidden: quantizeRows(fromHidden, format),
    candidateFractionBits: fractionBits,
    initialHidden: Int16Array.from(layer.initialHidden, (h) =>
      clamp(roundHalfAway(h * 32768), -32768, 32767),
    ),
    output,
  };
}
