/**
 * Generated models of one step, each with the kinds of layers it becomes.
 * That they agree with onnxruntime is left to onnx-operators.test.ts; fuzzing starts from them too.
 */

import { type Case, ints, type NamedCase, op, single } from "./onnx-cases.ts";
import { type NodeSpec, seededTensor, type TensorSpec } from "./onnx-writer.ts";

/** A model of one step, "x" to "y". */
function step(
  size: number,
  nodes: readonly NodeSpec[],
  initializers: readonly TensorSpec[] = [],
  { opset = 13, shape = [1, size] }: { readonly opset?: number; readonly shape?: number[] } = {},
): Case {
  return {
    spec: {
      opset,
      nodes,
      initializers,
      inputs: [{ name: "x", shape }],
      outputs: [{ name: "y", shape: [] }],
    },
  };
}

const positive = (name: string, dims: readonly number[], seed: number): TensorSpec => ({
  ...seededTensor(name, dims, seed),
  values: (seededTensor(name, dims, seed).values as number[]).map((value) => value + 1),
});

const W = (rows: number, cols: number) => seededTensor("W", [rows, cols], 3);

/** Mean, difference, square, variance, root and quotient as DTLN's second part has them. */
const instantLayerNorm = (square: NodeSpec, root: readonly NodeSpec[]): readonly NodeSpec[] => [
  op("ReduceMean", "x", "mean", { integers: { axes: [-1], keepdims: 1 } }),
  op("Sub", "x mean", "centered"),
  square,
  op("ReduceMean", "squared", "variance", { integers: { axes: [-1], keepdims: 1 } }),
  op("Add", "variance epsilon", "safe"),
  ...root,
  op("Mul", "normal gamma", "scaled"),
  op("Add", "scaled beta", "shifted"),
  op("MatMul", "shifted W", "y"),
];
const normConstants = [
  single("epsilon", 1e-7),
  seededTensor("gamma", [6], 4),
  seededTensor("beta", [6], 5),
  W(6, 4),
];

export const STEP_CASES: readonly NamedCase[] = [
  ["LeakyRelu", step(5, [op("LeakyRelu", "x", "y", { floats: { alpha: 0.3 } })]), ["leaky-relu"]],
  ["LeakyRelu by default", step(5, [op("LeakyRelu", "x", "y")]), ["leaky-relu"]],
  [
    "HardSigmoid",
    step(5, [op("HardSigmoid", "x", "y", { floats: { alpha: 0.3, beta: 0.4 } })]),
    ["hard-sigmoid"],
  ],
  [
    "Clip by inputs",
    step(5, [op("Clip", "x low high", "y")], [single("low", -0.5), single("high", 1)]),
    ["clip"],
  ],
  [
    "Clip by attributes, operator set 7",
    step(5, [op("Clip", "x", "y", { floats: { min: -1, max: 0.5 } })], [], { opset: 7 }),
    ["clip"],
  ],
  ["Clip from zero on", step(5, [op("Clip", "x zero", "y")], [single("zero", 0)]), ["activation"]],
  ["Softmax", step(5, [op("Softmax", "x", "y")]), ["softmax"]],
  [
    "Softmax of everything behind an axis, operator set 9",
    step(6, [op("Softmax", "x", "y", { integers: { axis: 1 } })], [], {
      opset: 9,
      shape: [1, 2, 3],
    }),
    ["softmax"],
  ],
  [
    "Mul, Sub and Div of constants folded into the MatMul before them",
    step(
      3,
      [
        op("MatMul", "x W", "a"),
        op("Mul", "a m", "b"),
        op("Sub", "b s", "c"),
        op("Div", "c d", "y"),
      ],
      [W(3, 4), seededTensor("m", [4], 4), seededTensor("s", [1, 4], 5), positive("d", [1], 6)],
    ),
    ["dense"],
  ],
  [
    "constants minus values folded into the Gemm behind them",
    step(
      4,
      [op("Sub", "s x", "a"), op("Mul", "m a", "b"), op("Gemm", "b W g", "y")],
      [seededTensor("s", [4], 4), seededTensor("m", [4], 5), W(4, 3), seededTensor("g", [3], 6)],
    ),
    ["dense"],
  ],
  [
    "skip connections with Add, Sub and Mul",
    step(
      4,
      [
        op("MatMul", "x W", "a"),
        op("Add", "a x", "b"),
        op("Sub", "b a", "c"),
        op("Mul", "c b", "y"),
      ],
      [W(4, 4)],
    ),
    ["dense", "combine", "combine", "combine"],
  ],
  [
    "Pow of 2 and Neg",
    step(4, [op("Pow", "x two", "a"), op("Neg", "a", "y")], [single("two", 2)]),
    ["combine", "scale"],
  ],
  [
    "BatchNormalization folded, before and behind",
    step(
      4,
      [
        op("BatchNormalization", "x g b m v", "a"),
        op("MatMul", "a W", "p"),
        op("BatchNormalization", "p g b m v", "y"),
      ],
      [
        seededTensor("g", [4], 4),
        seededTensor("b", [4], 5),
        seededTensor("m", [4], 6),
        positive("v", [4], 7),
        W(4, 4),
      ],
      { opset: 14 },
    ),
    ["dense"],
  ],
  [
    "LayerNormalization with scale taken in",
    step(
      6,
      [
        op("LayerNormalization", "x g b", "n", { floats: { epsilon: 1e-3 } }),
        op("Mul", "n m", "y"),
      ],
      [seededTensor("g", [6], 4), seededTensor("b", [6], 5), seededTensor("m", [6], 6)],
      { opset: 17, shape: [1, 1, 6] },
    ),
    ["layer-norm"],
  ],
  [
    "LayerNormalization over two dimensions without bias",
    step(
      6,
      [op("LayerNormalization", "x g", "y", { integers: { axis: 1 } })],
      [seededTensor("g", [2, 3], 4)],
      { opset: 17, shape: [1, 2, 3] },
    ),
    ["layer-norm"],
  ],
  [
    "an instant layer norm spelled out with Mul, Sqrt and Div",
    step(
      6,
      instantLayerNorm(op("Mul", "centered centered", "squared"), [
        op("Sqrt", "safe", "deviation"),
        op("Div", "centered deviation", "normal"),
      ]),
      normConstants,
    ),
    ["layer-norm", "dense"],
  ],
  [
    "an instant layer norm spelled out with Pow, Sqrt and Reciprocal",
    step(
      6,
      instantLayerNorm(op("Pow", "centered two", "squared"), [
        op("Sqrt", "safe", "deviation"),
        op("Reciprocal", "deviation", "inverse"),
        op("Mul", "inverse centered", "normal"),
      ]),
      [...normConstants, single("two", 2)],
    ),
    ["layer-norm", "dense"],
  ],
  [
    "Split, Concat and Slice backwards",
    step(
      6,
      [
        op("Split", "x", "a b", { integers: { axis: 1, split: [2, 4] } }),
        op("Relu", "b", "c"),
        op("Concat", "c a c", "d", { integers: { axis: 1 } }),
        op("Slice", "d starts ends axes steps", "y"),
      ],
      [ints("starts", -1), ints("ends", -11), ints("axes", 1), ints("steps", -3)],
      { opset: 12 },
    ),
    ["arrange", "activation", "arrange"],
  ],
  [
    "a transposed, flattened matrix whose order the weights take on",
    step(
      6,
      [
        op("Transpose", "x", "a", { integers: { perm: [0, 2, 1] } }),
        op("Flatten", "a", "b"),
        op("Gemm", "b W", "y", { integers: { transB: 1 }, floats: { alpha: 2 } }),
      ],
      [W(4, 6)],
      { shape: [1, 2, 3] },
    ),
    ["dense"],
  ],
  [
    "shapes computed from shapes",
    step(
      6,
      [
        op("Shape", "x", "shape"),
        op("Gather", "shape zero", "batch", { integers: { axis: 0 } }),
        op("Unsqueeze", "batch first", "one"),
        op("Mul", "two three", "six"),
        op("Concat", "one six", "wanted", { integers: { axis: 0 } }),
        op("Reshape", "x wanted", "flat"),
        op("Cast", "flat", "same", { integers: { to: 1 } }),
        op("MatMul", "same W", "y"),
      ],
      [
        { name: "zero", dims: [], values: [0], type: "int64" },
        ints("first", 0),
        ints("two", 2),
        ints("three", 3),
        W(6, 2),
      ],
      { shape: [1, 2, 3] },
    ),
    ["dense"],
  ],
  [
    "Gather, Expand and a choice between constants",
    step(
      4,
      [
        op("Gather", "x places", "some", { integers: { axis: 1 } }),
        op("Equal", "given minus", "open"),
        op("Where", "open ones given", "wanted"),
        op("Expand", "some wanted", "many"),
        op("Reshape", "many flat", "y"),
      ],
      [
        ints("places", 3, 1),
        ints("given", 2, -1),
        ints("minus", -1),
        ints("ones", 1, 1),
        ints("flat", 1, -1),
      ],
    ),
    ["arrange"],
  ],
  [
    "MatMul at several positions of a step",
    step(
      6,
      [op("MatMul", "x W", "a"), op("Add", "a b", "y")],
      [W(3, 2), seededTensor("b", [2], 4)],
      {
        shape: [1, 2, 3],
      },
    ),
    ["conv1d"],
  ],
];
