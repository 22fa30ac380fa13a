/**
 * Checks that the imported layers are one chain from one input to one output, besides states.
 * Where something else is already unsupported there is nothing to check: missing layers break every chain.
 */

import { inputsOf } from "../types.ts";
import { graphError } from "./limits.ts";
import type { OnnxGraph } from "./messages.ts";
import type { ImportContext } from "./values.ts";

/** Notes every break of the chain, or, where there is none, every input and output besides it. */
export function checkConnections(graph: OnnxGraph, context: ImportContext): void {
  checkChain(context);
  if (context.unsupported.length > 0) return;
  checkInputs(context);
  checkOutputs(graph, context);
}

/** Every layer must read what the one before it writes. */
function checkChain(context: ImportContext): void {
  context.layers.forEach((layer, index) => {
    const before = context.layers[index - 1];
    if (!before || inputsOf(layer)[0] === before.output) return;
    context.unsupported.push({
      operator: layer.kind,
      node: layer.name,
      why: `it reads "${inputsOf(layer)[0]}", but the layer before it makes "${before.output}"`,
      instead: "export a chain of layers without branches",
    });
  });
}

function checkInputs(context: ImportContext): void {
  const first = context.layers[0];
  const input = first && inputsOf(first)[0];
  const states = new Set(context.stateInputs.map(({ name }) => name));
  for (const name of context.freeInputs) {
    if (name === input || states.has(name)) continue;
    context.unsupported.push({
      operator: "graph input",
      node: name,
      why: "the network has one input a step besides recurrent states",
      instead: "join the inputs into one, or leave it out",
    });
  }
  for (const [index, { name }] of context.stateInputs.entries()) {
    if (context.stateInputs.findIndex((state) => state.name === name) === index) continue;
    context.unsupported.push({
      operator: "graph input",
      node: name,
      why: "it sets two states",
      instead: "give every h and every c its own input",
    });
  }
  if (first && input !== undefined && states.has(input)) {
    throw graphError(context.file, first.name, `"${input}" is both its input and a state`);
  }
}

/** The last layer's values, and a state for every state input; nothing else. */
function checkOutputs(graph: OnnxGraph, context: ImportContext): void {
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
      "return Y_h, and Y_c of an LSTM, as outputs, or make the initial state a constant",
    );
  }
}
