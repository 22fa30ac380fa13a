/**
 * Decides softmax in single precision: its bits as the C computes them.
 * Running it among other layers is left to reference-float32.ts.
 *
 * With d = largest - x >= 0, e^-d is 2^-n times e^-r, |r| <= ln(2) / 2, by Taylor's polynomial of degree 7. Below 2^-40 it
 * is 0, as everything is.
 */
import { settle } from "./float32-arithmetic.ts";
import type { Quantization } from "./params.ts";

export interface FloatSoftmax {
  readonly kind: "softmax";
  readonly name: string;
  readonly size: number;
  readonly output: Quantization;
}

const { fround } = Math;

/** From here on e^-d is below 2^-40; no product of a d below it overflows. */
export const LARGEST_DIFFERENCE = 28;
export const LOG2E = fround(Math.LOG2E);
/** ln 2 as two singles, the first with few bits: its multiples up to 40 are exact. */
export const LN2_HIGH = 0.693359375;
export const LN2_LOW = fround(Math.LN2 - LN2_HIGH);
/** Of e^-r, highest power first: -1/7!, 1/6!, ..., -1, 1. */
export const SERIES: readonly number[] = [5040, 720, 120, 24, 6, 2, 1, 1].map((factorial, i) =>
  fround((i % 2 === 0 ? -1 : 1) / factorial),
);
/** Adding and subtracting it rounds a float32 below 2^22 to the nearest integer, halves to even. */
export const ROUNDER = 1.5 * 2 ** 23;

/** e^-difference within 2e-7 of it; difference >= 0. */
export function powerOf(difference: number): number {
  if (!(difference < LARGEST_DIFFERENCE)) return 0;
  const n = fround(fround(fround(difference * LOG2E) + ROUNDER) - ROUNDER);
  const r = fround(fround(difference - fround(n * LN2_HIGH)) - fround(n * LN2_LOW));
  const power = SERIES.reduce((sum, coefficient) => fround(fround(sum * r) + coefficient));
  // A power of two, which changes no bit of it.
  return settle(power * 2 ** -n);
}

/** Of a layer's values, into an array of its own. */
export function shares({ size }: FloatSoftmax, input: Float32Array, output: Float32Array): void {
  const values = input.subarray(0, size);
  const largest = values.reduce((most, x) => (x > most ? x : most));
  let sum = 0;
  values.forEach((x, k) => {
    const power = powerOf(fround(largest - x));
    output[k] = power;
    sum = fround(sum + power);
  });
  for (let k = 0; k < size; k++) output[k] = settle(fround((output[k] as number) / sum));
}
