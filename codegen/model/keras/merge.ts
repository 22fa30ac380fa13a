/**
 * Layers that make one value of several: Concatenate, Add, Subtract, Multiply.
 */

import { shownJson } from "../json.ts";
import type { ArrangeLayer, CombineLayer } from "../types.ts";
import {
  type Call,
  freshName,
  graphError,
  pushLayer,
  refuse,
  type Steps,
  sizeOf,
} from "./values.ts";

/** One vector after the other. */
export function joined(call: Call, parts: readonly Steps[]): Steps {
  const [first] = parts as [Steps, ...Steps[]];
  const size = parts.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  const output = freshName(call.context, call.name);
  pushLayer(call.context, {
    kind: "arrange",
    name: call.name,
    inputs: parts.map(({ source }) => source),
    output,
    inputSize: size,
    outputSize: size,
    from: Int32Array.from({ length: size }, (_, index) => index),
  } satisfies ArrangeLayer);
  return { ...first, source: output, shape: [size] };
}

/** Two vectors, element by element. */
export function combined(
  call: Call,
  operation: CombineLayer["operation"],
  first: Steps,
  second: Steps,
): Steps {
  const size = sizeOf(first.shape);
  if (`${first.shape}` !== `${second.shape}`) {
    throw graphError(call, `its inputs are [${first.shape}] and [${second.shape}]`);
  }
  const output = freshName(call.context, call.name);
  pushLayer(call.context, {
    kind: "combine",
    name: call.name,
    operation,
    inputs: [first.source, second.source],
    output,
    inputSize: 2 * size,
    outputSize: size,
  } satisfies CombineLayer);
  return { ...first, source: output };
}

/** At least two inputs that are there at the same time. */
function alikeInputs(call: Call): readonly [Steps, ...Steps[]] | undefined {
  const [first, ...others] = call.inputs;
  if (!first || others.length === 0) throw graphError(call, "it has fewer than two inputs");
  if (others.every(({ time, ended }) => time === first.time && ended === first.ended)) {
    return [first, ...others];
  }
  const why = "it joins what is there at each step with what is there at the end";
  return refuse(call, why, "return_sequences=True in all that it joins, or in none");
}

export function importConcatenate(call: Call): Steps | undefined {
  const inputs = alikeInputs(call);
  if (!inputs) return undefined;
  const [first] = inputs;
  const axis = call.options.raw("axis") ?? -1;
  const last = first.shape.length + (first.time ? 1 : 0);
  if ((axis === -1 || axis === last) && inputs.every(({ shape }) => shape.length === 1)) {
    return joined(call, inputs);
  }
  const why = `its axis ${shownJson(axis)} is not the vector of a step`;
  return refuse(call, why, "join vectors along the last axis, -1");
}

/** Add, Subtract and Multiply, layers or operations. */
export function importCombine(operation: CombineLayer["operation"]) {
  return (call: Call): Steps | undefined => {
    const inputs = alikeInputs(call);
    return inputs?.reduce((sum, next) => combined(call, operation, sum, next));
  };
}
