/**
 * Spells a TFLite graph in ONNX's operators, has it imported, and adds its integers where it is quantized throughout.
 * Single operators are left to operators.ts, moving.ts and lstm.ts, layers in small operators to sequences.ts.
 */

import { type ImportedGraph, importGraph } from "../graph/graph.ts";
import type { OnnxGraph, OnnxNode } from "../graph/nodes.ts";
import type { TimeOfGraph } from "../graph/time-axis.ts";
import type { IntegerModel } from "../integer-model.ts";
import { integerModelOf, takesWholeSteps } from "./integer.ts";
import { LSTM_OPTION, lstm } from "./lstm.ts";
import type { Speller } from "./moving.ts";
import { SPELLERS } from "./operators.ts";
import { inTfliteWords, tfliteGraphError } from "./refusals.ts";
import type { TfliteFile, TfliteOperator } from "./schema.ts";
import { findSequences } from "./sequences.ts";
import { SPELLED_OPSET, Spelling } from "./spelling.ts";
import { assignedOutputs, VARIABLES } from "./variables.ts";

const OPERATORS: Readonly<Record<string, Speller>> = {
  ...SPELLERS,
  ...VARIABLES,
  UNIDIRECTIONAL_SEQUENCE_LSTM: lstm,
};

/** The operators that are imported, sorted. */
export const TFLITE_OPERATORS: readonly string[] = Object.keys(OPERATORS).sort();

/** What to do about operators that come up often. */
const INSTEAD: Readonly<Record<string, string>> = {
  WHILE: "convert a layer with unroll=True, or with tf_keras, which keeps it one operator",
  BIDIRECTIONAL_SEQUENCE_LSTM: "a stream has no future: train a forward LSTM",
};

/** The network, without what a file adds to it. */
export interface ImportedTflite extends ImportedGraph {
  /** Absent for a network with real numbers in it. */
  readonly integer?: IntegerModel;
}

/**
 * @param file name of the file, for messages
 * @param fileBytes its size
 * @throws ModelFileError TP-MODEL-003 to -007 for a file that contradicts itself
 * @throws PlanError TP-PLAN-001 with every Unsupported in facts.unsupported
 */
export function importTfliteGraph(
  graph: TfliteFile,
  file: string,
  fileBytes: number,
): ImportedTflite {
  if (graph.inputs.length === 0) throw tfliteGraphError(file, "graph", "it has no input");
  if (graph.outputs.length === 0) throw tfliteGraphError(file, "graph", "it has no output");
  const spelling = new Spelling(graph, file);
  const sequences = findSequences(spelling);
  for (const operator of graph.operators) {
    const spell = sequences.spell.get(operator);
    if (spell) spell();
    else if (!sequences.taken.has(operator)) spellOperator(operator, spelling);
  }
  const time = timeOf(graph, spelling, sequences.steps);
  const model = { graph: spelled(spelling), opset: SPELLED_OPSET };
  const given = { constants: spelling.constants, ...(time ? { time } : {}) };
  const imported = inOwnWords(() => importGraph(model, file, fileBytes, given));
  const integer = integerModelOf(spelling, time?.steps ?? 1);
  return integer && takesWholeSteps(integer, imported) ? { ...imported, integer } : imported;
}

function inOwnWords<V>(read: () => V): V {
  try {
    return read();
  } catch (error) {
    throw inTfliteWords(error);
  }
}

function spellOperator(operator: TfliteOperator, spelling: Spelling): void {
  const name = operator.operator;
  const speller = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (speller) {
    speller(operator, spelling);
    return;
  }
  const instead = Object.hasOwn(INSTEAD, name) ? INSTEAD[name] : undefined;
  spelling.refuse(operator, {
    why: "no layer computes it",
    instead: instead ?? "leave it out of the network, or compute it on the host",
  });
}

function spelled(spelling: Spelling): OnnxGraph {
  const { tensors, inputs, outputs } = spelling.graph;
  const { read } = spelling.states;
  const value = (index: number) => ({
    name: spelling.name(index),
    shape: [...(tensors[index]?.shape ?? [])],
  });
  const results = [...outputs.map((index) => spelling.name(index)), ...assignedOutputs(spelling)];
  return {
    nodes: needed(spelling.nodes, results),
    initializers: [],
    inputs: [...inputs.map(value), ...read.values()],
    outputs: results.map((name) => ({ name })),
    hasSparseInitializers: false,
  };
}

/** Nodes that lead to results; what computes shapes, which the file gives anyway, is none. */
function needed(nodes: readonly OnnxNode[], results: readonly string[]): OnnxNode[] {
  const wanted = new Set(results);
  const kept: OnnxNode[] = [];
  for (const node of [...nodes].reverse()) {
    const isRefusal = node.outputs.length === 0;
    if (!isRefusal && !node.outputs.some((name) => wanted.has(name))) continue;
    kept.push(node);
    for (const name of node.inputs) wanted.add(name);
  }
  return kept.reverse();
}

/**
 * The dimension of the features that counts time: that of an LSTM's input, which a chain of layers keeps its size.
 * Undefined where a call is one step.
 */
function timeOf(
  graph: TfliteFile,
  spelling: Spelling,
  unrolledSteps: number,
): TimeOfGraph | undefined {
  const operator = graph.operators.find(
    ({ operator: name }) => name === "UNIDIRECTIONAL_SEQUENCE_LSTM",
  );
  const shape = operator ? spelling.input(operator, 0).shape : [];
  const timeMajor = operator?.options?.boolean(LSTM_OPTION.timeMajor) ?? false;
  const steps = operator ? (shape[timeMajor ? 0 : 1] ?? 1) : unrolledSteps;
  if (steps <= 1) return undefined;
  for (const index of graph.inputs) {
    const dims = graph.tensors[index]?.shape ?? [];
    const axis = dims.slice(0, -1).indexOf(steps);
    if (axis >= 0) return { input: spelling.name(index), axis, steps };
  }
  return undefined;
}
