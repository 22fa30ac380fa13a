/**
 * Walks a TFLite graph and makes of it a chain of layers, or the list of everything that stands against it.
 * Single operators are left to lstm.ts, dense.ts and shapes.ts.
 */
import type { IntegerModel } from "../integer-model.ts";
import { inputsOf, type Layer } from "../types.ts";
import { unsupportedFileError } from "../unsupported.ts";
import { importCell } from "./cell.ts";
import { importActivation, importFullyConnected } from "./dense.ts";
import { importLstm } from "./lstm.ts";
import { TFLITE_LIMITS, tfliteGraphError, tfliteLimitError } from "./refusals.ts";
import type { TfliteFile, TfliteOperator, TfliteTensor } from "./schema.ts";
import { importRequantize, importReshape } from "./shapes.ts";
import { edgeOf } from "./tensor.ts";
import { findUnrolled, type Unrolled } from "./unrolled.ts";
import { type ImportContext, operatorLabel, refuse, type Steps, type Value } from "./values.ts";

type OperatorImport = (operator: TfliteOperator, context: ImportContext) => Steps | undefined;

const OPERATORS: Readonly<Record<string, OperatorImport>> = {
  UNIDIRECTIONAL_SEQUENCE_LSTM: importLstm,
  FULLY_CONNECTED: importFullyConnected,
  LOGISTIC: importActivation("sigmoid"),
  TANH: importActivation("tanh"),
  RELU: importActivation("relu"),
  RESHAPE: importReshape,
  SQUEEZE: importReshape,
  EXPAND_DIMS: importReshape,
  PACK: importReshape,
  UNPACK: importReshape,
  STRIDED_SLICE: importReshape,
  QUANTIZE: importRequantize,
  DEQUANTIZE: importRequantize,
};

/** What to do about operators that come up often. */
const INSTEAD: Readonly<Record<string, string>> = {
  SOFTMAX: "end the network before it and take the largest value on the host",
  WHILE: "convert it with a fixed number of time steps, or a stateful layer of one step",
  BIDIRECTIONAL_SEQUENCE_LSTM: "a stream has no future: train a forward LSTM",
};

/** The network as a chain. */
export interface ImportedTflite {
  readonly layers: readonly Layer[];
  readonly inputSize: number;
  readonly outputSize: number;
  /** Absent for a network with real numbers in it. */
  readonly integer?: IntegerModel;
}

/**
 * @param file name of the file, for messages
 * @throws ModelFileError TP-MODEL-003 to -007 for a file that contradicts itself
 * @throws PlanError TP-PLAN-001 with every Unsupported in facts.unsupported
 */
export function importTfliteGraph(graph: TfliteFile, file: string): ImportedTflite {
  const context: ImportContext = {
    file,
    graph,
    values: new Map(),
    layers: [],
    integers: [],
    allInteger: true,
    unsupported: [],
    weights: 0,
  };
  const unrolled = findUnrolled(graph, file);
  importInputs(context, unrolled);
  for (const operator of graph.operators) importOperator(operator, context, unrolled);
  checkOutputs(context, unrolled);
  if (context.unsupported.length > 0) throw unsupportedFileError(file, context.unsupported);
  const [first, last] = [context.layers[0], context.layers.at(-1)];
  if (!first || !last) throw tfliteGraphError(file, "graph", "it holds no layer");
  const integer = integerModel(context);
  return {
    layers: context.layers,
    inputSize: first.inputSize,
    outputSize: last.outputSize,
    ...(integer ? { integer } : {}),
  };
}

function integerModel({ integers, allInteger }: ImportContext): IntegerModel | undefined {
  const [first, last] = [integers[0], integers.at(-1)];
  if (!allInteger || !first || !last) return undefined;
  return { input: first.input, output: last.output, layers: integers };
}

function importInputs(context: ImportContext, { stateInputs }: Unrolled): void {
  const { graph, file } = context;
  const inputs = graph.inputs.filter((index) => !stateInputs.has(index));
  for (const index of inputs) {
    const tensor = graph.tensors[index] as TfliteTensor;
    context.values.set(index, inputSteps(tensor, context));
  }
  if (inputs.length === 0) throw tfliteGraphError(file, "graph", "it has no input");
  if (inputs.length > 1) {
    context.unsupported.push({
      operator: "graph input",
      node: (graph.tensors[inputs[1] as number] as TfliteTensor).name,
      why: "it is a second one beside the features",
      instead: "convert the network with its state inside",
    });
  }
  if (graph.subgraphs > 1) {
    context.unsupported.push({
      operator: "subgraph",
      node: "graph",
      why: `there are ${graph.subgraphs} graphs; only the first is read`,
      instead: "convert a single signature, without loops",
    });
  }
}

/** [.., steps, .., size]: the last dimension holds a step's values, the product of the others is the steps. */
function inputSteps(tensor: TfliteTensor, context: ImportContext): Value {
  const { name, shape } = tensor;
  const size = shape.at(-1) ?? 0;
  const steps = shape.slice(0, -1).reduce((product, dimension) => product * dimension, 1);
  if (size < 1 || steps < 1 || shape.slice(0, -1).filter((dimension) => dimension > 1).length > 1) {
    context.unsupported.push({
      operator: "graph input",
      node: name,
      why: `its shape is [${shape}], not one batch of steps`,
      instead: "convert with a batch of 1 and a fixed number of values per step",
    });
    return { kind: "unsupported" };
  }
  const edge = edgeOf(tensor, context.file);
  return { kind: "steps", source: name, size, steps, ...(edge ? { edge } : {}) };
}

function importOperator(
  operator: TfliteOperator,
  context: ImportContext,
  { cells, taken }: Unrolled,
): void {
  const cell = cells.get(operator.outputs[0] ?? -1);
  if (!cell && taken.has(operator)) return;
  const { file, values, graph } = context;
  const read = Object.hasOwn(OPERATORS, operator.operator)
    ? OPERATORS[operator.operator]
    : undefined;
  if (!read && !cell) {
    const instead = INSTEAD[operator.operator];
    refuse(
      context,
      operator,
      "no kernel computes it",
      instead ?? "leave it out of the network, or compute it on the host",
    );
  }
  const result = cell ? importCell(operator, cell, context) : read?.(operator, context);
  const layer = context.layers.at(-1);
  if (layer && Math.max(layer.inputSize, layer.outputSize) > TFLITE_LIMITS.layerSize) {
    throw tfliteLimitError(file, `layer "${layer.name}" is too wide`, TFLITE_LIMITS.layerSize);
  }
  operator.outputs.forEach((index, position) => {
    const tensor = graph.tensors[index] as TfliteTensor;
    if (values.has(index) || tensor.data) {
      const why = `it makes "${tensor.name}", which is there already`;
      throw tfliteGraphError(file, operatorLabel(context, operator), why);
    }
    values.set(index, position === 0 && result ? result : { kind: "unsupported" });
  });
}

/** Each layer reads the one before it, and the graph gives what the last one makes. */
function checkOutputs(context: ImportContext, { stateOutputs }: Unrolled): void {
  const { graph, file, layers, values, unsupported } = context;
  layers.forEach((layer, index) => {
    const before = layers[index - 1];
    if (!before || inputsOf(layer)[0] === before.output) return;
    unsupported.push({
      operator: layer.kind,
      node: layer.name,
      why: `it does not read the layer before it, "${before.name}"`,
      instead: "convert a network that is a single chain of layers",
    });
  });
  if (graph.outputs.length === 0) throw tfliteGraphError(file, "graph", "it has no output");
  for (const index of graph.outputs) {
    const tensor = graph.tensors[index] as TfliteTensor;
    const value = values.get(index);
    if (stateOutputs.has(index)) continue;
    if (value?.kind === "unsupported") continue;
    if (value?.kind === "steps" && value.source === layers.at(-1)?.output) continue;
    unsupported.push({
      operator: "graph output",
      node: tensor.name,
      why: "it is not what the last layer makes",
      instead: "convert a network that is a single chain of layers with one output",
    });
  }
}
