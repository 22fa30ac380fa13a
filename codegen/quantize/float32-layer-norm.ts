/**
 * Decides layer normalization in single precision: its constants, its bounds, and its bits as the C computes them.
 * Running it among other layers is left to reference-float32.ts.
 *
 * With c = x - mean the result is c / sqrt(mean of c^2 + epsilon) * gain + bias. What is below TINY counts as 0 before it
 * is multiplied, so that no product is subnormal; the root is Newton's, because not every core has one.
 */
import { PlanError } from "../errors.ts";
import type { LayerNormLayer } from "../model/types.ts";
import { settle, TINY } from "./float32-arithmetic.ts";
import type { Quantization } from "./params.ts";

export interface FloatLayerNorm {
  readonly kind: "layer-norm";
  readonly name: string;
  readonly size: number;
  /** float32, at least TINY^2: what the root is of stays within its range. */
  readonly epsilon: number;
  /** float32 [size]; each is 0 or at least TINY. */
  readonly gains: Float32Array;
  readonly biases: Float32Array;
  readonly output: Quantization;
}

/** With values up to this, 4096 squares of what they differ by from their mean stay below 2^116. */
const INPUT_LIMIT = 2 ** 51;

const { fround } = Math;

const largest = (values: Float32Array): number =>
  values.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0);

/** @throws PlanError TP-PLAN-015 when a sum of squares could overflow */
export function floatLayerNorm(
  { name, outputSize: size, scale, bias, epsilon }: LayerNormLayer,
  reach: number,
  output: Quantization,
): FloatLayerNorm {
  if (reach > INPUT_LIMIT) {
    throw new PlanError(
      "TP-PLAN-015",
      {
        what: `the squares of ${name} cannot be summed in float32`,
        why: `its inputs could reach ${reach.toExponential(1)}`,
        fix: "normalise the model's inputs or clip the weights of the layers before it",
      },
      { layer: name, largest: reach },
    );
  }
  const floats = (values: Float64Array): Float32Array =>
    Float32Array.from(values, (value) => settle(fround(value)));
  return {
    kind: "layer-norm",
    name,
    size,
    epsilon: Math.max(TINY ** 2, fround(epsilon)),
    gains: floats(scale),
    biases: floats(bias),
    output,
  };
}

/** The largest |result|: one value that differs from all others is sqrt(size) deviations away; a few bits for rounding. */
export function normReach({ size, gains, biases }: FloatLayerNorm): number {
  return Math.sqrt(size) * largest(gains) * 1.001 + largest(biases);
}

const pun = new Float32Array(1);
const bits = new Uint32Array(pun.buffer);
const NEWTON_STEPS = 3;

/**
 * 1 / sqrt(value) within 3e-7, for 2^-81 <= value < 2^117: halving the exponent comes within 3.5 % (Lomont, Fast inverse
 * square root, 2003), and three of Newton's steps more than square that each.
 */
export function inverseRootOf(value: number): number {
  pun[0] = value;
  bits[0] = 0x5f375a86 - ((bits[0] as number) >>> 1);
  let root = pun[0] as number;
  const half = fround(0.5 * value);
  for (let step = 0; step < NEWTON_STEPS; step++) {
    root = fround(root * fround(1.5 - fround(fround(half * root) * root)));
  }
  return root;
}

/** Of a layer's values, into an array of its own. */
export function normalize(
  { size, epsilon, gains, biases }: FloatLayerNorm,
  input: Float32Array,
  output: Float32Array,
): void {
  const share = fround(1 / size);
  let sum = 0;
  for (const x of input.subarray(0, size)) sum = fround(sum + x);
  const mean = fround(sum * share);
  let squares = 0;
  for (let k = 0; k < size; k++) {
    const c = settle(fround((input[k] as number) - mean));
    output[k] = c;
    squares = fround(squares + fround(c * c));
  }
  const inverse = inverseRootOf(fround(fround(squares * share) + epsilon));
  for (let k = 0; k < size; k++) {
    const deviations = settle(fround((output[k] as number) * inverse));
    output[k] = settle(fround(fround(deviations * (gains[k] as number)) + (biases[k] as number)));
  }
}
