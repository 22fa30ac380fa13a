/**
 * Decides the integer arithmetic between an accumulator and the next activation, exactly as the C does it.
 * Choosing multipliers is left to weights.ts; the tables' contents to tables.ts.
 */

/** Clamp to int16. */
export function saturate16(value: number): number {
  return Math.max(-32768, Math.min(32767, value));
}

/** Clamp to int8. */
export function saturate8(value: number): number {
  return Math.max(-128, Math.min(127, value));
}

/**
 * The high 32 bits of a signed 32 x 32 bit product: floor(a * b / 2^32), what SMMUL and mulh compute.
 * a is split in halves so that every intermediate stays below 2^47 and is exact in a double.
 */
export function multiplyHigh(a: number, b: number): number {
  const high = Math.floor(a / 65536);
  const low = a - high * 65536;
  return Math.floor((high * b + Math.floor((low * b) / 65536)) / 65536) | 0;
}

/** z = sat16(((accumulator << shift) * multiplier) >> 32); |accumulator << shift| < 2^31 by the rows' bound. */
export function requantize(accumulator: number, shift: number, multiplier: number): number {
  return saturate16(multiplyHigh(accumulator * 2 ** shift, multiplier));
}

/**
 * c' = sat16((f*c + ((i*g) >> (15 - F)) + 2^14) >> 15) with i, f, g in Q0.15 and c with F fraction bits.
 * Range: |f*c| < 2^30, |i*g| < 2^30, so the sum stays in int32.
 */
export function updateCell(
  inputGate: number,
  forgetGate: number,
  candidate: number,
  cell: number,
  cellFractionBits: number,
): number {
  const added = (inputGate * candidate) >> (15 - cellFractionBits);
  return saturate16((forgetGate * cell + added + 16384) >> 15);
}

/**
 * A GRU candidate's argument of tanh, Q3.12: sat16(((r*n_h + n_x * 2^15 + 2^14) >> 15) << (12 - F)), with r in Q0.15 and
 * both halves, of F fraction bits, in int16.
 * Range: |r*n_h| < 2^30 and |n_x * 2^15| <= 2^30, so the sum stays in int32 (r < 2^15); 17 bits are left to shift.
 */
export function candidateAfter(
  resetGate: number,
  fromInput: number,
  fromHidden: number,
  fractionBits: number,
): number {
  const sum = (resetGate * fromHidden + fromInput * 32768 + 16384) >> 15;
  return saturate16(sum * 2 ** (12 - fractionBits));
}

/**
 * A pre-activation, Q3.12, whose halves have a product each: sat16((z_x + z_h) << (12 - F)). Those of a GRU's candidate
 * where r is in the product already, and of an LSTM's gates.
 */
export function addHalves(fromInput: number, fromHidden: number, fractionBits: number): number {
  return saturate16((fromInput + fromHidden) * 2 ** (12 - fractionBits));
}

/**
 * h' = n + ((z*(h - n) + 2^14) >> 15), all in Q0.15; between n and h, as z < 1, so nothing saturates.
 * Range: |z*(h - n)| <= 32767 * 65535 = 2^31 - 98303, so rounding keeps it in int32.
 */
export function updateHidden(updateGate: number, candidate: number, hidden: number): number {
  return candidate + ((updateGate * (hidden - candidate) + 16384) >> 15);
}

/** Q0.15 to the int8 that products read: sat8((h + 2^7) >> 8). */
export function narrowHidden(hidden: number): number {
  return saturate8((hidden + 128) >> 8);
}

/** The cell state as a Q3.12 argument of tanh: sat16(c << (12 - F)). */
export function cellArgument(cell: number, cellFractionBits: number): number {
  return saturate16(cell * 2 ** (12 - cellFractionBits));
}
