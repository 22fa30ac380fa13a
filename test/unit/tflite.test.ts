/** TFLite files, sound and hostile, and the twin against what TFLite Micro was recorded to answer. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type ModelFileError, PlanError, ToolkitError } from "../../codegen/errors.ts";
import { importTfliteGraph } from "../../codegen/model/tflite/graph.ts";
import { readTfliteModel } from "../../codegen/model/tflite/read.ts";
import { readTflite, type TfliteFile } from "../../codegen/model/tflite/schema.ts";
import type { RecurrentModel } from "../../codegen/model/types.ts";
import { seededUniform } from "../../codegen/quantize/calibrate.ts";
import { SIGMOID_TABLE_16 } from "../../codegen/quantize/tflite/activations.ts";
import {
  divideByPowerOfTwo,
  doublingHigh,
  scale32,
  scale64,
  scalingOf,
} from "../../codegen/quantize/tflite/fixed-point.ts";
import { fixedSigmoid, fixedTanh } from "../../codegen/quantize/tflite/gemmlowp.ts";
import { prepareTflite, tfliteFormatOf } from "../../codegen/quantize/tflite/prepare.ts";
import { createTfliteTwin } from "../../codegen/quantize/tflite/reference-tflite.ts";

const VECTORS = new URL("../vectors/tflite/", import.meta.url);
const MODELS = readdirSync(VECTORS)
  .filter((file) => file.endsWith(".tflite"))
  .map((file) => file.slice(0, -".tflite".length));
const DTLN = new URL("../../../shared/models/tflm-dtln-int8/", import.meta.url);
const hasDtln = existsSync(DTLN);

interface Golden {
  readonly input: readonly number[];
  readonly expectedOutput: readonly number[];
}

function bytesOf(name: string): Uint8Array {
  // A copy that starts at the start of its buffer.
  return Uint8Array.from(readFileSync(new URL(`${name}.tflite`, VECTORS)));
}

function goldenOf(url: URL): Golden {
  return JSON.parse(readFileSync(url, "utf8"));
}

/** What the twin answers to all of a golden file's inputs, from zero state. */
function answers(model: RecurrentModel, { input }: Golden): number[] {
  const format = tfliteFormatOf(model);
  if (!format) throw new Error("the model holds no integers");
  const twin = createTfliteTwin(prepareTflite(model, format));
  const outputs: number[] = [];
  for (let at = 0; at < input.length; at += model.inputSize) {
    const step = input.slice(at, at + model.inputSize);
    outputs.push(
      ...twin.step(format === "tflite-int8" ? Int8Array.from(step) : Int16Array.from(step)),
    );
  }
  return outputs;
}

describe("the twin against TFLite Micro", () => {
  test.each(MODELS)("%s, over 200 steps of state", (name) => {
    const golden = goldenOf(new URL(`${name}.golden.json`, VECTORS));
    const model = readTfliteModel(bytesOf(name), name);
    expect(new Set(golden.expectedOutput).size).toBeGreaterThan(20);
    expect(answers(model, golden)).toEqual(golden.expectedOutput);
  });

  test.skipIf(!hasDtln)("DTLN's first part (skipped where ../shared/models is absent)", () => {
    const model = readTfliteModel(readFileSync(new URL("model.tflite", DTLN)), "model.tflite");
    const golden = goldenOf(new URL("golden.json", DTLN));
    expect(golden.expectedOutput).toHaveLength(257);
    expect(answers(model, golden)).toEqual(golden.expectedOutput);
  });

  test.skipIf(!hasDtln)("DTLN's first part over 200 frames, by what TFLite Micro hashes to", () => {
    const model = readTfliteModel(readFileSync(new URL("model.tflite", DTLN)), "model.tflite");
    const recorded = JSON.parse(readFileSync(new URL("dtln-part1.json", VECTORS), "utf8"));
    const twin = createTfliteTwin(prepareTflite(model, "tflite-int8"));
    const hash = createHash("sha256");
    const seen = new Set<number>();
    let seed = 1;
    for (let frame = 0; frame < 200; frame++) {
      const given = new Int8Array(model.inputSize).map(() => {
        seed = (seed * 48271) % 2147483647;
        return ((seed >> 8) & 255) - 128;
      });
      const answer = Int8Array.from(twin.step(given));
      for (const value of answer) seen.add(value);
      hash.update(answer);
    }
    expect(seen.size).toBeGreaterThan(20);
    expect(hash.digest("hex")).toBe(recorded["sha256 of int8"]);
  });
});

describe("what a file holds", () => {
  test("a stack of two LSTMs, a dense layer and a sigmoid", () => {
    const model = readTfliteModel(bytesOf("mask-int8"), "mask-int8.tflite");
    expect(
      model.layers.map(({ kind, inputSize, outputSize }) => [kind, inputSize, outputSize]),
    ).toEqual([
      ["lstm", 11, 8],
      ["lstm", 8, 7],
      ["dense", 7, 13],
      ["activation", 13, 13],
    ]);
    expect(model).toMatchObject({ name: "mask-int8", inputSize: 11, outputSize: 13 });
    const [first, second] = model.integer?.layers ?? [];
    expect(first).toMatchObject({
      input: { type: "int8", zeroPoint: -128 },
      output: { type: "int8", zeroPoint: 0 },
      cellScale: 2 ** -11,
      cellClip: 10,
    });
    expect(second).toMatchObject({ output: { zeroPoint: -4 }, cellScale: 2 ** -12 });
  });

  test("weights are dequantized gate by gate, a scale a row where the file has one", () => {
    const model = readTfliteModel(bytesOf("tanh-int8"), "tanh-int8.tflite");
    const file = readTflite(bytesOf("tanh-int8"), "tanh-int8.tflite");
    const last = model.layers.findLast(({ kind }) => kind === "dense");
    const tensor = file.tensors.find(({ quantization }) => (quantization?.scales.length ?? 0) > 1);
    if (last?.kind !== "dense" || !tensor?.data || !tensor.quantization)
      throw new Error("not found");
    const raw = new Int8Array(tensor.data);
    const row = 3;
    const real = raw.subarray(row * 4, row * 4 + 4);
    const scale = tensor.quantization.scales[row] as number;
    expect([...last.weights.values.subarray(row * 4, row * 4 + 4)]).toEqual(
      Array.from(real, (value) => scale * value),
    );
  });

  test("int16 activations", () => {
    const model = readTfliteModel(bytesOf("mask-int16"), "mask-int16.tflite");
    expect(tfliteFormatOf(model)).toBe("tflite-int16x8");
    expect(() => prepareTflite(model, "tflite-int8")).toThrowError(
      expect.objectContaining({ code: "TP-PLAN-014" }),
    );
  });
});

/** A sound file with some of its facts changed. */
function changed(name: string, change: (file: TfliteFile) => Partial<TfliteFile>): () => unknown {
  const file = readTflite(bytesOf(name), name);
  return () => importTfliteGraph({ ...file, ...change(file) }, name, bytesOf(name).length);
}

function refusalsOf(run: () => unknown): readonly { operator: string; why: string }[] {
  try {
    run();
  } catch (error) {
    if (error instanceof PlanError)
      return error.facts.unsupported as { operator: string; why: string }[];
    throw error;
  }
  return [];
}

describe("what is refused", () => {
  test("a state that comes back in another place is refused", () => {
    const run = changed("real/unrolled-float", ({ operators }) => ({
      // The packed hidden states in another order.
      operators: operators.map((operator) =>
        operator.operator === "PACK"
          ? { ...operator, inputs: [...operator.inputs].reverse() }
          : operator,
      ),
    }));
    expect(refusalsOf(run)).toMatchObject([
      { operator: "graph input", why: expect.stringContaining("no output returns") },
    ]);
  });

  test("variants of the LSTM, each by name, all at once", () => {
    const run = changed("lstm-int8", ({ operators }) => ({
      operators: operators.map((operator) => ({
        ...operator,
        inputs: operator.inputs.map((tensor, at) =>
          [9, 16, 20].includes(at) ? 0 : at === 1 ? -1 : tensor,
        ),
      })),
    }));
    expect(refusalsOf(run).map(({ why }) => why)).toEqual([
      "it has peepholes",
      "it has a projection",
      "it normalizes its gates",
      "its input gate is coupled to its forget gate",
    ]);
  });

  test("an operator that no layer computes, and what reads it is not reported again", () => {
    const run = changed("mask-int8", ({ operators }) => ({
      operators: operators.map((operator, at) =>
        at === 0 ? { ...operator, operator: "SVDF" } : operator,
      ),
    }));
    expect(refusalsOf(run)).toMatchObject([{ operator: "SVDF", why: "no layer computes it" }]);
  });

  test("a second input, and a second answer", () => {
    const run = changed("mask-int8", ({ inputs, outputs, operators }) => ({
      inputs: [...inputs, operators[1]?.inputs[18] ?? 0],
      outputs: [...outputs, operators[2]?.outputs[0] ?? 0],
    }));
    expect(refusalsOf(run).map(({ operator }) => operator)).toEqual([
      "graph output",
      "graph input",
    ]);
  });

  test.each([
    [
      "weights of another shape",
      (shape: readonly number[]) => [...shape].reverse(),
      "TP-MODEL-006",
    ],
    [
      "weights of fewer bytes than their shape",
      ([rows = 0, cols = 0]) => [rows, cols],
      "TP-MODEL-004",
    ],
  ] as const)("%s", (_, shapeOf, code) => {
    const run = changed("lstm-int8", ({ tensors, operators }) => ({
      tensors: tensors.map((tensor) =>
        tensor.index !== operators[0]?.inputs[1]
          ? tensor
          : {
              ...tensor,
              shape: shapeOf(tensor.shape as [number, number]),
              ...(code === "TP-MODEL-004" ? { data: new Uint8Array(7) } : {}),
            },
      ),
    }));
    expect(run).toThrowError(expect.objectContaining({ code }));
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 0, -0.5])("a scale of %d", (scale) => {
    const run = changed("lstm-int8", ({ tensors }) => ({
      tensors: tensors.map((tensor) =>
        tensor.index === 0
          ? { ...tensor, quantization: { scales: [scale], zeroPoints: [0], dimension: 0 } }
          : tensor,
      ),
    }));
    expect(run).toThrowError(expect.objectContaining({ code: "TP-MODEL-004" }));
  });

  test("an accumulator that could leave 32 bits", () => {
    const model = readTfliteModel(bytesOf("dense-int8"), "dense-int8.tflite");
    const [dense, sigmoid] = model.integer?.layers ?? [];
    if (dense?.kind !== "dense" || !sigmoid || !model.integer) throw new Error("another model");
    const bias = dense.bias.map(() => 2 ** 31 - 1);
    const integer = { ...model.integer, layers: [{ ...dense, bias }, sigmoid] };
    expect(() => prepareTflite({ ...model, integer }, "tflite-int8")).toThrowError(
      expect.objectContaining({ code: "TP-PLAN-012" }),
    );
  });
});

describe("hostile bytes", () => {
  /** The code of what a file's bytes end in, or "read". */
  function outcome(bytes: Uint8Array): string {
    try {
      const model = readTfliteModel(bytes, "hostile.tflite");
      const format = tfliteFormatOf(model);
      if (format) prepareTflite(model, format);
      return "read";
    } catch (error) {
      if (error instanceof ToolkitError) return error.code;
      throw error;
    }
  }

  test("cut short at every byte", () => {
    const whole = bytesOf("clipped-int8");
    for (let length = 0; length < whole.length; length++) {
      expect(outcome(whole.subarray(0, length))).not.toBe("read");
    }
  });

  test("2,000 seeded mutations of offsets, lengths and single bytes are read or refused", () => {
    const random = seededUniform(4);
    const pick = (below: number): number => Math.floor(random() * below);
    const codes = new Set<string>();
    const hostile = [...MODELS, "real/unrolled-float", "real/lstm-float"];
    for (let round = 0; round < 2000; round++) {
      const bytes = bytesOf(hostile[pick(hostile.length)] as string);
      const view = new DataView(bytes.buffer);
      for (let change = 0; change <= pick(3); change++) {
        const word = 4 * pick(bytes.length / 4);
        const value = [0, 1, 4, 0x7fffffff, 0x80000000, 0xffffffff, bytes.length, pick(64)][
          pick(8)
        ];
        if (random() < 0.5) view.setUint32(word, value as number, true);
        else bytes[pick(bytes.length)] = pick(256);
      }
      codes.add(outcome(bytes));
    }
    expect([...codes].filter((code) => !/^(read|TP-(MODEL|PLAN)-\d{3})$/.test(code))).toEqual([]);
    expect(codes.size).toBeGreaterThan(4);
  });

  test.each([
    [
      "an offset that points to itself",
      (view: DataView) => view.setUint32(0, 0, true),
      /points to itself/,
    ],
    [
      "a root beyond the file",
      (view: DataView) => view.setUint32(0, 1 << 30, true),
      /not in the file/,
    ],
    ["another identifier", (view: DataView) => view.setUint32(4, 0x32434241, true), /"TFL3"/],
    [
      "a list of fields beyond the file",
      (view: DataView) => view.setInt32(view.getUint32(0, true), -(1 << 29), true),
      /not in the file/,
    ],
  ] as const)("%s", (_, damage, why) => {
    const bytes = bytesOf("lstm-int8").slice();
    damage(new DataView(bytes.buffer));
    expect(() => readTfliteModel(bytes, "x.tflite")).toThrowError(
      expect.objectContaining({
        code: "TP-MODEL-002",
        text: expect.objectContaining({ why: expect.stringMatching(why) }),
      } satisfies Partial<Record<keyof ModelFileError, unknown>>),
    );
  });
});

/** gemmlowp's definitions, in 64 bits. */
function highMultiply(a: bigint, b: bigint): bigint {
  const product = a * b;
  const nudge = product >= 0n ? 1n << 30n : 1n - (1n << 30n);
  return (product + nudge) / (1n << 31n);
}

function roundingDivide(x: bigint, exponent: bigint): bigint {
  const mask = (1n << exponent) - 1n;
  const threshold = (mask >> 1n) + (x < 0n ? 1n : 0n);
  return (x >> exponent) + ((x & mask) > threshold ? 1n : 0n);
}

describe("fixed point", () => {
  const random = seededUniform(7);
  const int = (bits: number): number => Math.floor((random() - 0.5) * 2 ** bits);

  test("products and shifts are gemmlowp's", () => {
    const ends = [-(2 ** 31) + 1, -1, 0, 1, 2 ** 30, -(2 ** 30), 2 ** 31 - 1];
    const pairs = [
      ...ends.flatMap((a) => ends.map((b) => [a, b] as const)),
      ...Array.from({ length: 2000 }, () => [int(32), int(32)] as const),
    ];
    for (const [a, b] of pairs) {
      expect(doublingHigh(a, b)).toBe(Number(highMultiply(BigInt(a), BigInt(b))));
      const exponent = Math.floor(random() * 31);
      expect(divideByPowerOfTwo(a, exponent)).toBe(
        Number(roundingDivide(BigInt(a), BigInt(exponent))),
      );
    }
  });

  test("scaling of 32 and 64 bits by hand", () => {
    expect(scalingOf(0.75)).toEqual({ multiplier: 0.75 * 2 ** 31, shift: 0 });
    expect(scalingOf(6)).toEqual({ multiplier: 0.75 * 2 ** 31, shift: 3 });
    expect(scalingOf(1 - 2 ** -40)).toEqual({ multiplier: 2 ** 30, shift: 1 });
    expect(scalingOf(2 ** -40)).toEqual({ multiplier: 0, shift: 0 });
    expect(scale32(100, scalingOf(6))).toBe(600);
    // 0.375 * 4 = 1.5: the product is rounded up to 2 first, then divided: 1.5 in steps of a quarter is 6, 6 / 4 is 2.
    expect(scale32(4, scalingOf(0.375))).toBe(2);
    expect(scale32(-4, scalingOf(0.375))).toBe(-2);
    expect(scale64(-4, scalingOf(0.375))).toBe(-1);
  });

  test("sigmoid and tanh of int32 are within 2^-23 of the real ones", () => {
    for (let i = 0; i < 1000; i++) {
      const raw = int(32);
      const x = raw / 2 ** 27;
      expect(Math.abs(fixedSigmoid(raw) / 2 ** 31 - 1 / (1 + Math.exp(-x)))).toBeLessThan(2 ** -23);
      expect(Math.abs(fixedTanh(raw) / 2 ** 31 - Math.tanh(x))).toBeLessThan(2 ** -23);
    }
  });

  test("the int16 table rises from 1/2 to 1, within a step and a half of sigmoid", () => {
    expect(SIGMOID_TABLE_16).toHaveLength(256);
    expect([SIGMOID_TABLE_16[0], SIGMOID_TABLE_16[255]]).toEqual([32768, 65535]);
    SIGMOID_TABLE_16.forEach((value, i) => {
      expect(Math.abs(value - 65536 / (1 + Math.exp(-i / 24)))).toBeLessThan(1.5);
    });
  });
});
