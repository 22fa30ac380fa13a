/**
 * Generated models with convolutions and pools, each with the kinds of layers it becomes.
 * That they agree with onnxruntime is left to onnx-operators.test.ts; fuzzing starts from them too.
 */

import { type Case, ints, type NamedCase, op } from "./onnx-cases.ts";
import { hidden, weights } from "./onnx-recurrent-cases.ts";
import { type NodeSpec, seededTensor, type TensorSpec } from "./onnx-writer.ts";

/** A model "x" [1, channels, T] to "y". */
function wave(
  channels: number,
  nodes: readonly NodeSpec[],
  initializers: readonly TensorSpec[],
  opset = 13,
): Case {
  return {
    time: { input: 2 },
    spec: {
      opset,
      nodes,
      initializers,
      inputs: [{ name: "x", shape: ["N", channels, "T"] }],
      outputs: [{ name: "y", shape: [] }],
    },
  };
}

/** A model "x" [1, channels, positions] to "y", one step a call. */
function spectrum(
  channels: number,
  positions: number,
  nodes: readonly NodeSpec[],
  initializers: readonly TensorSpec[] = [],
): Case {
  return {
    spec: {
      nodes,
      initializers,
      inputs: [{ name: "x", shape: [1, channels, positions] }],
      outputs: [{ name: "y", shape: [] }],
    },
  };
}

const K = (...dims: readonly number[]) => seededTensor("K", dims, 3);

export const WINDOW_CASES: readonly NamedCase[] = [
  [
    "a causal convolution along time with its bias, then a batch normalization",
    wave(
      3,
      [
        op("Conv", "x K k", "a", { integers: { pads: [2, 0], kernel_shape: [3] } }),
        op("BatchNormalization", "a g g g v", "y"),
      ],
      [
        K(4, 3, 3),
        seededTensor("k", [4], 4),
        seededTensor("g", [4], 5),
        { name: "v", dims: [4], values: [1, 2, 3, 0.5] },
      ],
    ),
    ["conv1d"],
  ],
  [
    "a dilated, grouped convolution padded by an operator of its own",
    wave(
      4,
      [
        op("Pad", "x pads", "a"),
        op("Conv", "a K", "y", { integers: { dilations: [2], group: 2 } }),
      ],
      [K(4, 2, 2), ints("pads", 0, 0, 2, 0, 0, 0)],
    ),
    ["conv1d"],
  ],
  [
    "a convolution padded on both sides and cut, as temporal networks are",
    wave(
      2,
      [
        op("Conv", "x K", "a", { integers: { pads: [2, 2] } }),
        op("Slice", "a zero cut two", "b"),
        op("LeakyRelu", "b", "y"),
      ],
      [K(3, 2, 3), ints("zero", 0), ints("cut", -2), ints("two", 2)],
    ),
    ["conv1d", "leaky-relu"],
  ],
  [
    "a convolution of one tap, a dense layer to every step",
    wave(3, [op("Conv", "x K", "y")], [K(5, 3, 1)]),
    ["dense"],
  ],
  [
    "a convolution before an LSTM",
    {
      time: { input: 0 },
      spec: {
        nodes: [
          op("Transpose", "x", "a", { integers: { perm: [1, 2, 0] } }),
          op("Conv", "a K", "b", { integers: { pads: [1, 0] } }),
          op("Relu", "b", "c"),
          op("Transpose", "c", "d", { integers: { perm: [2, 0, 1] } }),
          op("LSTM", "d W R B", "y", hidden(4)),
        ],
        initializers: [...weights(4, [5, 4], 1), seededTensor("K", [5, 3, 2], 8)],
        inputs: [{ name: "x", shape: ["T", 1, 3] }],
        outputs: [{ name: "y", shape: [] }],
      },
    },
    ["conv1d", "activation", "lstm"],
  ],
  [
    "a strided, padded convolution over bands, flattened for a Gemm",
    spectrum(
      2,
      7,
      [
        op("Conv", "x K k", "a", { integers: { strides: [2], pads: [1, 2] } }),
        op("Relu", "a", "b"),
        op("Flatten", "b", "c"),
        op("Gemm", "c D", "y"),
      ],
      [K(3, 2, 3), seededTensor("k", [3], 4), seededTensor("D", [12, 2], 5)],
    ),
    ["arrange", "conv1d", "activation", "dense"],
  ],
  ...["SAME_UPPER", "SAME_LOWER", "VALID"].map((auto_pad): [string, Case, string[]] => [
    `auto_pad ${auto_pad}`,
    spectrum(
      1,
      6,
      [op("Conv", "x K", "y", { integers: { strides: [2] }, texts: { auto_pad } })],
      [K(1, 1, 4)],
    ),
    ["conv1d"],
  ]),
  [
    "scales taken into the convolution behind them, and one before it",
    spectrum(
      1,
      5,
      [
        op("Mul", "x m", "a"),
        op("Conv", "a K", "b", { integers: { pads: [1, 1] } }),
        op("Mul", "b n", "y"),
      ],
      [seededTensor("m", [1], 4), seededTensor("n", [2, 1], 5), K(2, 1, 3)],
    ),
    ["conv1d", "arrange"],
  ],
  [
    "two convolutions and a pool between them, no rearranging",
    spectrum(
      1,
      12,
      [
        op("Conv", "x K", "a"),
        op("MaxPool", "a", "b", { integers: { kernel_shape: [2], strides: [2] } }),
        op("Conv", "b L", "c"),
        op("GlobalAveragePool", "c", "y"),
      ],
      [K(3, 1, 3), seededTensor("L", [4, 3, 2], 5)],
    ),
    ["conv1d", "pool1d", "conv1d", "pool1d"],
  ],
  ...[0, 1].map((count_include_pad): [string, Case, string[]] => [
    `AveragePool with padding, count_include_pad ${count_include_pad}`,
    spectrum(1, 7, [
      op("AveragePool", "x", "y", {
        integers: { kernel_shape: [3], strides: [2], pads: [1, 1], count_include_pad },
      }),
    ]),
    ["pool1d"],
  ]),
  [
    "MaxPool with padding and dilation, GlobalMaxPool",
    spectrum(1, 9, [
      op("MaxPool", "x", "a", { integers: { kernel_shape: [3], dilations: [2], pads: [2, 1] } }),
      op("GlobalMaxPool", "a", "y"),
    ]),
    ["pool1d", "pool1d"],
  ],
  [
    "a convolution of two dimensions, one of them 1",
    {
      spec: {
        nodes: [op("Conv", "x K", "y", { integers: { pads: [0, 1, 0, 1] } })],
        initializers: [K(3, 2, 1, 3)],
        inputs: [{ name: "x", shape: [1, 2, 1, 6] }],
        outputs: [{ name: "y", shape: [] }],
      },
    },
    ["arrange", "conv1d", "arrange"],
  ],
];
