/**
 * Decides whether one scale would leave both halves of a recurrent layer's rows enough weight steps: the half whose
 * values reach less far gets the small integers. Giving each half of an LSTM's rows a scale of its own is left to
 * quantize-lstm.ts; a GRU's gates have one in any case, and are warned of here.
 */
import type { RecurrentModel } from "../model/types.ts";
import { operatorsOf } from "./operators.ts";
import { PREACTIVATION_FRACTION_BITS } from "./params.ts";
import type { QuantizedModel } from "./quantized-model.ts";
import { joinedRows, largestColumn, type RealRows } from "./weights.ts";

/** Of the 127 that a weight can have: with fewer, rounding a weight errs by more than 3 % of the half's largest. */
const ENOUGH_STEPS = 16;

/** The half that has too few weight steps in at least half of the rows. */
export interface StarvedHalf {
  readonly half: "input" | "hidden state";
  /** What the row in the middle leaves it, rows sorted by it: 0..15. */
  readonly steps: number;
}

/** Steps of each half in the row in the middle; rows in which a half has no weights at all are left out. */
function medianSteps(real: RealRows, inputSize: number, half: StarvedHalf["half"]): number {
  const [from, to] = half === "input" ? [0, inputSize] : [inputSize, real.columns];
  const steps: number[] = [];
  for (let row = 0; row < real.rows; row++) {
    const own = largestColumn(real, row, from, to);
    if (own > 0) steps.push((127 * own) / largestColumn(real, row));
  }
  return steps.sort((a, b) => a - b)[steps.length >> 1] ?? 127;
}

/**
 * Judges rows over [x; h] that one scale is to serve: null where both halves have enough steps.
 * A half reaches as far as the product of its largest weight and the scale of its activations, which for the input
 * comes from calibration.
 */
export function starvedHalf(real: RealRows, inputSize: number): StarvedHalf | null {
  const input = medianSteps(real, inputSize, "input");
  const hidden = medianSteps(real, inputSize, "hidden state");
  const [half, steps] =
    input < hidden ? (["input", input] as const) : (["hidden state", hidden] as const);
  return steps >= ENOUGH_STEPS ? null : { half, steps: Math.floor(steps) };
}

/**
 * One sentence a GRU with a starved half.
 * @param quantized the same model in integers
 */
export function weightStepWarnings(
  model: RecurrentModel,
  quantized: QuantizedModel,
): readonly string[] {
  let edge = quantized.input;
  return operatorsOf(model).flatMap((operator, index) => {
    const input = edge;
    const { output } = quantized.layers[index] as QuantizedModel["layers"][number];
    edge = output;
    if (operator.kind !== "gru") return [];
    const { layer } = operator;
    const step = 2 ** -PREACTIVATION_FRACTION_BITS;
    const gates = joinedRows(layer, 2 * layer.hiddenSize, input, output, step);
    const starved = starvedHalf(gates, layer.inputSize);
    if (starved === null) return [];
    const { half, steps } = starved;
    const other = half === "input" ? "hidden state" : "input";
    return [
      `${layer.name}: its ${half} gets weights of at most ${steps} steps of 127 in half of its gates' rows, because its ${other} weighs so much more; expect a large error: normalise the input, or use --format float32`,
    ];
  });
}
