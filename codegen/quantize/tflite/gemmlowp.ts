/**
 * Sigmoid, tanh, powers of e and reciprocals in 32-bit fixed point, bit for bit as the gemmlowp library that TFLite's int8 kernels call.
 * Raw values are int32 with a number of integer bits: real = raw * 2^(integerBits - 31). The C computes reciprocals itself;
 * all else becomes tables of 256 values when it is generated.
 */
import { divideByPowerOfTwo, doublingHigh } from "./fixed-point.ts";

const INT32_MAX = 2 ** 31 - 1;
/** 1 with 2 integer bits. */
const ONE_Q2 = 2 ** 29;

/** Shifts left and saturates, or right and rounds. */
function multiplyByPowerOfTwo(raw: number, exponent: number): number {
  if (exponent <= 0) return divideByPowerOfTwo(raw, -exponent);
  return Math.max(-INT32_MAX - 1, Math.min(INT32_MAX, raw * 2 ** exponent));
}

/** e^a for a in [-1/4, 0), both with no integer bits: Taylor's series around -1/8. */
function expOfFraction(a: number): number {
  const atCentre = 1895147668; // e^(-1/8)
  const third = 715827883;
  const x = a + 2 ** 28;
  const x2 = doublingHigh(x, x);
  const x3 = doublingHigh(x2, x);
  const x4 = doublingHigh(x2, x2);
  const higher = multiplyByPowerOfTwo(
    doublingHigh(multiplyByPowerOfTwo(x4, -2) + x3, third) + x2,
    -1,
  );
  return atCentre + doublingHigh(atCentre, x + higher);
}

/** e^(-2^k) without integer bits, by k from -2 on. */
const EXP_OF_POWERS = [1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242];

/** e^a for a <= 0 with the given integer bits; the result has none. */
export function expOfNegative(a: number, integerBits: number): number {
  if (a === 0) return INT32_MAX;
  const fractionBits = 31 - integerBits;
  const quarter = 2 ** (fractionBits - 2);
  const fraction = (a & (quarter - 1)) - quarter;
  const remainder = fraction - a;
  let result = expOfFraction(multiplyByPowerOfTwo(fraction, integerBits));
  EXP_OF_POWERS.forEach((power, index) => {
    const exponent = index - 2;
    if (exponent < integerBits && (remainder & (1 << (fractionBits + exponent))) !== 0) {
      result = doublingHigh(result, power);
    }
  });
  return result;
}

/** 2 / (1 + a) with 2 integer bits, for a in [0, 1] without any: three steps of Newton and Raphson. */
function reciprocalOfHalfSum(a: number): number {
  const halfDenominator = Math.trunc((a + INT32_MAX + 1) / 2);
  let x = 1515870810 + doublingHigh(halfDenominator, -1010580540); // 48/17 - 32/17 d
  for (let step = 0; step < 3; step++) {
    const error = ONE_Q2 - doublingHigh(halfDenominator, x);
    x += multiplyByPowerOfTwo(doublingHigh(x, error), 2);
  }
  return x;
}

/**
 * GetReciprocal of TFLite's common.h for a positive value with 12 integer bits: 2^exponent / value, the quotient without
 * integer bits, at least 1/2.
 */
export function reciprocal(raw: number): { readonly quotient: number; readonly exponent: number } {
  const headroom = Math.clz32(raw);
  const normalized = raw * 2 ** headroom - 2 ** 31;
  return {
    quotient: multiplyByPowerOfTwo(reciprocalOfHalfSum(normalized), 1),
    exponent: 12 - headroom,
  };
}

/** Sigmoid of a value with 4 integer bits; the result has none. */
export function fixedSigmoid(raw: number): number {
  if (raw === 0) return 2 ** 30;
  const positive = multiplyByPowerOfTwo(reciprocalOfHalfSum(expOfNegative(-Math.abs(raw), 4)), 1);
  return raw > 0 ? positive : INT32_MAX - positive;
}

/** Tanh of a value with 4 integer bits; the result has none. */
export function fixedTanh(raw: number): number {
  if (raw === 0) return 0;
  // e^(-2|x|): the same bits with one integer bit more.
  const magnitude = multiplyByPowerOfTwo(
    reciprocalOfHalfSum(expOfNegative(-Math.abs(raw), 5)) - ONE_Q2,
    2,
  );
  return raw < 0 ? -magnitude : magnitude;
}
