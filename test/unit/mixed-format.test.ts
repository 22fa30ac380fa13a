/** Bits by layer: what a format's text means, which layers become what, and what is refused. */
import { describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { ToolkitError } from "../../codegen/errors.ts";
import { type GenerateOptions, generate } from "../../codegen/pipeline.ts";
import { calibrate } from "../../codegen/quantize/calibrate.ts";
import {
  chosenFormat,
  type FormatText,
  formatName,
  isFormatText,
  weightedLayers,
} from "../../codegen/quantize/mixed-format.ts";
import { quantizeModel } from "../../codegen/quantize/quantize-model.ts";
import { createRandom, randomFrames, randomModel } from "../random-model.ts";

const random = createRandom(5);
const MODEL = randomModel(random, {
  name: "mixed",
  inputSize: 36,
  lstms: [8],
  denses: [
    { size: 6, activation: "tanh" },
    { size: 3, activation: "sigmoid" },
  ],
});
const [LSTM = "", FIRST = "", LAST = ""] = weightedLayers(MODEL);
const CALIBRATION = { source: "random frames", sequences: [randomFrames(random, 6, 36)] };

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ToolkitError) return error.code;
    throw error;
  }
  return "nothing was thrown";
}

describe("a format's text", () => {
  test("names layers in any order, and is written back in the model's", () => {
    const text = `int8,${LAST}=int4,${LSTM}=int4` as const;
    const chosen = chosenFormat(text, MODEL);
    expect(chosen).toEqual({ format: "int8", fourBits: [LSTM, LAST] });
    expect(formatName(chosen)).toBe(`int8,${LSTM}=int4,${LAST}=int4`);
    expect(chosenFormat(formatName(chosen), MODEL)).toEqual(chosen);
  });

  test("begins with what the others have, bytes where it does not say", () => {
    const others = chosenFormat(`int4,${FIRST}=int8`, MODEL);
    expect(others).toEqual({ format: "int8", fourBits: [LSTM, LAST] });
    expect(chosenFormat(`${FIRST}=int4`, MODEL)).toEqual({ format: "int8", fourBits: [FIRST] });
  });

  test("is the format int4 where it is all of them, int8 where it is none", () => {
    const all = `${LSTM}=int4,${FIRST}=int4,${LAST}=int4` as const;
    expect(chosenFormat(all, MODEL)).toEqual({ format: "int4", fourBits: [] });
    expect(chosenFormat(`int4,${LSTM}=int4`, MODEL)).toEqual({ format: "int4", fourBits: [] });
    expect(chosenFormat(`${LSTM}=int8`, MODEL)).toEqual({ format: "int8", fourBits: [] });
    expect(chosenFormat("float32", MODEL)).toEqual({ format: "float32", fourBits: [] });
  });

  test.each([
    "int8,nothing=int4",
    `int8,${LSTM}=int3`,
    `int16x8,${LSTM}=int4`,
    `float32,${LSTM}=int4`,
    `int8,${LSTM}=int4,${LSTM}=int8`,
    `int8,${LSTM}`,
    "int8,=int4",
    "=",
    `,${LSTM}=int4`,
    `${LSTM}=int4,`,
  ])("is refused by code: %s", (text) => {
    expect(codeOf(() => chosenFormat(text as FormatText, MODEL))).toBe("TP-USE-485");
  });

  test("may be no other word", () => {
    expect(["int8", "int4", "a=b"].every(isFormatText)).toBe(true);
    expect(["int", "", "int8,int4"].some(isFormatText)).toBe(false);
  });
});

test("each layer has the integers that its own format gives it", () => {
  const calibration = calibrate(MODEL, CALIBRATION);
  const bytes = quantizeModel(MODEL, calibration, "int8");
  const nibbles = quantizeModel(MODEL, calibration, "int4");
  const mixed = quantizeModel(MODEL, calibration, "int8", { fourBits: [FIRST] });
  expect(mixed.layers[0]).toEqual(bytes.layers[0]);
  expect(mixed.layers[1]).toEqual(nibbles.layers[1]);
  expect(mixed.layers[2]).toEqual(bytes.layers[2]);
  expect(mixed.format).toBe("int8");
});

describe("generated", () => {
  const made = (options: Partial<GenerateOptions> & { board?: GenerateOptions["board"] }) =>
    generate({
      model: MODEL,
      board: loadBoard("qemu-m4"),
      format: "int8",
      fourBits: [LSTM],
      calibration: CALIBRATION,
      ...options,
    });

  test("streams have the bytes that hand arithmetic gives", () => {
    const { streams, fourBits } = made({}).stages.plan;
    expect(fourBits).toEqual([LSTM]);
    // 4 blocks of 8 rows: 44 columns in half bytes; groups of 32 and 4 columns of x and one of 8 of h, 8 scales each;
    // a bias and a multiplier a row. Then blocks of bytes: 8 * 8 + 64, and 8 columns of 6 values.
    expect(streams.map(({ words }) => words.byteLength)).toEqual([
      4 * (8 * 22 + 3 * 8 + 64),
      8 * 8 + 64,
      8 * 8 + 64,
    ]);
    expect(streams.map((stream) => stream.fourBits ?? false)).toEqual([true, false, false]);
  });

  test("rows of 4 bits have functions of their own, which their layer alone calls", () => {
    const source = made({ prefix: "m" }).files[1]?.text ?? "";
    const calls = [...source.matchAll(/stream = (\w+)_blocks\(/g)].map(([, prefix]) => prefix);
    expect(calls).toEqual(["m_nibble", "m", "m"]);
    expect(source.split("\n")[0]).toContain(`mixed, int8,${LSTM}=int4, for qemu-m4`);
  });

  test("C of one width holds nothing of the other", () => {
    expect(made({ fourBits: [] }).files[1]?.text).not.toContain("nibble");
  });

  test.each([
    [{ steps: 2 }, "TP-PLAN-035"],
    [{ delta: { input: 1, hidden: 1 } }, "TP-PLAN-035"],
    [{ format: "int16x8" }, "TP-PLAN-035"],
    [{ format: "float32" }, "TP-PLAN-035"],
    [{ fusion: "none" }, "TP-PLAN-016"],
    [{ fusion: "partial" }, "TP-PLAN-016"],
  ] as const)("%j does not go with it: %s", (options, code) => {
    expect(codeOf(() => made(options))).toBe(code);
  });
});
