/**
 * The float64 oracle: what the model computes, step by step, without any quantization.
 * The layers are left to the reference-*.ts beside it, the exact integer arithmetic to quantize/reference-int8.ts.
 */

import {
  runArrange,
  runCombine,
  runDense,
  runElementwise,
  runLayerNorm,
  runScale,
  runSoftmax,
} from "./reference-layers.ts";
import { runGru, runLstm } from "./reference-recurrent.ts";
import { runConv1d, runPool1d } from "./reference-windows.ts";
import { type LayerPeaks, peakOf, type RunningLayer } from "./running-layer.ts";
import { inputsOf, type Layer, looksAhead, type RecurrentModel, type ValueName } from "./types.ts";

export { type LayerPeaks, sigmoid } from "./running-layer.ts";

export interface FloatPeaks {
  /** Largest |value| of the model's input. */
  readonly input: number;
  /** In order of model.layers. */
  readonly layers: readonly LayerPeaks[];
}

/** State of one recurrent layer, copied. */
export interface LayerState {
  /** Index in model.layers. */
  readonly layer: number;
  /** [hiddenSize] */
  readonly hidden: Float64Array;
  /** [hiddenSize]; empty for a GRU. */
  readonly cell: Float64Array;
}

export interface FloatModel {
  /** Puts every state back to the model's initial values. */
  reset(): void;
  /**
   * One time step.
   * @param input [model.inputSize]
   * @returns a new array [model.outputSize]
   * @throws RangeError when the input has another length, or a layer reads what nothing before it writes
   */
  step(input: Float64Array): Float64Array;
  /** The states of LSTMs and GRUs after the last step, in order of layers. */
  readonly state: readonly LayerState[];
  readonly peaks: FloatPeaks;
}

function runLayer(layer: Layer): RunningLayer {
  switch (layer.kind) {
    case "lstm":
      return runLstm(layer);
    case "gru":
      return runGru(layer);
    case "dense":
      return runDense(layer);
    case "activation":
    case "leaky-relu":
    case "hard-sigmoid":
    case "clip":
      return runElementwise(layer);
    case "softmax":
      return runSoftmax();
    case "scale":
      return runScale(layer);
    case "layer-norm":
      return runLayerNorm(layer);
    case "conv1d":
      return runConv1d(layer);
    case "pool1d":
      return runPool1d(layer);
    case "combine":
      return runCombine(layer);
    case "arrange":
      return runArrange(layer);
    case "first-step":
      throw new RangeError(`"${layer.name}" reads a whole sequence, not a step`);
  }
}

/** What a layer is about to multiply: its inputs, and the state that it left in the step before. */
export type Watch = (
  layer: number,
  inputs: readonly Float64Array[],
  state: LayerState | null,
) => void;

/**
 * Makes a runnable copy of the model; the model itself is not changed.
 * @param watch sees each layer of each step before it runs; the arrays are the layer's own, to be read alone
 * @throws RangeError for a model with a layer that looks ahead, which runSequence runs
 */
export function createFloatModel(model: RecurrentModel, watch?: Watch): FloatModel {
  const ahead = model.layers.find(looksAhead);
  if (ahead) throw new RangeError(`"${ahead.name}" reads a whole sequence, not a step`);
  const layers = model.layers.map((layer) => ({ layer, running: runLayer(layer) }));
  const [first] = model.layers;
  let inputPeak = 0;
  return {
    reset() {
      for (const { running } of layers) running.reset();
    },
    step(input) {
      if (input.length !== model.inputSize) {
        throw new RangeError(`${model.name} takes ${model.inputSize} values, not ${input.length}`);
      }
      inputPeak = Math.max(inputPeak, peakOf(input));
      let answer: Float64Array = input.slice();
      const values = new Map<ValueName, Float64Array>();
      if (first) for (const name of inputsOf(first)) values.set(name, answer);
      for (const [index, { layer, running }] of layers.entries()) {
        const inputs = inputsOf(layer).map((name) => namedValue(values, name, layer));
        watch?.(index, inputs, running.state ? { layer: index, ...running.state } : null);
        answer = running.step(...inputs);
        running.peaks.output = Math.max(running.peaks.output, peakOf(answer));
        values.set(layer.output, answer);
      }
      return answer;
    },
    get state() {
      return layers.flatMap(({ running: { state } }, layer) =>
        state ? [{ layer, hidden: state.hidden.slice(), cell: state.cell.slice() }] : [],
      );
    },
    get peaks() {
      return { input: inputPeak, layers: layers.map(({ running }) => ({ ...running.peaks })) };
    },
  };
}

/**
 * A whole sequence from the initial state, layer by layer, so that layers may look ahead.
 * @param frames [steps][model.inputSize]
 * @returns the last layer's answer of every step, [steps][model.outputSize]
 * @throws RangeError when a frame has another length, or a layer reads what nothing before it writes
 */
export function runSequence(
  model: RecurrentModel,
  frames: readonly Float64Array[],
): readonly Float64Array[] {
  const wrong = frames.find(({ length }) => length !== model.inputSize);
  if (wrong)
    throw new RangeError(`${model.name} takes ${model.inputSize} values, not ${wrong.length}`);
  let answers = frames;
  const values = new Map<ValueName, readonly Float64Array[]>();
  const [first] = model.layers;
  if (first) for (const name of inputsOf(first)) values.set(name, frames);
  for (const layer of model.layers) {
    const inputs = inputsOf(layer).map((name) => namedValue(values, name, layer));
    answers = runLayerOver(layer, inputs, frames.length);
    values.set(layer.output, answers);
  }
  return answers;
}

function runLayerOver(
  layer: Layer,
  inputs: readonly (readonly Float64Array[])[],
  steps: number,
): readonly Float64Array[] {
  const at = (step: number) => inputs.map((input) => input[step] as Float64Array);
  if (layer.kind === "first-step") {
    return Array.from({ length: steps }, () => at(0)[0] as Float64Array);
  }
  const running = runLayer(layer);
  const back = looksAhead(layer);
  const answers = Array.from({ length: steps }, (_, index) =>
    running.step(...at(back ? steps - 1 - index : index)),
  );
  return back ? answers.reverse() : answers;
}

function namedValue<V>(values: ReadonlyMap<ValueName, V>, name: ValueName, layer: Layer): V {
  const value = values.get(name);
  if (value) return value;
  throw new RangeError(`"${layer.name}" reads "${name}", which nothing before it writes`);
}
