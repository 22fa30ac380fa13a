/**
 * Walks a graph of ONNX's nodes, whatever file they came from, and makes of it layers in order, or the list of everything that stands against it.
 * Single operators are left to the files beside this one, what goes in and out to connections.ts.
 */

import { foldLayers } from "../fold.ts";
import { type Layer, looksAhead, type RecurrentModel, type Unsupported } from "../types.ts";
import { unsupportedFileError } from "../unsupported.ts";
import { type Answer, connect } from "./connections.ts";
import { CONSTANT_OPERATORS, fileConstant } from "./constants.ts";
import { importConv } from "./convolution.ts";
import { importGemm, importMatMul } from "./dense.ts";
import { ACTIVATION_OPERATORS, importArithmetic, importPow } from "./elementwise.ts";
import { importGru } from "./gru.ts";
import { graphError, LIMITS, limitError } from "./limits.ts";
import { importLstm } from "./lstm.ts";
import { importPower, importReduceMean } from "./moments.ts";
import { isStandardDomain, type OnnxModel, type OnnxNode } from "./nodes.ts";
import { importBatchNormalization, importLayerNormalization, importSoftmax } from "./normalize.ts";
import { POOL_OPERATORS } from "./pooling.ts";
import { SHAPE_OPERATORS } from "./shapes.ts";
import { importConcat, importGather, importPad, importSlice, importSplit } from "./slices.ts";
import { elementsOf, Sources } from "./sources.ts";
import { type TimeOfGraph, timeOf } from "./time-axis.ts";
import { insteadOf } from "./unsupported.ts";
import {
  type Constant,
  type ImportContext,
  newView,
  nodeName,
  productOf,
  refuse,
  type Value,
} from "./values.ts";

/** Values of the node's outputs; one that is left undefined is refused where something reads it. */
type OperatorImport = (
  node: OnnxNode,
  context: ImportContext,
) => readonly (Value | undefined)[] | undefined;

const OPERATORS: Readonly<Record<string, OperatorImport>> = {
  ...CONSTANT_OPERATORS,
  ...SHAPE_OPERATORS,
  ...ACTIVATION_OPERATORS,
  ...POOL_OPERATORS,
  Conv: importConv,
  Slice: importSlice,
  Split: importSplit,
  Gather: importGather,
  Concat: importConcat,
  Pad: importPad,
  LSTM: importLstm,
  GRU: importGru,
  MatMul: importMatMul,
  Gemm: importGemm,
  Add: importArithmetic,
  Sub: importArithmetic,
  Mul: importArithmetic,
  Div: importArithmetic,
  Pow: importPow,
  ReduceMean: importReduceMean,
  Sqrt: importPower(0.5),
  Reciprocal: importPower(-1),
  BatchNormalization: importBatchNormalization,
  LayerNormalization: importLayerNormalization,
  Softmax: importSoftmax,
};

/** The operators that are imported, sorted. */
export const ONNX_OPERATORS: readonly string[] = Object.keys(OPERATORS).sort();

const FIRST_OPSET = 7;
const LAST_OPSET = 26;

/** What the file of another format says by itself. */
export interface GivenFacts {
  /** In the place of initializers. */
  readonly constants: readonly Constant[];
  /** Absent where a call is one step. */
  readonly time?: TimeOfGraph;
}

/** The network, without what a file adds to it. */
export type ImportedGraph = Pick<
  RecurrentModel,
  "layers" | "inputSize" | "outputSize" | "streaming" | "sequenceSteps"
>;

/**
 * @param file name of the file, for messages
 * @param fileBytes size of the file, and of those that it reads weights from
 * @param given of a graph that was spelled from another format's file
 * @throws ModelFileError TP-MODEL-003 to -008 for a file that contradicts itself
 * @throws PlanError TP-PLAN-001 with every Unsupported in facts.unsupported
 */
export function importGraph(
  model: OnnxModel,
  file: string,
  fileBytes: number,
  given?: GivenFacts,
): ImportedGraph {
  const { graph } = model;
  const context = startContext(model, file, fileBytes, given);
  const read = new Set([
    ...graph.nodes.flatMap((node) => node.inputs),
    ...graph.outputs.map(({ name }) => name),
  ]);
  for (const node of graph.nodes) importNode(node, context, read);
  const answer = context.unsupported.length === 0 ? connect(graph, context) : undefined;
  if (!answer || context.unsupported.length > 0) {
    throw unsupportedFileError(file, context.unsupported);
  }
  const layers = foldLayers(context.layers, answer.output);
  if (layers.length === 0) throw graphError(file, "graph", "it holds no layer");
  return {
    layers,
    inputSize: answer.inputSize,
    outputSize: answer.outputSize,
    streaming: streamingOf(layers, answer),
    ...(context.steps === undefined || context.steps === 1 ? {} : { sequenceSteps: context.steps }),
  };
}

function streamingOf(layers: readonly Layer[], { everyStep }: Answer): RecurrentModel["streaming"] {
  if (!everyStep) return "whole-sequence";
  return layers.some(looksAhead) ? "sequence-to-sequence" : "stateful-step";
}

function startContext(
  { graph, opset }: OnnxModel,
  file: string,
  fileBytes: number,
  given: GivenFacts | undefined,
): ImportContext {
  const values = new Map<string, Value>();
  const unsupported: Unsupported[] = [];
  const note = (operator: string, node: string, why: string, instead: string) =>
    unsupported.push({ operator, node, why, instead });
  for (const constant of given?.constants ?? graph.initializers.map(fileConstant)) {
    const { name } = constant;
    if (values.has(name)) throw graphError(file, name, "two tensors have this name");
    values.set(name, constant);
  }
  if (graph.hasSparseInitializers) {
    note("sparse initializer", "graph", "sparse tensors are not read", "export dense weights");
  }
  if (opset < FIRST_OPSET || opset > LAST_OPSET) {
    const why = `version ${opset} is not one of ${FIRST_OPSET} to ${LAST_OPSET}`;
    note("operator set", "graph", why, "export with opset_version=17");
  }
  const time = given ? given.time : timeOf(graph, file);
  const context: ImportContext = {
    file,
    opset,
    values,
    sources: new Sources(),
    layers: [],
    unsupported,
    stateInputs: [],
    steps: time ? time.steps : 1,
    weightLimit: Math.floor(fileBytes / 4) + LIMITS.sharedWeights,
    weights: 0,
    listed: 0,
  };
  for (const { name, shape } of graph.inputs) {
    // Old files list initializers among the inputs too; their values then are constants all the same.
    if (values.get(name)?.kind === "constant") continue;
    if (values.has(name)) throw graphError(file, name, "two inputs have this name");
    values.set(name, inputView(context, name, shape, time));
  }
  return context;
}

/** One step of a graph input: free dimensions but time are a batch of 1. */
function inputView(
  context: ImportContext,
  name: string,
  given: readonly (number | string)[] | undefined,
  time: TimeOfGraph | undefined,
): Value {
  const axis = time?.input === name ? time.axis : undefined;
  const last = given?.at(-1);
  if (!given || last === undefined || (typeof last === "string" && axis !== given.length - 1)) {
    context.unsupported.push({
      operator: "graph input",
      node: name,
      why: "the size of its last dimension is not given",
      instead: "export with a fixed number of values per step",
    });
    return { kind: "unsupported" };
  }
  const shape = given.map((dim, at) => (at === axis || typeof dim === "string" ? 1 : dim));
  const size = productOf(shape);
  if (shape.some((dim) => dim < 1)) {
    throw graphError(context.file, name, `its shape is [${shape}]`);
  }
  if (size > LIMITS.layerSize) {
    throw limitError(context.file, `input "${name}" of [${given}] values`, LIMITS.layerSize);
  }
  const elements = elementsOf(context.sources.add("input", name, size));
  const timeAxis = axis === undefined ? undefined : { axis, extraBefore: 0, extraAfter: 0 };
  return newView(context, shape, elements, timeAxis);
}

function importNode(node: OnnxNode, context: ImportContext, read: ReadonlySet<string>): void {
  const isStandard = isStandardDomain(node.domain);
  const operator =
    isStandard && Object.hasOwn(OPERATORS, node.operator) ? OPERATORS[node.operator] : undefined;
  const { refused } = node.spelled ?? {};
  for (const { why, instead } of refused ?? []) refuse(context, node, why, instead);
  if (!operator && !refused) {
    const why = isStandard ? "no layer computes it" : `domain ${node.domain} is not standard`;
    refuse(context, node, why, insteadOf(node.operator));
  }
  const before = context.unsupported.length;
  const results = operator?.(node, context);
  node.outputs.forEach((name, index) => {
    if (name === "") return;
    if (context.values.has(name)) {
      throw graphError(context.file, nodeName(node), `it makes "${name}", which is there already`);
    }
    const result = results?.[index];
    if (results && !result && read.has(name) && context.unsupported.length === before) {
      refuse(context, node, `output ${index} is not computed`, "leave it out of the network");
    }
    context.values.set(name, result ?? { kind: "unsupported" });
  });
}
