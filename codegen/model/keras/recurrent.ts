/**
 * LSTM and GRU, forward or backward.
 * Both directions at once are left to bidirectional.ts; whether states live on between sequences to read.ts.
 *
 * Source: Keras, layers/rnn/lstm.py and gru.py: columns i f c o and z r h, h = z * h + (1 - z) * candidate.
 */
import { toCanonicalGates, toCanonicalGruGates } from "../gates.ts";
import { shownJson } from "../json.ts";
import type { FirstStepLayer, GruLayer, LstmLayer, Matrix } from "../types.ts";
import { activationName } from "./activations.ts";
import { KERAS_LIMITS } from "./limits.ts";
import {
  addLayer,
  type Call,
  refuse,
  type Steps,
  transposed,
  type Value,
  vectorInput,
} from "./values.ts";

/** The answer, and where the layer gives states the hidden one after the last step; the cell has no value. */
export type Answers = readonly Value[] | undefined;

/** Everything of the layer that no layer of the IR computes, at once. */
export function isPlain(call: Call): boolean {
  const { options, context } = call;
  const before = context.unsupported.length;
  const expect = (key: string, wanted: string) => {
    const given = options.raw(key);
    const name = given === undefined ? wanted : activationName(given);
    if (name === wanted) return;
    refuse(call, `its ${key} is ${name ?? shownJson(given)}`, `train with ${key}="${wanted}"`);
  };
  expect("activation", "tanh");
  expect("recurrent_activation", "sigmoid");
  if (options.flag("time_major", false)) {
    refuse(call, "time_major is set", "build it with time after the batch");
  }
  return context.unsupported.length === before;
}

/** A layer that runs over its input, in the order of the input's steps whichever way it runs. */
export function addRecurrent(
  call: Call,
  input: Steps & { readonly size: number },
  reversed: boolean,
) {
  const { options, weights } = call;
  const hiddenSize = options.integer("units", 1, KERAS_LIMITS.layerSize);
  const cell = weights.inner("cell", 0);
  const biased = options.flag("use_bias", true);
  const gates = call.className === "LSTM" ? 4 : 3;
  const canonical = gates === 4 ? toCanonicalGates : toCanonicalGruGates;
  const rows = gates * hiddenSize;
  const matrix = (index: number, cols: number): Matrix => ({
    rows,
    cols,
    values: canonical(transposed(cell.read(index, [cols, rows]), cols, rows), "keras"),
  });
  const inputWeights = matrix(0, input.size);
  const recurrentWeights = matrix(1, hiddenSize);
  const shared = {
    inputSize: input.size,
    outputSize: hiddenSize,
    hiddenSize,
    inputWeights,
    recurrentWeights,
    initialHidden: new Float64Array(hiddenSize),
    ...(reversed ? { reversed: true as const } : {}),
  };
  if (gates === 4) {
    const bias = biased ? cell.read(2, [rows]) : new Float64Array(rows);
    return addLayer<LstmLayer>(call, input, {
      kind: "lstm",
      ...shared,
      bias: canonical(bias, "keras"),
      initialCell: new Float64Array(hiddenSize),
    });
  }
  const resetAfter = options.flag("reset_after", true);
  const halves = resetAfter ? 2 : 1;
  const stored = biased
    ? cell.read(2, resetAfter ? [2, rows] : [rows])
    : new Float64Array(halves * rows);
  const bias = canonical(stored.subarray(0, rows), "keras");
  const recurrent = resetAfter ? canonical(stored.subarray(rows), "keras") : new Float64Array(rows);
  const gateRows = 2 * hiddenSize;
  return addLayer<GruLayer>(call, input, {
    kind: "gru",
    ...shared,
    // The candidate's recurrent half is multiplied by the reset gate first.
    bias: bias.map((own, row) => (row < gateRows ? own + (recurrent[row] ?? 0) : own)),
    resetAfter,
    candidateRecurrentBias: recurrent.slice(gateRows),
  });
}

export function timedInput(call: Call): (Steps & { readonly size: number }) | undefined {
  const input = vectorInput(call);
  if (input.time) return input;
  const why = input.ended
    ? "it runs on what is there once a sequence, after the last step"
    : "its input has no time";
  return refuse(call, why, "run every recurrent layer along the time of the model's input");
}

/** Where a reversed layer ends: at the first step. */
export function firstStep(call: Call, value: Steps, size: number): Steps {
  const part = { kind: "first-step", inputSize: size, outputSize: size } as const;
  const source = addLayer<FirstStepLayer>(call, value, part);
  return { ...value, source, time: false, ended: true };
}

/** Notes whether the layer is stateful. */
export function isStateful({ options, context }: Call): boolean {
  const stateful = options.flag("stateful", false);
  context.recurrent.add(stateful ? "stateful" : "fresh");
  return stateful;
}

export function importRecurrent(call: Call): Answers {
  const { options, context } = call;
  const stateful = isStateful(call);
  const plain = isPlain(call);
  const input = timedInput(call);
  if (!plain || !input) return undefined;
  const everyStep = options.flag("return_sequences", false);
  const reversed = options.flag("go_backwards", false);
  if (reversed && stateful) {
    refuse(call, "it is stateful and goes backwards", "a stream runs forward: train it so");
    return undefined;
  }
  if (reversed && everyStep) {
    const instead = "use Bidirectional, which turns the answers round again";
    refuse(call, "go_backwards leaves its answers in reverse order", instead);
    return undefined;
  }
  if (stateful && !everyStep && context.steps !== 1) {
    refuse(
      call,
      "it is stateful, but answers only at the end of each part of a sequence",
      "return_sequences=True, or an input of one time step",
    );
    return undefined;
  }
  const source = addRecurrent(call, input, reversed);
  const shape = [options.integer("units", 1, KERAS_LIMITS.layerSize)];
  const steps: Steps = { source, shape, time: true, ended: false };
  if (stateful && !everyStep) return [{ ...steps, time: false }];
  const end = reversed
    ? firstStep(call, steps, shape[0] as number)
    : { ...steps, time: false, ended: true };
  const withState = options.flag("return_state", false);
  return [everyStep ? steps : end, ...(withState ? [end, undefined] : [])];
}
