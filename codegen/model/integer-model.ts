/**
 * The integers of a model that came quantized, as its file holds them: weights, biases, scales, zero points.
 * How a kernel multiplies and rounds with them is left to quantize/tflite/; what they mean in real numbers to types.ts,
 * where the same layers stand dequantized.
 */

/** real = scale * (q - zeroPoint), one scale for the whole tensor, a single. */
export interface IntegerEdge {
  readonly type: "int8" | "int16";
  readonly scale: number;
  /** 0 for int16. */
  readonly zeroPoint: number;
}

/** Weights, symmetric: real = scale * q, row-major. */
export interface IntegerMatrix {
  readonly rows: number;
  readonly cols: number;
  readonly values: Int8Array;
  /** One, or one a row; singles. */
  readonly scales: readonly number[];
}

/** One gate of an LSTM. */
export interface IntegerGate {
  /** [hiddenSize, inputSize] */
  readonly inputWeights: IntegerMatrix;
  /** [hiddenSize, hiddenSize] */
  readonly recurrentWeights: IntegerMatrix;
  /** [hiddenSize] integers in steps of input scale * input weights' scale; zeros where the file has none. */
  readonly bias: Float64Array;
}

export interface IntegerLstm {
  readonly kind: "lstm";
  readonly name: string;
  readonly input: IntegerEdge;
  /** Of the hidden state, which is the output. */
  readonly output: IntegerEdge;
  /** In the order of GATES. */
  readonly gates: readonly IntegerGate[];
  /** Of the int16 cell state, a single; its zero point is 0. */
  readonly cellScale: number;
  /** The real cell state stays within +- this; 0: not clipped. */
  readonly cellClip: number;
}

export interface IntegerDense {
  readonly kind: "dense";
  readonly name: string;
  readonly input: IntegerEdge;
  readonly output: IntegerEdge;
  /** [outputSize, inputSize] */
  readonly weights: IntegerMatrix;
  /** [outputSize] integers, zeros where the file has none. */
  readonly bias: Float64Array;
  /** The file holds 64-bit biases, which TFLite scales in another way. */
  readonly wideBias: boolean;
  /** Part of the operator itself: its result is clamped. */
  readonly fused: "none" | "relu";
}

export interface IntegerActivation {
  readonly kind: "activation";
  readonly name: string;
  readonly input: IntegerEdge;
  readonly output: IntegerEdge;
  readonly activation: "sigmoid" | "tanh";
}

/** y[k] = e^(beta * x[k]) / sum over j of e^(beta * x[j]), over the vector of a step. */
export interface IntegerSoftmax {
  readonly kind: "softmax";
  readonly name: string;
  readonly size: number;
  readonly beta: number;
  readonly input: IntegerEdge;
  readonly output: IntegerEdge;
}

/** y = [x of steps - 1 steps ago | ... | x]: a sequence's steps laid side by side. */
export interface IntegerWindow {
  readonly kind: "window";
  readonly name: string;
  /** Of a step. */
  readonly inputSize: number;
  readonly steps: number;
  readonly input: IntegerEdge;
  readonly output: IntegerEdge;
}

export type IntegerLayer =
  | IntegerLstm
  | IntegerDense
  | IntegerActivation
  | IntegerSoftmax
  | IntegerWindow;

/** In order of execution; each layer's output is the next one's input. */
export interface IntegerModel {
  readonly input: IntegerEdge;
  readonly output: IntegerEdge;
  readonly layers: readonly IntegerLayer[];
}
