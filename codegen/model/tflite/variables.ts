/**
 * Resource variables, in which stateful layers keep their state: what is read of one goes into the spelled graph as an
 * input, what is assigned comes out of it.
 * That both are one state is left to ../onnx/connections.ts.
 */

import type { Speller } from "./moving.ts";
import type { TfliteGraph, TfliteOperator } from "./schema.ts";
import type { Refusal, Spelling } from "./spelling.ts";
import { realValues } from "./tensor.ts";

const HANDLE = { container: 0, name: 1 } as const;
const INITIAL_GRAPH = 0;

/** The variable that an operator's first input is a handle of. */
function variableOf(operator: TfliteOperator, graph: TfliteGraph): string | undefined {
  const [handle = -1] = operator.inputs;
  const maker = graph.operators.find(
    ({ operator: name, outputs }) => name === "VAR_HANDLE" && outputs.includes(handle),
  );
  if (!maker) return undefined;
  const { container, name } = HANDLE;
  return `${maker.options?.text(container) ?? ""}/${maker.options?.text(name) ?? ""}`;
}

const NO_HANDLE: Refusal = {
  why: "which variable it means is computed",
  instead: "convert a trained model for inference",
};

/** What READ_VARIABLE reads is an input of the graph, once a variable. */
const read: Speller = (operator, spelling) => {
  const variable = variableOf(operator, spelling.graph);
  if (variable === undefined) {
    spelling.refuse(operator, NO_HANDLE);
    return;
  }
  const { index, shape } = spelling.output(operator);
  const known = spelling.states.read.get(variable);
  if (known) spelling.node(operator, "Identity", [known.name], [spelling.name(index)]);
  else spelling.states.read.set(variable, { name: spelling.name(index), shape: [...shape] });
};

/** What ASSIGN_VARIABLE assigns is an output of the graph. */
const assign: Speller = (operator, spelling) => {
  const variable = variableOf(operator, spelling.graph);
  if (variable === undefined || spelling.states.assigned.has(variable)) {
    const twice = { why: "it assigns a variable again", instead: "assign each state once a call" };
    spelling.refuse(operator, variable === undefined ? NO_HANDLE : twice);
    return;
  }
  spelling.states.assigned.set(variable, { operator, value: spelling.name(operator.inputs[1]) });
};

/** The graph that is run once before all others assigns initial values; only zeros are what a reset gives. */
const initialize: Speller = (operator, spelling) => {
  const graph = spelling.graph.others[(operator.options?.int32(INITIAL_GRAPH) ?? 0) - 1];
  const assigned = (graph?.operators ?? []).filter(({ operator: name }) => name !== "VAR_HANDLE");
  const isZero = assigned.every(({ operator: name, inputs }) => {
    const value = graph?.tensors[inputs[1] ?? -1];
    if (name !== "ASSIGN_VARIABLE" || !value?.data) return false;
    return realValues(value, spelling.file).every((number) => number === 0);
  });
  if (graph && isZero) return;
  const why = "it starts a state from something else than zeros";
  spelling.refuse(operator, { why, instead: "start from zeros, and warm the model up" });
};

export const VARIABLES: Readonly<Record<string, Speller>> = {
  CALL_ONCE: initialize,
  VAR_HANDLE: () => {},
  READ_VARIABLE: read,
  ASSIGN_VARIABLE: assign,
};

/** Nodes that give what was assigned; behind all others, since a layer may be spelled after its state is assigned. */
export function assignedOutputs(spelling: Spelling): readonly string[] {
  const { read, assigned } = spelling.states;
  return [...read.keys()].flatMap((variable) => {
    const found = assigned.get(variable);
    return found ? [spelling.through(found.operator, "Identity", found.value)] : [];
  });
}
