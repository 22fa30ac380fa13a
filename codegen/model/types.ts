/**
 * The one form every model takes after import: layers in order of execution with named values between them,
 * canonical gates, float64 weights.
 * How a file format spells these is left to its importer; what can be generated is decided in lower/.
 */
import type { IntegerModel } from "./integer-model.ts";

/** A dense row-major matrix: values[row * cols + col]. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly values: Float64Array;
}

/** The canonical gate order of this project's LSTM; gates.ts converts every format's order to it. */
export const GATES = ["input", "forget", "cell", "output"] as const;
export type Gate = (typeof GATES)[number];

/** The same of its GRU. */
export const GRU_GATES = ["update", "reset", "candidate"] as const;
export type GruGate = (typeof GRU_GATES)[number];

/** Names a tensor inside the model; "features" of an input, the output of a layer. */
export type ValueName = string;

interface LayerEdge {
  /** The node's own name in the source file, for messages. */
  readonly name: string;
  readonly output: ValueName;
  /** Values per time step going in; of a layer with several inputs, all of them together. */
  readonly inputSize: number;
  /** Values per time step coming out. */
  readonly outputSize: number;
}

interface LayerBase extends LayerEdge {
  readonly input: ValueName;
}

interface RecurrentBase extends LayerBase {
  /** It runs from a sequence's last step back to its first: only a whole sequence can be given to it. */
  readonly reversed?: true;
}

/**
 * Hochreiter & Schmidhuber's LSTM with forget gate:
 *   i, f, o = sigmoid(W x + R h + b), g = tanh(W x + R h + b), c = f*c + i*g, h = o*tanh(c).
 */
export interface LstmLayer extends RecurrentBase {
  readonly kind: "lstm";
  /** [4 * hiddenSize, inputSize], gate blocks in GATES order. */
  readonly inputWeights: Matrix;
  /** [4 * hiddenSize, hiddenSize], gate blocks in GATES order. */
  readonly recurrentWeights: Matrix;
  /** [4 * hiddenSize], input and recurrent halves already added. */
  readonly bias: Float64Array;
  readonly hiddenSize: number;
  /** [hiddenSize]; zeros unless the model says otherwise. */
  readonly initialHidden: Float64Array;
  readonly initialCell: Float64Array;
  /** c is held within +- this after each step; absent: not held. Above 0. */
  readonly cellClip?: number;
  /**
   * Gers & Schmidhuber's peepholes, [3 * hiddenSize]: i and f add theirs times the cell before the step, o times the
   * one after it; input, forget, output. Absent: none.
   */
  readonly peepholes?: Float64Array;
}

/**
 * Cho's GRU: z, r = sigmoid(W x + R h + b), h' = n + z * (h - n) = (1 - z) * n + z * h, with the candidate
 *   n = tanh(W x + b + r * (R h + rb))  where resetAfter (cuDNN's, PyTorch's, ONNX's linear_before_reset), or
 *   n = tanh(W x + b + R (r * h))       where not (the paper's), which needs every r before the product.
 */
export interface GruLayer extends RecurrentBase {
  readonly kind: "gru";
  /** [3 * hiddenSize, inputSize], gate blocks in GRU_GATES order. */
  readonly inputWeights: Matrix;
  /** [3 * hiddenSize, hiddenSize], gate blocks in GRU_GATES order. */
  readonly recurrentWeights: Matrix;
  /** [3 * hiddenSize], input and recurrent halves already added, but for the candidate's where resetAfter: b alone. */
  readonly bias: Float64Array;
  readonly resetAfter: boolean;
  /** rb, [hiddenSize]; zeros where not resetAfter. */
  readonly candidateRecurrentBias: Float64Array;
  readonly hiddenSize: number;
  /** [hiddenSize]; zeros unless the model says otherwise. */
  readonly initialHidden: Float64Array;
}

/** y = W x + b for every time step. */
export interface DenseLayer extends LayerBase {
  readonly kind: "dense";
  /** [outputSize, inputSize] */
  readonly weights: Matrix;
  /** [outputSize] */
  readonly bias: Float64Array;
}

/** An elementwise function without parameters; relu is max(0, x). */
export interface ActivationLayer extends LayerBase {
  readonly kind: "activation";
  readonly activation: "sigmoid" | "tanh" | "relu";
}

/** y = x where x >= 0, else slope * x. */
export interface LeakyReluLayer extends LayerBase {
  readonly kind: "leaky-relu";
  readonly slope: number;
}

/** y = max(0, min(1, alpha * x + beta)). */
export interface HardSigmoidLayer extends LayerBase {
  readonly kind: "hard-sigmoid";
  readonly alpha: number;
  readonly beta: number;
}

/** y = min(high, max(low, x)); an end that is open is infinite. */
export interface ClipLayer extends LayerBase {
  readonly kind: "clip";
  readonly low: number;
  readonly high: number;
}

/** y[k] = e^x[k] / sum over j of e^x[j], over the whole vector of a step. */
export interface SoftmaxLayer extends LayerBase {
  readonly kind: "softmax";
}

/** y[k] = scale[k] * x[k] + bias[k]: a batch normalization, or constants multiplied or added, that no layer has taken in. */
export interface ScaleLayer extends LayerBase {
  readonly kind: "scale";
  /** [outputSize] */
  readonly scale: Float64Array;
  /** [outputSize] */
  readonly bias: Float64Array;
}

/**
 * Ba, Kiros & Hinton's layer normalization over the whole vector of a step, DTLN's "instant" one too:
 *   y[k] = scale[k] * (x[k] - mean) / sqrt(variance + epsilon) + bias[k], the variance over n.
 */
export interface LayerNormLayer extends LayerBase {
  readonly kind: "layer-norm";
  /** [outputSize] */
  readonly scale: Float64Array;
  /** [outputSize] */
  readonly bias: Float64Array;
  readonly epsilon: number;
}

/** Which steps or positions a window covers: tap t of output p reads p * stride + t * dilation - padBefore. */
export interface Window {
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padBefore: number;
  readonly padAfter: number;
}

/**
 * A convolution of one dimension; vectors are position by position, channels of a position side by side:
 *   y[p][o] = bias[o] + sum over t, c of weights[o][t][c] * x[p * stride + t * dilation - padBefore][c], 0 outside x.
 * Output channel o reads the inputChannels / groups channels of group floor(o * groups / outputChannels).
 */
export interface Conv1dLayer extends LayerBase {
  readonly kind: "conv1d";
  /**
   * time: positions are time steps, one a call. The layer keeps the last (taps - 1) * dilation inputs, zeros after a
   * reset, and looks at no later one: stride 1, padBefore all of them, padAfter 0.
   * positions: positions lie inside the vector of a step, and nothing is kept.
   */
  readonly along: "time" | "positions";
  /** Of the input; 1 along time. */
  readonly positions: number;
  /** inputSize = positions * inputChannels. */
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly groups: number;
  readonly window: Window;
  /** [outputChannels, taps * inputChannels / groups], tap by tap. */
  readonly weights: Matrix;
  /** [outputChannels] */
  readonly bias: Float64Array;
}

/** The largest value or the mean of each window over positions inside the vector of a step, channel by channel. */
export interface Pool1dLayer extends LayerBase {
  readonly kind: "pool1d";
  readonly operation: "max" | "average";
  /** inputSize = positions * channels. */
  readonly positions: number;
  readonly channels: number;
  /** The largest value never is one outside the vector. */
  readonly window: Window;
  /** Whether a mean divides by all taps, or by those inside the vector. */
  readonly countsPadding: boolean;
}

/** Two vectors of outputSize values, element by element: the second added, subtracted from the first, or multiplied. */
export interface CombineLayer extends LayerEdge {
  readonly kind: "combine";
  readonly operation: "add" | "subtract" | "multiply";
  readonly inputs: readonly [ValueName, ValueName];
}

/** y[k] = x[from[k]] of all inputs one after the other: what slices, joins, transposes and repeats come to. */
export interface ArrangeLayer extends LayerEdge {
  readonly kind: "arrange";
  readonly inputs: readonly ValueName[];
  /** [outputSize], each 0..inputSize - 1. */
  readonly from: Int32Array;
}

/** y = x of the sequence's first step, at every step: where a reversed layer ends. Only a whole sequence has it. */
export interface FirstStepLayer extends LayerBase {
  readonly kind: "first-step";
}

export type Layer =
  | LstmLayer
  | GruLayer
  | DenseLayer
  | ActivationLayer
  | LeakyReluLayer
  | HardSigmoidLayer
  | ClipLayer
  | SoftmaxLayer
  | ScaleLayer
  | LayerNormLayer
  | Conv1dLayer
  | Pool1dLayer
  | CombineLayer
  | ArrangeLayer
  | FirstStepLayer;

/** Whether a layer reads steps that come after the one it answers. */
export function looksAhead(layer: Layer): boolean {
  return layer.kind === "first-step" || ("reversed" in layer && layer.reversed === true);
}

/** The values that a layer reads, in its own order. */
export function inputsOf(layer: Layer): readonly ValueName[] {
  return "inputs" in layer ? layer.inputs : [layer.input];
}

/** Positions that a window gives over `positions` of them; below 1 where it does not fit. */
export function windowPositions(positions: number, window: Window): number {
  const { taps, stride, dilation, padBefore, padAfter } = window;
  const reach = (taps - 1) * dilation + 1;
  return Math.floor((positions + padBefore + padAfter - reach) / stride) + 1;
}

/** A recurrent model that runs one time step at a call and keeps its state between calls. */
export interface RecurrentModel {
  readonly name: string;
  /** Where it came from; digest is the SHA-256 of the file, and of the files it reads weights from, in hex. */
  readonly source: {
    readonly format: "onnx" | "tflite" | "keras" | "safetensors" | "generated";
    readonly file: string;
    readonly digest: string;
  };
  readonly inputSize: number;
  readonly outputSize: number;
  /**
   * In order of execution. A layer reads the model's input, which is what the first reads, or what layers before it
   * write; every output but the last layer's, which is the model's, is read by some layer.
   */
  readonly layers: readonly Layer[];
  /**
   * stateful-step: every step has an answer, and the state lives on from step to step until reset.
   * whole-sequence: the model is reset before each sequence, and its answer is that of the last step.
   * sequence-to-sequence: the same, but it answers every step, once the sequence is over: some layer looks ahead.
   * All start at the initial values.
   */
  readonly streaming: "stateful-step" | "whole-sequence" | "sequence-to-sequence";
  /** Time steps of a sequence where the file fixes them. */
  readonly sequenceSteps?: number;
  /** The file's own integers where it came quantized throughout; `layers` are the same ones in real numbers. */
  readonly integer?: IntegerModel;
}

/** Something in the file that cannot be used, and what to do instead; importers list all of them at once. */
export interface Unsupported {
  readonly operator: string;
  readonly node: string;
  readonly why: string;
  readonly instead: string;
}
