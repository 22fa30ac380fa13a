/**
 * The one form of a quantized model: integers in the model's own order, before any padding or packing.
 * How they are laid out for a target is left to plan/.
 */
import type { DeltaThresholds } from "./delta.ts";
import type { ActivationName } from "./operators.ts";
import type { IntegerFormat, Quantization } from "./params.ts";
import type { SkipRule } from "./skip.ts";
import type { WeightGroups } from "./weight-groups.ts";

/**
 * Rows of one joined matrix-vector product:
 * z[r] = sat16(((accumulator << shift) * multipliers[r]) >> 32), accumulator = bias[r] + sum of weights[r][k] * x[k].
 */
export interface QuantizedRows {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns], row-major: int8, -127..127; int16, -889..889, where they have groups. */
  readonly weights: Int8Array | Int16Array;
  /** Where weights have 4 bits: each is -7..7 times the scale of its group. */
  readonly groups?: WeightGroups;
  /** int32 [rows]; holds the input's zero point and the half that makes the floor of z round to nearest. */
  readonly bias: Int32Array;
  /** int32 [rows], 0 for an all-zero row, else 1024 .. 2^31 - 1. */
  readonly multipliers: Int32Array;
}

/** One accumulator serves both halves of a row. */
export interface JoinedLstmRows {
  /** [4 * hiddenSize, inputSize + hiddenSize]; row = gate * hiddenSize + unit in GATES order; z is Q3.12. */
  readonly matrix: QuantizedRows;
  /** Sums are kept from step to step, and take in what moved by more; absent: sums are made anew. */
  readonly delta?: DeltaThresholds;
}

/** Each half of a row has an accumulator and a scale of its own: z = sat16((z_x + z_h) << (12 - halfFractionBits)). */
export interface LstmHalves {
  /** [4 * hiddenSize, inputSize], rows as above; W x + b, halfFractionBits fraction bits. */
  readonly inputHalf: QuantizedRows;
  /** [4 * hiddenSize, hiddenSize]; R h, the same. */
  readonly hiddenHalf: QuantizedRows;
  /** 0..12. */
  readonly halfFractionBits: number;
}

interface LstmFacts {
  readonly kind: "lstm";
  readonly name: string;
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** The cell state is int16 with this many fraction bits, 0..11. */
  readonly cellFractionBits: number;
  /** int16 [hiddenSize], in steps of output.scale. */
  readonly initialHidden: Int16Array;
  /** int16 [hiddenSize], cellFractionBits fraction bits. */
  readonly initialCell: Int16Array;
  readonly output: Quantization;
}

export type QuantizedLstm = LstmFacts & (JoinedLstmRows | LstmHalves);

/** Whether the rows of an LSTM are in two halves. */
export function hasHalves<Layer extends object>(layer: Layer): layer is Layer & LstmHalves {
  return "hiddenHalf" in layer;
}

/** The thresholds of a layer that keeps its sums; null for one that does not. */
export function deltaOf(layer: object): DeltaThresholds | null {
  return "delta" in layer ? ((layer as JoinedLstmRows).delta ?? null) : null;
}

export interface QuantizedGru {
  readonly kind: "gru";
  readonly name: string;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly resetAfter: boolean;
  /** [2 * hiddenSize, inputSize + hiddenSize]; row = gate * hiddenSize + unit: update, reset; z is Q3.12. */
  readonly gates: QuantizedRows;
  /** [hiddenSize, inputSize]; W x + b of the candidate, candidateFractionBits fraction bits. */
  readonly candidateInput: QuantizedRows;
  /** [hiddenSize, hiddenSize]; R h + rb, or R (r * h), the same. */
  readonly candidateHidden: QuantizedRows;
  /** 0..12: what both halves of the candidate's pre-activation have. */
  readonly candidateFractionBits: number;
  /** int16 [hiddenSize], Q0.15: the state that updates, wider than the output in int8. */
  readonly initialHidden: Int16Array;
  readonly output: Quantization;
}

export interface QuantizedDense {
  readonly kind: "dense";
  readonly name: string;
  readonly inputSize: number;
  readonly outputSize: number;
  /** [outputSize, inputSize]; z is Q3.12 before sigmoid and tanh, else in steps of output.scale. */
  readonly matrix: QuantizedRows;
  readonly activation: ActivationName;
  readonly output: Quantization;
}

/** y = [x of taps - 1 steps ago | ... | x]: what a convolution along time reads; in float32 as well. */
export interface QuantizedWindow {
  readonly kind: "window";
  readonly name: string;
  readonly inputSize: number;
  readonly taps: number;
  /** Of the input, too; before the first step every x is its zero point. */
  readonly output: Quantization;
}

/** Layer normalization over the vector of a step; layer-norm.ts says how its integers are computed. */
export interface QuantizedLayerNorm {
  readonly kind: "layer-norm";
  readonly name: string;
  readonly size: number;
  /** What the sum of squares starts from, 1 .. 2^50, in steps of the centred values. */
  readonly epsilon: number;
  /** int32 [size], |gain| < 2^31: scale * sqrt(size) / output.scale * 2^10. */
  readonly gains: Int32Array;
  /** int32 [size]: bias / output.scale * 2^8, and the half that makes the floor of the result round to nearest. */
  readonly biases: Int32Array;
  readonly output: Quantization;
}

/** Softmax over the vector of a step; softmax.ts says how its integers are computed. */
export interface QuantizedSoftmax {
  readonly kind: "softmax";
  readonly name: string;
  readonly size: number;
  /** multiplier / 2^shift: what a step of the input adds to an exponent of 2, 20 fraction bits; below 2^31. */
  readonly multiplier: number;
  /** 0..62. */
  readonly shift: number;
  readonly output: Quantization;
}

export type QuantizedLayer =
  | QuantizedLstm
  | QuantizedGru
  | QuantizedDense
  | QuantizedWindow
  | QuantizedLayerNorm
  | QuantizedSoftmax;

export interface QuantizedModel {
  readonly name: string;
  /** SHA-256 of the file the float model came from, hex. */
  readonly sourceDigest: string;
  readonly format: IntegerFormat;
  readonly inputSize: number;
  readonly outputSize: number;
  readonly input: Quantization;
  readonly output: Quantization;
  readonly layers: readonly QuantizedLayer[];
  /** Of int8: layers whose weights have 4 bits, by name; absent: none. */
  readonly fourBits?: readonly string[];
  /** When a step repeats the result of the one before it; absent: never. */
  readonly skip?: SkipRule;
}
