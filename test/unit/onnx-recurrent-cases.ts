/**
 * Generated models with recurrent layers, each with the kinds of layers it becomes.
 * That they agree with onnxruntime is left to onnx-operators.test.ts; fuzzing starts from them too.
 */

import { type Case, ints, type NamedCase, op, STEPS } from "./onnx-cases.ts";
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
export function weights(
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

export const hidden = (hidden_size: number, more: Record<string, number> = {}) => ({
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

export const RECURRENT_CASES: readonly NamedCase[] = [
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
    "an LSTM with peepholes and lengths of whole sequences",
    sequence(
      3,
      [op("LSTM", "x W R B lengths h0 c0 P", "y", hidden(4))],
      [
        ...weights(4, [3, 4], 1),
        seededTensor("h0", [1, 1, 4], 8),
        seededTensor("c0", [1, 1, 4], 9),
        seededTensor("P", [1, 12], 10),
        { ...ints("lengths", STEPS), type: "int32" },
      ],
      { inputs: [{ name: "x", shape: [STEPS, 1, 3] }] },
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
];

/** Nodes and constants that make "last" of an LSTM's sequence. */
const LAST_STEPS: readonly (readonly [string, readonly NodeSpec[], readonly TensorSpec[]])[] = [
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
];

/** Models that answer once a sequence. */
export const CLASSIFIER_CASES: readonly NamedCase[] = LAST_STEPS.map(([what, nodes, more]) => [
  `a classifier of whole sequences that reads ${what}`,
  sequence(
    3,
    [...nodes, op("MatMul", "last D", "scores"), op("Softmax", "scores", "y")],
    [...weights(4, [3, 4], 1), seededTensor("D", [4, 5], 6), ...more],
    { inputs: [{ name: "x", shape: [STEPS, 1, 3] }] },
  ),
  ["lstm", "dense", "softmax"],
]);
