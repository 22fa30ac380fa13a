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
