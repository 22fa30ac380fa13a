import { describe, expect, test } from "vitest";
import type { SoftmaxLayer } from "../../codegen/model/types.ts";
import { FLOAT32 } from "../../codegen/quantize/float32-model.ts";
import { powerOf as floatPowerOf, shares } from "../../codegen/quantize/float32-softmax.ts";
import {
  FORMAT_FACTS,
  INTEGER_FORMATS,
  type IntegerFormat,
} from "../../codegen/quantize/params.ts";
import { quantizeSoftmax, softmaxTwin } from "../../codegen/quantize/softmax.ts";
import {
  prepareSoftmax,
  softmaxTwin as tfliteTwin,
} from "../../codegen/quantize/tflite/softmax.ts";
import { createRandom } from "../random-model.ts";

function layer(size: number): SoftmaxLayer {
  return { kind: "softmax", name: "s", input: "x", output: "y", inputSize: size, outputSize: size };
}

/** The definition in float64. */
function real(x: readonly number[]): readonly number[] {
  const largest = Math.max(...x);
  const powers = x.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function quantized(size: number, scale: number, format: IntegerFormat) {
  const type = FORMAT_FACTS[format].activationType;
  return quantizeSoftmax(layer(size), { type, scale, zeroPoint: 0 }, format);
}

describe.each(INTEGER_FORMATS)("%s", (format) => {
  const isByte = FORMAT_FACTS[format].activationType === "int8";
  const [one, zero, greatest] = isByte ? [256, -128, 127] : [32768, 0, 32767];
  const answer = (x: readonly number[], scale: number) =>
    softmaxTwin(quantized(x.length, scale, format), format).step(Int16Array.from(x));

  test("one value has everything, which saturates", () => {
    expect([...answer([-5], 0.1)]).toEqual([greatest]);
  });

  test("equal values share alike, whatever they are", () => {
    for (const x of [-100, 0, 77]) {
      expect([...answer([x, x, x, x], 0.3)]).toEqual(new Array(4).fill(one / 4 + zero));
    }
  });

  test("a value ln 2 above another has twice its share: 1/3 and 2/3", () => {
    const y = answer([10, 11], Math.LN2);
    expect(y[0]).toBe(Math.round(one / 3) + zero);
    expect(y[1]).toBe(Math.round((2 * one) / 3) + zero);
  });

  test("what lies far below counts as 0; so fine a step that nothing differs", () => {
    expect([...answer([-128, 127, 127], 100)]).toEqual([zero, one / 2 + zero, one / 2 + zero]);
    expect([...answer([-128, 127], 1e-30)]).toEqual([one / 2 + zero, one / 2 + zero]);
  });

  test("random vectors: half a step from float64, and what 22 fraction bits of a power leave", () => {
    const random = createRandom(3);
    const { activationMagnitude } = FORMAT_FACTS[format];
    for (let round = 0; round < 300; round++) {
      const size = random.pick([1, 2, 3, 10, 17, 300]);
      const scale = 2 ** random.uniform(isByte ? -8 : -16, 1);
      const x = Array.from({ length: size }, () =>
        random.integer(-activationMagnitude, activationMagnitude - 1),
      );
      const y = answer(x, scale);
      // Each power errs by half of 2^-22 and 2e-6 of itself; their sum is at least 1.
      const bound = 0.5 + one * (size * 2 ** -23 + 3e-6);
      real(x.map((q) => q * scale)).forEach((share, k) => {
        const expected = Math.min(share * one + zero, greatest);
        expect(Math.abs((y[k] as number) - expected)).toBeLessThanOrEqual(bound);
      });
    }
  });
});

describe("float32", () => {
  test("powers of e within 2e-7 of themselves, 0 below 2^-40", () => {
    for (let difference = 0; difference < 40; difference += 0.0371) {
      const given = Math.fround(difference);
      const expected = Math.exp(-given);
      if (expected >= 2 ** -40) {
        expect(Math.abs(floatPowerOf(given) / expected - 1)).toBeLessThan(2e-7);
      } else expect(floatPowerOf(given)).toBeLessThan(2 ** -39.99);
    }
    expect([0, 28, 1e30, Infinity].map(floatPowerOf)).toEqual([1, 0, 0, 0]);
  });

  test("shares within 1e-6 of float64, whatever the values reach", () => {
    const random = createRandom(9);
    for (let round = 0; round < 200; round++) {
      const size = random.pick([1, 2, 10, 300]);
      const reach = 2 ** random.uniform(-20, 60);
      const x = Float32Array.from({ length: size }, () => random.uniform(-reach, reach));
      const y = new Float32Array(size);
      shares({ kind: "softmax", name: "s", size, output: FLOAT32 }, x, y);
      real([...x]).forEach((share, k) => {
        expect(Math.abs((y[k] as number) - share)).toBeLessThan(1e-6);
      });
    }
  });
});

describe("TFLite's", () => {
  const output = { type: "int8", scale: 1 / 256, zeroPoint: -128 } as const;
  const answer = (x: readonly number[], scale: number, beta = 1) => {
    const input = { type: "int8", scale, zeroPoint: 0 } as const;
    const softmax = { kind: "softmax", name: "s", size: x.length, beta, input, output } as const;
    return [...tfliteTwin(prepareSoftmax(softmax)).step(Int16Array.from(x))];
  };

  test("shares by hand", () => {
    expect(answer([3, 3, 3, 3], 0.1)).toEqual([-64, -64, -64, -64]);
    expect(answer([9], 0.1)).toEqual([127]);
    // 85.3 and 170.7 of 256.
    expect(answer([10, 11], Math.LN2)).toEqual([-43, 43]);
    expect(answer([10, 11], 1, Math.LN2)).toEqual([-43, 43]);
  });

  test("differences beyond 31 count as 0", () => {
    expect(answer([-128, 127, 127], 1)).toEqual([-128, 0, 0]);
  });
});
