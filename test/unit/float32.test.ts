/** Single precision: the activations against float64, the twin against the oracle and by hand, bounds, layout. */
import { describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { hexadecimalFloat } from "../../codegen/emit/c-literal.ts";
import { loadModel } from "../../codegen/model/load.ts";
import { createFloatModel } from "../../codegen/model/reference-float.ts";
import type { RecurrentModel } from "../../codegen/model/types.ts";
import { generate } from "../../codegen/pipeline.ts";
import { FLOAT_COLUMNS } from "../../codegen/plan/rows/float-columns.ts";
import { FLOAT_ROWS } from "../../codegen/plan/rows/float-rows.ts";
import { noiseFrames } from "../../codegen/quantize/calibrate.ts";
import {
  fusedAdd,
  settle,
  sigmoidOf,
  TANH_PIECES,
  tanhOf,
} from "../../codegen/quantize/float32-arithmetic.ts";
import { FLOAT32, toFloat32 } from "../../codegen/quantize/float32-model.ts";
import { quantizeValues } from "../../codegen/quantize/params.ts";
import { createTwin } from "../../codegen/quantize/twin.ts";
import { MODELS_DIR } from "../../host/workflow/paths.ts";
import { createRandom, type ModelShape, randomFrames, randomModel } from "../random-model.ts";

test("a product and a sum rounded once, where doubles alone would round twice", () => {
  // (2^-12 + 1) * (2^-24 - 2^-12 + 1) = 2^-36 + 1, so the product is 2^-24 + 2^-60: just beyond half a step at 1.
  const a = 2 ** -24 * (2 ** -12 + 1);
  const b = 2 ** -24 - 2 ** -12 + 1;
  expect(Math.fround(1 + a * b)).toBe(1);
  expect(fusedAdd(1, a, b)).toBe(1 + 2 ** -23);
  expect(fusedAdd(-1, -a, b)).toBe(-1 - 2 ** -23);
  expect(fusedAdd(1 + 2 ** -22, -a, b)).toBe(1 + 2 ** -23);
  expect(fusedAdd(3, 0.5, 0.25)).toBe(3.125);
});

describe("activations", () => {
  test("tanh and sigmoid keep their stated errors over all pieces, and beyond", () => {
    let tanhError = 0;
    let sigmoidError = 0;
    for (let i = -1_200_000; i <= 1_200_000; i++) {
      const u = Math.fround(i / 8000);
      tanhError = Math.max(tanhError, Math.abs(tanhOf(u) - Math.tanh(u / 16)));
      sigmoidError = Math.max(sigmoidError, Math.abs(sigmoidOf(u) - 1 / (1 + Math.exp(-u / 8))));
    }
    expect(tanhError).toBeLessThan(2e-7);
    expect(sigmoidError).toBeLessThan(1e-7);
  });

  test("they never leave their ranges, whatever comes", () => {
    for (const u of [127, 1e3, 3e38, Infinity]) {
      expect(tanhOf(u)).toBe(1 - 2 ** -23);
      expect(tanhOf(-u)).toBe(2 ** -23 - 1);
      expect(sigmoidOf(u)).toBe(1 - 2 ** -24);
      expect(sigmoidOf(-u)).toBe(2 ** -24);
    }
    expect(tanhOf(Number.NaN)).toBe(2 ** -23 - 1);
    expect([tanhOf(0), sigmoidOf(0)]).toEqual([0, 0.5]);
  });

  test("tanh is odd, bit for bit", () => {
    for (let i = 0; i < 10_000; i++) {
      const u = Math.fround(i * 0.0131);
      expect(tanhOf(-u) + tanhOf(u)).toBe(0);
    }
  });

  test("no coefficient is subnormal, and a tiny value is 0", () => {
    for (const c of TANH_PIECES) expect(c === 0 || Math.abs(c) > 2 ** -60).toBe(true);
    expect([2 ** -40, -(2 ** -40), 2 ** -41, -(2 ** -41), -0].map(settle)).toEqual([
      2 ** -40,
      -(2 ** -40),
      0,
      0,
      0,
    ]);
  });
});

/** The largest distance of the twin from float64, over frames of unit variance. */
function distance(model: RecurrentModel, frames: readonly Float64Array[]): number {
  const twin = createTwin(toFloat32(model));
  const float = createFloatModel(model);
  let largest = 0;
  for (const frame of frames) {
    const { values } = quantizeValues(frame, FLOAT32);
    const exact = float.step(frame);
    for (const [i, value] of twin.step(values).entries()) {
      largest = Math.max(largest, Math.abs(value - (exact[i] as number)));
    }
  }
  return largest;
}

describe("the twin", () => {
  const shapes: readonly ModelShape[] = [
    { name: "lstm", inputSize: 16, lstms: [24], denses: [] },
    { name: "stack", inputSize: 8, lstms: [32, 17], denses: [{ size: 5, activation: "sigmoid" }] },
    { name: "after", inputSize: 9, lstms: [], grus: [{ size: 20, resetAfter: true }], denses: [] },
    {
      name: "before",
      inputSize: 9,
      lstms: [],
      grus: [{ size: 20, resetAfter: false }],
      denses: [],
    },
    {
      name: "denses",
      inputSize: 12,
      lstms: [],
      denses: [
        { size: 20, activation: "relu" },
        { size: 7, activation: "tanh" },
      ],
    },
  ];
  test("a convolution along time stays within 1e-5 of float64", () => {
    const convolutions = [{ size: 6, taps: 3, activation: "tanh" as const }];
    const shape = { name: "conv", inputSize: 5, lstms: [8], denses: [], convolutions };
    const random = createRandom(5);
    const model = randomModel(random, shape);
    expect(distance(model, randomFrames(random, 200, 5))).toBeLessThan(1e-5);
  });

  test("a layer normalization does, whatever its epsilon; LSTMs behind it clip their cells", () => {
    const shape = {
      name: "norm",
      inputSize: 33,
      lstms: [16, 9],
      denses: [],
      normalized: true,
      cellClip: 0.5,
    };
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const random = createRandom(seed);
      const model = randomModel(random, shape);
      expect(model.layers[1]).toMatchObject({ kind: "lstm", cellClip: 0.5 });
      expect(distance(model, randomFrames(random, 100, 33))).toBeLessThan(1e-5);
    }
  });

  test.each(shapes)("$name stays within 1e-5 of float64", (shape) => {
    for (const seed of [1, 2, 3]) {
      const random = createRandom(seed);
      const model = randomModel(random, { ...shape, initialState: seed === 3 });
      expect(distance(model, randomFrames(random, 200, shape.inputSize))).toBeLessThan(1e-5);
    }
  });

  test("the shipped model does, over 256 frames of noise", () => {
    const { model } = loadModel("hearable", { modelsDir: MODELS_DIR });
    const frames = noiseFrames(model.inputSize).sequences.flat();
    expect(distance(model, frames)).toBeLessThan(1e-5);
  });

  test("an LSTM of one unit, by hand", () => {
    const shape = { name: "one", inputSize: 1, lstms: [1], denses: [] };
    const model = randomModel(createRandom(1), shape);
    const [layer] = model.layers;
    if (layer?.kind !== "lstm") throw new Error("no LSTM");
    for (const matrix of [layer.inputWeights, layer.recurrentWeights]) matrix.values.fill(0);
    // Gates of 1/2, a candidate of tanh(1).
    layer.bias.set([0, 0, 1, 0]);
    const twin = createTwin(toFloat32(model));
    const bytes = (): number[] => [...new Float32Array(twin.readState().buffer)];
    expect(twin.step(Float32Array.of(77))[0]).toBeCloseTo(0.5 * Math.tanh(0.5 * Math.tanh(1)), 6);
    expect(bytes()[1]).toBeCloseTo(0.5 * Math.tanh(1), 6);
    twin.step(Float32Array.of(0));
    expect(bytes()[1]).toBeCloseTo(0.75 * Math.tanh(1), 6);
    twin.reset();
    expect(bytes()).toEqual([0, 0]);
  });

  test("a state that fades becomes 0 and no subnormal number", () => {
    const grus = [{ size: 1, resetAfter: true }];
    const model = randomModel(createRandom(1), {
      name: "g",
      inputSize: 1,
      lstms: [],
      grus,
      denses: [],
    });
    const [layer] = model.layers;
    if (layer?.kind !== "gru") throw new Error("no GRU");
    for (const matrix of [layer.inputWeights, layer.recurrentWeights]) matrix.values.fill(0);
    layer.bias.fill(0);
    layer.candidateRecurrentBias.fill(0);
    layer.initialHidden.fill(1);
    const twin = createTwin(toFloat32(model));
    // Half of it each step: 2^-40 is the last one.
    const states = Array.from({ length: 60 }, () => twin.step(Float32Array.of(0))[0]);
    expect(states.slice(0, 3)).toEqual([0.5, 0.25, 0.125]);
    expect(states.slice(38, 42)).toEqual([2 ** -39, 2 ** -40, 0, 0]);
  });
});

describe("numbers", () => {
  test("values beyond 2^20 are clipped, others the nearest float32", () => {
    const { values, clipped } = quantizeValues([0.1, -3e6, Infinity, 3], FLOAT32);
    expect([...values]).toEqual([0.10000000149011612, -(2 ** 20), 2 ** 20, 3]);
    expect(clipped).toBe(2);
    expect(() => quantizeValues([Number.NaN], FLOAT32)).toThrow(RangeError);
  });

  test("weights that could overflow a sum are refused", () => {
    const shape = { name: "big", inputSize: 1, lstms: [2], denses: [] };
    const model = randomModel(createRandom(1), shape);
    const [layer] = model.layers;
    if (layer?.kind !== "lstm") throw new Error("no LSTM");
    // 2^100 * 2^20 * 16 is below the limit of 2^126, 2^104 is not.
    layer.inputWeights.values[4] = 2 ** 100;
    expect(() => toFloat32(model)).not.toThrow();
    layer.inputWeights.values[4] = 2 ** 104;
    expect(() => toFloat32(model)).toThrow(/TP-PLAN-015/);
  });

  test("hexadecimal literals, by hand", () => {
    expect([0, -0, 1, -3, 0.1, 2 ** -40, 2 ** -149, 255.5].map(hexadecimalFloat)).toEqual([
      "0.0f",
      "-0.0f",
      "0x1p+0f",
      "-0x1.8p+1f",
      "0x1.99999ap-4f",
      "0x1p-40f",
      "0x0.000002p-126f",
      "0x1.ffp+7f",
    ]);
    expect(() => hexadecimalFloat(Infinity)).toThrow(RangeError);
  });
});

describe("the plan", () => {
  /** Two rows of two columns: 1 2 | 3 4, biases 5 and 6. */
  const matrix = {
    rows: 2,
    columns: 2,
    weights: Float32Array.of(1, 2, 3, 4),
    bias: Float32Array.of(5, 6),
  };
  const floats = (words: Uint32Array): number[] => [...new Float32Array(words.buffer)];

  test("sixteen rows lie side by side, column by column; padding is 0", () => {
    const rows = [1, 0, ...new Array(14).fill(null)];
    const zeros = new Array(14).fill(0);
    expect(floats(FLOAT_COLUMNS.pack(matrix, rows, [0, 1, null]))).toEqual([
      6,
      5,
      ...zeros,
      3,
      1,
      ...zeros,
      4,
      2,
      ...zeros,
      0,
      0,
      ...zeros,
    ]);
  });

  test("plain C reads row after row", () => {
    expect(floats(FLOAT_ROWS.pack(matrix, [0, 1, null, null], [0, 1]))).toEqual([
      5, 1, 2, 6, 3, 4, 0, 0, 0, 0, 0, 0,
    ]);
  });

  test("only whole layers are made", () => {
    const model = randomModel(createRandom(1), { name: "w", inputSize: 2, lstms: [3], denses: [] });
    const request = { model, board: loadBoard("qemu-m4"), calibration: null } as const;
    expect(() => generate({ ...request, format: "float32", fusion: "none" })).toThrow(
      /TP-PLAN-016[\s\S]*fix:/,
    );
  });

  test("rounding products once is part of the plan's digest", () => {
    const model = randomModel(createRandom(1), { name: "w", inputSize: 2, lstms: [3], denses: [] });
    const planFor = (id: string, format: "float32" | "int8") =>
      generate({ model, board: loadBoard(id), format, calibration: null }).stages.plan;
    expect(planFor("qemu-m7", "float32").streams).toEqual(planFor("qemu-m55", "float32").streams);
    expect(planFor("qemu-m7", "float32").digest).not.toBe(planFor("qemu-m55", "float32").digest);
  });

  test("a core without a float unit is warned of, one with it is not", () => {
    const model = randomModel(createRandom(1), { name: "w", inputSize: 2, lstms: [3], denses: [] });
    const made = (id: string) =>
      generate({ model, board: loadBoard(id), format: "float32", calibration: null });
    for (const id of ["qemu-m0", "esp32-c3-devkitm-1", "qemu-xtensa-mac16"]) {
      expect(made(id).warnings.join()).toMatch(/no float unit/);
    }
    // LX6 and LX7 have one, and no kernel of their own.
    for (const id of ["esp32dev", "esp32-s3-devkitc-1"]) {
      expect(made(id).warnings).toEqual([]);
      expect(made(id).stages.plan.schedule.variant).toBe("c11-float32");
    }
    expect(made("qemu-m4").warnings).toEqual([]);
    expect(made("qemu-m4").stages.plan.cost.weightBytes).toBe(4 * 16 * (8 + 1));
  });
});
