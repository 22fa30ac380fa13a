/**
 * Checks what goes into a graph and comes out of it: one vector a step, one answer, and states that are fed back.
 * The layers between are left to graph.ts.
 */

import type { ValueName } from "../types.ts";
import { graphError } from "./limits.ts";
import type { OnnxGraph } from "./nodes.ts";
import { inOrder, type Operand } from "./operands.ts";
import type { ImportContext, View } from "./values.ts";

/** What the graph answers. */
export interface Answer {
  readonly output: ValueName;
  readonly inputSize: number;
  readonly outputSize: number;
  /** The graph answers every step, or once a sequence. */
  readonly everyStep: boolean;
}

/** Notes everything about inputs and outputs that cannot be; undefined where there is no single answer. */
export function connect(graph: OnnxGraph, context: ImportContext): Answer | undefined {
  const fed = new Map<ValueName, Int32Array>();
  const answers: NamedView[] = [];
  const returned = new Set<ValueName>();
  for (const { name } of graph.outputs) {
    const value = context.values.get(name);
    if (!value) throw graphError(context.file, name, "nothing makes this graph output");
    if (returned.has(name)) throw graphError(context.file, name, "two outputs have this name");
    returned.add(name);
    if (value.kind !== "view") {
      refuseOutput(context, name, "it is not computed by a layer", "leave it out");
    } else if (isState(context, value)) fed.set(name, value.elements);
    else answers.push({ name, view: value });
  }
  if (answers.length === 0) answers.push(...lastHidden(graph, context));
  const operand = answerOf(context, answers);
  const inputSize = checkInputs(graph, context);
  checkStates(context, fed);
  return (
    operand && {
      output: operand.input,
      inputSize,
      outputSize: operand.size,
      everyStep:
        answers[0]?.view.time !== undefined ||
        context.steps === 1 ||
        // Whoever keeps the states may call with one step, and so have the answer of every step.
        (context.steps === undefined && context.stateInputs.length > 0),
    }
  );
}

interface NamedView {
  readonly name: string;
  readonly view: View;
}

/** The vector that the network answers; undefined, and noted, where there is not one. */
function answerOf(context: ImportContext, answers: readonly NamedView[]): Operand | undefined {
  const [answer] = answers;
  if (!answer || answers.length > 1) {
    const names = answers.map(({ name }) => `"${name}"`).join(", ");
    refuseOutput(
      context,
      answer?.name ?? "graph",
      `there are ${answers.length} answers besides states${names && `: ${names}`}`,
      "end the network in one output besides states",
    );
    return undefined;
  }
  const { name, view } = answer;
  if (view.time?.extraBefore || view.time?.extraAfter) {
    refuseOutput(context, name, "it has more steps than the input", "cut the added ones off");
    return undefined;
  }
  const node = { name, operator: "graph output", domain: "", inputs: [], outputs: [name] };
  return inOrder(context, { ...node, attributes: new Map() }, view);
}

function refuseOutput(context: ImportContext, node: string, why: string, instead: string): void {
  context.unsupported.push({ operator: "graph output", node, why, instead });
}

/** Whether a tensor holds nothing but states after the last step. */
function isState({ sources }: ImportContext, { elements }: View): boolean {
  return elements.every((element) => ["hidden", "cell"].includes(sources.of(element).kind));
}

/** In a network that returns states only, the first hidden state is what it answers. */
function lastHidden(graph: OnnxGraph, { values, sources }: ImportContext): readonly NamedView[] {
  return graph.outputs
    .flatMap(({ name }) => {
      const view = values.get(name);
      return view?.kind === "view" ? [{ name, view }] : [];
    })
    .filter(({ view }) => view.elements.every((at) => sources.of(at).kind === "hidden"))
    .slice(0, 1);
}

/** One input is the network's; every other one is a state. Gives the size of the former. */
function checkInputs(graph: OnnxGraph, context: ImportContext): number {
  const { sources, layers, stateInputs, values, file } = context;
  const states = new Set(
    stateInputs.flatMap(({ elements }) => [sources.of(elements[0] ?? 0).name]),
  );
  const read = new Set(
    layers.flatMap((layer) => ("inputs" in layer ? layer.inputs : [layer.input])),
  );
  let size = 0;
  const extra: string[] = [];
  for (const { name } of graph.inputs) {
    if (values.get(name)?.kind !== "view") continue;
    if (states.has(name)) {
      if (read.has(name)) throw graphError(file, name, "it is both an input and a state");
    } else if (size === 0 && read.has(name)) size = sources.named(name).size;
    else extra.push(name);
  }
  for (const node of extra) {
    context.unsupported.push({
      operator: "graph input",
      node,
      why: "the network has one input a step besides recurrent states",
      instead: "join the inputs into one, or leave it out",
    });
  }
  return size;
}

/**
 * A state that starts from graph inputs goes on from call to call only where a graph output of the same shape returns
 * each of its values in the place it is read from.
 */
function checkStates(context: ImportContext, fed: ReadonlyMap<ValueName, Int32Array>): void {
  const { sources, stateInputs } = context;
  const refuseState = (node: string, why: string, instead: string) =>
    context.unsupported.push({ operator: "graph input", node, why, instead });
  /** For each value of a graph input, the state it starts. */
  const started = new Map<number, string>();
  const owners = new Map<string, string>();
  for (const { layer, part, elements } of stateInputs) {
    for (const [unit, element] of elements.entries()) {
      const { name } = sources.of(element);
      if (started.has(element)) {
        if (!owners.has(name)) refuseState(name, "it sets two states", TWO_STATES);
        owners.set(name, layer);
        continue;
      }
      started.set(element, `${part} ${unit} ${layer}`);
    }
  }
  const inputs = new Set([...started.keys()].map((element) => sources.of(element)));
  for (const { name, first, size } of inputs) {
    const returned = [...fed.values()].some(
      (elements) =>
        elements.length === size &&
        elements.every((element, index) => {
          const source = sources.of(element);
          const state = `${source.kind} ${element - source.first} ${source.name}`;
          return started.get(first + index) === state;
        }),
    );
    if (returned || owners.has(name)) continue;
    const layers = stateInputs.filter(({ elements }) => sources.of(elements[0] ?? 0).name === name);
    const parts = layers.map(({ layer, part }) => `the ${part} state of "${layer}"`).join(", ");
    refuseState(
      name,
      `it sets ${parts}, which no output returns in the same places`,
      "return Y_h, and Y_c of an LSTM, as outputs in the input's shape, or make the initial state a constant",
    );
  }
}

const TWO_STATES = "give every h and every c its own input";
