/** A plan's bytes by what they hold: by hand, and the same sum as the plan's own cost. */
import { describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { FORMATS, FUSIONS, type Fusion, generate } from "../../codegen/index.ts";
import { allTraffic, totalTraffic } from "../../host/analyze/kernel-work.ts";
import { planWork } from "../../host/workflow/plan-work.ts";
import { createRandom, randomModel } from "../random-model.ts";

const shape = {
  name: "test",
  inputSize: 32,
  lstms: [64],
  grus: [
    { size: 24, resetAfter: true },
    { size: 16, resetAfter: false },
  ],
  denses: [{ size: 32, activation: "sigmoid" }],
} as const;

function planOf(format: (typeof FORMATS)[number], board: string, fusion: Fusion = "full") {
  const model = randomModel(createRandom(5), shape);
  return generate({ model, board: loadBoard(board), format, fusion, calibration: null }).stages
    .plan;
}

test("an LSTM of 32 inputs and 64 units, packed pairs on a Cortex-M4, by hand", () => {
  const [load, lstm] = planWork(planOf("int8", "nrf52840-dk"));
  expect(load).toMatchObject({ macs: 0, traffic: { activations: 32 + 2 * 32 } });
  // 256 rows x 96 columns, 8 rows a block; 4 gates a unit; each row has 4 byte of bias and 4 of multiplier.
  expect(lstm).toMatchObject({
    macs: 256 * 96,
    rows: 256,
    traffic: {
      weights: 256 * (96 + 8),
      activations: 32 * 96 * 2 + 64 * 2,
      state: 64 * 2 * 2,
      tables: 64 * 5 * 4,
      sums: 256 * 4 * 2,
    },
  });
});

const DELTA = { input: 8, hidden: 4 };

function deltaPlan(shape: Parameters<typeof randomModel>[1]) {
  const model = randomModel(createRandom(6), shape);
  const board = loadBoard("nrf52840-dk");
  return generate({ model, board, format: "int8", calibration: null, delta: DELTA }).stages.plan;
}

describe("an LSTM that keeps its sums", () => {
  const plan = deltaPlan({
    ...{ name: "kept", inputSize: 32, lstms: [61] },
    denses: [{ size: 8, activation: "sigmoid" }],
  });
  // 61 units: 244 rows in 31 blocks of 8, 248 with padding; 32 + 64 columns with padding, 2 byte a value.
  const fixed = { state: 62 * 2 * 2, tables: 62 * 5 * 4 };

  test("of which 10 columns moved, by hand", () => {
    const [, lstm] = planWork(plan, 10);
    expect(lstm).toMatchObject({
      macs: 244 * 10,
      paddedMacs: 248 * 10,
      rows: 248,
      traffic: {
        ...fixed,
        // A multiplier of 4 byte and a byte of each column.
        weights: 248 * (4 + 10),
        // Values and seen ones, those seen anew, the list of 11 words written and read by each block, hidden states.
        activations: 2 * 96 * 2 + 10 * 2 + 11 * 4 * (1 + 31) + 62 * 2,
        // Taken and put back, read for the multiplier, the result and its reading.
        sums: 248 * 4 * 5,
      },
    });
  });

  test("of which nothing moved touches neither weights of columns nor sums", () => {
    const [, lstm] = planWork(plan, 0);
    expect(lstm).toMatchObject({
      macs: 0,
      paddedMacs: 0,
      traffic: {
        ...fixed,
        weights: 248 * 4,
        activations: 2 * 96 * 2 + 4 + 62 * 2,
        sums: 248 * 4 * 3,
      },
    });
  });

  test("the plan's cost is that of a step in which every column moved", () => {
    const work = planWork(plan);
    for (const { kernel, bytesRead, bytesWritten } of plan.cost.kernels) {
      const found = work.find(({ name }) => name === kernel);
      expect(found && allTraffic(found.traffic)).toBe(bytesRead + bytesWritten);
    }
    expect(plan.cost.macs).toBe(244 * 93 + 61 * 8);
    // The stored weights hold the biases besides.
    expect(plan.cost.weightBytes - totalTraffic(work).weights).toBe(248 * (4 + 3));
  });
});

/** Single precision and 4-bit weights are always fused. */
const COMBINATIONS = FORMATS.flatMap((format) =>
  FUSIONS.map((fusion) => [format, fusion] as const).filter(
    ([, fusion]) => format === "int8" || format === "int16x8" || fusion === "full",
  ),
);

describe.each(["nrf52840-dk", "qemu-rv32"])("on %s", (board) => {
  test.each(COMBINATIONS)("the parts of %s, fusion %s, are the plan's bytes", (format, fusion) => {
    const plan = planOf(format, board, fusion);
    const work = planWork(plan);
    for (const { kernel, bytesRead, bytesWritten } of plan.cost.kernels) {
      const found = work.find(({ name }) => name === kernel);
      expect(found && allTraffic(found.traffic)).toBe(bytesRead + bytesWritten);
    }
    expect(totalTraffic(work).weights).toBe(plan.cost.weightBytes);
    expect(work.reduce((sum, { macs }) => sum + macs, 0)).toBe(plan.cost.macs);
  });
});
