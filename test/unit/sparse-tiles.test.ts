import { describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { createFloatModel } from "../../codegen/model/reference-float.ts";
import type { DenseLayer, LstmLayer, Matrix, RecurrentModel } from "../../codegen/model/types.ts";
import { type GenerateOptions, generate } from "../../codegen/pipeline.ts";
import { SPARSE_BYTES } from "../../codegen/plan/rows/sparse-bytes.ts";
import { SPARSE_PAIRS } from "../../codegen/plan/rows/sparse-pairs.ts";
import { countTiles, listWords, storedTiles } from "../../codegen/plan/rows/sparse-tiles.ts";
import { calibrate } from "../../codegen/quantize/calibrate.ts";
import { quantizeModel } from "../../codegen/quantize/quantize-model.ts";
import type { QuantizedRows } from "../../codegen/quantize/quantized-model.ts";
import { seededModel } from "../../codegen/size/network.ts";
import { sparsifyModel } from "../../codegen/size/sparsify.ts";
import { planWork } from "../../host/workflow/plan-work.ts";
import { createRandom, randomFrames, randomModel } from "../random-model.ts";

const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7];

/** Eight rows whose weights are 1 in the given columns and 0 elsewhere. */
function rowsWith(columns: number, ones: readonly number[]): QuantizedRows {
  const weights = new Int8Array(8 * columns);
  for (const column of ones) weights[7 * columns + column] = 1;
  return { rows: 8, columns, weights, bias: new Int32Array(8), multipliers: new Int32Array(8) };
}

const upTo = (columns: number): number[] => Array.from({ length: columns }, (_, k) => k);

describe("stored tiles", () => {
  test("are those with a weight that is not 0", () => {
    expect(storedTiles(rowsWith(16, [0, 3, 8, 15]), EIGHT, upTo(16))).toEqual([0, 8, 12]);
    expect(storedTiles(rowsWith(16, []), EIGHT, upTo(16))).toEqual([]);
    expect(storedTiles(rowsWith(5, [4]), EIGHT, [0, 1, 2, 3, 4, null, null, null])).toEqual([4]);
  });

  test("one of zeros keeps a distance within a byte, where another one follows", () => {
    // Tiles 0 and 300: 255 is stored between them; a tile after the last needs none.
    const far = rowsWith(2400, [0, 1200]);
    expect(storedTiles(far, EIGHT, upTo(2400))).toEqual([0, 1020, 1200]);
    // The first distance counts from before tile 0: tile 254 is 255 away.
    expect(storedTiles(rowsWith(1020, [1016]), EIGHT, upTo(1020))).toEqual([1016]);
    expect(storedTiles(rowsWith(1024, [1020]), EIGHT, upTo(1024))).toEqual([1016, 1020]);
  });

  test("a list by hand: its length, the distances, an end", () => {
    // 2 + 3 + 1 bytes fill two words; 12 in a row of two-byte length.
    expect(listWords([0, 8, 12])).toEqual([0x02010008, 0x00000001]);
    expect(listWords([])).toEqual([0x00000004]);
    expect(listWords([1016])).toEqual([0x00ff0004]);
    expect(() => listWords(upTo(65_535).map((tile) => 4 * tile))).toThrow(RangeError);
  });

  test("multiply what they hold, padding apart", () => {
    const matrix = rowsWith(5, [4]);
    const rows = [0, 1, 2, 3, 4, 5, 6, null];
    expect(countTiles({ ...matrix, weights: matrix.weights.map(() => 1) }, rows, upTo(4))).toEqual({
      all: 1,
      stored: 1,
      macs: 28,
    });
    const columns = [0, 1, 2, 3, 4, null, null, null];
    expect(countTiles(matrix, EIGHT, columns)).toEqual({ all: 2, stored: 1, macs: 8 });
  });
});

describe("streams by hand", () => {
  // Row r: 0 in columns 0 to 3, r + 1 in column 4, -(r + 1) in column 6.
  const weights = new Int8Array(8 * 8);
  for (const row of EIGHT) {
    weights[8 * row + 4] = row + 1;
    weights[8 * row + 6] = -(row + 1);
  }
  const matrix: QuantizedRows = {
    rows: 8,
    columns: 8,
    weights,
    bias: Int32Array.of(1, -1, 0, 0, 0, 0, 0, 0),
    multipliers: Int32Array.of(10, 20, 30, 40, 50, 60, 70, 80),
  };
  const modulo = (value: number): number => ((value % 2 ** 32) + 2 ** 32) % 2 ** 32;

  test("of bytes: row after row", () => {
    expect([...SPARSE_BYTES.pack(matrix, EIGHT, upTo(8))]).toEqual([
      ...[1, 0xffffffff, 0, 0, 0, 0, 0, 0],
      0x00020004,
      ...EIGHT.map((row) => row + 1 + (256 - (row + 1)) * 65536),
      ...[10, 20, 30, 40, 50, 60, 70, 80],
    ]);
  });

  test("of pairs: 256 B + A of two columns in a word", () => {
    const half = (a: number, b: number): number => (256 * b + a) & 0xffff;
    expect([...SPARSE_PAIRS.pack(matrix, EIGHT, upTo(8))]).toEqual([
      ...[1, modulo(-255), 0, 0, 0, 0, 0, 0],
      0x00020004,
      ...[half(1, 2), half(3, 4), half(5, 6), half(7, 8)],
      ...[half(-1, -2), half(-3, -4), half(-5, -6), half(-7, -8)],
      ...[10, 20, 30, 40, 50, 60, 70, 80],
    ]);
  });
});

describe("what is left out", () => {
  const values = (
    rows: number,
    cols: number,
    of: (row: number, col: number) => number,
  ): Matrix => ({
    rows,
    cols,
    values: Float64Array.from({ length: rows * cols }, (_, i) =>
      of(Math.floor(i / cols), i % cols),
    ),
  });

  /** A dense layer of 8 rows over 8 columns: tile 0 has larger weights, tile 1 larger inputs. */
  function dense(weightOf0: number): RecurrentModel {
    const model = seededModel({
      inputSize: 8,
      layers: [{ kind: "dense", inputSize: 8, outputSize: 8, activation: "none" }],
    });
    const [layer] = model.layers as readonly DenseLayer[];
    const weights = values(8, 8, (_, col) => (col < 4 ? weightOf0 : 1));
    return { ...model, layers: [{ ...(layer as DenseLayer), weights, bias: new Float64Array(8) }] };
  }
  // Columns 0 to 3 are 1 and 3 by turns, mean 2 and deviation 1; columns 4 to 7 are -4 and 6: mean 1 and deviation 5.
  const frame = (low: number, high: number): Float64Array =>
    Float64Array.of(low, low, low, low, high, high, high, high);
  const data = { source: "two frames", sequences: [[frame(1, -4), frame(3, 6)]] };

  test("weighs weights by how far their inputs move, and folds what they gave on average", () => {
    // Weights of 4 move by 4, those of 1 by 5: tile 0 goes, 4 * 4 columns of mean 2.
    const [thin] = sparsifyModel(dense(4), 50, data).layers as readonly DenseLayer[];
    expect(thin?.weights).toEqual(values(8, 8, (_, col) => (col < 4 ? 0 : 1)));
    expect(thin?.bias).toEqual(new Float64Array(8).fill(32));
    // Of 6 they move by 6: tile 1 goes, four columns of mean 1.
    const [other] = sparsifyModel(dense(6), 50, data).layers as readonly DenseLayer[];
    expect(other?.weights).toEqual(values(8, 8, (_, col) => (col < 4 ? 6 : 0)));
    expect(other?.bias).toEqual(new Float64Array(8).fill(4));
  });

  test("is four gates of two units of an LSTM, and leaves the given model alone", () => {
    const model = seededModel({
      inputSize: 3,
      layers: [{ kind: "lstm", inputSize: 3, hiddenSize: 5 }],
    });
    const before = structuredClone(model);
    const noise = { source: "random", sequences: [randomFrames(createRandom(3), 20, 3)] };
    // 3 blocks of units, 1 tile of inputs and 2 of hidden states each: 4.5 of 9 are 5.
    const [lstm] = sparsifyModel(model, 50, noise).layers as readonly LstmLayer[];
    const empty = (matrix: Matrix, first: number, unit: number): boolean =>
      [0, 1, 2, 3].every((gate) =>
        [0, 1].every((side) =>
          [0, 1, 2, 3].every((k) => {
            const column = first + k;
            if (column >= matrix.cols || unit + side >= 5) return true;
            return matrix.values[(5 * gate + unit + side) * matrix.cols + column] === 0;
          }),
        ),
      );
    const tiles = [0, 2, 4].flatMap((unit) => [
      empty((lstm as LstmLayer).inputWeights, 0, unit),
      empty((lstm as LstmLayer).recurrentWeights, 0, unit),
      empty((lstm as LstmLayer).recurrentWeights, 4, unit),
    ]);
    expect(tiles.filter(Boolean)).toHaveLength(5);
    expect(model).toEqual(before);
  });

  test.each([true, false])(
    "of a GRU with no spread changes nothing: resetAfter %s",
    (resetAfter) => {
      const model = seededModel({
        inputSize: 4,
        layers: [{ kind: "gru", inputSize: 4, hiddenSize: 8, resetAfter }],
      });
      // A constant input moves nothing: its tiles go first, three gates of eight units; the rest of 9 tiles stays.
      const still = {
        source: "still",
        sequences: [Array.from({ length: 9 }, () => Float64Array.of(1, -2, 0.5, 3))],
      };
      const thin = sparsifyModel(model, (100 * 3) / 9, still);
      expect(thin.layers).not.toEqual(model.layers);
      const [whole, folded] = [createFloatModel(model), createFloatModel(thin)];
      for (const frame of still.sequences[0] as Float64Array[]) {
        const expected = whole.step(frame);
        folded.step(frame).forEach((value, unit) => {
          expect(value).toBeCloseTo(expected[unit] as number, 12);
        });
      }
    },
  );

  test("0 % is the model itself; shares beyond 0..99 and no frames are refused", () => {
    const model = dense(1);
    expect(sparsifyModel(model, 0, data)).toBe(model);
    for (const percent of [-1, 99.5, 100, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => sparsifyModel(model, percent, data)).toThrow("TP-PLAN-041");
    }
    expect(() => sparsifyModel(model, 10, { source: "none", sequences: [[]] })).toThrow(RangeError);
  });
});

describe("generated", () => {
  const model = randomModel(createRandom(5), {
    name: "thin",
    inputSize: 10,
    lstms: [9],
    denses: [{ size: 3, activation: "sigmoid" }],
  });
  const calibration = { source: "random", sequences: [randomFrames(createRandom(6), 30, 10)] };
  const made = (id: string, options: Partial<GenerateOptions> = {}) =>
    generate({ model, board: loadBoard(id), format: "int8", calibration, sparse: 60, ...options });

  test("its twin is the int8 twin of the model with zeros in place", () => {
    const thin = sparsifyModel(model, 60, calibration);
    const expected = quantizeModel(thin, calibrate(thin, calibration), "int8");
    expect(made("qemu-m4").stages.quantize.model).toEqual(expected);
    // The same tiles on every core, whatever its line.
    expect(made("nucleo-f746zg").stages.quantize.model).toEqual(expected);
    expect(made("esp32-c3-devkitm-1").stages.quantize.model).toEqual(expected);
  });

  test("counts by hand what is stored, read and multiplied, apart from what the network has", () => {
    const { plan } = made("qemu-m4").stages;
    // LSTM: 5 blocks, 3 tiles of 10 inputs and 3 of 9 states each; dense: 1 block, 3 tiles. 33 tiles, of which 20 go.
    const [lstm, dense] = plan.streams;
    const [all, stored] = [lstm, dense].reduce(
      ([a, s], stream) => [a + (stream?.tiles?.all ?? 0), s + (stream?.tiles?.stored ?? 0)],
      [0, 0],
    );
    expect([all, stored]).toEqual([33, 13]);
    expect(plan.cost.networkMacs).toBe(36 * 19 + 3 * 9);
    expect(plan.cost.paddedMacs).toBe(13 * 32);
    expect(plan.cost.macs).toBeLessThanOrEqual(13 * 32);
    // Six biases and multipliers of 64 B, tiles of 32 B, and a list of one to three words a block.
    const lists = plan.cost.weightBytes - 6 * 64 - 13 * 32;
    expect(lists % 4).toBe(0);
    expect(lists).toBeGreaterThanOrEqual(6 * 4);
    expect(lists).toBeLessThanOrEqual(6 * 12);
    const work = planWork(plan);
    expect(work.reduce((sum, { macs }) => sum + macs, 0)).toBe(plan.cost.macs);
    expect(work.reduce((sum, { paddedMacs }) => sum + paddedMacs, 0)).toBe(plan.cost.paddedMacs);
  });

  test("takes less where more is left out, and with nothing left out as much as there is", () => {
    const bytes = [0, 25, 50, 75].map((sparse) => made("qemu-m4", { sparse }).stages.plan.cost);
    const sizes = bytes.map(({ weightBytes }) => weightBytes);
    expect([...sizes].sort((a, b) => b - a)).toEqual(sizes);
    expect(bytes[0]?.macs).toBe(bytes[0]?.networkMacs);
  });

  test("other formats, passes, steps, kept sums and vectors are refused by code", () => {
    const refused = expect.objectContaining({ code: "TP-PLAN-040" });
    for (const format of ["int16x8", "int4", "float32"] as const) {
      expect(() => made("qemu-m4", { format })).toThrow(refused);
    }
    expect(() => made("qemu-m4", { fusion: "none" })).toThrow(refused);
    expect(() => made("qemu-m4", { fusion: "partial" })).toThrow(refused);
    expect(() => made("qemu-m4", { steps: 2 })).toThrow(refused);
    expect(() => made("qemu-m4", { delta: { input: 1, hidden: 1 } })).toThrow(refused);
    expect(() => made("qemu-m55")).toThrow(refused);
    expect(() => made("qemu-m4", { sparse: 100 })).toThrow("TP-PLAN-041");
  });
});
