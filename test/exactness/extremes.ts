/**
 * Weights and inputs at the ends of their ranges, where a bound that does not hold shows.
 * Which model gets which is left to cases.ts.
 */
import type { Layer, Matrix, RecurrentModel } from "../../codegen/model/types.ts";
import {
  type ActivationArray,
  type Quantization,
  valueArray,
} from "../../codegen/quantize/params.ts";
import type { Random } from "../random-model.ts";

/**
 * full: all of one magnitude, +-127 after quantization. same-sign: also of one sign, so that sums reach their bound.
 * huge-row: one row a thousand times the others. huge-weight: one weight so far above its row that the rest become 0.
 * zero-rows: rows without weights, half of them without bias. huge-bias: biases far beyond what the tables resolve.
 */
export const WEIGHT_KINDS = [
  "full",
  "same-sign",
  "huge-row",
  "huge-weight",
  "zero-rows",
  "huge-bias",
] as const;
export type WeightKind = (typeof WEIGHT_KINDS)[number];

/** Rows that are quantized together: the matrices that lie side by side in them, and their biases. */
interface Rows {
  readonly matrices: readonly Matrix[];
  readonly bias: Float64Array;
}

function rowsOf(layer: Layer): Rows | undefined {
  if (layer.kind === "dense" || layer.kind === "conv1d") {
    return { matrices: [layer.weights], bias: layer.bias };
  }
  if (layer.kind !== "lstm" && layer.kind !== "gru") return undefined;
  return { matrices: [layer.inputWeights, layer.recurrentWeights], bias: layer.bias };
}

function rowOf({ values, cols }: Matrix, row: number): Float64Array {
  return values.subarray(row * cols, (row + 1) * cols);
}

function scale(values: Float64Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * factor;
}

function apply(random: Random, kind: WeightKind, { matrices, bias }: Rows): void {
  const row = random.integer(0, bias.length - 1);
  const matrix = random.pick(matrices);
  switch (kind) {
    case "full":
    case "same-sign": {
      const magnitude = random.pick([0.02, 0.3, 2]);
      for (const { values } of matrices) {
        for (let i = 0; i < values.length; i++) {
          values[i] = kind === "full" ? random.pick([-magnitude, magnitude]) : magnitude;
        }
      }
      return;
    }
    case "huge-row":
      for (const each of matrices) scale(rowOf(each, row), 1000);
      return;
    case "huge-weight": {
      const values = rowOf(matrix, row);
      values[random.integer(0, values.length - 1)] = random.pick([-50, 50]);
      return;
    }
    case "zero-rows":
      bias.forEach((_, index) => {
        if (random.integer(0, 1) === 0) return;
        for (const each of matrices) rowOf(each, index).fill(0);
        if (random.integer(0, 1) === 0) bias[index] = 0;
      });
      return;
    case "huge-bias":
      scale(bias, random.pick([10, 100, 1000]));
  }
}

/** Makes the weights of each layer extreme, in place. */
export function makeExtreme(random: Random, model: RecurrentModel, kind: WeightKind): void {
  for (const layer of model.layers) {
    const rows = rowsOf(layer);
    if (rows) apply(random, kind, rows);
  }
}

/** Marsaglia's xorshift32 (13, 17, 5), as firmware/apps/speed.c has it. */
function xorshift32(state: number): number {
  let x = state ^ (state << 13);
  x ^= x >>> 17;
  return (x ^ (x << 5)) >>> 0;
}

const RAW_RANGES = {
  int8: { lowest: -128, highest: 127 },
  int16: { lowest: -32768, highest: 32767 },
  float32: { lowest: -16, highest: 16 },
} as const;

/**
 * Frames of raw values; exactness-app/exactness.c makes the same. The first word of a frame chooses by its upper three
 * bits: all lowest, all highest, both by turns, all zero, else one word of the generator for each four bytes. A float's
 * lowest is -16 and its highest 16; of other words it is 2^-27 times the signed integer, so within the same.
 * @param seed not 0
 */
export function rawFrames(
  seed: number,
  size: number,
  type: Quantization["type"],
  count: number,
): readonly ActivationArray[] {
  const { lowest, highest } = RAW_RANGES[type];
  let state = seed;
  return Array.from({ length: count }, () => {
    state = xorshift32(state);
    const pattern = state >>> 29;
    const values = valueArray(type, size);
    const bytes = new Uint8Array(values.buffer);
    for (let i = 0; i < bytes.length; i++) {
      if (i % 4 === 0) state = xorshift32(state);
      bytes[i] = state >>> (8 * (i % 4));
    }
    if (values instanceof Float32Array) {
      const words = new Int32Array(values.buffer);
      for (let i = 0; i < size; i++) values[i] = (words[i] as number) / 2 ** 27;
    }
    if (pattern === 0) values.fill(lowest);
    if (pattern === 1) values.fill(highest);
    if (pattern === 2) {
      for (let i = 0; i < size; i++) values[i] = i % 2 === 0 ? lowest : highest;
    }
    if (pattern === 3) values.fill(0);
    return values;
  });
}
