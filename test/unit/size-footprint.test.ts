import { expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { generate } from "../../codegen/pipeline.ts";
import { schedule } from "../../codegen/plan/schedule.ts";
import { targetOf } from "../../codegen/plan/target.ts";
import { noiseFrames } from "../../codegen/quantize/calibrate.ts";
import { weightedLayers } from "../../codegen/quantize/mixed-format.ts";
import { INTEGER_FORMATS } from "../../codegen/quantize/params.ts";
import { footprintOfShape } from "../../codegen/size/footprint.ts";
import { type NetworkShape, seededModel } from "../../codegen/size/network.ts";

const SHAPES: readonly NetworkShape[] = [
  { inputSize: 5, layers: [{ kind: "lstm", inputSize: 5, hiddenSize: 7 }] },
  {
    inputSize: 32,
    layers: [
      { kind: "lstm", inputSize: 32, hiddenSize: 22 },
      { kind: "lstm", inputSize: 22, hiddenSize: 17 },
      { kind: "dense", inputSize: 17, outputSize: 9, activation: "relu" },
      { kind: "dense", inputSize: 9, outputSize: 6, activation: "sigmoid" },
    ],
  },
  {
    inputSize: 12,
    layers: [
      { kind: "gru", inputSize: 12, hiddenSize: 18, resetAfter: true },
      { kind: "gru", inputSize: 18, hiddenSize: 10, resetAfter: false },
      { kind: "dense", inputSize: 10, outputSize: 4, activation: "tanh" },
    ],
  },
];

/** Each row layout, each line, each kind of cache. */
const BOARDS = ["nucleo-f446re", "nucleo-f746zg", "esp32-c3-devkitm-1", "esp32dev", "qemu-m55"];

test.each(BOARDS)("on %s what sizes foretell is what the plan lays out", (id) => {
  const board = loadBoard(id);
  for (const shape of SHAPES) {
    for (const format of INTEGER_FORMATS) {
      const model = seededModel(shape);
      const calibration = noiseFrames(model.inputSize);
      const { stages, footprint } = generate({ model, board, format, calibration });
      const told = footprintOfShape(shape, targetOf(board), format);
      expect(told).toMatchObject({
        macs: stages.plan.cost.macs,
        paddedMacs: stages.plan.cost.paddedMacs,
        weightBytes: stages.plan.cost.weightBytes,
        stateBytes: footprint.stateBytes,
      });
      expect(told.weightBytes + told.tableBytes).toBe(footprint.constantBytes);
    }
  }
});

test.each([...BOARDS, "rpipico"])("on %s with bits by layer, too", (id) => {
  const board = loadBoard(id);
  const target = targetOf(board);
  for (const shape of SHAPES.filter(({ layers }) => layers.length > 1)) {
    for (const fourBits of [[0], [1], shape.layers.slice(1).map((_, index) => index + 1)]) {
      const model = seededModel(shape);
      const names = weightedLayers(model).filter((_, index) => fourBits.includes(index));
      const calibration = noiseFrames(model.inputSize);
      const made = generate({ model, board, format: "int8", fourBits: names, calibration });
      const scheduled = schedule("int8", target, true);
      expect(footprintOfShape(shape, target, "int8", scheduled, fourBits)).toMatchObject({
        paddedMacs: made.stages.plan.cost.paddedMacs,
        weightBytes: made.stages.plan.cost.weightBytes,
        stateBytes: made.footprint.stateBytes,
      });
    }
  }
});

/** One LSTM over 32 inputs, worked out by hand. */
const lstm = (hiddenSize: number): NetworkShape => ({
  inputSize: 32,
  layers: [{ kind: "lstm", inputSize: 32, hiddenSize }],
});

test.each([
  // 8 rows are two units with four gates: 32 blocks. A block is 8 * (32 + 64) weights, 8 biases and 8 multipliers of 4 B.
  ["nrf52840-dk", 64, 32 * (8 * 96 + 64), 0],
  ["nucleo-f746zg", 64, 26_624, 0],
  // 16 rows are four units: 16 blocks of 16 * 96 + 128 B.
  ["esp32-c3-devkitm-1", 64, 16 * (16 * 96 + 128), 0],
  // 33 units fill 17 blocks of two; 33 columns become 36. Useful: 132 rows of 65 weights and 8 B.
  ["nucleo-f746zg", 33, 17 * (8 * 68 + 64), 17 * 608 - 132 * 73],
  // The same fill 9 blocks of four units.
  ["esp32-c3-devkitm-1", 33, 9 * (16 * 68 + 128), 9 * 1216 - 132 * 73],
])("on %s %i units take %i B, %i of them padding", (id, hiddenSize, weightBytes, lostBytes) => {
  const told = footprintOfShape(lstm(hiddenSize), targetOf(loadBoard(id)), "int8");
  expect(told).toMatchObject({ weightBytes, lostBytes });
});
