/**
 * Decides the integer layer normalization: its constants, and its bits as the C computes them.
 * Running it among other layers is left to reference-int8.ts.
 *
 * With c = x - mean and V = sum of c^2 + n * epsilon the result is c / sqrt(V) * gain + bias, gain = scale * sqrt(n):
 * |c / sqrt(V)| <= 1 whatever x is, so it has 30 fraction bits. Zero point and scale of x cancel, but for epsilon's.
 */
import type { LayerNormLayer } from "../model/types.ts";
import type { LayerTwin } from "./chain-twin.ts";
import {
  FORMAT_FACTS,
  hasByteActivations,
  type IntegerFormat,
  type Quantization,
  roundHalfAway,
} from "./params.ts";
import type { QuantizedLayerNorm } from "./quantized-model.ts";
import { multiplyHigh, saturate8, saturate16 } from "./requantize.ts";

/** With more values the sum, which has the mean's fraction bits, would not fit int32. */
export const LAYER_NORM_LIMIT = 4096;

/** Fraction bits of a result before it is rounded. */
const RESULT_BITS = 8;
/** A gain is the real one times 2^10: c / sqrt(V) has 30 fraction bits, a high half takes 32 away, 8 - 30 + 32 = 10. */
const GAIN_BITS = 10;
const LARGEST_GAIN = 2 ** 31 - 1;
const LARGEST_BIAS = 2 ** 29;
/** Keeps V exact in a double; so large an epsilon makes every result its bias. */
const LARGEST_EPSILON = 2 ** 50;

/** Fraction bits that the mean has beyond those of x: |c| < 2^15 in int8, 2^20 in int16x8. */
export function meanFractionBits(format: IntegerFormat): number {
  return hasByteActivations(format) ? 7 : 4;
}

const largest = (values: Float64Array): number =>
  values.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0);

/** @param peak the largest |output| of calibration */
export function quantizeLayerNorm(
  { name, outputSize: size, scale, bias, epsilon }: LayerNormLayer,
  input: Quantization,
  peak: number,
  format: IntegerFormat,
): QuantizedLayerNorm {
  const { activationMax, activationType: type } = FORMAT_FACTS[format];
  const reach = Math.sqrt(size) * 2 ** GAIN_BITS;
  const step = Math.max(
    (peak > 0 ? peak : 1) / activationMax,
    (largest(scale) * reach) / LARGEST_GAIN,
    (largest(bias) * 2 ** RESULT_BITS) / LARGEST_BIAS,
  );
  const unit = input.scale / 2 ** meanFractionBits(format);
  return {
    kind: "layer-norm",
    name,
    size,
    epsilon: Math.min(LARGEST_EPSILON, Math.max(1, Math.round((size * epsilon) / unit ** 2))),
    gains: Int32Array.from(scale, (value) => roundHalfAway((value * reach) / step)),
    biases: Int32Array.from(
      bias,
      (value) => roundHalfAway((value * 2 ** RESULT_BITS) / step) + 2 ** (RESULT_BITS - 1),
    ),
    output: { type, scale: step, zeroPoint: 0 },
  };
}

/** floor(sqrt(m)) of m < 2^32. */
function squareRoot(m: number): number {
  let root = 0;
  for (let bit = 2 ** 15; bit >= 1; bit /= 2) {
    if ((root + bit) ** 2 <= m) root += bit;
  }
  return root;
}

/** 2^(30 + shift) / sqrt(square) to 15 bits; square in 1 .. 2^53. */
export function inverseRoot(square: number): { readonly inverse: number; readonly shift: number } {
  let shift = 1;
  let m = square;
  for (; m >= 2 ** 32; shift++) m = Math.floor(m / 4);
  for (; m < 2 ** 30; shift--) m *= 4;
  return { inverse: Math.floor(2 ** 31 / squareRoot(m)), shift };
}

export function layerNormTwin(layer: QuantizedLayerNorm, format: IntegerFormat): LayerTwin {
  const { size, epsilon, gains, biases } = layer;
  const output = new Int16Array(size);
  const one = 2 ** meanFractionBits(format);
  const saturate = hasByteActivations(format) ? saturate8 : saturate16;
  return {
    state: [],
    reset() {},
    step(input) {
      const sum = input.reduce((total, x) => total + x, 0);
      const mean = Math.trunc((sum * one) / size);
      const centred = Array.from(input, (x) => x * one - mean);
      const { inverse, shift } = inverseRoot(centred.reduce((total, c) => total + c * c, epsilon));
      centred.forEach((c, k) => {
        const share = Math.floor((c * inverse) / 2 ** shift);
        const scaled = multiplyHigh(share, gains[k] as number) + (biases[k] as number);
        output[k] = saturate(scaled >> RESULT_BITS);
      });
      return output;
    },
  };
}
