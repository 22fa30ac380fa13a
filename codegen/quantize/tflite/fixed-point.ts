/**
 * Decides how TFLite's reference kernels scale an integer by a real factor, bit for bit.
 * Which factors there are is left to prepare.ts.
 */

/** A real factor multiplier * 2^(shift - 31). */
export interface Scaling {
  /** 2^30 .. 2^31 - 1, or 0 for a factor below 2^-32. */
  readonly multiplier: number;
  /** -31 .. 30; left where positive. */
  readonly shift: number;
}

/** x = fraction * 2^exponent with fraction in [0.5, 1), for a positive, finite x. */
export function splitExponent(x: number): { readonly fraction: number; readonly exponent: number } {
  let exponent = Math.floor(Math.log2(x)) + 1;
  // The logarithm may round across a power of two.
  if (x / 2 ** exponent >= 1) exponent++;
  else if (x / 2 ** exponent < 0.5) exponent--;
  return { fraction: x / 2 ** exponent, exponent };
}

/** QuantizeMultiplier of TFLite's quantization_util: a factor of 31 bits. */
export function scalingOf(factor: number): Scaling {
  if (factor === 0) return { multiplier: 0, shift: 0 };
  const { fraction, exponent } = splitExponent(factor);
  const multiplier = Math.round(fraction * 2 ** 31);
  if (multiplier === 2 ** 31) return { multiplier: 2 ** 30, shift: exponent + 1 };
  return exponent < -31 ? { multiplier: 0, shift: 0 } : { multiplier, shift: exponent };
}

/**
 * SaturatingRoundingDoublingHighMul: (a * b + 2^30) >> 31, halves up, for int32 a and b that are not both -2^31.
 * a is split in halves so that every intermediate stays below 2^48 and is exact in a double.
 */
export function doublingHigh(a: number, b: number): number {
  const high = Math.floor(a / 65536);
  const low = a - high * 65536;
  return Math.floor((high * b + Math.floor((low * b + 2 ** 30) / 65536)) / 32768);
}

/** RoundingDivideByPOT: value / 2^exponent, halves away from zero. */
export function divideByPowerOfTwo(value: number, exponent: number): number {
  if (exponent === 0) return value;
  const half = 2 ** (exponent - 1);
  return Math.floor((value + half - (value < 0 ? 1 : 0)) / 2 ** exponent);
}

/**
 * MultiplyByQuantizedMultiplier of 32-bit values: rounded twice.
 * Range: |value * 2^shift| < 2^31, which prepare.ts enforces.
 */
export function scale32(value: number, { multiplier, shift }: Scaling): number {
  const left = Math.max(0, shift);
  return divideByPowerOfTwo(doublingHigh(value * 2 ** left, multiplier), left - shift);
}

/** The 16 bits of a multiplier that scale64 uses. */
export function shortMultiplier(multiplier: number): number {
  return multiplier < 0x7fff0000 ? Math.floor((multiplier + 2 ** 15) / 65536) : 0x7fff;
}

/**
 * MultiplyByQuantizedMultiplier of 64-bit values: 16 bits of the multiplier, rounded once, halves up.
 * Range: |value| < 2^31, so that the product stays below 2^46; shift < 8.
 */
export function scale64(value: number, { multiplier, shift }: Scaling): number {
  const total = 15 - shift;
  return Math.floor((value * shortMultiplier(multiplier) + 2 ** (total - 1)) / 2 ** total);
}
