import { describe, expect, test } from "vitest";
import { createFloatModel } from "../../codegen/model/reference-float.ts";
import { calibrate } from "../../codegen/quantize/calibrate.ts";
import {
  dequantizeValues,
  INTEGER_FORMATS,
  type IntegerFormat,
  quantizeValues,
} from "../../codegen/quantize/params.ts";
import { quantizeModel } from "../../codegen/quantize/quantize-model.ts";
import type { QuantizedModel } from "../../codegen/quantize/quantized-model.ts";
import { lookUp, SIGMOID_TABLE, TANH_TABLE } from "../../codegen/quantize/tables.ts";
import { createTwin } from "../../codegen/quantize/twin.ts";
import { createRandom, type ModelShape, randomFrames, randomModel } from "../random-model.ts";

describe("tables", () => {
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

  // A chord of width h errs by at most h^2 / 8 * max|f''|: 1/32 wide, |f''| <= 0.097 (sigmoid) and 0.77 (tanh), plus
  // half a step for each of base, end and result; at the very top 1.0 does not fit and costs one more step.
  test.each([
    ["sigmoid", SIGMOID_TABLE, sigmoid, 0.097],
    ["tanh", TANH_TABLE, Math.tanh, 0.77],
  ] as const)(
    "%s errs by less than its chords allow, over all 65536 arguments",
    (_, table, f, curvature) => {
      const chord = ((1 / 32) ** 2 / 8) * curvature * 32768;
      const limit = chord + 1.5;
      let worst = 0;
      for (let z = -32768; z <= 32767; z++) {
        const exact = Math.min(32767, f(z / 4096) * 32768);
        worst = Math.max(worst, Math.abs(lookUp(table, z) - exact));
      }
      expect(worst).toBeLessThan(limit);
    },
  );

  test("the ends and the middle, by hand", () => {
    expect(lookUp(SIGMOID_TABLE, 0)).toBe(16384);
    expect(lookUp(TANH_TABLE, 0)).toBe(0);
    // sigmoid(-8) = 0.000335 = 10.99 / 32768; tanh(-8) = -0.99999977
    expect(lookUp(SIGMOID_TABLE, -32768)).toBe(11);
    expect(lookUp(TANH_TABLE, -32768)).toBe(-32768);
    expect(lookUp(TANH_TABLE, 32767)).toBe(32767);
  });

  test("no step goes down", () => {
    for (const table of [SIGMOID_TABLE, TANH_TABLE]) {
      let falls = 0;
      for (let z = -32768; z < 32767; z++) falls += Number(lookUp(table, z + 1) < lookUp(table, z));
      expect(falls).toBe(0);
    }
  });
});

/** One LSTM of one unit with one input; all weights as given. */
function oneUnit(weights: number[], bias: number[], multiplier: number): QuantizedModel {
  const hidden = { type: "int8", scale: 1 / 128, zeroPoint: 0 } as const;
  return {
    name: "one",
    sourceDigest: "",
    format: "int8",
    inputSize: 1,
    outputSize: 1,
    input: { type: "int8", scale: 1, zeroPoint: 0 },
    output: hidden,
    layers: [
      {
        kind: "lstm",
        name: "one",
        inputSize: 1,
        hiddenSize: 1,
        matrix: {
          rows: 4,
          columns: 2,
          weights: Int8Array.from(weights),
          bias: Int32Array.from(bias),
          multipliers: new Int32Array(4).fill(multiplier),
        },
        cellFractionBits: 11,
        initialHidden: Int16Array.of(0),
        initialCell: Int16Array.of(2048),
        output: hidden,
      },
    ],
  };
}

describe("one unit by hand", () => {
  test("zero weights: every gate is a half, the candidate zero", () => {
    const twin = createTwin(oneUnit(new Array(8).fill(0), [0, 0, 0, 0], 0));
    // c = 0.5 * 1.0 = 0.5 -> 1024; tanh(0.5) = 0.46212; h = 0.5 * 0.46212 * 128 = 29.58 -> 30
    expect([...twin.step(Int8Array.of(77))]).toEqual([30]);
    expect([...twin.readState()]).toEqual([30, 1024 & 255, 1024 >> 8]);
    // c = 0.25 -> 512; h = 0.5 * tanh(0.25) * 128 = 15.67 -> 16
    expect([...twin.step(Int8Array.of(-5))]).toEqual([16]);
    twin.reset();
    expect([...twin.step(Int8Array.of(0))]).toEqual([30]);
  });

  test("weights reach their own gate and column", () => {
    // multiplier 2^24: z = accumulator. Input 127 * 127 = 16129 = 3.94 in Q3.12 into the cell gate only.
    const weights = [0, 0, 0, 0, 127, 0, 0, 0];
    const twin = createTwin(oneUnit(weights, [0, 0, 0, 0], 2 ** 24));
    // g = tanh(3.9378) = 0.99924; c = 0.5 + 0.5 * 0.99924 = 0.99962; h = 0.5 * tanh(0.99962) * 128 = 48.73 -> 49
    expect([...twin.step(Int8Array.of(127))]).toEqual([49]);
  });

  test("halves meet behind their own multipliers, both saturated alone", () => {
    const model = oneUnit(new Array(8).fill(0), [0, 0, 0, 0], 0);
    const [layer] = model.layers;
    if (layer?.kind !== "lstm") throw new Error("no LSTM");
    const { matrix: _, ...facts } = layer as typeof layer & { matrix: unknown };
    const half = (weights: number[], bias: number[], multiplier: number) => ({
      rows: 4,
      columns: 1,
      weights: Int8Array.from(weights),
      bias: Int32Array.from(bias),
      multipliers: new Int32Array(4).fill(multiplier),
    });
    // 8 fraction bits. Input gate: 100 * 100 = 10000 saturates nothing; cell gate: 2^23 - 1 is 32767 = 127.996,
    // and -127 * h takes back 2 * 127 * h of it.
    const halves = {
      inputHalf: half([100, 0, 0, 0], [0, 0, 2 ** 23 - 1, 0], 2 ** 24),
      hiddenHalf: half([0, 0, -127, 0], [0, 0, 0, 0], 2 ** 25),
      halfFractionBits: 8,
    };
    const twin = createTwin({ ...model, layers: [{ ...facts, ...halves }] });
    // i = sigmoid(10000 / 256) = 0.99997, g = tanh(127.996) = 1: c = 0.5 + 0.99968 = 1.49968; h = 0.5 tanh c = 57.93.
    expect([...twin.step(Int8Array.of(100))]).toEqual([58]);
    // 32767 - 254 * 58 = 18035 = 70.4: g = 1 still; i = 0.5: c = 0.74984 + 0.5 = 1.24984; h = 0.5 tanh c = 54.29.
    expect([...twin.step(Int8Array.of(0))]).toEqual([54]);
    // With h = 127 instead, 32767 - 32258 = 509 = 1.988: what the sum gives and no half alone does; g = 0.96322.
    const full = createTwin({
      ...model,
      layers: [
        { ...facts, ...halves, initialHidden: Int16Array.of(127), initialCell: Int16Array.of(0) },
      ],
    });
    // c = 0.5 * 0.96322 = 0.48161; h = 0.5 * tanh(0.48161) * 128 = 28.64.
    expect([...full.step(Int8Array.of(0))]).toEqual([29]);
  });

  test("a step of another length is refused", () => {
    const twin = createTwin(oneUnit(new Array(8).fill(0), [0, 0, 0, 0], 0));
    expect(() => twin.step(new Int8Array(2))).toThrow(RangeError);
  });
});

/** Largest and mean-square |twin - float64| over frames, in real units, with the output's reach. */
function distance(shape: ModelShape, format: IntegerFormat, seed: number) {
  const random = createRandom(seed);
  const model = randomModel(random, shape);
  const frames = randomFrames(random, 60, shape.inputSize);
  const data = { source: "the frames themselves", sequences: [frames] };
  const quantized = quantizeModel(model, calibrate(model, data), format);
  const twin = createTwin(quantized);
  const float = createFloatModel(model);
  let largest = 0;
  let reach = 0;
  for (const frame of frames) {
    const expected = float.step(frame);
    const { values } = quantizeValues(frame, quantized.input);
    const actual = dequantizeValues(twin.step(values), quantized.output);
    for (let i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs((actual[i] as number) - (expected[i] as number)));
      reach = Math.max(reach, Math.abs(expected[i] as number));
    }
  }
  return largest / reach;
}

describe("against float64", () => {
  // Not a proof: an LSTM feeds its own error back. A weight errs by at most 1/254 of the largest in its row in int8 and
  // int16x8, by 1/14 of the largest in its group in int4; the formats with int8 activations add as much as int8's for each of
  // those. On contracting random networks these shares of the output's reach are the documented bounds; the worst seen here
  // are 2.3 %, 0.7 % and 10.8 %.
  const bounds = { int8: 0.03, int16x8: 0.01, int4: 0.12 } as const;
  const shapes: readonly ModelShape[] = [
    { name: "small", inputSize: 5, lstms: [7], denses: [] },
    { name: "mask", inputSize: 32, lstms: [48], denses: [{ size: 32, activation: "sigmoid" }] },
    { name: "stack", inputSize: 12, lstms: [20, 16], denses: [{ size: 9, activation: "none" }] },
    {
      name: "front",
      inputSize: 10,
      lstms: [16],
      denses: [{ size: 12, activation: "sigmoid" }],
      densesFirst: true,
    },
    {
      name: "convolved",
      inputSize: 8,
      convolutions: [
        { size: 12, taps: 3, activation: "sigmoid" },
        { size: 10, taps: 2, activation: "none" },
      ],
      lstms: [16],
      denses: [],
    },
    {
      name: "relu",
      inputSize: 16,
      lstms: [24],
      denses: [
        { size: 8, activation: "relu" },
        { size: 4, activation: "tanh" },
      ],
    },
  ];
  for (const format of INTEGER_FORMATS) {
    test.each(shapes)(`${format}, $name: within the documented bound`, (shape) => {
      for (const seed of [1, 2, 3, 4]) {
        expect(distance(shape, format, seed)).toBeLessThan(bounds[format]);
      }
    });
  }

  test("an initial state is quantized, not dropped", () => {
    const shape: ModelShape = {
      name: "m",
      inputSize: 3,
      lstms: [5],
      denses: [],
      initialState: true,
    };
    for (const format of INTEGER_FORMATS)
      expect(distance(shape, format, 9)).toBeLessThan(bounds[format]);
  });
});
