import { describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { generate } from "../../codegen/pipeline.ts";
import { calibrate } from "../../codegen/quantize/calibrate.ts";
import { checkMovedColumns, keptSums, withDelta } from "../../codegen/quantize/delta.ts";
import { quantizeValues } from "../../codegen/quantize/params.ts";
import { quantizeModel } from "../../codegen/quantize/quantize-model.ts";
import type { QuantizedModel, QuantizedRows } from "../../codegen/quantize/quantized-model.ts";
import { skipLevel, withSkip } from "../../codegen/quantize/skip.ts";
import { createTwin, type Twin } from "../../codegen/quantize/twin.ts";
import { createRandom, type ModelShape, randomFrames, randomModel } from "../random-model.ts";

/** One row whose multiplier makes z the accumulator itself: (a << 8) * 2^24 >> 32 = a. */
const ROW: QuantizedRows = {
  rows: 1,
  columns: 2,
  weights: Int8Array.of(3, -2),
  bias: Int32Array.of(10),
  multipliers: Int32Array.of(2 ** 24),
};

function quantized(seed: number, shape: Partial<ModelShape> = {}): QuantizedModel {
  const random = createRandom(seed);
  const model = randomModel(random, {
    name: "spare",
    inputSize: 6,
    lstms: [9, 5],
    denses: [{ size: 3, activation: "sigmoid" }],
    reach: 1.7,
    ...shape,
  });
  const data = { source: "random", sequences: [randomFrames(random, 6, model.inputSize)] };
  return quantizeModel(model, calibrate(model, data), "int8");
}

function frames(seed: number, model: QuantizedModel, count: number) {
  return randomFrames(createRandom(seed), count, model.inputSize).map(
    (frame) => quantizeValues(frame, model.input).values,
  );
}

function answers(twin: Twin, inputs: ReturnType<typeof frames>): readonly (readonly number[])[] {
  return inputs.map((input) => [...twin.step(input), ...twin.readState()]);
}

describe("sums that are kept", () => {
  test("take in what moved by more than the threshold, by hand", () => {
    const kept = keptSums(ROW, 1, { input: 2, hidden: 3 });
    kept.reset();
    const z = new Int32Array(1);
    const of = (x: number, h: number): number => {
      kept.multiply(Int16Array.of(x, h), z);
      return z[0] as number;
    };
    expect(of(2, 3)).toBe(10); // neither moved by more than 2, 3
    expect(of(3, 3)).toBe(10 + 3 * 3);
    expect(of(5, 4)).toBe(10 + 3 * 3 - 2 * 4); // 5 is 2 from 3
    expect(of(6, 1)).toBe(10 + 3 * 6 - 2 * 4); // 6 is 3 from 3, 1 is 3 from 4
    expect(of(-128, 127)).toBe(10 + 3 * -128 - 2 * 127);
    expect(kept.columns).toEqual({ last: 2, moved: 5, all: 10 });
    kept.reset();
    expect(of(0, 0)).toBe(10);
  });

  test.each([1, 2, 3, 4, 5])("threshold 0 equals sums made anew, bit for bit: model %i", (seed) => {
    const model = quantized(seed, seed % 2 === 0 ? { initialState: true } : {});
    const inputs = frames(100 + seed, model, 40);
    const whole = createTwin(model);
    const kept = createTwin(withDelta(model, { input: 0, hidden: 0 }));
    const expected = answers(whole, inputs);
    expect(answers(kept, inputs)).toEqual(expected);
    whole.reset();
    kept.reset();
    expect(answers(kept, inputs)).toEqual(expected);
  });

  test("a threshold beyond every difference leaves the sums at their biases", () => {
    const model = quantized(7);
    const deaf = createTwin(withDelta(model, { input: 255, hidden: 255 }));
    const inputs = frames(8, model, 6);
    const silent = inputs.map((input) => input.map(() => 0));
    expect(answers(deaf, inputs)).toEqual(
      answers(createTwin(withDelta(model, { input: 255, hidden: 255 })), silent),
    );
    expect(answers(deaf, inputs)).not.toEqual(answers(createTwin(model), inputs));
  });

  test("thresholds that are no steps of int8, other formats and models are refused", () => {
    const model = quantized(9);
    for (const input of [-1, 256, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => withDelta(model, { input, hidden: 1 })).toThrow("TP-PLAN-030");
      expect(() => withDelta(model, { input: 1, hidden: input })).toThrow("TP-PLAN-030");
    }
    const dense = quantized(9, { lstms: [] });
    expect(() => withDelta(dense, { input: 1, hidden: 1 })).toThrow("TP-PLAN-030");
    const wide: QuantizedModel = { ...model, format: "int16x8" };
    expect(() => withDelta(wide, { input: 1, hidden: 1 })).toThrow("TP-PLAN-030");
    const narrow: QuantizedModel = { ...model, format: "int4" };
    expect(() => withDelta(narrow, { input: 1, hidden: 1 })).toThrow(/TP-PLAN-030.*4-bit weights/s);
  });
});

describe("silence", () => {
  test("its level is the largest sum whose mean does not exceed it", () => {
    // 4 values in steps of 0.5: a mean of -0.3 is a sum of -2.4 steps.
    expect(skipLevel(-0.3, 4, { type: "int8", scale: 0.5, zeroPoint: 0 })).toBe(-3);
    expect(skipLevel(1, 4, { type: "int8", scale: 0.5, zeroPoint: 0 })).toBe(8);
  });

  test("repeats the last result after so many silent frames, and leaves the state alone", () => {
    const model = quantized(11);
    const twin = createTwin(withSkip(model, { level: 0, frames: 2 }));
    const whole = createTwin(model);
    const quiet = (value: number) => Int8Array.of(value, 0, 0, 0, 0, 0);
    const loud = Int8Array.of(1, 0, 0, 0, 0, 0);
    expect(twin.step(quiet(-9))).toEqual(whole.step(quiet(-9)));
    const second = whole.step(quiet(0));
    expect(twin.step(quiet(0))).toEqual(second);
    expect(twin.step(quiet(-90))).toEqual(second); // the third in a row
    expect(twin.step(quiet(-3))).toEqual(second);
    expect(twin.readState()).toEqual(whole.readState());
    expect(twin.step(loud)).toEqual(whole.step(loud));
    expect(twin.step(quiet(-9))).toEqual(whole.step(quiet(-9))); // counted anew
    twin.reset();
    whole.reset();
    expect(twin.step(quiet(-9))).toEqual(whole.step(quiet(-9)));
    expect(twin.step(quiet(-9))).toEqual(whole.step(quiet(-9)));
  });

  test("levels beyond the input's range and odd numbers of frames are refused", () => {
    const model = quantized(12);
    for (const rule of [
      { level: Number.NaN, frames: 1 },
      { level: 1e9, frames: 1 },
      { level: 0, frames: 0 },
      { level: 0, frames: 1.5 },
      { level: 0, frames: 65_536 },
    ]) {
      expect(() => withSkip(model, rule)).toThrow("TP-PLAN-031");
    }
  });
});

describe("the plan's other options", () => {
  const model = randomModel(createRandom(20), {
    name: "spare",
    inputSize: 4,
    lstms: [4],
    denses: [],
  });
  const base = { model, board: loadBoard("qemu-m4"), format: "int8", calibration: null } as const;
  const delta = { input: 1, hidden: 1 };
  const skip = { level: 0, frames: 2 };

  test("formats, steps and fusions that leave no room for it are refused", () => {
    expect(() => generate({ ...base, format: "float32", delta })).toThrow("TP-PLAN-032");
    expect(() => generate({ ...base, format: "float32", skip })).toThrow("TP-PLAN-032");
    expect(() => generate({ ...base, steps: 2, delta })).toThrow("TP-PLAN-032");
    expect(() => generate({ ...base, fusion: "none", delta })).toThrow("TP-PLAN-032");
    expect(() => generate({ ...base, format: "int16x8", delta })).toThrow("TP-PLAN-030");
    expect(() => generate({ ...base, format: "int4", delta })).toThrow("TP-PLAN-030");
    expect(() => generate({ ...base, format: "int4", steps: 2 })).toThrow("TP-PLAN-018");
    generate({ ...base, fusion: "none", skip });
    generate({ ...base, format: "int4", skip });
    generate({ ...base, format: "int16x8", skip });
  });

  // 8 * column takes 16 bits of a list's word: column 8191 is the last. 8186 inputs and 5 units lie in 8188 and 8.
  test("a column that has no place in the list of moved ones is refused, padding included", () => {
    expect(() => checkMovedColumns("lstm", 8192)).not.toThrow();
    expect(() => checkMovedColumns("lstm", 8193)).toThrow("TP-PLAN-034");
    const shape = { name: "wide", inputSize: 8186, lstms: [5], denses: [] };
    const wide = randomModel(createRandom(20), shape);
    expect(() => generate({ ...base, model: wide, delta })).toThrow("TP-PLAN-034");
  });

  test("each has a digest of its own, and a state that holds what it needs", () => {
    const plain = generate(base);
    const kept = generate({ ...base, delta });
    const silent = generate({ ...base, skip });
    const digests = [plain, kept, silent].map(({ stages }) => stages.plan.digest);
    expect(new Set(digests).size).toBe(3);
    // 16 sums of 4 B; [x | h] once more, 4 + 4 values of 2 B.
    expect(kept.footprint.stateBytes - plain.footprint.stateBytes).toBe(16 * 4 + 8 * 2);
    // 4 values and a counter.
    expect(silent.footprint.stateBytes - plain.footprint.stateBytes).toBe(4 + 4);
  });
});
