/**
 * Networks composed of words: stacks of recurrent layers with their options, what stands before and behind them, sequence
 * lengths and operator sets. Each becomes an ONNX graph and the kinds of layers that the importer shall make of it.
 * That they agree with onnxruntime is left to onnx-operators.test.ts; fuzzing starts from them too.
 */

import { ints, type NamedCase, op, single } from "./onnx-cases.ts";
import { type NodeSpec, seededTensor, type TensorSpec } from "./onnx-writer.ts";

/** From this operator set on the axes of Squeeze are an input. */
const AXES_AS_INPUTS = 13;
const INPUT_SIZE = 3;

/** A graph that grows at its end: the value there, and how many values of a step it has. */
interface Growing {
  readonly opset: number;
  value: string;
  size: number;
  readonly nodes: NodeSpec[];
  readonly initializers: TensorSpec[];
  readonly kinds: string[];
}

type Word = (graph: Growing, size: number, options: readonly string[]) => void;

function push(
  graph: Growing,
  operator: string,
  inputs: string,
  rest: Partial<NodeSpec> = {},
): void {
  const output = `v${graph.nodes.length}`;
  graph.nodes.push(op(operator, inputs, output, rest));
  graph.value = output;
}

function constant(graph: Growing, dims: readonly number[]): string {
  const name = `c${graph.initializers.length}`;
  graph.initializers.push(seededTensor(name, dims, 11 * graph.initializers.length + 1));
  return name;
}

function list(graph: Growing, ...values: readonly number[]): string {
  const name = `c${graph.initializers.length}`;
  graph.initializers.push(ints(name, ...values));
  return name;
}

/** Y [T, 1, 1, size] back to [T, 1, size]. */
function withoutDirections(graph: Growing, way: string | undefined): void {
  const { value, opset, size } = graph;
  if (way === "reshape") push(graph, "Reshape", `${value} ${list(graph, 0, 1, -1)}`);
  else if (way === "transpose") {
    push(graph, "Transpose", value, { integers: { perm: [0, 2, 1, 3] } });
    push(graph, "Reshape", `${graph.value} ${list(graph, -1, 1, size)}`);
  } else if (opset >= AXES_AS_INPUTS) push(graph, "Squeeze", `${value} ${list(graph, 1)}`);
  else push(graph, "Squeeze", value, { integers: { axes: [1] } });
}

function recurrent(kind: "lstm" | "gru", gates: number): Word {
  return (graph, hidden, options) => {
    const has = (option: string) => options.includes(option);
    const state = () => constant(graph, [1, 1, hidden]);
    const inputs = [
      graph.value,
      constant(graph, [1, gates * hidden, graph.size]),
      constant(graph, [1, gates * hidden, hidden]),
      has("unbiased") ? "-" : constant(graph, [1, 2 * gates * hidden]),
      "-",
      has("initial") ? state() : "-",
      ...(kind === "lstm" && has("initial") ? [state()] : []),
    ];
    const after = has("after") ? { linear_before_reset: 1 } : {};
    push(graph, kind.toUpperCase(), inputs.join(" "), {
      integers: { hidden_size: hidden, ...after },
    });
    graph.size = hidden;
    graph.kinds.push(kind);
    withoutDirections(
      graph,
      options.find((option) => ["reshape", "transpose"].includes(option)),
    );
  };
}

function elementwise(operator: string, kind: string, rest: Partial<NodeSpec> = {}): Word {
  return (graph) => {
    push(graph, operator, graph.value, rest);
    graph.kinds.push(kind);
  };
}

/** What a network is said in, as `word:size/option/option`. */
const WORDS: Readonly<Record<string, Word>> = {
  lstm: recurrent("lstm", 4),
  gru: recurrent("gru", 3),
  dense: (graph, size, options) => {
    push(graph, "MatMul", `${graph.value} ${constant(graph, [graph.size, size])}`);
    if (!options.includes("unbiased"))
      push(graph, "Add", `${graph.value} ${constant(graph, [size])}`);
    graph.size = size;
    graph.kinds.push("dense");
  },
  // Taken into the layer behind it.
  scaled: (graph) => {
    push(graph, "Sub", `${graph.value} ${constant(graph, [graph.size])}`);
    push(graph, "Mul", `${graph.value} ${constant(graph, [graph.size])}`);
  },
  norm: (graph) => {
    const [gain, bias] = [constant(graph, [graph.size]), constant(graph, [graph.size])];
    push(graph, "LayerNormalization", `${graph.value} ${gain} ${bias}`, {
      integers: { axis: -1 },
      floats: { epsilon: 1e-3 },
    });
    graph.kinds.push("layer-norm");
  },
  // The input of the word before joined with its output.
  residual: (graph, size, options) => {
    const { value } = graph;
    recurrent("gru", 3)(graph, size, options);
    push(graph, "Add", `${graph.value} ${value}`);
    graph.kinds.push("combine");
  },
  clip: (graph) => {
    const [low, high] = [`low${graph.nodes.length}`, `high${graph.nodes.length}`];
    graph.initializers.push(single(low, -0.25), single(high, 0.5));
    push(graph, "Clip", `${graph.value} ${low} ${high}`);
    graph.kinds.push("clip");
  },
  sigmoid: elementwise("Sigmoid", "activation"),
  tanh: elementwise("Tanh", "activation"),
  relu: elementwise("Relu", "activation"),
  leaky: elementwise("LeakyRelu", "leaky-relu", { floats: { alpha: 0.2 } }),
  hard: elementwise("HardSigmoid", "hard-sigmoid"),
  softmax: elementwise("Softmax", "softmax", { integers: { axis: -1 } }),
};

/** A network in words, the steps of its sequence, and its operator set. */
const NETWORKS: readonly (readonly [string, number, number])[] = [
  ["lstm:1", 1, 7],
  ["lstm:5/initial", 2, 9],
  ["lstm:4/unbiased/initial dense:2", 33, 11],
  ["gru:1/after", 1, 7],
  ["gru:5/unbiased", 2, 10],
  ["gru:4/after/unbiased dense:3 tanh", 33, 11],
  ["gru:4/after/unbiased/initial dense:3 relu", 5, 12],
  ["gru:6/initial/reshape dense:2/unbiased sigmoid", 64, 13],
  ["lstm:6/transpose dense:3 hard", 17, 13],
  ["lstm:3 lstm:3", 8, 13],
  ["lstm:7/unbiased lstm:2/initial dense:4 sigmoid", 20, 14],
  ["lstm:2 lstm:6 lstm:3 dense:1 tanh", 31, 15],
  ["gru:3/after gru:5/after dense:2 sigmoid", 9, 13],
  ["gru:3 gru:3 gru:3 dense:2 softmax", 40, 13],
  ["gru:2/after lstm:5 dense:3 clip", 12, 16],
  ["lstm:5 gru:2 dense:3 leaky", 12, 13],
  ["lstm:4/reshape gru:4/after/reshape lstm:4/reshape dense:2", 25, 13],
  ["dense:6 relu lstm:4 dense:3 sigmoid", 14, 13],
  ["dense:6 tanh gru:4 dense:3 sigmoid", 14, 13],
  ["dense:4/unbiased leaky gru:4/after/initial", 6, 17],
  ["scaled lstm:4 dense:3 sigmoid", 11, 13],
  ["scaled gru:4/after lstm:3 dense:3", 11, 13],
  ["norm lstm:4 dense:3 sigmoid", 10, 17],
  ["norm gru:4 norm dense:3", 10, 17],
  ["lstm:4 norm lstm:4 norm dense:2 sigmoid", 16, 17],
  ["gru:4/after norm dense:2 softmax", 16, 17],
  ["dense:4 residual:4/after dense:2", 21, 13],
  ["dense:4 residual:4 residual:4/after/initial dense:2 sigmoid", 21, 13],
  ["lstm:4 residual:4 norm dense:2 tanh", 7, 17],
  ["lstm:8 dense:8 relu dense:4 relu dense:1 sigmoid", 100, 13],
  ["gru:8/after dense:8 leaky dense:4 hard", 100, 13],
  ["gru:3 dense:4 relu gru:3/after dense:4 relu lstm:3", 13, 13],
];

function composed([words, steps, opset]: (typeof NETWORKS)[number]): NamedCase {
  const start = { opset, value: "x", size: INPUT_SIZE };
  const graph: Growing = { ...start, nodes: [], initializers: [], kinds: [] };
  for (const text of words.split(" ")) {
    const [word = "", ...options] = text.split("/");
    const [name = "", size] = word.split(":");
    const grow = WORDS[name];
    if (!grow) throw new RangeError(`there is no word "${name}"`);
    grow(graph, Number(size), options);
  }
  const spec = {
    opset,
    nodes: graph.nodes,
    initializers: graph.initializers,
    inputs: [{ name: "x", shape: ["T", 1, INPUT_SIZE] }],
    outputs: [{ name: graph.value, shape: [] }],
  };
  const name = `${words}; ${steps} steps, operator set ${opset}`;
  return [name, { time: { input: 0 }, steps, spec }, graph.kinds];
}

export const COMPOSED_CASES: readonly NamedCase[] = NETWORKS.map(composed);
