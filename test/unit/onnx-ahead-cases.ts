/**
 * Generated models with layers that read their sequence from the end, each with the kinds of layers it becomes.
 * That they agree with onnxruntime is left to onnx-ahead.test.ts.
 */

import { type Case, ints, type NamedCase, op } from "./onnx-cases.ts";
import { hidden } from "./onnx-recurrent-cases.ts";
import { type NodeSpec, seededTensor, type TensorSpec } from "./onnx-writer.ts";

const SIZE = 3;
const HIDDEN = 4;

/** W, R and B of a layer of so many directions, their names with a suffix. */
function weights(
  gates: number,
  directions: number,
  inputSize: number,
  seed: number,
  suffix = "",
): readonly TensorSpec[] {
  return [
    seededTensor(`W${suffix}`, [directions, gates * HIDDEN, inputSize], seed),
    seededTensor(`R${suffix}`, [directions, gates * HIDDEN, HIDDEN], seed + 1),
    seededTensor(`B${suffix}`, [directions, 2 * gates * HIDDEN], seed + 2),
  ];
}

function run(direction: string, more: Record<string, number> = {}): Partial<NodeSpec> {
  return { ...hidden(HIDDEN, more), texts: { direction } };
}

/** A model "x" [T, 1, 3] to "y". */
function sequence(nodes: readonly NodeSpec[], initializers: readonly TensorSpec[]): Case {
  return {
    time: { input: 0 },
    spec: {
      nodes,
      initializers: [
        ...initializers,
        ints("axis1", 1),
        ints("pairs", 0, 1, 2 * HIDDEN),
        ints("flat", 1, 2 * HIDDEN),
      ],
      inputs: [{ name: "x", shape: ["T", 1, SIZE] }],
      outputs: [{ name: "y", shape: [] }],
    },
  };
}

const BOTH_BEHIND_EACH_OTHER = [
  op("LSTM", "x W1 R1 B1", "a", run("bidirectional")),
  op("Transpose", "a", "b", { integers: { perm: [0, 2, 1, 3] } }),
  op("Reshape", "b pairs", "c"),
];

/** Models that answer every step of a sequence, when it is over. */
export const AHEAD_CASES: readonly NamedCase[] = [
  [
    "a reversed LSTM",
    sequence([op("LSTM", "x W R B", "y", run("reverse"))], weights(4, 1, SIZE, 1)),
    ["lstm"],
  ],
  ...([0, 1] as const).map(
    (linear_before_reset): NamedCase => [
      `a reversed GRU with linear_before_reset ${linear_before_reset}`,
      sequence(
        [op("GRU", "x W R B", "y", run("reverse", { linear_before_reset }))],
        weights(3, 1, SIZE, 1),
      ),
      ["gru"],
    ],
  ),
  [
    "a bidirectional LSTM with initial states",
    sequence(
      [op("LSTM", "x W R B - h0 c0", "y", run("bidirectional"))],
      [
        ...weights(4, 2, SIZE, 1),
        seededTensor("h0", [2, 1, HIDDEN], 8),
        seededTensor("c0", [2, 1, HIDDEN], 9),
      ],
    ),
    ["lstm", "lstm", "arrange"],
  ],
  [
    "bidirectional LSTM, bidirectional GRU and a dense layer behind each other",
    sequence(
      [
        ...BOTH_BEHIND_EACH_OTHER,
        op("GRU", "c W2 R2 B2", "d", {
          ...run("bidirectional"),
          texts: {
            direction: "bidirectional",
            activations: ["Sigmoid", "Tanh", "Sigmoid", "Tanh"],
          },
        }),
        op("Transpose", "d", "e", { integers: { perm: [0, 2, 1, 3] } }),
        op("Reshape", "e pairs", "f"),
        op("MatMul", "f D", "y"),
      ],
      [
        ...weights(4, 2, SIZE, 1, "1"),
        ...weights(3, 2, 2 * HIDDEN, 5, "2"),
        seededTensor("D", [2 * HIDDEN, 2], 9),
      ],
    ),
    ["lstm", "lstm", "arrange", "gru", "gru", "arrange", "dense"],
  ],
];

/** Models that answer once a sequence. */
export const AHEAD_CLASSIFIER_CASES: readonly NamedCase[] = [
  [
    "the states in which both directions end",
    sequence(
      [
        op("GRU", "x W R B", "- ends", run("bidirectional")),
        op("Transpose", "ends", "a", { integers: { perm: [1, 0, 2] } }),
        op("Reshape", "a flat", "b"),
        op("MatMul", "b D", "y"),
      ],
      [...weights(3, 2, SIZE, 1), seededTensor("D", [2 * HIDDEN, 2], 9)],
    ),
    ["gru", "gru", "first-step", "arrange", "dense"],
  ],
  [
    "both directions at the last step",
    sequence(
      [
        ...BOTH_BEHIND_EACH_OTHER,
        op("Gather", "c end", "d", { integers: { axis: 0 } }),
        op("MatMul", "d D", "y"),
      ],
      [
        ...weights(4, 2, SIZE, 1, "1"),
        { name: "end", dims: [], values: [-1], type: "int64" },
        seededTensor("D", [2 * HIDDEN, 2], 9),
      ],
    ),
    ["lstm", "lstm", "arrange", "dense"],
  ],
];
