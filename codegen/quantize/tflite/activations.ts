/**
 * Decides the activations of TFLite's reference kernels, bit for bit: int16 by a table of straight pieces, int8 by 256
 * values made once. Where they are used is left to prepare.ts and reference-tflite.ts.
 */

import type { IntegerEdge } from "../../model/integer-model.ts";
import { sigmoid } from "../../model/reference-float.ts";
import { saturate8 } from "../requantize.ts";
import { divideByPowerOfTwo, scale32, splitExponent } from "./fixed-point.ts";
import { fixedSigmoid, fixedTanh } from "./gemmlowp.ts";

/** Pieces of the int16 table are 1/24 wide. */
const PIECES_PER_UNIT = 24;

/**
 * uint16 [256], Q0.16: sigmoid at i/24, raised by half of what the chord to the next point lies below the curve
 * (h^2 / 16 * |f''|), so that errors of both signs are equal; the last one is saturated.
 */
export const SIGMOID_TABLE_16: Uint16Array = Uint16Array.from({ length: 256 }, (_, i) => {
  const y = sigmoid(i / PIECES_PER_UNIT);
  const curvature = y * (1 - y) * (2 * y - 1);
  return i === 255 ? 65535 : Math.round(65536 * (y + curvature / (16 * PIECES_PER_UNIT ** 2)));
});

/** A point of the table and its neighbour, by linear interpolation with `bits` of fraction: value * 2^bits. */
function interpolate(index: number, fraction: number, bits: number): number {
  const left = SIGMOID_TABLE_16[index] as number;
  const right = SIGMOID_TABLE_16[index + 1] as number;
  return left * 2 ** bits + fraction * (right - left);
}

/** How an int16 activation is brought to 3/4096 * 2^-2 a step: (x * multiplier + 2^(shift - 1)) >> shift. */
export interface InputScaling {
  readonly multiplier: number;
  readonly shift: number;
}

/** x in Q3.12: the tables' own scale. */
export const FROM_Q12: InputScaling = { multiplier: 3, shift: 0 };

function scaleInput(x: number, { multiplier, shift }: InputScaling): number {
  return (x * multiplier + (shift > 0 ? 1 << (shift - 1) : 0)) >> shift;
}

/** Sigmoid of int16 in Q0.15. */
export function sigmoid16(x: number, scaling: InputScaling): number {
  const scaled = scaleInput(x, scaling);
  const magnitude = Math.abs(scaled);
  const index = magnitude >> 9;
  const y = index >= 255 ? 0x7fff * 1024 : interpolate(index, magnitude & 0x1ff, 9);
  return (scaled >= 0 ? y + 512 : 2 ** 25 - y + 511) >> 10;
}

/** Tanh of int16 in Q0.15, by tanh(x) = 2 sigmoid(2x) - 1. */
export function tanh16(x: number, scaling: InputScaling): number {
  const scaled = scaleInput(x, scaling);
  const magnitude = Math.abs(scaled);
  const index = magnitude >> 8;
  const y = index >= 255 ? 0xffff * 256 : interpolate(index, magnitude & 0xff, 8);
  return (scaled >= 0 ? y - 2 ** 23 + 128 : 2 ** 23 - y + 127) >> 8;
}

/** Integer bits of the argument of the int8 activations. */
const ARGUMENT_BITS = 4;

/** int8 [256] by input + 128: LOGISTIC (output 1/256, -128) or TANH (output 1/128, 0) of int8. */
export function activationTable8(
  activation: "sigmoid" | "tanh",
  { scale, zeroPoint }: IntegerEdge,
): Int8Array {
  const { fraction, exponent } = splitExponent(scale * 2 ** (31 - ARGUMENT_BITS));
  const scaling = { multiplier: Math.round(fraction * 2 ** 31), shift: exponent };
  const radius = Math.floor(((2 ** ARGUMENT_BITS - 1) * 2 ** (31 - ARGUMENT_BITS)) / 2 ** exponent);
  return Int8Array.from({ length: 256 }, (_, index) => {
    const input = index - 128 - zeroPoint;
    if (input <= -radius) return -128;
    if (input >= radius) return 127;
    const argument = scale32(input, scaling);
    return activation === "sigmoid"
      ? saturate8(divideByPowerOfTwo(fixedSigmoid(argument), 23) - 128)
      : saturate8(divideByPowerOfTwo(fixedTanh(argument), 24));
  });
}
