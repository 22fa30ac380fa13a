import { describe, expect, it } from "vitest";
import { createFloatModel } from "../../codegen/model/reference-float.ts";
import type { Layer, RecurrentModel } from "../../codegen/model/types.ts";

function modelOf(inputSize: number, layers: readonly Layer[]): RecurrentModel {
  return {
    name: "by hand",
    source: { format: "generated", file: "none", digest: "" },
    inputSize,
    outputSize: layers.at(-1)?.outputSize ?? 0,
    layers,
    streaming: "stateful-step",
  };
}

/** Distributes over kinds, so that each keeps its own fields. */
type WithoutEdge<L> = L extends Layer
  ? Omit<L, "name" | "input" | "output" | "inputSize" | "outputSize">
  : never;

function answersOf(
  layer: WithoutEdge<Exclude<Layer, { readonly inputs: unknown }>>,
  outputSize: number,
  ...steps: readonly (readonly number[])[]
): number[][] {
  const inputSize = steps[0]?.length ?? 0;
  const edge = { name: "layer", input: "x", output: "y", inputSize, outputSize };
  const float = createFloatModel(modelOf(inputSize, [{ ...edge, ...layer } as Layer]));
  return steps.map((step) => [...float.step(Float64Array.from(step))]);
}

const WINDOW = { taps: 2, stride: 1, dilation: 1, padBefore: 0, padAfter: 0 };

describe("layers of the float64 oracle, computed by hand", () => {
  it.each<[string, Parameters<typeof answersOf>[0], number[], number[]]>([
    ["leaky relu", { kind: "leaky-relu", slope: 0.25 }, [-4, 0, 3], [-1, 0, 3]],
    [
      "hard sigmoid",
      { kind: "hard-sigmoid", alpha: 0.2, beta: 0.5 },
      [-9, -1, 1, 9],
      [0, 0.3, 0.7, 1],
    ],
    ["clip", { kind: "clip", low: 0, high: 6 }, [-1, 2, 7], [0, 2, 6]],
    ["open clip", { kind: "clip", low: -1, high: Number.POSITIVE_INFINITY }, [-2, 9], [-1, 9]],
    ["softmax, shifted", { kind: "softmax" }, [1000, 1000 + Math.log(3)], [0.25, 0.75]],
    [
      "scale",
      { kind: "scale", scale: Float64Array.of(2, -1), bias: Float64Array.of(1, 0.5) },
      [3, 4],
      [7, -3.5],
    ],
    [
      // Mean 2, variance 8/3 over three values, plus 4/3: a deviation of 2.
      "layer norm",
      {
        kind: "layer-norm",
        scale: Float64Array.of(1, 2, 4),
        bias: Float64Array.of(0, 0, 1),
        epsilon: 4 / 3,
      },
      [0, 2, 4],
      [-1, 0, 5],
    ],
    [
      // Positions [1,2] [3,4] [5,6] of two channels; padded mean of two taps, stride 2.
      "average pool without padding counted",
      {
        kind: "pool1d",
        operation: "average",
        positions: 3,
        channels: 2,
        countsPadding: false,
        window: { ...WINDOW, stride: 2, padBefore: 1 },
      },
      [1, 2, 3, 4, 5, 6],
      [1, 2, 4, 5],
    ],
    [
      "max pool of negative values beside padding",
      {
        kind: "pool1d",
        operation: "max",
        positions: 2,
        channels: 1,
        countsPadding: false,
        window: { ...WINDOW, padAfter: 1 },
      },
      [-5, -3],
      [-3, -3],
    ],
    [
      // Two groups of one channel; taps 2, dilation 2: y[0] = x[0] + 10 x[2], second channel negated.
      "grouped, dilated convolution over positions",
      {
        kind: "conv1d",
        along: "positions",
        positions: 3,
        inputChannels: 2,
        outputChannels: 2,
        groups: 2,
        window: { ...WINDOW, dilation: 2 },
        weights: { rows: 2, cols: 2, values: Float64Array.of(1, 10, -1, -10) },
        bias: Float64Array.of(0, 0.5),
      },
      [1, 2, 0, 0, 3, 4],
      [31, -41.5],
    ],
  ])("%s", (_, layer, input, expected) => {
    const [answer] = answersOf(layer, expected.length, input);
    expect(answer).toHaveLength(expected.length);
    for (const [k, value] of expected.entries()) expect(answer?.[k]).toBeCloseTo(value, 12);
  });

  it("a convolution along time keeps dilated steps, zeros at first", () => {
    const layer = {
      kind: "conv1d",
      along: "time",
      positions: 1,
      inputChannels: 1,
      outputChannels: 1,
      groups: 1,
      window: { ...WINDOW, dilation: 2, padBefore: 2 },
      weights: { rows: 1, cols: 2, values: Float64Array.of(10, 1) },
      bias: Float64Array.of(0),
    } as const;
    expect(answersOf(layer, 1, [1], [2], [3], [4])).toEqual([[1], [2], [13], [24]]);
  });

  it("values may be read by several layers, joined and reordered", () => {
    const edge = { name: "n", inputSize: 2, outputSize: 2 };
    const layers: Layer[] = [
      { ...edge, kind: "activation", activation: "relu", input: "x", output: "r" },
      {
        ...edge,
        inputSize: 4,
        kind: "combine",
        operation: "subtract",
        inputs: ["x", "r"],
        output: "s",
      },
      {
        ...edge,
        inputSize: 4,
        kind: "combine",
        operation: "multiply",
        inputs: ["s", "x"],
        output: "m",
      },
      {
        name: "n",
        inputSize: 4,
        outputSize: 3,
        kind: "arrange",
        inputs: ["m", "x"],
        from: Int32Array.of(3, 0, 0),
        output: "y",
      },
    ];
    // x = [-3, 5]: relu [0, 5], difference [-3, 0], product [9, 0].
    const float = createFloatModel(modelOf(2, layers));
    expect([...float.step(Float64Array.of(-3, 5))]).toEqual([5, 9, 9]);
    const broken = createFloatModel(
      modelOf(
        2,
        layers.filter((_, index) => index !== 1),
      ),
    );
    expect(() => broken.step(Float64Array.of(1, 2))).toThrow(RangeError);
  });
});
