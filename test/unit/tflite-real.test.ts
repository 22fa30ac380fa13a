/** TFLite files in real numbers: what the float64 oracle makes of them against TFLite Micro, LiteRT and pictures. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createFloatModel } from "../../codegen/model/reference-float.ts";
import { readTfliteModel } from "../../codegen/model/tflite/read.ts";
import type { RecurrentModel } from "../../codegen/model/types.ts";

const VECTORS = new URL("../vectors/tflite/real/", import.meta.url);
const MNIST = new URL("../../../shared/models/mnist-lstm/", import.meta.url);
const hasMnist = existsSync(MNIST);

/** What scripts/record-tflite-vectors.py and record-converter-vectors.py keep of a file. */
interface Golden {
  readonly input: readonly number[];
  readonly expectedOutput: readonly number[];
  /** Each call starts from zero state. */
  readonly reset?: boolean;
}

function read(name: string): RecurrentModel {
  return readTfliteModel(readFileSync(new URL(`${name}.tflite`, VECTORS)), `${name}.tflite`);
}

function goldenOf(name: string): Golden {
  return JSON.parse(readFileSync(new URL(`${name}.golden.json`, VECTORS), "utf8"));
}

/** Answers to all inputs: of each step, or of each sequence's last one. */
function answers(model: RecurrentModel, { input, reset }: Golden): readonly number[] {
  const steps = model.sequenceSteps ?? 1;
  const run = createFloatModel(model);
  const outputs: number[] = [];
  for (let frame = 0; frame * model.inputSize < input.length; frame++) {
    const step = frame % steps;
    if (reset && step === 0) run.reset();
    const given = input.slice(frame * model.inputSize, (frame + 1) * model.inputSize);
    const answer = run.step(Float64Array.from(given));
    if (model.streaming === "stateful-step" || step === steps - 1) outputs.push(...answer);
  }
  return outputs;
}

function largestDifference(values: readonly number[], expected: readonly number[]): number {
  expect(values).toHaveLength(expected.length);
  return Math.max(...values.map((value, at) => Math.abs(value - (expected[at] as number))));
}

/** File, the kinds of layers it becomes, and how it answers. */
const FILES = [
  ["lstm-float", ["lstm", "dense", "activation"], "stateful-step"],
  ["unrolled-float", ["lstm", "lstm", "dense", "activation"], "stateful-step"],
  ["unrolled-lstm", ["lstm", "dense"], "whole-sequence"],
  ["unrolled-gru", ["gru", "dense"], "stateful-step"],
  ["unrolled-gru-before", ["gru", "dense"], "whole-sequence"],
  ["unrolled-stack", ["lstm", "gru", "dense", "softmax"], "whole-sequence"],
  ["cell-lstm", ["lstm", "dense"], "stateful-step"],
  ["cell-gru", ["gru", "dense"], "stateful-step"],
  ["cell-gru-before", ["gru", "dense"], "stateful-step"],
  ["stateful-lstm", ["lstm", "dense"], "stateful-step"],
  ["stateful-gru", ["gru", "dense"], "stateful-step"],
] as const;

describe("real numbers against TFLite Micro and LiteRT", () => {
  test.each(FILES)("%s, within 1e-5", (name, kinds, streaming) => {
    const model = read(name);
    expect(model.layers.map(({ kind }) => kind)).toEqual(kinds);
    expect(model.streaming).toBe(streaming);
    expect(model.integer).toBeUndefined();
    const golden = goldenOf(name);
    expect(largestDifference(answers(model, golden), golden.expectedOutput)).toBeLessThan(1e-5);
  });

  test("small operators that belong to no layer", () => {
    const model = read("operators-float");
    expect(model.layers.map(({ kind }) => kind)).toContain("combine");
    const golden = goldenOf("operators-float");
    expect(largestDifference(answers(model, golden), golden.expectedOutput)).toBeLessThan(1e-5);
  });

  // LiteRT quantizes the activations of such layers anew at each step, to 8 bits: it is off, not the oracle.
  test.each([
    ["lstm-dynamic", 0.03],
    ["cell-lstm-dynamic", 0.05],
  ])("%s: weights of 8 bits, within %d of LiteRT's 8-bit activations", (name, bound) => {
    const golden = goldenOf(name);
    expect(largestDifference(answers(read(name), golden), golden.expectedOutput)).toBeLessThan(
      bound,
    );
  });

  test("no recorded file is left out", () => {
    const recorded = readdirSync(VECTORS).filter((file) => file.endsWith(".tflite"));
    const more = ["operators-float", "lstm-dynamic", "cell-lstm-dynamic"];
    expect(recorded.map((file) => file.slice(0, -".tflite".length)).sort()).toEqual(
      [...FILES.map(([name]) => name), ...more].sort(),
    );
  });

  test("a cell is held within its clip", () => {
    expect(read("lstm-float").layers[0]).toMatchObject({ cellClip: Math.fround(0.9) });
  });
});

/** Rows of a grey picture of 8 bits: PNG's filters undone (PNG specification, clause 9), its data inflated by Node. */
function greyPicture(png: Buffer): readonly Uint8Array[] {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const data = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") parts.push(data);
  }
  const raw = inflateSync(Buffer.concat(parts));
  let above = new Uint8Array(width);
  return Array.from({ length: height }, (_, y) => {
    const line = raw.subarray(y * (width + 1), (y + 1) * (width + 1));
    const row = new Uint8Array(width);
    for (let x = 0; x < width; x++) {
      const [left, up, corner] = [row[x - 1] ?? 0, above[x] as number, above[x - 1] ?? 0];
      const guess = left + up - corner;
      const off = [left, up, corner].map((value) => Math.abs(guess - value));
      const nearest = [left, up, corner][off.indexOf(Math.min(...off))] as number;
      const predicted = [0, left, up, (left + up) >> 1, nearest][line[0] as number] as number;
      row[x] = (line[x + 1] as number) + predicted;
    }
    above = row;
    return row;
  });
}

describe.skipIf(!hasMnist)("digits, row by row (skipped where ../shared/models is absent)", () => {
  test.each(["float", "int8"])("%s.tflite reads 0, 3 and 7", (file) => {
    const name = `${file}.tflite`;
    const model = readTfliteModel(readFileSync(new URL(name, MNIST)), name);
    expect(model.layers.map(({ kind }) => kind)).toEqual(["lstm", "conv1d", "softmax"]);
    expect([model.streaming, model.sequenceSteps]).toEqual(["whole-sequence", 28]);
    const run = createFloatModel(model);
    for (const digit of [0, 3, 7]) {
      const rows = greyPicture(readFileSync(new URL(`sample${digit}.png`, MNIST)));
      expect(rows).toHaveLength(28);
      run.reset();
      // White on black, 0 to 1, as the int8 file's input scale of 1/255 says.
      const scores = rows.map((row) => run.step(Float64Array.from(row, (grey) => grey / 255)));
      const last = scores.at(-1) as Float64Array;
      expect(last.indexOf(Math.max(...last))).toBe(digit);
      expect(last[digit]).toBeGreaterThan(0.5);
    }
  });
});
