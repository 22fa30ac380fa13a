import { describe, expect, test } from "vitest";
import { calibrate, noiseFrames } from "../../codegen/quantize/calibrate.ts";
import { operatorsOf } from "../../codegen/quantize/operators.ts";
import {
  dequantizeValues,
  FORMAT_FACTS,
  INTEGER_FORMATS,
  quantizeValues,
  roundHalfAway,
} from "../../codegen/quantize/params.ts";
import { cellFractionBits, halfFractionBits } from "../../codegen/quantize/quantize-lstm.ts";
import { quantizeModel } from "../../codegen/quantize/quantize-model.ts";
import { hasHalves } from "../../codegen/quantize/quantized-model.ts";
import {
  cellArgument,
  multiplyHigh,
  requantize,
  saturate8,
  saturate16,
  updateCell,
} from "../../codegen/quantize/requantize.ts";
import { weightStepWarnings } from "../../codegen/quantize/weight-steps.ts";
import {
  accumulatorBound,
  largestColumn,
  quantizeRows,
  type RealRows,
} from "../../codegen/quantize/weights.ts";
import { createRandom, randomFrames, randomModel } from "../random-model.ts";

describe("values", () => {
  test("halves round away from zero", () => {
    expect([0.5, -0.5, 1.5, -1.5, 2.4999, 0.49999999999999994].map(roundHalfAway)).toEqual([
      1, -1, 2, -2, 2, 0,
    ]);
  });

  test("int8 is symmetric without a zero point, and clipped values are counted", () => {
    const quantization = { type: "int8", scale: 0.5, zeroPoint: 0 } as const;
    const { values, clipped } = quantizeValues([0, 0.24, 0.25, -63.5, -64, 100], quantization);
    expect([...values]).toEqual([0, 0, 1, -127, -127, 127]);
    expect(clipped).toBe(2);
  });

  test("a zero point moves the range; going back is exact on the grid", () => {
    const quantization = { type: "int8", scale: 1 / 256, zeroPoint: -128 } as const;
    const real = [0, 0.5, 255 / 256];
    const { values, clipped } = quantizeValues(real, quantization);
    expect([...values]).toEqual([-128, 0, 127]);
    expect([...dequantizeValues(values, quantization)]).toEqual(real);
    expect(clipped).toBe(0);
  });

  test("infinities clip, NaN is refused", () => {
    const quantization = { type: "int16", scale: 1, zeroPoint: 0 } as const;
    expect([...quantizeValues([Infinity, -Infinity], quantization).values]).toEqual([
      32767, -32767,
    ]);
    expect(() => quantizeValues([Number.NaN], quantization)).toThrow(RangeError);
  });
});

describe("requantize", () => {
  test("the high half of a product equals that of exact integers", () => {
    const random = createRandom(3);
    const extremes = [-(2 ** 31), -(2 ** 31) + 1, -65537, -65536, -1, 0, 1, 65535, 2 ** 31 - 1];
    const integers = [
      ...extremes,
      ...Array.from({ length: 40 }, () => random.integer(-(2 ** 31), 2 ** 31 - 1)),
    ];
    for (const a of integers) {
      for (const b of integers) {
        expect(multiplyHigh(a, b)).toBe(Number((BigInt(a) * BigInt(b)) >> 32n));
      }
    }
  });

  test("by hand: 1000 * 256 * 2^24 / 2^32 = 1000; a floor below zero; saturation", () => {
    expect(requantize(1000, 8, 2 ** 24)).toBe(1000);
    expect(requantize(3, 8, 2 ** 23)).toBe(1);
    expect(requantize(-3, 8, 2 ** 23)).toBe(-2);
    expect(requantize(2 ** 22, 8, 2 ** 24)).toBe(32767);
    expect(requantize(-(2 ** 22), 8, 2 ** 24)).toBe(-32768);
    expect(requantize(2 ** 30, 0, 2 ** 10)).toBe(256);
  });

  test("saturation at both ends", () => {
    expect([-32769, -32768, 32767, 32768].map(saturate16)).toEqual([-32768, -32768, 32767, 32767]);
    expect([-129, -128, 127, 128].map(saturate8)).toEqual([-128, -128, 127, 127]);
  });

  test("cell by hand: 0.5 * 0.5 + 0.5 * 1.0 = 0.75 in Q4.11, and saturation", () => {
    // i = 0.5, f = 0.5, g = 1 - 2^-15 in Q0.15; c = 1.0 with 11 fraction bits is 2048
    expect(updateCell(16384, 16384, 32767, 1024, 11)).toBe(0.75 * 2048);
    expect(updateCell(32767, 32767, 32767, 32767, 0)).toBe(32767);
    expect(updateCell(32767, 32767, -32767, -32768, 0)).toBe(-32768);
  });

  test("the cell as an argument of tanh keeps its value or saturates", () => {
    expect(cellArgument(2048, 11)).toBe(4096);
    expect(cellArgument(-3, 8)).toBe(-48);
    expect(cellArgument(17000, 11)).toBe(32767);
    expect(cellArgument(-32768, 0)).toBe(-32768);
  });

  test("fraction bits hold 1.25 times the peak, and never exceed 11", () => {
    // 12.8 * 1.25 = 16 fits +-16 (11 bits); a little more needs 10
    expect([0, 1, 12.8, 12.81, 25.6, 1000, 1e9].map(cellFractionBits)).toEqual([
      11, 11, 11, 10, 10, 4, 0,
    ]);
  });
});

function rows(weights: number[][], bias: number[], rest: Partial<RealRows> = {}): RealRows {
  const columns = weights[0]?.length ?? 0;
  return {
    name: "rows",
    rows: weights.length,
    columns,
    segments: [columns],
    weights: Float64Array.from(weights.flat()),
    bias: Float64Array.from(bias),
    columnScales: new Float64Array(columns).fill(1 / 128),
    columnZeroPoints: new Int16Array(columns),
    resultStep: 1 / 4096,
    ...rest,
  };
}

describe("rows", () => {
  test("by hand: one row whose scale is a power of two", () => {
    // scale = 1 * (1/128) / 127 -> multiplier ceil(4096 / 128 / 127 * 2^24) = ceil(32 / 127 * 2^24) = 4227331
    const matrix = quantizeRows(rows([[1, -0.5]], [0]), "int8");
    expect([...matrix.multipliers]).toEqual([4227331]);
    expect([...matrix.weights]).toEqual([127, -63]);
    // half a step of z: 0.5 * 127 / 32 = 1.98 accumulator steps
    expect([...matrix.bias]).toEqual([2]);
  });

  test("a zero row costs nothing and gives zero", () => {
    const matrix = quantizeRows(rows([[0, 0]], [0]), "int8");
    expect([...matrix.weights, ...matrix.bias, ...matrix.multipliers]).toEqual([0, 0, 0, 0]);
  });

  test("a row with a bias alone still means its bias", () => {
    for (const format of INTEGER_FORMATS) {
      const matrix = quantizeRows(rows([[0, 0]], [-3.25]), format);
      const z = requantize(
        matrix.bias[0] as number,
        FORMAT_FACTS[format].accumulatorShift,
        matrix.multipliers[0] as number,
      );
      expect(z / 4096).toBeCloseTo(-3.25, 3);
    }
  });

  test("the zero point is taken out: an input at its zero point adds nothing", () => {
    const zeroPoints = Int16Array.of(-128, -128, 0);
    const weights = [[0.3, -0.9, 0.7]];
    const matrix = quantizeRows(rows(weights, [0.25], { columnZeroPoints: zeroPoints }), "int8");
    const sum = [-128, -128, 0].reduce((s, x, k) => s + x * (matrix.weights[k] as number), 0);
    const z = requantize((matrix.bias[0] as number) + sum, 8, matrix.multipliers[0] as number);
    expect(Math.abs(z - 0.25 * 4096)).toBeLessThanOrEqual(1);
  });

  test.each(INTEGER_FORMATS)(
    "%s: the accumulator's bound holds for extreme weights of up to 600 columns",
    (format) => {
      const { accumulatorLimit, activationMagnitude, hiddenScale } = FORMAT_FACTS[format];
      for (const columns of [1, 2, 515, 516, 517, 600]) {
        for (const bias of [0, 100, -100]) {
          for (const weight of [1e-6, 1, 8]) {
            const alternating = Array.from({ length: columns }, (_, k) =>
              k % 2 ? weight : -weight,
            );
            const real = rows([alternating], [bias], {
              columnScales: new Float64Array(columns).fill(hiddenScale),
            });
            const matrix = quantizeRows(real, format);
            const worst = [...matrix.weights].reduce((sum, w) => sum + Math.abs(w), 0);
            expect(worst * activationMagnitude + Math.abs(matrix.bias[0] as number)).toBeLessThan(
              accumulatorLimit,
            );
            expect(accumulatorBound(matrix.weights, matrix.bias[0] as number, format)).toBeLessThan(
              accumulatorLimit,
            );
          }
        }
      }
    },
  );

  test("full-scale weights keep all 127 steps up to 515 columns and fewer beyond", () => {
    const largest = (columns: number): number =>
      Math.max(...quantizeRows(rows([new Array(columns).fill(1)], [0]), "int8").weights);
    expect(largest(515)).toBe(127);
    expect(largest(600)).toBeLessThan(127);
    expect(largest(600)).toBeGreaterThan(100);
  });

  test("weights beyond what z can resolve are refused with a fix", () => {
    expect(largestColumn(rows([[1e6]], [0]), 0)).toBe(1e6 / 128);
    for (const format of INTEGER_FORMATS) {
      expect(() => quantizeRows(rows([[1e9]], [0]), format)).toThrow(/TP-PLAN-011[\s\S]*fix:/);
    }
  });
});

describe("calibration", () => {
  const model = randomModel(createRandom(5), {
    name: "m",
    inputSize: 3,
    lstms: [4],
    denses: [{ size: 2, activation: "relu" }],
  });

  test("peaks are those of the frames", () => {
    const frame = Float64Array.of(0.5, -2.5, 1);
    const found = calibrate(model, {
      source: "by hand",
      sequences: [[frame, new Float64Array(3)]],
    });
    expect(found).toMatchObject({ source: "by hand", frames: 2, inputPeak: 2.5, warnings: [] });
    expect(found.peaks.map(({ layer }) => layer)).toEqual(["lstm_0", "dense_0"]);
  });

  test("without data it is the same noise each time, of unit variance, and a warning", () => {
    const { sequences } = noiseFrames(8);
    const values = sequences.flatMap((sequence) => sequence.flatMap((frame) => [...frame]));
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
    // standard errors of 2048 values: mean 0.022, variance 0.031
    expect(Math.abs(mean)).toBeLessThan(0.09);
    expect(Math.abs(variance - 1)).toBeLessThan(0.13);
    expect(noiseFrames(8)).toEqual(noiseFrames(8));
    expect(calibrate(model, null).warnings[0]).toMatch(/no calibration data/);
  });

  test("a frame of another size, or with NaN, is refused", () => {
    for (const frame of [new Float64Array(2), Float64Array.of(0, Number.NaN, 0)]) {
      expect(() => calibrate(model, { source: "x", sequences: [[frame]] })).toThrow(RangeError);
    }
  });
});

describe("operators", () => {
  const model = randomModel(createRandom(5), {
    name: "m",
    inputSize: 3,
    lstms: [4],
    denses: [{ size: 2, activation: "sigmoid" }],
  });

  test("a dense layer takes the activation after it", () => {
    const found = operatorsOf(model).map((operator) =>
      operator.kind === "dense" ? operator.activation : operator.kind,
    );
    expect(found).toEqual(["lstm", "sigmoid"]);
  });

  test("everything that cannot be generated is named at once", () => {
    const [lstm, dense, activation] = model.layers;
    if (!lstm || !dense || !activation) throw new Error("the model has three layers");
    const broken = {
      ...model,
      layers: [lstm, { ...activation, input: lstm.output }, { ...dense, input: "elsewhere" }],
    };
    expect(() => operatorsOf(broken)).toThrow(
      /2 of 3 layers of m .*TP-PLAN-010[\s\S]*must follow a dense layer; dense "dense_0": it does not read/,
    );
    expect(() => operatorsOf({ ...model, layers: [] })).toThrow(/no layers/);
  });
});

test("a tiny linear output gives up output steps instead of failing", () => {
  const random = createRandom(11);
  const shape = {
    name: "m",
    inputSize: 4,
    lstms: [],
    denses: [{ size: 2, activation: "none" as const }],
  };
  const model = randomModel(random, shape);
  const quiet = { source: "zeros", sequences: [[new Float64Array(4).fill(1e-9)]] };
  for (const format of INTEGER_FORMATS) {
    expect(() => quantizeModel(model, calibrate(model, quiet), format)).not.toThrow();
  }
  const frames = randomFrames(random, 2, 4);
  expect(calibrate(model, { source: "x", sequences: [frames] }).peaks).toHaveLength(1);
});

describe("weight steps", () => {
  const random = createRandom(3);
  const shape = {
    name: "m",
    inputSize: 8,
    lstms: [8],
    grus: [{ size: 8, resetAfter: true }],
    denses: [],
    initialState: false,
  };
  const quantizedAt = (reach: number, first: "lstms" | "grus") => {
    const model = randomModel(random, { ...shape, grusFirst: first === "grus" });
    const sequences = [randomFrames(random, 8, 8, reach)];
    const calibration = calibrate(model, { source: "random frames", sequences });
    const quantized = quantizeModel(model, calibration, "int8");
    return { quantized, warnings: weightStepWarnings(model, quantized) };
  };

  test("are enough where input and hidden state reach as far", () => {
    for (const first of ["lstms", "grus"] as const) {
      const { quantized, warnings } = quantizedAt(1, first);
      expect(warnings).toEqual([]);
      expect(quantized.layers.map(hasHalves)).toEqual([false, false]);
    }
  });

  // Weights of both halves reach alike, so an input a hundred times as large would leave 127 / 100 steps.
  test.each([100, 0.01])(
    "an LSTM's halves part where the input reaches %d times as far",
    (reach) => {
      const { quantized, warnings } = quantizedAt(reach, "lstms");
      expect(warnings).toEqual([]);
      const [lstm] = quantized.layers;
      if (lstm?.kind !== "lstm" || !hasHalves(lstm)) throw new Error("its rows are joined");
      for (const { weights, columns } of [lstm.inputHalf, lstm.hiddenHalf]) {
        expect(columns).toBe(8);
        // Nearly each row's largest weight takes all 127 steps.
        expect(Math.max(...weights.subarray(0, 8).map(Math.abs))).toBeGreaterThan(120);
      }
    },
  );

  test("are too few for a GRU's hidden state where the input reaches a hundred times as far", () => {
    expect(quantizedAt(100, "grus").warnings).toEqual([
      expect.stringMatching(/^gru_0: its hidden state gets weights of at most [0-3] steps of 127/),
    ]);
  });

  test("are too few for a GRU's input where it reaches a hundredth as far", () => {
    expect(quantizedAt(0.01, "grus").warnings).toEqual([
      expect.stringMatching(/^gru_0: its input gets/),
    ]);
  });

  test("fraction bits hold 1.25 times the largest half", () => {
    // 6.4 * 1.25 = 8 = 2^3, just inside Q3.12; 814 * 1.25 = 1017.5 < 2^10; beyond 2^15 nothing is left.
    expect([0, 1, 6.4, 6.5, 814, 1e6].map(halfFractionBits)).toEqual([12, 12, 12, 11, 5, 0]);
  });
});
