import { describe, expect, it } from "vitest";
import { type Case, expectAgreement, ints, op, STEPS } from "./onnx-agreement.ts";
import { type NodeSpec, seededTensor, type TensorSpec } from "./onnx-writer.ts";

const TIME = { input: 0 };

/** A model "x" [T, 1, size] to "y". */
function sequence(
  size: number,
  nodes: readonly NodeSpec[],
  initializers: readonly TensorSpec[],
  rest: Partial<Case["spec"]> = {},
): Case {
  return {
    time: TIME,
    spec: {
      nodes,
      initializers,
      inputs: [{ name: "x", shape: ["T", 1, size] }],
      outputs: [{ name: "y", shape: [] }],
      ...rest,
    },
  };
}

/** W, R and B of a layer, their names with a suffix. */
function weights(
  gates: number,
  [inputSize, hiddenSize]: readonly [number, number],
  seed: number,
  suffix = "",
): readonly TensorSpec[] {
  return [
    seededTensor(`W${suffix}`, [1, gates * hiddenSize, inputSize], seed),
    seededTensor(`R${suffix}`, [1, gates * hiddenSize, hiddenSize], seed + 1),
    seededTensor(`B${suffix}`, [1, 2 * gates * hiddenSize], seed + 2),
  ];
}

const hidden = (hidden_size: number, more: Record<string, number> = {}) => ({
  integers: { hidden_size, ...more },
});
const AXIS_1 = ints("axis1", 1);
const state = (name: string, size: number) => ({ name, shape: [1, 1, size] });

/** States of two LSTMs in one tensor [2, 1, 3], taken apart and put together again. */
const packedStack: Case = {
  states: { hn: "h", cn: "c" },
  spec: {
    nodes: [
      op("Split", "h", "h1 h2", { integers: { axis: 0 } }),
      op("Slice", "c zero one zero", "c1"),
      op("Slice", "c one two zero", "c2"),
      op("LSTM", "x W1 R1 B1 - h1 c1", "a ha ca", hidden(3)),
      op("Squeeze", "a axis1", "b"),
      op("LSTM", "b W2 R2 B2 - h2 c2", "d hb cb", hidden(3)),
      op("Concat", "ha hb", "hn", { integers: { axis: 0 } }),
      op("Concat", "ca cb", "cn", { integers: { axis: 0 } }),
      op("Squeeze", "d axis1", "y"),
    ],
    initializers: [
      ...weights(4, [2, 3], 1, "1"),
      ...weights(4, [3, 3], 5, "2"),
      AXIS_1,
      ints("zero", 0),
      ints("one", 1),
      ints("two", 2),
    ],
    inputs: [
      { name: "x", shape: [1, 1, 2] },
      { name: "h", shape: [2, 1, 3] },
      { name: "c", shape: [2, 1, 3] },
    ],
    outputs: ["y", "hn", "cn"].map((name) => ({ name, shape: [] })),
  },
};

describe("recurrent layers against onnxruntime", () => {
  it.each<[string, Case, readonly string[]]>([
    [
      "an LSTM with all inputs and attributes at their defaults, operator set 7",
      sequence(
        3,
        [
          op("LSTM", "x W R B - h0 c0 P", "y", {
            ...hidden(4),
            texts: { direction: "forward", activations: ["Sigmoid", "Tanh", "Tanh"] },
          }),
        ],
        [
          ...weights(4, [3, 4], 1),
          seededTensor("h0", [1, 1, 4], 8),
          seededTensor("c0", [1, 1, 4], 9),
          { name: "P", dims: [1, 12], values: new Float32Array(12) },
        ],
        { opset: 7 },
      ),
      ["lstm"],
    ],
    [
      "an LSTM without bias",
      sequence(3, [op("LSTM", "x W R", "y", hidden(4))], weights(4, [3, 4], 1).slice(0, 2)),
      ["lstm"],
    ],
    ...([0, 1] as const).map((linear_before_reset): [string, Case, string[]] => [
      `a GRU with linear_before_reset ${linear_before_reset} and an initial state`,
      sequence(
        3,
        [op("GRU", "x W R B - h0", "y", hidden(4, { linear_before_reset }))],
        [...weights(3, [3, 4], 1), seededTensor("h0", [1, 1, 4], 8)],
      ),
      ["gru"],
    ]),
    [
      "an LSTM whose zero state is computed from the input's shape, as PyTorch exports it",
      sequence(
        3,
        [
          op("Shape", "x", "shape"),
          op("Gather", "shape at", "batch", { integers: { axis: 0 } }),
          op("Concat", "one batch size", "wanted", { integers: { axis: 0 } }),
          op("ConstantOfShape", "wanted", "zeros"),
          op("LSTM", "x W R B - zeros zeros", "y", hidden(4)),
        ],
        [...weights(4, [3, 4], 1), ints("at", 1), ints("one", 1), ints("size", 4)],
      ),
      ["lstm"],
    ],
    [
      "LSTM, GRU and LSTM stacked, of different sizes",
      sequence(
        3,
        [
          op("LSTM", "x W1 R1 B1", "a", hidden(5)),
          op("Squeeze", "a axis1", "b"),
          op("GRU", "b W2 R2 B2", "c", hidden(2)),
          op("Squeeze", "c axis1", "d"),
          op("LSTM", "d W3 R3 B3", "y", hidden(4)),
        ],
        [
          ...weights(4, [3, 5], 1, "1"),
          ...weights(3, [5, 2], 5, "2"),
          ...weights(4, [2, 4], 9, "3"),
          AXIS_1,
        ],
      ),
      ["lstm", "gru", "lstm"],
    ],
    [
      "normalised features taken into the LSTM, and a residual around it",
      sequence(
        4,
        [
          op("Sub", "x mean", "a"),
          op("Mul", "a gain", "b"),
          op("LSTM", "b W R B", "c", hidden(4)),
          op("Squeeze", "c axis1", "d"),
          op("Add", "d x", "y"),
        ],
        [
          ...weights(4, [4, 4], 1),
          seededTensor("mean", [4], 6),
          seededTensor("gain", [1, 4], 7),
          AXIS_1,
        ],
      ),
      ["lstm", "combine"],
    ],
    [
      "batch first, its features given in another order",
      {
        time: { input: 1 },
        spec: {
          nodes: [
            op("Transpose", "x", "a", { integers: { perm: [1, 0, 3, 2] } }),
            op("Reshape", "a keep", "b"),
            op("GRU", "b W R B", "c", hidden(3)),
            op("Transpose", "c", "d", { integers: { perm: [2, 0, 1, 3] } }),
            op("Reshape", "d flat", "y"),
          ],
          initializers: [...weights(3, [4, 3], 1), ints("keep", 0, 1, 4), ints("flat", 1, -1, 3)],
          inputs: [{ name: "x", shape: ["N", "T", 2, 2] }],
          outputs: [{ name: "y", shape: [] }],
        },
      },
      ["gru"],
    ],
    ["two LSTMs whose states are packed, one step a call", packedStack, ["lstm", "lstm"]],
    [
      "a GRU whose state goes in and out, one step a call",
      {
        states: { hn: "h0" },
        spec: {
          nodes: [
            op("GRU", "x W R B - h0", "a hn", hidden(4)),
            op("MatMul", "hn D", "b"),
            op("Sigmoid", "b", "y"),
          ],
          initializers: [...weights(3, [3, 4], 1), seededTensor("D", [4, 2], 6)],
          inputs: [{ name: "x", shape: [1, 1, 3] }, state("h0", 4)],
          outputs: ["y", "hn"].map((name) => ({ name, shape: [] })),
        },
      },
      ["gru", "dense", "activation"],
    ],
  ])("%s", async (_, given, kinds) => {
    const model = await expectAgreement(given);
    expect(model.layers.map(({ kind }) => kind)).toEqual(kinds);
    expect(model.streaming).toBe("stateful-step");
  });

  it.each<[string, NodeSpec[], TensorSpec[]]>([
    ["Y_h", [op("LSTM", "x W R B", "- last -", hidden(4))], []],
    [
      "the last place of Y",
      [
        op("LSTM", "x W R B", "a", hidden(4)),
        op("Squeeze", "a axis1", "b"),
        op("Slice", "b minus most zero", "last"),
      ],
      [AXIS_1, ints("minus", -1), ints("most", 2 ** 31 - 1), ints("zero", 0)],
    ],
    [
      "the last step gathered",
      [
        op("LSTM", "x W R B", "a", hidden(4)),
        op("Squeeze", "a axis1", "b"),
        op("Gather", "b end", "last", { integers: { axis: 0 } }),
      ],
      [AXIS_1, { name: "end", dims: [], values: [-1], type: "int64" }],
    ],
  ])("a classifier of whole sequences that reads %s", async (_, nodes, more) => {
    const model = await expectAgreement(
      sequence(
        3,
        [...nodes, op("MatMul", "last D", "scores"), op("Softmax", "scores", "y")],
        [...weights(4, [3, 4], 1), seededTensor("D", [4, 5], 6), ...more],
        { inputs: [{ name: "x", shape: [STEPS, 1, 3] }] },
      ),
    );
    expect([model.streaming, model.sequenceSteps]).toEqual(["whole-sequence", STEPS]);
  });
});

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

describe("windows against onnxruntime", () => {
  it.each<[string, Case, readonly string[]]>([
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
  ])("%s", async (_, given, kinds) => {
    const model = await expectAgreement(given);
    expect(model.layers.map(({ kind }) => kind)).toEqual(kinds);
  });
});
