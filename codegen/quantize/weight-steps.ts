/**
 * Decides whether both halves of a recurrent layer's rows keep enough weight steps, and says where they do not.
 * One scale serves a row's input and hidden half (weights.ts): the half whose values reach less far gets the small integers.
 */
import type { QuantizedModel, QuantizedRows } from "./quantized-model.ts";

/** Of the 127 that a weight can have: with fewer, rounding a weight errs by more than 3 % of the half's largest. */
const ENOUGH_STEPS = 16;

/** The largest |weight| of columns [from, to) in the row in the middle, rows sorted by it. */
function medianPeak({ rows, columns, weights }: QuantizedRows, from: number, to: number): number {
  const peaks = Array.from({ length: rows }, (_, row) => {
    const half = weights.subarray(row * columns + from, row * columns + to);
    return half.reduce((peak, weight) => Math.max(peak, Math.abs(weight)), 0);
  });
  return peaks.sort((a, b) => a - b)[rows >> 1] as number;
}

/** One sentence a layer with a starved half. */
export function weightStepWarnings(model: QuantizedModel): readonly string[] {
  return model.layers.flatMap((layer) => {
    if (layer.kind !== "lstm" && layer.kind !== "gru") return [];
    const rows = layer.kind === "lstm" ? layer.matrix : layer.gates;
    const input = medianPeak(rows, 0, layer.inputSize);
    const hidden = medianPeak(rows, layer.inputSize, rows.columns);
    const [least, starved, other] =
      input < hidden
        ? ([input, "input", "hidden state"] as const)
        : ([hidden, "hidden state", "input"] as const);
    if (least >= ENOUGH_STEPS || least === 0) return [];
    return [
      `${layer.name}: its ${starved} gets weights of at most ${least} steps of 127 in half of the rows, because its ${other} weighs so much more; expect a large error: normalise the input, or use --format float32`,
    ];
  });
}
