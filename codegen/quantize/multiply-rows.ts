/**
 * Decides the products that every layer's twin starts from, and the rounding of a product of two Q0.15 factors.
 * What becomes of them is left to reference-int8.ts and reference-gru.ts.
 */
import { type FormatFacts, hasByteActivations, type IntegerFormat } from "./params.ts";
import type { QuantizedRows } from "./quantized-model.ts";
import { requantize, saturate8, saturate16 } from "./requantize.ts";

/** z of every row; sums stay below 2^31 by the rows' bound, so doubles hold them exactly. */
export function multiplyRows(
  matrix: QuantizedRows,
  joined: Int16Array,
  facts: FormatFacts,
  z: Int32Array,
): void {
  const { rows, columns, weights, bias, multipliers } = matrix;
  for (let row = 0; row < rows; row++) {
    let accumulator = bias[row] as number;
    const start = row * columns;
    for (let k = 0; k < columns; k++) {
      accumulator += (weights[start + k] as number) * (joined[k] as number);
    }
    z[row] = requantize(accumulator, facts.accumulatorShift, multipliers[row] as number);
  }
}

/** Q0.30 to an activation in [-1, 1): sat8((product + 2^22) >> 23) or sat16((product + 2^14) >> 15). */
export function hiddenOf(product: number, format: IntegerFormat): number {
  return hasByteActivations(format)
    ? saturate8((product + 2 ** 22) >> 23)
    : saturate16((product + 2 ** 14) >> 15);
}
