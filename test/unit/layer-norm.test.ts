import { describe, expect, test } from "vitest";
import type { LayerNormLayer } from "../../codegen/model/types.ts";
import {
  inverseRoot,
  layerNormTwin,
  quantizeLayerNorm,
} from "../../codegen/quantize/layer-norm.ts";
import {
  FORMAT_FACTS,
  INTEGER_FORMATS,
  type IntegerFormat,
} from "../../codegen/quantize/params.ts";
import { createRandom, uniformValues } from "../random-model.ts";

function layer(scale: readonly number[], bias: readonly number[], epsilon: number): LayerNormLayer {
  const size = scale.length;
  const edge = { name: "n", input: "x", output: "y", inputSize: size, outputSize: size };
  return {
    ...edge,
    kind: "layer-norm",
    scale: Float64Array.from(scale),
    bias: Float64Array.from(bias),
    epsilon,
  };
}

/** Ba, Kiros & Hinton's formula in float64, written anew here. */
function real(x: readonly number[], { scale, bias, epsilon }: LayerNormLayer): readonly number[] {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map(
    (value, k) =>
      ((scale[k] as number) * (value - mean)) / Math.sqrt(variance + epsilon) + (bias[k] as number),
  );
}

const input = (format: IntegerFormat, scale: number) =>
  ({ type: FORMAT_FACTS[format].activationType, scale, zeroPoint: 0 }) as const;

describe("the inverse root", () => {
  test.each([
    // 2^(30 + shift) / sqrt(square): 16 is 2^30 after 13 steps of two bits, whose root is 2^15.
    [16, { inverse: 2 ** 16, shift: 1 - 13 }],
    [2 ** 30, { inverse: 2 ** 16, shift: 1 }],
    [2 ** 32, { inverse: 2 ** 16, shift: 2 }],
    // 9 * 2^28: root 3 * 2^14 = 49152, 2^31 / 49152 = 43690.67.
    [9, { inverse: 43690, shift: 1 - 14 }],
    [1, { inverse: 2 ** 16, shift: 1 - 15 }],
  ])("of %d", (square, expected) => expect(inverseRoot(square)).toEqual(expected));

  test("errs by less than 2 parts in 2^15 over its whole range", () => {
    const random = createRandom(5);
    for (let i = 0; i < 2000; i++) {
      const square = Math.floor(2 ** random.uniform(0, 53));
      const { inverse, shift } = inverseRoot(square);
      const share = inverse / (2 ** (30 + shift) / Math.sqrt(square));
      expect(Math.abs(share - 1)).toBeLessThan(2 / 2 ** 15);
    }
  });
});

describe.each(INTEGER_FORMATS)("%s", (format) => {
  test("two values by hand: they become -1 and 1, whatever their step and offset", () => {
    const norm = layer([1, 1], [0, 0], 0);
    const quantized = quantizeLayerNorm(norm, input(format, 0.25), 1, format);
    const { activationMax } = FORMAT_FACTS[format];
    for (const [low, high] of [
      [10, 20],
      [-100, 100],
      [70, 90],
    ] as const) {
      const y = layerNormTwin(quantized, format).step(Int16Array.of(low, high));
      // The root errs by up to 2 parts in 2^15; a result that is too large saturates.
      expect(Math.abs((y[0] as number) + activationMax)).toBeLessThanOrEqual(2);
      expect(Math.abs((y[1] as number) - activationMax)).toBeLessThanOrEqual(2);
    }
  });

  test("equal values become the bias", () => {
    const quantized = quantizeLayerNorm(
      layer([3, -2], [0.5, -1], 1e-12),
      input(format, 1),
      1,
      format,
    );
    const y = layerNormTwin(quantized, format).step(Int16Array.of(77, 77));
    const { scale } = quantized.output;
    expect((y[0] as number) * scale).toBeCloseTo(0.5, 1);
    expect((y[1] as number) * scale).toBeCloseTo(-1, 1);
  });

  test("random vectors: half a step and 3 parts in 2^15 from float64, the mean's last bit besides", () => {
    const random = createRandom(17);
    const { activationMagnitude } = FORMAT_FACTS[format];
    for (let round = 0; round < 300; round++) {
      const size = random.pick([1, 2, 3, 17, 64, 300]);
      const step = 2 ** random.uniform(-12, 2);
      const epsilon = random.pick([0, 1e-12, 1e-5, 0.1]);
      const norm = layer(
        [...uniformValues(random, size, 2)],
        [...uniformValues(random, size, 1)],
        epsilon,
      );
      const reach = random.pick([3, 20, activationMagnitude]);
      const x = Int16Array.from({ length: size }, () =>
        Math.max(
          -activationMagnitude,
          Math.min(activationMagnitude - 1, Math.round(random.uniform(-reach, reach))),
        ),
      );
      const expected = real(
        Array.from(x, (q) => q * step),
        norm,
      );
      if (!expected.every(Number.isFinite)) continue; // 0 / 0: all values equal and no epsilon
      const peak = Math.max(...expected.map(Math.abs));
      const quantized = quantizeLayerNorm(norm, input(format, step), peak, format);
      const y = layerNormTwin(quantized, format).step(x);
      const centred = Array.from(x, (q) => q - x.reduce((sum, value) => sum + value, 0) / size);
      const spread = Math.sqrt(
        centred.reduce((sum, c) => sum + c * c, 0) / size + epsilon / step ** 2,
      );
      const meanBit = FORMAT_FACTS[format].activationType === "int8" ? 1 / 128 : 1 / 16;
      expected.forEach((value, k) => {
        const gain = Math.abs(norm.scale[k] as number);
        const slack =
          0.51 * quantized.output.scale +
          (3 / 2 ** 15) * Math.abs(value - (norm.bias[k] as number)) +
          (2 * meanBit * gain) / spread;
        expect(Math.abs((y[k] as number) * quantized.output.scale - value)).toBeLessThanOrEqual(
          slack,
        );
      });
    }
  });
});
