/**
 * Walks an ONNX graph and makes of it a chain of layers, or the list of everything that stands against it.
 * Single operators are left to shapes.ts, dense.ts, lstm.ts and gru.ts, how layers connect to connections.ts.
 */

import type { Layer, Unsupported } from "../types.ts";
import { checkConnections } from "./connections.ts";
import { importActivation, importAdd, importGemm, importMatMul } from "./dense.ts";
import { importGru } from "./gru.ts";
import { externalDataError, graphError, LIMITS, limitError } from "./limits.ts";
import { importLstm } from "./lstm.ts";
import { isStandardDomain, type OnnxModel, type OnnxNode, type OnnxTensor } from "./messages.ts";
import { SHAPE_OPERATORS } from "./shapes.ts";
import { insteadOf, unsupportedFileError } from "./unsupported.ts";
import { type ImportContext, nodeName, refuse, type Value } from "./values.ts";

type OperatorImport = (node: OnnxNode, context: ImportContext) => readonly Value[] | undefined;

const OPERATORS: Readonly<Record<string, OperatorImport>> = {
  ...SHAPE_OPERATORS,
  LSTM: importLstm,
  GRU: importGru,
  MatMul: importMatMul,
  Gemm: importGemm,
  Add: importAdd,
  Sigmoid: importActivation("sigmoid"),
  Tanh: importActivation("tanh"),
  Relu: importActivation("relu"),
  Constant: importConstant,
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
  if (context.unsupported.length === 0) checkConnections(graph, context);
  if (context.unsupported.length > 0) throw unsupportedFileError(file, context.unsupported);
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
  return { file, values, uses, freeInputs, layers: [], unsupported, weights: 0, stateInputs: [] };
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
    refuse(
      context,
      node,
      isStandardDomain(node.domain)
        ? "no kernel computes it"
        : `domain ${node.domain} is not standard`,
      insteadOf(node.operator),
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
