/** Layer normalization in single precision: its root over its whole range, by hand, the edges of what float32 holds. */
import { describe, expect, test } from "vitest";
import type { LayerNormLayer } from "../../codegen/model/types.ts";
import {
  floatLayerNorm,
  inverseRootOf,
  normalize,
  normReach,
} from "../../codegen/quantize/float32-layer-norm.ts";
import { FLOAT32 } from "../../codegen/quantize/float32-model.ts";
import { createRandom } from "../random-model.ts";

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

function normalized(norm: LayerNormLayer, x: readonly number[]): readonly number[] {
  const output = new Float32Array(x.length);
  normalize(floatLayerNorm(norm, 1, FLOAT32), Float32Array.from(x), output);
  return [...output];
}

test("the inverse root errs by less than 3e-7 over its whole range", () => {
  const random = createRandom(9);
  for (let i = 0; i < 20_000; i++) {
    const value = Math.fround(2 ** random.uniform(-81, 117));
    expect(Math.abs(inverseRootOf(value) * Math.sqrt(value) - 1)).toBeLessThan(3e-7);
  }
});

describe("values", () => {
  test("two of them, by hand: they are one deviation away", () => {
    for (const [low, high] of [
      [10, 20],
      [-(2 ** 30), 2 ** 30],
      [2 ** -30, 2 ** -29],
    ] as const) {
      const [a, b] = normalized(layer([1, 2], [0, 1], 0), [low, high]) as [number, number];
      expect(a).toBeCloseTo(-1, 5);
      expect(b).toBeCloseTo(3, 5);
    }
  });

  test("equal ones become the bias, with and without an epsilon", () => {
    for (const epsilon of [0, 1e-5]) {
      expect(normalized(layer([1, 1, 1], [0.5, -0.25, 0], epsilon), [7, 7, 7])).toEqual([
        0.5, -0.25, 0,
      ]);
    }
  });

  test("1 and -1 with an epsilon of 3, by hand: half a deviation", () => {
    const y = normalized(layer([1, 1], [0, 0], 3), [1, -1]);
    expect(y[0]).toBeCloseTo(0.5, 6);
    expect(y[1]).toBeCloseTo(-0.5, 6);
  });

  test("tiny results are 0, and no number is subnormal", () => {
    const y = normalized(layer([2 ** -40, 1], [0, 0], 2 ** 40), [2 ** -39, -(2 ** -39)]);
    expect(y).toEqual([0, 0]);
  });
});

test("one value far from all others makes the largest result", () => {
  const size = 64;
  const norm = layer(new Array(size).fill(-3), new Array(size).fill(2), 0);
  const x = new Array(size).fill(0);
  x[5] = 2 ** 20;
  const largest = Math.max(...normalized(norm, x).map(Math.abs));
  const reach = normReach(floatLayerNorm(norm, 1, FLOAT32));
  expect(largest).toBeLessThan(reach);
  // (size - 1) / size of it from the mean, sqrt(size - 1) deviations.
  expect(largest).toBeCloseTo(3 * Math.sqrt(size - 1) - 2, 4);
});

test("inputs whose squares could overflow are refused", () => {
  const norm = layer([1], [0], 0);
  expect(() => floatLayerNorm(norm, 2 ** 51, FLOAT32)).not.toThrow();
  expect(() => floatLayerNorm(norm, 2 ** 52, FLOAT32)).toThrow(/TP-PLAN-015[\s\S]*fix:/);
});
