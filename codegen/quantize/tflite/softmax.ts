/**
 * Decides int8 SOFTMAX as TFLite's reference kernel computes it, bit for bit: what it prepares, and its twin.
 * Powers and reciprocals are gemmlowp's (gemmlowp.ts).
 */
import type { IntegerSoftmax } from "../../model/integer-model.ts";
import type { LayerTwin } from "../chain-twin.ts";
import { saturate8 } from "../requantize.ts";
import { divideByPowerOfTwo, doublingHigh, scale32, scalingOf } from "./fixed-point.ts";
import { expOfNegative, reciprocal } from "./gemmlowp.ts";
import type { TfliteSoftmax } from "./layers.ts";

/** Integer bits of a scaled difference. */
const DIFFERENCE_BITS = 5;
/** Integer bits of a sum of powers. */
const SUM_BITS = 12;
/** With more values the kernel could shift a result by 32 bits, which C does not define. */
const TFLITE_SOFTMAX_LIMIT = 511;
const OUTPUT_BITS = 8;

/** Why the reference kernel, or this one, does not compute a softmax; undefined where both do. */
export function againstSoftmax({ size, beta, input, output }: IntegerSoftmax): string | undefined {
  if (input.type !== "int8") return "softmax of int16 is not computed";
  if (output.type !== "int8" || output.scale !== 2 ** -OUTPUT_BITS || output.zeroPoint !== -128) {
    return `its output has the scale ${output.scale} and the zero point ${output.zeroPoint}, not 1/256 and -128`;
  }
  if (size > TFLITE_SOFTMAX_LIMIT)
    return `it has ${size} values, more than ${TFLITE_SOFTMAX_LIMIT}`;
  return differenceFactor(beta, input.scale) > 1
    ? undefined
    : `the scale ${input.scale} of its input is below what the kernel takes`;
}

/** Of a difference, for DIFFERENCE_BITS integer bits. */
function differenceFactor(beta: number, scale: number): number {
  return Math.min(beta * scale * 2 ** (31 - DIFFERENCE_BITS), 2 ** 31 - 1);
}

/** Powers of e for each difference to the largest value that counts. */
export function prepareSoftmax({ name, size, beta, input, output }: IntegerSoftmax): TfliteSoftmax {
  const scaling = scalingOf(differenceFactor(beta, input.scale));
  const radius = Math.floor(
    ((2 ** DIFFERENCE_BITS - 1) * 2 ** (31 - DIFFERENCE_BITS)) / 2 ** scaling.shift,
  );
  return {
    kind: "softmax",
    name,
    size,
    powers: Int32Array.from({ length: Math.min(radius, 255) + 1 }, (_, difference) =>
      expOfNegative(scale32(-difference, scaling), DIFFERENCE_BITS),
    ),
    output,
  };
}

export function softmaxTwin({ size, powers }: TfliteSoftmax): LayerTwin {
  const output = new Int16Array(size);
  return {
    state: [],
    reset() {},
    step(input) {
      const largest = input.reduce((most, x) => Math.max(most, x));
      const power = (x: number): number | undefined => powers[largest - x];
      const sum = input.reduce(
        (total, x) => total + divideByPowerOfTwo(power(x) ?? 0, SUM_BITS),
        0,
      );
      const { quotient, exponent } = reciprocal(sum);
      input.forEach((x, k) => {
        const own = power(x);
        output[k] =
          own === undefined
            ? -128
            : saturate8(
                divideByPowerOfTwo(doublingHigh(quotient, own), exponent + 31 - OUTPUT_BITS) - 128,
              );
      });
      return output;
    },
  };
}
