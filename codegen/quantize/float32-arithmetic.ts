/**
 * Decides single-precision arithmetic between sums and the next activation, operation for operation as the C does it.
 * Where it is applied is left to reference-float32.ts, what the table looks like in C to emit/.
 *
 * Every operation is one of IEEE 754's, rounded to nearest even; a product of two float32 values is exact in a double,
 * and so is a sum but for one rounding that rounding to float32 absorbs, so Math.fround of either is that operation.
 */

/**
 * Inputs, weights, biases and states below this are 0. All else is a multiple of TINY * 2^-23, products multiples of
 * 2^-126, the smallest normal number, and so are their sums: none is ever subnormal, and cores that flush subnormal
 * numbers to zero (vector units of Arm) give the same bits as those that do not.
 */
export const TINY = 2 ** -40;

/** 0 for a tiny value. */
export function settle(value: number): number {
  return Math.abs(value) < TINY ? 0 : value;
}

/** Pieces of tanh's table are 1/16 wide. */
export const PIECES_PER_UNIT = 16;
/** Piece n has its centre at n / 16, n from -128 to 127. */
const FIRST_PIECE = -128;
const PIECES = 256;
/** From here on tanh is taken as 1 - 2^-23, within 1.5e-7 of it. */
const LAST_CURVED_PIECE = 126;
const SATURATED = 1 - 2 ** -23;

/**
 * tanh(n / 16 + t / 16) as c0 + t * (c1 + t * (c2 + t * c3)), |t| <= 1/2: Taylor's polynomial of degree 4 with t^4
 * replaced by its best parabola over the piece, t^2 / 4 - 1/128 (Chebyshev's T4), which errs by t^4's factor / 128.
 */
function pieceOf(n: number): readonly [number, number, number, number] {
  if (n > LAST_CURVED_PIECE) return [SATURATED, 0, 0, 0];
  if (n < -LAST_CURVED_PIECE) return [-SATURATED, 0, 0, 0];
  const y = Math.tanh(n / PIECES_PER_UNIT);
  // Derivatives of tanh over the factorials: y' = 1 - y^2, and so on.
  const d1 = 1 - y * y;
  const d2 = -y * d1;
  const d3 = (d1 * (3 * y * y - 1)) / 3;
  const d4 = (y * d1 * (2 - 3 * y * y)) / 3;
  const [c1, c2, c3, c4] = [d1, d2, d3, d4].map((d, i) => d / PIECES_PER_UNIT ** (i + 1)) as [
    number,
    number,
    number,
    number,
  ];
  return [y - c4 / 128, c1, c2 + c4 / 4, c3];
}

/** float32 [256][4]: the coefficients of each piece, lowest power first. */
export const TANH_PIECES: Float32Array = Float32Array.from(
  Array.from({ length: PIECES }, (_, i) => pieceOf(FIRST_PIECE + i)).flat(),
);

/** Adding and subtracting it rounds a float32 within +-2^22 to the nearest integer, halves to even. */
const ROUNDER = 1.5 * 2 ** 23;

const { fround } = Math;

/**
 * tanh(u / 16) within 2e-7.
 * @param u a float32, PIECES_PER_UNIT times the argument; NaN counts as the lowest
 */
export function tanhOf(u: number): number {
  const bounded = u > FIRST_PIECE ? (u < PIECES + FIRST_PIECE - 1 ? u : 127) : FIRST_PIECE;
  const n = fround(fround(bounded + ROUNDER) - ROUNDER);
  const t = fround(bounded - n);
  const at = 4 * (n - FIRST_PIECE);
  const c = (power: number): number => TANH_PIECES[at + power] as number;
  const cubic = fround(fround(c(3) * t) + c(2));
  const square = fround(fround(cubic * t) + c(1));
  return fround(fround(square * t) + c(0));
}

/** sigmoid(u / 8) = 1/2 + tanh(u / 16) / 2: from 2^-24 to 1 - 2^-24, within 1e-7. */
export function sigmoidOf(u: number): number {
  return fround(fround(0.5 * tanhOf(u)) + 0.5);
}

/** How a row adds a product to its sum: rounded by itself before, or rounded once, with the sum. */
export type Products = "rounded" | "fused";

const total = new Float64Array(1);
/** Its bits, low word first: typed arrays are little-endian on every machine that Node runs on. */
const words = new Uint32Array(total.buffer) as unknown as [number, number];

/**
 * sum + a * b, rounded once. The product is exact in a double; where its sum with a float32 is not, that is rounded to
 * odd, so that rounding it again, to a float32, gives what rounding once does (Boldo and Melquiond, Emulation of FMA and
 * correctly rounded sums, 2008). What the sum lacks is Knuth's TwoSum.
 */
export function fusedAdd(sum: number, a: number, b: number): number {
  const product = a * b;
  const near = product + sum;
  const part = near - product;
  const lost = product - (near - part) + (sum - part);
  if (lost === 0) return fround(near);
  total[0] = near;
  if (words[0] % 2 === 0) {
    if (lost > 0 === near > 0) words[0]++;
    else if (words[0]-- === 0) words[1]--;
  }
  return fround(total[0] as number);
}

/** c' = f*c + i*g, settled. */
export function nextCell(
  inputGate: number,
  forgetGate: number,
  candidate: number,
  cell: number,
): number {
  return settle(fround(fround(forgetGate * cell) + fround(inputGate * candidate)));
}

/** h = o * tanh(c), settled. */
export function hiddenOfCell(outputGate: number, cell: number): number {
  return settle(fround(outputGate * tanhOf(fround(PIECES_PER_UNIT * cell))));
}

/** h' = n + z * (h - n), settled. */
export function nextHidden(updateGate: number, candidate: number, hidden: number): number {
  return settle(fround(candidate + fround(updateGate * fround(hidden - candidate))));
}
