/**
 * The form of a layer that is computed as TFLite's reference kernels do: integers in the model's own order.
 * Where its numbers come from is left to prepare.ts; how they are laid out for a target to plan/.
 */
import type { ActivationName } from "../operators.ts";
import { type AnyFormat, isTfliteFormat, type Quantization, type TfliteFormat } from "../params.ts";
import type { QuantizedRows, QuantizedWindow } from "../quantized-model.ts";
import type { InputScaling } from "./activations.ts";
import type { Scaling } from "./fixed-point.ts";

/**
 * Rows of a product: accumulator = bias[r] + sum of weights[r][k] * x[k], scaled by multipliers[r] * 2^(shifts[r] - 31).
 * The bias holds the input's zero point. No accumulator leaves int32, before or after the shift.
 */
export interface ScaledRows extends QuantizedRows {
  /** int8 [rows], -31..30; left where positive. */
  readonly shifts: Int8Array;
  /** The accumulator is scaled as a 64-bit value, by 16 bits of its multiplier. */
  readonly wide: boolean;
}

export interface TfliteLstm {
  readonly kind: "lstm";
  readonly name: string;
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** [4 * hiddenSize, inputSize]; row = gate * hiddenSize + unit in GATES order; one scaling a gate; to Q3.12. */
  readonly fromInput: ScaledRows;
  /** [4 * hiddenSize, hiddenSize], as above; both halves are saturated to int16 before they are added. */
  readonly fromHidden: ScaledRows;
  /** Forget gate * cell to the cell, input gate * candidate to the cell, output gate * tanh(cell) to the output. */
  readonly forgetScaling: Scaling;
  readonly inputScaling: Scaling;
  readonly outputScaling: Scaling;
  /** Of the cell as an argument of tanh. */
  readonly cellArgument: InputScaling;
  /** The int16 cell stays within +- this; 0: not clipped. */
  readonly cellClip: number;
  /** int16 [hiddenSize]: the output's zero point. */
  readonly initialHidden: Int16Array;
  /** int16 [hiddenSize]: zeros. */
  readonly initialCell: Int16Array;
  readonly output: Quantization;
}

/** What follows the linear part of a dense layer. */
export type TfliteActivation =
  | { readonly kind: "none" }
  /** int8 [256] by linear result + 128. */
  | { readonly kind: "table"; readonly values: Int8Array }
  /** Of int16. */
  | {
      readonly kind: "sigmoid" | "tanh";
      readonly argument: InputScaling;
    };

export interface TfliteDense {
  readonly kind: "dense";
  readonly name: string;
  readonly inputSize: number;
  readonly outputSize: number;
  /** [outputSize, inputSize] */
  readonly matrix: ScaledRows;
  /** Added to the scaled accumulator; then it is clamped to least..greatest. */
  readonly linearZeroPoint: number;
  readonly least: number;
  readonly greatest: number;
  readonly result: TfliteActivation;
  /** What that is, as the other formats call it. */
  readonly activation: ActivationName;
  readonly output: Quantization;
}

/** SOFTMAX of int8. */
export interface TfliteSoftmax {
  readonly kind: "softmax";
  readonly name: string;
  readonly size: number;
  /** int32 by what a value lies below the largest: a power of e without integer bits; beyond the last one it counts as 0. */
  readonly powers: Int32Array;
  readonly output: Quantization;
}

export type TfliteLayer = TfliteLstm | TfliteDense | TfliteSoftmax | QuantizedWindow;

export function isTfliteModel(model: { readonly format: AnyFormat }): model is TfliteModel {
  return isTfliteFormat(model.format);
}

/** Whether a layer is computed as the reference kernels do. */
export function isTfliteLstm(layer: { readonly kind: "lstm" }): layer is TfliteLstm {
  return "fromInput" in layer;
}

export function isTfliteDense(layer: { readonly kind: "dense" }): layer is TfliteDense {
  return "linearZeroPoint" in layer;
}

export function isTfliteSoftmax(layer: { readonly kind: "softmax" }): layer is TfliteSoftmax {
  return "powers" in layer;
}

export interface TfliteModel {
  readonly name: string;
  /** SHA-256 of the file, hex. */
  readonly sourceDigest: string;
  readonly format: TfliteFormat;
  readonly inputSize: number;
  readonly outputSize: number;
  readonly input: Quantization;
  readonly output: Quantization;
  /** In order of execution; each reads what the one before it makes. */
  readonly layers: readonly TfliteLayer[];
}
