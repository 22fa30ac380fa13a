/**
 * Walks an ONNX graph and makes of it a chain of layers, or the list of everything that stands against it.
 * Single operators are left to shapes.ts, dense.ts and lstm.ts.
 */

import { PlanError } from "../../errors.ts";
import type { Layer, Unsupported } from "../types.ts";
import { importActivation, importAdd, importGemm, importMatMul } from "./dense.ts";
import { externalDataError, graphError, LIMITS, limitError } from "./limits.ts";
import { importLstm } from "./lstm.ts";
import { isStandardDomain, type OnnxModel, type OnnxNode, type OnnxTensor } from "./messages.ts";
import { SHAPE_OPERATORS } from "./shapes.ts";
import { type ImportContext, nodeName, refuse, type Value } from "./values.ts";

type OperatorImport = (node: OnnxNode, context: ImportContext) => readonly Value[] | undefined;

const OPERATORS: Readonly<Record<string, OperatorImport>> = {
  ...SHAPE_OPERATORS,
  LSTM: importLstm,
  MatMul: importMatMul,
  Gemm: importGemm,
  Add: importAdd,
  Sigmoid: importActivation("sigmoid"),
  Tanh: importActivation("tanh"),
  Relu: importActivation("relu"),
  Constant: importConstant,
};

/** What to do about operators that come up often. */
const INSTEAD: Readonly<Record<string, string>> = {
  GRU: "train an LSTM of the same size",
  RNN: "train an LSTM of the same size",
  Slice: "give each LSTM its own state inputs and outputs, h and c apart",
  Concat: "give each LSTM its own state inputs and outputs, h and c apart",
  Split: "give each LSTM its own state inputs and outputs, h and c apart",
  QuantizeLinear: "export the float model: this project quantizes it itself",
  DequantizeLinear: "export the float model: this project quantizes it itself",
  Softmax: "end the network before it and take the largest value on the host",
  Dropout: "export the network for inference",
  BatchNormalization: "fold it into the next layer's weights when exporting",
  LayerNormalization: "normalise features in the front end, before the network",
};

const FIRST_OPSET = 7;
const LAST_OPSET = 26;

/** The network as a chain, the first layer reading the only graph input that is no state. */
export interface ImportedChain {
  readonly layers: readonly Layer[];
  readonly inputSize: number;
  readonly outputSize: number;
}

/**
 * @param file name of the file, for messages
 * @throws ModelFileError TP-MODEL-003 to -008 for a file that contradicts itself
 * @throws PlanError TP-PLAN-001 with every Unsupported in facts.unsupported
 */
export function importGraph({ graph, opset }: OnnxModel, file: string): ImportedChain {
  const context = startContext({ graph, opset }, file);
  for (const node of graph.nodes) importNode(node, context);
  checkChain(context);
  checkInputs(context);
  checkOutputs(graph, context);
  if (context.unsupported.length > 0) throw unsupportedError(file, context.unsupported);
  const [first, last] = [context.layers[0], context.layers.at(-1)];
  if (!first || !last) throw graphError(file, "graph", "it holds no layer");
  return { layers: context.layers, inputSize: first.inputSize, outputSize: last.outputSize };
}

function startContext({ graph, opset }: OnnxModel, file: string): ImportContext {
  const values = new Map<string, Value>();
  const uses = new Map<string, number>();
  const freeInputs = new Set<string>();
  const unsupported: Unsupported[] = [];
  for (const tensor of graph.initializers) {
    if (values.has(tensor.name)) throw graphError(file, tensor.name, "two tensors have this name");
    values.set(tensor.name, constant(tensor, file));
  }
  for (const input of graph.inputs) {
    // Old files list initializers among the inputs too; their values then are constants all the same.
    if (values.has(input.name)) continue;
    freeInputs.add(input.name);
    const { shape } = input;
    if (typeof shape?.at(-1) === "number") {
      const unique = shape.map((dim, axis) => (dim === "" ? `${input.name}[${axis}]` : dim));
      values.set(input.name, { kind: "steps", source: input.name, shape: unique });
      continue;
    }
    values.set(input.name, { kind: "unsupported" });
    unsupported.push({
      operator: "graph input",
      node: input.name,
      why: "the size of its last dimension is not given",
      instead: "export with a fixed number of values per step",
    });
  }
  if (graph.hasSparseInitializers) {
    unsupported.push({
      operator: "sparse initializer",
      node: "graph",
      why: "sparse tensors are not read",
      instead: "export dense weights",
    });
  }
  if (opset < FIRST_OPSET || opset > LAST_OPSET) {
    unsupported.push({
      operator: "operator set",
      node: "graph",
      why: `version ${opset} is not one of ${FIRST_OPSET} to ${LAST_OPSET}`,
      instead: "export with opset_version=17",
    });
  }
  for (const name of [
    ...graph.nodes.flatMap((node) => node.inputs),
    ...graph.outputs.map((o) => o.name),
  ]) {
    uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  return { file, opset, values, uses, freeInputs, layers: [], unsupported, stateInputs: [] };
}

function constant(tensor: OnnxTensor, file: string): Value {
  if (tensor.external) throw externalDataError(file, tensor.name);
  return { kind: "constant", tensor };
}

function importConstant(node: OnnxNode, context: ImportContext): readonly Value[] | undefined {
  const tensor = node.attributes.get("value")?.tensor;
  if (tensor) return [constant({ ...tensor, name: tensor.name || nodeName(node) }, context.file)];
  refuse(context, node, "it holds no tensor", "export constants as tensors");
  return undefined;
}

function importNode(node: OnnxNode, context: ImportContext): void {
  const operator =
    isStandardDomain(node.domain) && Object.hasOwn(OPERATORS, node.operator)
      ? OPERATORS[node.operator]
      : undefined;
  if (!operator) {
    const instead = Object.hasOwn(INSTEAD, node.operator) ? INSTEAD[node.operator] : undefined;
    refuse(
      context,
      node,
      isStandardDomain(node.domain)
        ? "no kernel computes it"
        : `domain ${node.domain} is not standard`,
      instead ?? "leave it out of the network, or compute it on the host",
    );
  }
  const results = operator?.(node, context);
  const layer = context.layers.at(-1);
  if (layer && Math.max(layer.inputSize, layer.outputSize) > LIMITS.layerSize) {
    throw limitError(context.file, `layer "${layer.name}" is too wide`, LIMITS.layerSize);
  }
  node.outputs.forEach((name, index) => {
    if (name === "") return;
    if (context.values.has(name)) {
      throw graphError(context.file, nodeName(node), `it makes "${name}", which is there already`);
    }
    context.values.set(name, results?.[index] ?? { kind: "unsupported" });
  });
}

/** Every layer must read what the one before it writes. */
function checkChain(context: ImportContext): void {
  context.layers.forEach((layer, index) => {
    const before = context.layers[index - 1];
    if (!before || layer.input === before.output || context.unsupported.length > 0) return;
    context.unsupported.push({
      operator: layer.kind,
      node: layer.name,
      why: `it reads "${layer.input}", but the layer before it makes "${before.output}"`,
      instead: "export a chain of layers without branches",
    });
  });
}

function checkInputs(context: ImportContext): void {
  if (context.unsupported.length > 0) return;
  const first = context.layers[0];
  const states = new Set(context.stateInputs.map(({ name }) => name));
  for (const name of context.freeInputs) {
    if (name === first?.input || states.has(name)) continue;
    context.unsupported.push({
      operator: "graph input",
      node: name,
      why: "the network has one input a step besides LSTM states",
      instead: "join the inputs into one, or leave it out",
    });
  }
  if (first && states.has(first.input)) {
    throw graphError(context.file, first.name, `"${first.input}" is both its input and a state`);
  }
}

/** The last layer's values, and a state for every state input; nothing else. */
function checkOutputs(graph: OnnxModel["graph"], context: ImportContext): void {
  if (context.unsupported.length > 0) return;
  const refuseOutput = (node: string, why: string, instead: string) =>
    context.unsupported.push({ operator: "graph output", node, why, instead });
  const last = context.layers.at(-1);
  const returned = new Set<string>();
  let answers = 0;
  for (const { name } of graph.outputs) {
    const value = context.values.get(name);
    if (!value) throw graphError(context.file, name, "nothing makes this graph output");
    if (value.kind === "lastState") returned.add(`${value.layer} ${value.part}`);
    const isAnswer = value.kind === "steps" && value.source === last?.output;
    if (isAnswer) answers++;
    if (!isAnswer && value.kind !== "lastState") {
      refuseOutput(
        name,
        "it is not the last layer's",
        "end the network in one output besides states",
      );
    }
  }
  if (answers !== 1) {
    refuseOutput(
      last?.output ?? "",
      `the last layer's values are returned ${answers} times`,
      "return them once, for every step",
    );
  }
  for (const { name, layer, part } of context.stateInputs) {
    if (returned.has(`${layer} ${part}`)) continue;
    refuseOutput(
      name,
      `it sets the ${part} state of "${context.layers[layer]?.name}", which no output returns`,
      "return Y_h and Y_c as outputs, or make the initial state a constant",
    );
  }
}

/** TP-PLAN-001: everything unsupported, at once; repeated operators are counted. */
export function unsupportedError(file: string, unsupported: readonly Unsupported[]): PlanError {
  const kinds = new Map<string, { count: number; first: Unsupported }>();
  for (const item of unsupported) {
    const key = `${item.operator}: ${item.why}`;
    const kind = kinds.get(key);
    if (kind) kind.count++;
    else kinds.set(key, { count: 1, first: item });
  }
  const listed = [...kinds.values()];
  return new PlanError(
    "TP-PLAN-001",
    {
      what: `${file} holds ${unsupported.length} ${unsupported.length === 1 ? "thing" : "things"} that cannot be generated`,
      why: listed
        .map(
          ({ count, first }) =>
            `${first.operator} "${first.node}"${count > 1 ? ` and ${count - 1} more` : ""}: ${first.why}`,
        )
        .join("; "),
      fix: [...new Set(listed.map(({ first }) => first.instead))].join("; "),
    },
    { file, unsupported },
  );
}
