/**
 * TFLite's operators that compute values, each in ONNX's words: fully connected, elementwise, softmax, normalization.
 * What a layer makes of them is left to ../onnx/.
 */

import { MOVING, type Speller } from "./moving.ts";
import type { TfliteOperator } from "./schema.ts";
import type { Refusal, Spelling } from "./spelling.ts";
import { elementCount } from "./tensor.ts";

/** ActivationFunctionType of TFLite's schema: the nodes that compute it. */
const FUSED: Readonly<Record<number, readonly [string, Readonly<Record<string, number>>]>> = {
  1: ["Relu", {}],
  2: ["Clip", { min: -1, max: 1 }],
  3: ["Clip", { min: 0, max: 6 }],
  4: ["Tanh", {}],
};

const NO_SUCH_ACTIVATION: Refusal = {
  why: "the activation in it is not ReLU or tanh",
  instead: "use ReLU, sigmoid or tanh, or none",
};

function floats(values: Readonly<Record<string, number>>) {
  return Object.fromEntries(Object.entries(values).map(([name, float]) => [name, { float }]));
}

/**
 * Puts an operator's own activation behind it.
 * @param option index of the activation among the operator's options
 * @param compute makes what the activation reads, under the name it is given
 */
function withFused(
  operator: TfliteOperator,
  spelling: Spelling,
  option: number,
  compute: (to: string) => void,
): void {
  const to = spelling.name(spelling.output(operator).index);
  const kind = operator.options?.int8(option) ?? 0;
  const fused = FUSED[kind];
  if (kind === 0) compute(to);
  else if (fused) {
    const linear = spelling.between(operator, "linear");
    compute(linear);
    spelling.node(operator, fused[0], [linear], [to], floats(fused[1]));
  } else spelling.refuse(operator, NO_SUCH_ACTIVATION);
}

const DENSE = { fused: 0, weightsFormat: 1 } as const;

/** y = W x + b for every row of its last dimension; with keep_num_dims the others stay. */
const fullyConnected: Speller = (operator, spelling) => {
  if ((operator.options?.int8(DENSE.weightsFormat) ?? 0) !== 0) {
    const instead = "convert without optimizing for mobile CPUs";
    spelling.refuse(operator, { why: "its weights are shuffled", instead });
    return;
  }
  const { shape } = spelling.output(operator);
  const cols = spelling.input(operator, 1).shape.at(-1) ?? 1;
  const rows = spelling.input(operator, 1).shape[0] ?? 1;
  const given = spelling.input(operator, 0);
  const count = elementCount(given, spelling.file);
  withFused(operator, spelling, DENSE.fused, (to) => {
    const flat = given.shape.length === 2 && given.shape[1] === cols;
    const from = spelling.name(given.index);
    const positions = Math.max(1, Math.floor(count / Math.max(1, cols)));
    const x = flat
      ? from
      : spelling.through(operator, "Reshape", from, { shape: [positions, cols] });
    const same = shape.length === 2 && shape[1] === rows;
    const product = same ? to : spelling.between(operator, "product");
    const inputs = [x, ...operator.inputs.slice(1, 3).map((at) => spelling.name(at))];
    spelling.node(operator, "Gemm", inputs, [product], { transB: 1 });
    if (!same) spelling.node(operator, "Reshape", [product], [to], { shape });
  });
};

/** One node of the same meaning; fused: index of the activation in it among the options. */
function same(by: string, fused?: number): Speller {
  return (operator, spelling) => {
    const inputs = operator.inputs.map((index) => spelling.name(index));
    const compute = (to: string) => spelling.node(operator, by, inputs, [to]);
    if (fused === undefined) compute(spelling.name(spelling.output(operator).index));
    else withFused(operator, spelling, fused, compute);
  };
}

function clip(min: number, max: number): Speller {
  return (operator, spelling) => {
    const to = spelling.name(spelling.output(operator).index);
    spelling.node(
      operator,
      "Clip",
      [spelling.name(operator.inputs[0])],
      [to],
      floats({ min, max }),
    );
  };
}

const LEAKY_SLOPE = 0;
const leakyRelu: Speller = (operator, spelling) => {
  const to = spelling.name(spelling.output(operator).index);
  const alpha = { float: operator.options?.float32(LEAKY_SLOPE) ?? 0 };
  spelling.node(operator, "LeakyRelu", [spelling.name(operator.inputs[0])], [to], { alpha });
};

const SOFTMAX_BETA = 0;
const softmax: Speller = (operator, spelling) => {
  const beta = operator.options?.float32(SOFTMAX_BETA) ?? 1;
  let from = spelling.name(operator.inputs[0]);
  if (beta !== 1) {
    const name = spelling.between(operator, "beta");
    spelling.constant(name, [], () => Float64Array.of(beta));
    const scaled = spelling.between(operator, "scaled");
    spelling.node(operator, "Mul", [from, name], [scaled]);
    from = scaled;
  }
  spelling.node(operator, "Softmax", [from], [spelling.name(spelling.output(operator).index)]);
};

const KEEP_DIMENSIONS = 0;
const mean: Speller = (operator, spelling) => {
  const axes = spelling.integers(operator, 1);
  if (!axes) {
    const instead = "convert with fixed shapes";
    spelling.refuse(operator, { why: "its axes are computed", instead });
    return;
  }
  const to = spelling.name(spelling.output(operator).index);
  const keepdims = operator.options?.boolean(KEEP_DIMENSIONS) ? 1 : 0;
  const attributes = { axes, keepdims };
  spelling.node(operator, "ReduceMean", [spelling.name(operator.inputs[0])], [to], attributes);
};

/** x to a power. */
function power(exponent: number): Speller {
  return (operator, spelling) => {
    raise(operator, spelling, spelling.name(operator.inputs[0]), exponent);
  };
}

function raise(operator: TfliteOperator, spelling: Spelling, from: string, exponent: number) {
  const name = spelling.between(operator, "exponent");
  spelling.constant(name, [], () => Float64Array.of(exponent));
  spelling.node(operator, "Pow", [from, name], [spelling.name(spelling.output(operator).index)]);
}

const squaredDifference: Speller = (operator, spelling) => {
  const inputs = operator.inputs.map((index) => spelling.name(index));
  const difference = spelling.between(operator, "difference");
  spelling.node(operator, "Sub", inputs, [difference]);
  raise(operator, spelling, difference, 2);
};

/** Index of the activation among the options of ADD, SUB, MUL and DIV. */
const ELEMENTWISE_FUSED = 0;

export const SPELLERS: Readonly<Record<string, Speller>> = {
  ...MOVING,
  FULLY_CONNECTED: fullyConnected,
  LOGISTIC: same("Sigmoid"),
  TANH: same("Tanh"),
  RELU: same("Relu"),
  RELU6: clip(0, 6),
  RELU_N1_TO_1: clip(-1, 1),
  LEAKY_RELU: leakyRelu,
  SOFTMAX: softmax,
  ADD: same("Add", ELEMENTWISE_FUSED),
  SUB: same("Sub", ELEMENTWISE_FUSED),
  MUL: same("Mul", ELEMENTWISE_FUSED),
  DIV: same("Div", ELEMENTWISE_FUSED),
  NEG: same("Neg"),
  MEAN: mean,
  SQUARED_DIFFERENCE: squaredDifference,
  SQUARE: power(2),
  SQRT: same("Sqrt"),
  RSQRT: power(-0.5),
};
