/** Convolutions of every kind as a window and a dense layer, against the float64 oracle's own sums over taps. */
import { describe, expect, test } from "vitest";
import { createFloatModel } from "../../codegen/model/reference-float.ts";
import type { Conv1dLayer, RecurrentModel } from "../../codegen/model/types.ts";
import { PRODUCT_LIMIT, productOf } from "../../codegen/quantize/convolution.ts";
import { toFloat32 } from "../../codegen/quantize/float32-model.ts";
import { ungenerated } from "../../codegen/quantize/operators.ts";
import { createTwin } from "../../codegen/quantize/twin.ts";
import { createRandom, randomFrames, uniformValues } from "../random-model.ts";

type Shape = Pick<
  Conv1dLayer,
  "along" | "positions" | "inputChannels" | "outputChannels" | "groups" | "window"
>;

function convolution(shape: Shape, made: number): Conv1dLayer {
  const random = createRandom(4);
  const { positions, inputChannels, outputChannels, groups, window } = shape;
  const cols = (window.taps * inputChannels) / groups;
  return {
    ...shape,
    kind: "conv1d",
    name: "conv",
    input: "x",
    output: "y",
    inputSize: positions * inputChannels,
    outputSize: made * outputChannels,
    weights: {
      rows: outputChannels,
      cols,
      values: uniformValues(random, outputChannels * cols, 0.5),
    },
    bias: uniformValues(random, outputChannels, 0.5),
  };
}

function modelOf(layer: Conv1dLayer): RecurrentModel {
  return {
    name: "conv",
    source: { format: "onnx", file: "conv.onnx", digest: "0".repeat(64) },
    inputSize: layer.inputSize,
    outputSize: layer.outputSize,
    layers: [layer],
    streaming: "stateful-step",
  };
}

const time = { along: "time", positions: 1 } as const;
const inside = { along: "positions" } as const;
const taps = (count: number, dilation: number) => ({
  taps: count,
  stride: 1,
  dilation,
  padBefore: (count - 1) * dilation,
  padAfter: 0,
});

const CASES: readonly (readonly [string, Shape, number])[] = [
  ["groups", { ...time, inputChannels: 6, outputChannels: 4, groups: 2, window: taps(3, 1) }, 1],
  ["depthwise", { ...time, inputChannels: 5, outputChannels: 5, groups: 5, window: taps(2, 1) }, 1],
  ["dilation", { ...time, inputChannels: 3, outputChannels: 4, groups: 1, window: taps(3, 4) }, 1],
  [
    "positions, padded on both sides",
    {
      ...inside,
      positions: 7,
      inputChannels: 2,
      outputChannels: 3,
      groups: 1,
      window: { taps: 3, stride: 1, dilation: 1, padBefore: 1, padAfter: 1 },
    },
    7,
  ],
  [
    "positions with strides, dilation and groups",
    {
      ...inside,
      positions: 9,
      inputChannels: 4,
      outputChannels: 6,
      groups: 2,
      window: { taps: 2, stride: 2, dilation: 3, padBefore: 0, padAfter: 1 },
    },
    4,
  ],
];

describe("a convolution with", () => {
  test.each(CASES)("%s stays within 1e-5 of float64", (_, shape, made) => {
    const model = modelOf(convolution(shape, made));
    expect(ungenerated(model)).toEqual([]);
    const twin = createTwin(toFloat32(model));
    const float = createFloatModel(model);
    for (const frame of randomFrames(createRandom(5), 40, model.inputSize)) {
      const exact = float.step(frame);
      const values = twin.step(Float32Array.from(frame));
      expect(values).toHaveLength(made * shape.outputChannels);
      values.forEach((value, i) => void expect(value).toBeCloseTo(exact[i] as number, 5));
    }
  });
});

test("rows by hand: two positions of a window of two over three values", () => {
  const shape = { ...inside, positions: 3, inputChannels: 1, outputChannels: 1, groups: 1 };
  const window = { taps: 2, stride: 1, dilation: 1, padBefore: 0, padAfter: 0 };
  const layer = convolution({ ...shape, window }, 2);
  layer.weights.values.set([5, 7]);
  expect([...productOf(layer).weights.values]).toEqual([5, 7, 0, 0, 5, 7]);
});

test("one that makes too large a dense layer is refused, with its size", () => {
  const window = { taps: 3, stride: 1, dilation: 1, padBefore: 1, padAfter: 1 };
  const channels = { inputChannels: 8, outputChannels: 8, groups: 1 };
  const layer = convolution({ ...inside, positions: 65, ...channels, window }, 65);
  expect(65 * 8 * 65 * 8).toBeGreaterThan(PRODUCT_LIMIT);
  expect(ungenerated(modelOf(layer))[0]).toMatchObject({
    operator: "conv1d",
    why: "as a dense layer it has 270400 weights",
  });
});
