import { describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { generate } from "../../codegen/pipeline.ts";
import { canonicalDigest, canonicalJson } from "../../codegen/plan/canonical-json.ts";
import { schedule } from "../../codegen/plan/schedule.ts";
import { targetOf } from "../../codegen/plan/target.ts";
import { createRandom, type ModelShape, randomModel } from "../random-model.ts";
import { planOf, target } from "./planned.ts";

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
        const blockBytes = stream.blockBytes as number;
        expect(blockBytes % lineBytes).toBe(0);
        expect(stream.alignment % lineBytes).toBe(0);
        expect(stream.words.byteLength).toBe(stream.blocks * blockBytes);
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
