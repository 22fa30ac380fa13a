/**
 * Decides the complex transform in single precision, bit for bit as the generated C computes it, forward and back.
 * Windows, the split into a real signal's spectrum and what is done with it are left to float-twin.ts.
 *
 * The stages are those of fixed-transform.ts: decimation in frequency forward, in time back, neither sorts. Nothing is
 * scaled: back gives the points' number times what went forward.
 */
import type { Stage } from "./fixed-transform.ts";

/** Complex numbers in single precision, real and imaginary part by turns. [2 points] */
export type Singles = Float32Array;

/** One complex number. */
export interface Single {
  readonly re: number;
  readonly im: number;
}

/** Each sum and product is rounded by itself. */
const round = Math.fround;

export const singleAt = (data: Singles, index: number): Single => ({
  re: data[2 * index] as number,
  im: data[2 * index + 1] as number,
});

export function putSingle(data: Singles, index: number, { re, im }: Single): void {
  data[2 * index] = re;
  data[2 * index + 1] = im;
}

export const add = (a: Single, b: Single): Single => ({
  re: round(a.re + b.re),
  im: round(a.im + b.im),
});
export const subtract = (a: Single, b: Single): Single => ({
  re: round(a.re - b.re),
  im: round(a.im - b.im),
});
/** a + j b, a - j b. */
const addTurned = (a: Single, b: Single): Single => ({
  re: round(a.re - b.im),
  im: round(a.im + b.re),
});
const subtractTurned = (a: Single, b: Single): Single => ({
  re: round(a.re + b.im),
  im: round(a.im - b.re),
});

const sumOfProducts = (a: number, b: number, c: number, d: number): number =>
  round(round(a * b) + round(c * d));
const differenceOfProducts = (a: number, b: number, c: number, d: number): number =>
  round(round(a * b) - round(c * d));

/** z (c + j s), z (c - j s) of a turn c + j s. */
export const turned = ({ re, im }: Single, { re: c, im: s }: Single): Single => ({
  re: differenceOfProducts(re, c, im, s),
  im: sumOfProducts(im, c, re, s),
});
export const turnedBack = ({ re, im }: Single, { re: c, im: s }: Single): Single => ({
  re: sumOfProducts(re, c, im, s),
  im: differenceOfProducts(im, c, re, s),
});

/** cos + j sin of a part of a whole turn; quarters are exact. */
export function singleTurn(part: number): Single {
  const exact = (value: number): number => (Math.abs(value) < 2 ** -40 ? 0 : round(value));
  return { re: exact(Math.cos(2 * Math.PI * part)), im: exact(Math.sin(2 * Math.PI * part)) };
}

/** What a stage turns by: of 2 pi j q / span, for j = 1 to span / radix - 1 and within it q = 1 to radix - 1. */
export function singleTurns({ radix, span }: Stage): Singles {
  const turns = new Float32Array(2 * (span / radix - 1) * (radix - 1));
  let at = 0;
  for (let j = 1; j < span / radix; j++) {
    for (let q = 1; q < radix; q++, at++) putSingle(turns, at, singleTurn((j * q) / span));
  }
  return turns;
}

/** cos and sin of 72 and 144 degrees. */
export const SINGLE_FIFTHS = {
  cos: [singleTurn(1 / 5).re, singleTurn(2 / 5).re],
  sin: [singleTurn(1 / 5).im, singleTurn(2 / 5).im],
} as const;

/** Sums of two, four or five points, forward with sign -1 and back with 1. */
function joined(x: readonly Single[], sign: 1 | -1): readonly Single[] {
  const plus = sign > 0 ? addTurned : subtractTurned;
  const minus = sign > 0 ? subtractTurned : addTurned;
  if (x.length === 2) {
    const [a, b] = x as [Single, Single];
    return [add(a, b), subtract(a, b)];
  }
  if (x.length === 4) {
    const [a, b, c, d] = x as [Single, Single, Single, Single];
    const [p, m, q, r] = [add(a, c), subtract(a, c), add(b, d), subtract(b, d)];
    return [add(p, q), plus(m, r), subtract(p, q), minus(m, r)];
  }
  const [x0, x1, x2, x3, x4] = x as [Single, Single, Single, Single, Single];
  const [t1, t2, t3, t4] = [add(x1, x4), add(x2, x3), subtract(x1, x4), subtract(x2, x3)];
  const [c1, c2] = SINGLE_FIFTHS.cos;
  const [s1, s2] = SINGLE_FIFTHS.sin;
  const mixed = (a: Single, wa: number, b: Single, wb: number): Single => ({
    re: sumOfProducts(a.re, wa, b.re, wb),
    im: sumOfProducts(a.im, wa, b.im, wb),
  });
  const [m1, m2] = [add(x0, mixed(t1, c1, t2, c2)), add(x0, mixed(t1, c2, t2, c1))];
  const [n1, n2] = [mixed(t3, s1, t4, s2), mixed(t3, s2, t4, -s1)];
  return [add(x0, add(t1, t2)), plus(m1, n1), plus(m2, n2), minus(m2, n2), minus(m1, n1)];
}

/** In place, natural order to digit-reversed. @param turns of each stage, as singleTurns gives them */
export function forwardSingles(
  data: Singles,
  stages: readonly Stage[],
  turns: readonly Singles[],
): void {
  stages.forEach((stage, index) => {
    eachButterfly(data, stage, turns[index] as Singles, (points, turnAt) =>
      joined(points, -1).map((value, q) => turnAt(value, q, turnedBack)),
    );
  });
}

/** In place, digit-reversed order to natural. */
export function inverseSingles(
  data: Singles,
  stages: readonly Stage[],
  turns: readonly Singles[],
): void {
  for (let index = stages.length - 1; index >= 0; index--) {
    eachButterfly(data, stages[index] as Stage, turns[index] as Singles, (points, turnAt) =>
      joined(
        points.map((value, q) => turnAt(value, q, turned)),
        1,
      ),
    );
  }
}

type Turn = (value: Single, turn: Single) => Single;

/** What `butterfly` makes of each stage's butterfly; of turns, the first point of each span and of each butterfly has none. */
function eachButterfly(
  data: Singles,
  { radix, span }: Stage,
  turns: Singles,
  butterfly: (
    points: readonly Single[],
    turnAt: (value: Single, q: number, way: Turn) => Single,
  ) => readonly Single[],
): void {
  const step = span / radix;
  for (let start = 0; 2 * start < data.length; start += span) {
    for (let j = 0; j < step; j++) {
      const places = Array.from({ length: radix }, (_, q) => start + j + q * step);
      const turnAt = (value: Single, q: number, way: Turn): Single =>
        j === 0 || q === 0 ? value : way(value, singleAt(turns, (j - 1) * (radix - 1) + q - 1));
      const points = places.map((place) => singleAt(data, place));
      butterfly(points, turnAt).forEach((value, q) => {
        putSingle(data, places[q] as number, value);
      });
    }
  }
}
