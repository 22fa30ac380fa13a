import { describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { lower } from "../../codegen/lower/kernel-ir.ts";
import { generate } from "../../codegen/pipeline.ts";
import { canonicalDigest, canonicalJson } from "../../codegen/plan/canonical-json.ts";
import { plan } from "../../codegen/plan/plan.ts";
import { byteLanes } from "../../codegen/plan/rows/byte-lanes.ts";
import { packPairs, packWord } from "../../codegen/plan/rows/packed-pairs.ts";
import { schedule } from "../../codegen/plan/schedule.ts";
import { type Target, targetOf } from "../../codegen/plan/target.ts";
import { calibrate } from "../../codegen/quantize/calibrate.ts";
import type { IntegerFormat } from "../../codegen/quantize/params.ts";
import { quantizeModel } from "../../codegen/quantize/quantize-model.ts";
import { createRandom, type ModelShape, randomModel } from "../random-model.ts";

const target: Target = {
  id: "test-board",
  core: "cortex-m4",
  instructions: "thumb-dsp",
  floatUnit: true,
  storage: "narrow",
  fusion: "full",
  steps: 1,
  wideMultiply: true,
  lineBytes: 16,
  lineRule: "flash-line",
  lineWhy: "a flash access delivers 16 bytes",
  weightsSection: "",
};

function planOf(shape: ModelShape, format: IntegerFormat, on: Target = target) {
  const model = randomModel(createRandom(21), shape);
  return plan(lower(quantizeModel(model, calibrate(model, null), format)), on);
}

describe("packing", () => {
  test("int8 by hand: halves are 256*B + A with the borrow of a negative A", () => {
    expect(packWord("int8", 1, 2, 3, 4)).toBe(0x04030201);
    expect(packWord("int8", -1, 0, 0, -1)).toBe(0xff00ffff);
    expect(packWord("int8", -127, -127, 127, 127)).toBe(0x7f7f8081);
  });

  test("int16x8 by hand: bytes as they are", () => {
    expect(packWord("int16x8", 1, 2, 3, 4)).toBe(0x04030201);
    expect(packWord("int16x8", -1, 0, 0, -1)).toBe(0xff0000ff);
  });

  test("the instructions' own arithmetic gives both rows back, for every pair of weights", () => {
    const low = (word: number): number => (word << 16) >> 16;
    const lowByte = (word: number): number => (word << 24) >> 24;
    let wrong = 0;
    for (let a = -127; a <= 127; a++) {
      for (let b = -127; b <= 127; b++) {
        const packed = packWord("int8", a, b, 0, 0);
        const bytes = packWord("int16x8", a, b, 0, 0);
        const rows = [lowByte(packed), (low(packed) - lowByte(packed)) >> 8];
        wrong += Number(rows[0] !== a || rows[1] !== b);
        wrong += Number(lowByte(bytes) !== a || lowByte(bytes >> 8) !== b);
      }
    }
    expect(wrong).toBe(0);
  });

  test("a block by hand: biases, weights two columns at a time, multipliers", () => {
    const matrix = {
      rows: 2,
      columns: 3,
      weights: Int8Array.of(1, 2, 3, 4, 5, 6),
      bias: Int32Array.of(7, -1),
      multipliers: Int32Array.of(1000, 2000),
    };
    const rows = [0, 1, null, null, null, null, null, null];
    const stream = packPairs(matrix, "int8", rows, [0, 1, 2, null]);
    expect([...stream]).toEqual([
      // A: 7; 256 * -1 + 7 = -249
      ...[7, 0x1_0000_0000 - 249, 0, 0, 0, 0, 0, 0],
      // k = 0, 1: A 1 2, B 4 5; k = 2, 3: A 3 -, B 6 -
      ...[0x05020401, 0, 0, 0],
      ...[0x00000603, 0, 0, 0],
      ...[1000, 2000, 0, 0, 0, 0, 0, 0],
    ]);
    expect([...packPairs(matrix, "int16x8", rows, [0, 1, 2, null])].slice(0, 2)).toEqual([
      7, 0xffffffff,
    ]);
  });
});

describe("byte lanes", () => {
  test("a block by hand: starts, a word of four rows for each column, multipliers", () => {
    const matrix = {
      rows: 2,
      columns: 2,
      weights: Int8Array.of(1, -1, 2, 127),
      bias: Int32Array.of(7, -1),
      multipliers: Int32Array.of(1000, 2000),
    };
    const rows = [0, 1, null, null, null, null, null, null];
    const stream = byteLanes(8).pack(matrix, rows, [0, 1, null, null]);
    // A row starts from bias - 128 * (sum of w + 128) + 128^2 * 4 columns = bias - 128 * (sum of w).
    const [s0, s1] = [7 - 128 * 0, -1 - 128 * 129];
    const modulo = (value: number): number => ((value % 2 ** 32) + 2 ** 32) % 2 ** 32;
    const pad = 0x80808080;
    expect([...stream]).toEqual([
      ...[modulo(s0 + 256 * s1), s0, 0, 0, 0, 0, 0, 0],
      ...[0x80808281, pad, 0x8080ff7f, pad, pad, pad, pad, pad],
      ...[1000, 2000, 0, 0, 0, 0, 0, 0],
    ]);
  });

  test("the loop's four sums give every row back, extremes included", () => {
    // One column, from zero starts: the identities of byte-lanes.ts, worked in unsigned 32-bit arithmetic.
    for (const v of [0, 1, 127, 128, 255]) {
      for (const [u0, u1, u2, u3] of [
        [1, 1, 1, 1],
        [255, 255, 255, 255],
        [255, 1, 255, 1],
        [1, 255, 128, 3],
      ] as const) {
        const word = u0 + 256 * u1 + 65536 * u2 + 16777216 * u3;
        const all = Math.imul(word, v) >>> 0;
        const even = (u0 + 65536 * u2) * v;
        const [third, fourth] = [Math.floor(even / 65536), u3 * v];
        expect(even).toBeLessThan(2 ** 32);
        expect([third, even - third * 65536]).toEqual([u2 * v, u0 * v]);
        expect((all - even - fourth * 2 ** 24) >>> 0).toBe((u1 * v * 256) >>> 0);
      }
    }
  });
});

describe("layout", () => {
  test("LSTMs that follow one another share a line; each joined vector is contiguous", () => {
    const shape = {
      name: "m",
      inputSize: 5,
      lstms: [6, 3],
      denses: [{ size: 9, activation: "none" as const }],
    };
    const { lines, streams } = planOf(shape, "int8");
    expect(lines).toEqual([
      {
        name: "line0",
        copies: 2,
        columns: 20,
        segments: [
          { name: "input", size: 5, column: 0, paddedSize: 8 },
          { name: "lstm0 hidden", size: 6, column: 8, paddedSize: 8 },
          { name: "lstm1 hidden", size: 3, column: 16, paddedSize: 4 },
        ],
      },
    ]);
    expect(
      streams.map(({ paddedColumns, paddedRows, blocks }) => [paddedColumns, paddedRows, blocks]),
    ).toEqual([
      [16, 24, 3],
      [12, 16, 2],
      [4, 16, 2],
    ]);
    // 64 bytes of biases and multipliers, 8 of weights a column
    expect(streams.map(({ words }) => words.byteLength)).toEqual([
      3 * (64 + 8 * 16),
      2 * (64 + 8 * 12),
      2 * (64 + 8 * 4),
    ]);
  });

  test("a GRU has three streams: gates over [x; h], the candidate's halves over x and over h", () => {
    const shape = {
      name: "m",
      inputSize: 5,
      lstms: [],
      grus: [
        { size: 10, resetAfter: true },
        { size: 3, resetAfter: false },
      ],
      denses: [],
    };
    const { lines, streams, scratch, stateBytes } = planOf(shape, "int8");
    expect(lines.map(({ copies, columns }) => [copies, columns])).toEqual([[2, 8 + 12 + 4]]);
    // 8 units side by side: 2 blocks of gates for each 8 units, 1 of each half.
    expect(
      streams.map(({ kernel, part, blocks, paddedColumns }) => [
        kernel,
        part,
        blocks,
        paddedColumns,
      ]),
    ).toEqual([
      ["gru0", "gates", 4, 20],
      ["gru0", "candidate_input", 2, 8],
      ["gru0", "candidate_hidden", 2, 12],
      ["gru1", "gates", 2, 16],
      ["gru1", "candidate_input", 1, 12],
      ["gru1", "candidate_hidden", 1, 4],
    ]);
    // Only the second waits between two passes: 8 gates of 2 bytes, 4 values of 2 bytes.
    expect(scratch).toEqual({ updateGates: 8, resetHidden: 4, gates: 0, sums: 0, bytes: 16 + 8 });
    expect(stateBytes).toBe(2 * 10 + 2 * 3);
  });

  test("every block starts on a line, whatever the line", () => {
    const shape = {
      name: "m",
      inputSize: 13,
      lstms: [11],
      denses: [{ size: 3, activation: "tanh" as const }],
    };
    for (const lineBytes of [4, 8, 16, 32, 64]) {
      for (const stream of planOf(shape, "int8", { ...target, lineBytes }).streams) {
        expect(stream.blockBytes % lineBytes).toBe(0);
        expect(stream.alignment % lineBytes).toBe(0);
        expect(stream.words.byteLength).toBe(stream.blocks * stream.blockBytes);
      }
    }
  });

  test("a dense layer in front opens a line of its own", () => {
    const shape = {
      name: "m",
      inputSize: 4,
      lstms: [4],
      denses: [{ size: 6, activation: "relu" as const }],
      densesFirst: true,
    };
    const { lines, kernels } = planOf(shape, "int16x8");
    expect(lines.map(({ copies, segments }) => [copies, segments.length])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(kernels.map(({ kind }) => kind)).toEqual([
      "load-input",
      "dense",
      "lstm",
      "store-output",
    ]);
  });
});

describe("schedule and target", () => {
  test("the variant follows the format and the instructions", () => {
    expect(schedule("int8", target).variant).toBe("dsp-packed-pairs-grouped");
    expect(schedule("int16x8", target).variant).toBe("dsp-rows-grouped");
    const m33 = { ...target, core: "cortex-m33" } as const;
    expect(schedule("int8", m33).variant).toBe("dsp-packed-pairs");
    expect(schedule("int16x8", m33).variant).toBe("dsp-rows");
    expect(schedule("int8", { ...target, instructions: "c11" }).variant).toBe("c11-int8");
    for (const format of ["tflite-int8", "tflite-int16x8"] as const) {
      expect(schedule(format, target).variant).toBe("dsp-sums-grouped");
      expect(schedule(format, m33).variant).toBe("dsp-sums");
      const plain = { ...target, instructions: "thumb1" } as const;
      expect(schedule(format, plain).variant).toBe(`c11-${format}`);
    }
  });

  test("a target is read from its board file", () => {
    const board = loadBoard("nucleo-f446re");
    expect(targetOf(board)).toMatchObject({
      id: "nucleo-f446re",
      core: "cortex-m4",
      instructions: "thumb-dsp",
      lineBytes: board.weights.line.value,
      lineRule: board.weights.rule,
    });
  });
});

describe("cost", () => {
  test("by hand: one LSTM, 4 -> 4, one dense, 4 -> 8 by table", () => {
    const shape = {
      name: "m",
      inputSize: 4,
      lstms: [4],
      denses: [{ size: 8, activation: "sigmoid" as const }],
    };
    const { cost, stateBytes } = planOf(shape, "int8");
    const [load, lstm, dense] = cost.kernels;
    expect(load).toMatchObject({ macs: 0, bytesRead: 4, bytesWritten: 8 });
    // 2 blocks of 64 + 8 * 8 = 128 bytes; each reads 8 columns of 2 bytes and its 8 z of 4 bytes again;
    // 4 units read a 2-byte cell and 5 table rows of 4 bytes, and write cell and hidden
    expect(lstm).toMatchObject({
      macs: 4 * 4 * 8,
      paddedMacs: 4 * 4 * 8,
      weightBytes: 256,
      bytesRead: 256 + 2 * (16 + 32) + 4 * 22,
      bytesWritten: 2 * 32 + 4 * 4,
    });
    expect(dense).toMatchObject({
      macs: 32,
      weightBytes: 96,
      bytesRead: 96 + 8 + 32 + 8 * 4,
      bytesWritten: 32 + 8,
    });
    expect(cost.macs).toBe(128 + 32);
    expect(stateBytes).toBe(4 + 8);
  });

  test("by hand: a GRU, 4 -> 8, after and before its product", () => {
    const costOf = (resetAfter: boolean) => {
      const grus = [{ size: 8, resetAfter }];
      return planOf({ name: "m", inputSize: 4, lstms: [], grus, denses: [] }, "int8").cost
        .kernels[1];
    };
    // 2 blocks over 12 columns, 1 over 4, 1 over 8: 64 bytes of biases and multipliers each and 8 a column; each reads
    // its columns of 2 bytes and its 8 z of 4 bytes again
    const weightBytes = 4 * 64 + 8 * (2 * 12 + 4 + 8);
    const streamed = weightBytes + 2 * (2 * 12 + 4 + 8) + 4 * 32;
    // 8 units read a 2-byte state and 3 table rows of 4 bytes, and write state and line
    expect(costOf(true)).toMatchObject({
      macs: 3 * 8 * 12,
      paddedMacs: 3 * 8 * 12,
      weightBytes,
      bytesRead: streamed + 8 * (2 + 12),
      bytesWritten: 4 * 32 + 8 * 4,
    });
    // They read the state once more and an update gate, and write that gate and a product
    expect(costOf(false)).toMatchObject({
      bytesRead: streamed + 8 * (2 + 12 + 4),
      bytesWritten: 4 * 32 + 8 * (4 + 4),
    });
  });

  test("by hand: what is not fused passes through buffers that all layers share", () => {
    const shape = {
      name: "m",
      inputSize: 4,
      lstms: [4],
      grus: [{ size: 8, resetAfter: false }],
      denses: [{ size: 8, activation: "none" as const }],
    };
    const { cost: fused } = planOf(shape, "int8");
    const partial = planOf(shape, "int8", { ...target, fusion: "partial" });
    const apart = planOf(shape, "int8", { ...target, fusion: "none" });
    // z goes through memory either way; 16 rows are the most, of the LSTM and of the GRU's gates.
    expect(partial.cost).toEqual(fused);
    expect(partial.scratch).toEqual({
      updateGates: 8,
      resetHidden: 8,
      gates: 16,
      sums: 0,
      bytes: 16 + 16 + 64,
    });
    // The update gates wait among all 32 rows of the GRU; 16 rows are its largest matrix.
    expect(apart.scratch).toEqual({
      updateGates: 0,
      resetHidden: 8,
      gates: 32,
      sums: 16,
      bytes: 16 + 128 + 64,
    });
    // A unit of the LSTM: z 4 times written, 4 read and written as gates, 3 read for the cell, which is read again for
    // its argument; that is written, read, written as its tanh, and read with the output gate.
    const lstm = 4 * (4 * (4 + 8 + 3 + 3 + 2) + 2);
    // A unit of the GRU: z 4 times written, 2 gates read and written, the reset gate read, both halves read, their sum
    // written, its tanh read and written, both factors read; no update gate of 2 bytes written and read.
    const gru = 8 * (4 * (4 + 4 + 1 + 3 + 2 + 2) - 4);
    const dense = 8 * (4 + 4);
    expect(apart.cost.kernels.map(({ passBytes }) => passBytes)).toEqual([0, lstm, gru, dense]);
    const moved = ({ bytesRead, bytesWritten }: typeof fused) => bytesRead + bytesWritten;
    expect(moved(apart.cost)).toBe(moved(fused) + lstm + gru + dense);
  });

  test("padding executes but is not useful", () => {
    const { cost } = planOf({ name: "m", inputSize: 5, lstms: [7], denses: [] }, "int8");
    expect(cost.macs).toBe(4 * 7 * 12);
    expect(cost.paddedMacs).toBe(4 * 8 * 16);
  });
});

describe("canonical JSON", () => {
  test("keys are sorted, typed arrays are lists, undefined is left out", () => {
    expect(canonicalJson({ b: Int8Array.of(1, -2), a: { d: undefined, c: [1.5, "x"] } })).toBe(
      '{"a":{"c":[1.5,"x"]},"b":[1,-2]}',
    );
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(RangeError);
  });

  test("the digest is SHA-256 of the text", () => {
    // sha256("{}")
    expect(canonicalDigest({})).toBe(
      "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    );
  });

  test("the plan's digest follows weights and layout, and nothing else", () => {
    const shape: ModelShape = { name: "m", inputSize: 5, lstms: [7], denses: [] };
    const { digest } = planOf(shape, "int8");
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(planOf(shape, "int8").digest).toBe(digest);
    expect(planOf(shape, "int8", { ...target, id: "another", lineWhy: "x" }).digest).toBe(digest);
    expect(planOf(shape, "int16x8").digest).not.toBe(digest);
    expect(planOf(shape, "int8", { ...target, lineBytes: 64 }).digest).not.toBe(digest);
  });
});

test("every stage's value prints as JSON", () => {
  const model = randomModel(createRandom(2), { name: "m", inputSize: 3, lstms: [2], denses: [] });
  const { stages, warnings } = generate({
    model,
    board: loadBoard("qemu-m4"),
    format: "int8",
    calibration: null,
  });
  expect(Object.keys(stages)).toEqual(["model", "size", "quantize", "lower", "plan"]);
  for (const value of Object.values(stages)) expect(JSON.parse(canonicalJson(value))).toBeTruthy();
  expect(warnings).toHaveLength(1);
});
