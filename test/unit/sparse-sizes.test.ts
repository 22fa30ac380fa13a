/** What tiles left out are foretold to cost, beside what the generator makes and what was counted of it. */
import { describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { loadModel } from "../../codegen/model/load.ts";
import { generate } from "../../codegen/pipeline.ts";
import { targetOf } from "../../codegen/plan/target.ts";
import { bareLstm, seededModel, shapeOf } from "../../codegen/size/network.ts";
import { createPredictor } from "../../codegen/size/predict.ts";
import { sparseFootprint } from "../../codegen/size/sparse-footprint.ts";
import { sparse } from "../../host/commands/options.ts";
import { MODELS_DIR } from "../../host/workflow/paths.ts";
import { sizesFor } from "../../host/workflow/size/size.ts";
import type { Subject } from "../../host/workflow/size/subject.ts";

const M4 = loadBoard("qemu-m4");
const { model } = loadModel("hearable", { modelsDir: MODELS_DIR });
const SUBJECT: Subject = {
  name: "hearable",
  shape: shapeOf(model),
  own: [64],
  trained: [],
  periodMs: 10,
};

describe("the footprint", () => {
  test("by hand: 8 inputs, 16 units, half of the tiles", () => {
    // 8 blocks of 2 + 4 tiles: 48, 24 stay, 3 a block: 64 + list of 8 + 96 bytes each.
    const target = targetOf(M4, { sparse: 50 });
    const { macs, paddedMacs, weightBytes } = sparseFootprint(bareLstm(8, 16), target, 50);
    expect({ macs, paddedMacs, weightBytes }).toEqual({
      macs: 24 * 32,
      paddedMacs: 24 * 32,
      weightBytes: 8 * (64 + 8 + 96),
    });
  });

  test.each([0, 25, 50, 75])("with %i %% left out is what the generator makes", (percent) => {
    for (const made of [model, seededModel(bareLstm(13, 21))]) {
      const target = targetOf(M4, { sparse: percent });
      const foretold = sparseFootprint(shapeOf(made), target, percent);
      const { cost } = generate({
        model: made,
        board: M4,
        format: "int8",
        calibration: null,
        sparse: percent,
      }).stages.plan;
      expect(foretold.paddedMacs).toBe(cost.paddedMacs);
      // Lists of blocks that keep more or fewer tiles than the mean differ by a word.
      expect(Math.abs(foretold.weightBytes / cost.weightBytes - 1)).toBeLessThan(0.02);
    }
  });
});

/** Of a frame, counted on emulated cores by `pioneer run hearable --board ID --sparse N`. */
test.each([
  ["qemu-m4", 0, 34_320],
  ["qemu-m4", 50, 19_344],
  ["qemu-rv32", 0, 97_438],
] as const)(
  "instructions of %s with %i %% left out are foretold within 3 %%",
  (id, percent, counted) => {
    const { instructions } = createPredictor(loadBoard(id), "int8", [], percent).of(SUBJECT.shape);
    expect(Math.abs((instructions as number) / counted - 1)).toBeLessThan(0.03);
  },
);

test("vectors, and other formats, have no prediction", () => {
  expect(() => createPredictor(loadBoard("qemu-m55"), "int8", [], 50)).toThrow("TP-PLAN-040");
  expect(() => createPredictor(M4, "int4", [], 50)).toThrow("TP-PLAN-040");
});

describe("sizes", () => {
  const board = loadBoard("nrf52840-dk");

  test("tell of the model as it is with a quarter, half and three quarters left out", () => {
    const { sparse: sizes, document } = sizesFor(SUBJECT, board, "int8", {});
    expect(sizes.map(({ percent }) => percent)).toEqual([25, 50, 75]);
    const cycles = sizes.map(({ given }) => given.cycles?.value as number);
    expect([...cycles].sort((a, b) => b - a)).toEqual(cycles);
    expect(document.sparse).toMatchObject([
      { percent: 25, missing: null, given: { hiddenSize: 64, quality: null } },
      { percent: 50 },
      { percent: 75 },
    ]);
  });

  test("have none where there is no model, and none for vectors", () => {
    expect(sizesFor({ ...SUBJECT, own: null }, board, "int8", { maxHidden: 4 }).sparse).toEqual([]);
    const vectors = loadBoard("alif-ensemble-e7");
    expect(sizesFor(SUBJECT, vectors, "int8", { maxHidden: 4 }).sparse).toEqual([]);
  });
});

describe("--sparse", () => {
  test("is a number from 0 to 99", () => {
    const parse = (text: string) => sparse().parseArg?.(text, undefined);
    expect(["0", "12.5", "99"].map(parse)).toEqual([0, 12.5, 99]);
    for (const text of ["", "-1", "99.1", "100", "half", "NaN", "Infinity"]) {
      expect(() => parse(text), text).toThrow("TP-USE-002");
    }
  });
});
