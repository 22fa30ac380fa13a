/**
 * Decides the integer softmax: its constants, and its bits as the C computes them.
 * Running it among other layers is left to reference-int8.ts.
 *
 * With d = largest - x >= 0, e = 2^(-d * scale * log2(e)) has 22 fraction bits and is 1 for the largest; the result is
 * e / sum of e. Whatever stands for 0 in x cancels.
 */
import type { SoftmaxLayer } from "../model/types.ts";
import type { LayerTwin } from "./chain-twin.ts";
import {
  FORMAT_FACTS,
  hasByteActivations,
  type IntegerFormat,
  type Quantization,
} from "./params.ts";
import type { QuantizedSoftmax } from "./quantized-model.ts";

/** With more values the sum, 22 fraction bits each, would leave the 34 bits that keep its inverse above 2^18. */
export const SOFTMAX_LIMIT = 4096;

/** Fraction bits of an exponent. */
const EXPONENT_BITS = 20;
/** Its high ones choose a power from the table, the other POWER_STEP_BITS are left to a parabola. */
const TABLE_BITS = 5;
const POWER_STEP_BITS = EXPONENT_BITS - TABLE_BITS;
/** Fraction bits of a power. */
const POWER_BITS = 22;
/** ln 2 in steps of 2^-16. */
const LN2_Q16 = 45426;
/** Fraction bits of e * inverse, at most 2^52: a double holds it exactly. */
export const SHARE_BITS = 52;

/** uint32 [32], 22 fraction bits: 2^(-i / 32). */
export const POWERS_OF_TWO: Uint32Array = Uint32Array.from({ length: 2 ** TABLE_BITS }, (_, i) =>
  Math.round(2 ** (POWER_BITS - i / 2 ** TABLE_BITS)),
);

export function quantizeSoftmax(
  { name, outputSize: size }: SoftmaxLayer,
  input: Quantization,
  format: IntegerFormat,
): QuantizedSoftmax {
  const { activationType: type, hiddenScale } = FORMAT_FACTS[format];
  const output =
    type === "int8" ? { scale: 1 / 256, zeroPoint: -128 } : { scale: hiddenScale, zeroPoint: 0 };
  return {
    kind: "softmax",
    name,
    size,
    ...exponentFactor(input.scale * Math.LOG2E * 2 ** EXPONENT_BITS),
    output: { type, ...output },
  };
}

/** A factor as multiplier * 2^-shift, multiplier of 31 bits; one above 2^31 ends every power but the largest's alike. */
function exponentFactor(factor: number): Pick<QuantizedSoftmax, "multiplier" | "shift"> {
  const bounded = Math.min(factor, 2 ** 31 - 1);
  const shift = Math.max(0, 30 - Math.floor(Math.log2(bounded)));
  // So small a factor makes no difference between any two values.
  if (shift > 62) return { multiplier: 0, shift: 0 };
  return { multiplier: Math.min(2 ** 31 - 1, Math.round(bounded * 2 ** shift)), shift };
}

/**
 * 2^-t in steps of 2^-22, t = difference * multiplier / 2^shift in steps of 2^-20: a power from the table, then
 * 1 - u + u^2 / 2 for e^-u, u < ln(2) / 32, within 1.7e-6.
 */
export function powerOf(
  difference: number,
  { multiplier, shift }: Pick<QuantizedSoftmax, "multiplier" | "shift">,
): number {
  const exponent = Math.floor((difference * multiplier) / 2 ** shift);
  const whole = Math.floor(exponent / 2 ** EXPONENT_BITS);
  if (whole > POWER_BITS) return 0;
  const fraction = exponent % 2 ** EXPONENT_BITS;
  const power = POWERS_OF_TWO[fraction >> POWER_STEP_BITS] as number;
  // 2^15 * 45426 < 2^31; u has 30 fraction bits.
  const u = Math.floor(((fraction % 2 ** POWER_STEP_BITS) * LN2_Q16) / 64);
  const rest = 2 ** 30 - u + Math.floor((u * u) / 2 ** 31);
  return Math.floor((power * rest + 2 ** (29 + whole)) / 2 ** (30 + whole));
}

export function softmaxTwin(layer: QuantizedSoftmax, format: IntegerFormat): LayerTwin {
  const { size, output: edge } = layer;
  const output = new Int16Array(size);
  const { bits, greatest } = resultBits(format);
  return {
    state: [],
    reset() {},
    step(input) {
      const largest = input.subarray(0, size).reduce((most, x) => Math.max(most, x));
      const powers = Array.from(input.subarray(0, size), (x) => powerOf(largest - x, layer));
      const inverse = Math.floor(2 ** SHARE_BITS / powers.reduce((sum, power) => sum + power, 0));
      powers.forEach((power, k) => {
        const share = Math.floor(
          (power * inverse + 2 ** (SHARE_BITS - 1 - bits)) / 2 ** (SHARE_BITS - bits),
        );
        output[k] = Math.min(greatest, share + edge.zeroPoint);
      });
      return output;
    },
  };
}

/** Fraction bits of a result, and the largest one: 1 itself has none. */
export function resultBits(format: IntegerFormat): {
  readonly bits: 8 | 15;
  readonly greatest: number;
} {
  return hasByteActivations(format) ? { bits: 8, greatest: 127 } : { bits: 15, greatest: 32767 };
}
