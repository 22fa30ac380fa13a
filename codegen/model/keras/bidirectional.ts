/**
 * Bidirectional around an LSTM or a GRU: two layers over the same steps, one of them from the end, and their answers merged.
 * The layers themselves are left to recurrent.ts.
 */

import { isObject, shownJson } from "../json.ts";
import type { ScaleLayer } from "../types.ts";
import { Options } from "./config.ts";
import { KERAS_LIMITS } from "./limits.ts";
import { combined, joined } from "./merge.ts";
import {
  type Answers,
  addRecurrent,
  firstStep,
  isPlain,
  isStateful,
  timedInput,
} from "./recurrent.ts";
import {
  addLayer,
  type Call,
  graphError,
  refuse,
  reportUnread,
  type Steps,
  type Value,
} from "./values.ts";

/** The call of one of Bidirectional's two layers. */
function directionCall(call: Call, key: string, part: string, before: number): Call | undefined {
  const { options, context, name, weights } = call;
  const given = options.object(key);
  const { class_name: className, config } = given;
  if ((className !== "LSTM" && className !== "GRU") || !isObject(config)) {
    return refuse(call, `its ${key} is ${shownJson(className)}`, "use it around an LSTM or a GRU");
  }
  return {
    ...call,
    className,
    options: new Options(config, context.file, name),
    weights: weights.inner(part, before),
  };
}

export function importBidirectional(call: Call): Answers {
  const { options } = call;
  const forward = directionCall(call, "layer", "forward_layer", 0);
  if (!forward) return undefined;
  const variables = forward.options.flag("use_bias", true) ? 3 : 2;
  const own = isObject(options.raw("backward_layer"));
  const key = own ? "backward_layer" : "layer";
  const backward = directionCall(call, key, "backward_layer", variables);
  if (!backward) return undefined;
  const stateful = [forward, backward].map(isStateful).includes(true);
  const plain = [forward, backward].map(isPlain).every(Boolean);
  const input = timedInput(call);
  if (!plain || !input) return undefined;
  if (stateful) {
    refuse(call, "it is stateful", "a stream has no end to read back from: train a forward layer");
    return undefined;
  }
  const back = (direction: Call) => direction.options.flag("go_backwards", false);
  if (back(forward) || (own && !back(backward))) {
    throw graphError(call, "its layers do not run forward and backward");
  }
  if ([forward, backward].some((direction) => direction.options.flag("return_state", false))) {
    refuse(call, "return_state is set", "use the answers only");
    return undefined;
  }
  const everyStep = forward.options.flag("return_sequences", false);
  if (backward.options.flag("return_sequences", false) !== everyStep) {
    throw graphError(call, "only one of its layers returns sequences");
  }
  const [ahead, behind] = [forward, backward].map((direction, index): Steps => {
    const shape = [direction.options.integer("units", 1, KERAS_LIMITS.layerSize)];
    const source = addRecurrent(direction, input, index === 1);
    const steps: Steps = { source, shape, time: true, ended: false };
    if (everyStep) return steps;
    return index === 1
      ? firstStep(direction, steps, shape[0] as number)
      : { ...steps, time: false, ended: true };
  }) as [Steps, Steps];
  for (const direction of [forward, backward]) reportUnread(direction);
  return [merged(call, ahead, behind)];
}

function merged(call: Call, ahead: Steps, behind: Steps): Value {
  // null, which is not absent: the two answers apart.
  const apart = call.options.raw("merge_mode") === null;
  const mode = apart ? "null" : call.options.text("merge_mode", "concat");
  if (mode === "concat") return joined(call, [ahead, behind]);
  const operation = mode === "mul" ? "multiply" : "add";
  if (mode !== "mul" && mode !== "sum" && mode !== "ave") {
    return refuse(call, `its merge_mode is ${mode}`, "use concat, sum, mul or ave");
  }
  const both = combined(call, operation, ahead, behind);
  if (mode !== "ave") return both;
  const [size = 0] = both.shape;
  const source = addLayer<ScaleLayer>(call, both, {
    kind: "scale",
    inputSize: size,
    outputSize: size,
    scale: new Float64Array(size).fill(0.5),
    bias: new Float64Array(size),
  });
  return { ...both, source };
}
