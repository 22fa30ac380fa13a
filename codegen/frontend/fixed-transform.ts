/**
 * Decides the complex transform in 16 bits, bit for bit as the generated C computes it, forward and back.
 * Windows, the split into a real signal's spectrum and what is done with it are left to fixed-twin.ts.
 *
 * Method: decimation in frequency forward and in time back (Cooley & Tukey 1965; Gentleman & Sande 1966), radices 2 first,
 * then 4, 5 last; forward in natural order to digit-reversed, back from digit-reversed to natural, so that neither sorts.
 * Every forward stage divides by 4, but the last, which divides by 2; back, every stage with turns divides by 2, as does
 * the radix-5 one.
 */

/** Most and least that 16 bits hold. */
const MOST = 32767;
const LEAST = -32768;

/** Complex numbers of 16 bits a part, in both halves of a word in the C. */
export interface Pairs {
  readonly real: Int16Array;
  readonly imaginary: Int16Array;
}

export function createPairs(size: number): Pairs {
  return { real: new Int16Array(size), imaginary: new Int16Array(size) };
}

/** One complex number, as its halves. */
export interface Pair {
  readonly re: number;
  readonly im: number;
}

export function saturate16(value: number): number {
  return Math.min(Math.max(value, LEAST), MOST);
}

/** Q15, so that 1 is 32767. */
export function q15(value: number): number {
  return Math.min(Math.max(Math.round(value * 32768), -MOST), MOST);
}

export const pairAt = ({ real, imaginary }: Pairs, index: number): Pair => ({
  re: real[index] as number,
  im: imaginary[index] as number,
});

export function putPair({ real, imaginary }: Pairs, index: number, { re, im }: Pair): void {
  real[index] = re;
  imaginary[index] = im;
}

/** Sums that their bounds keep within 16 bits. */
export const sum = (a: Pair, b: Pair): Pair => ({ re: a.re + b.re, im: a.im + b.im });
export const difference = (a: Pair, b: Pair): Pair => ({ re: a.re - b.re, im: a.im - b.im });
/** a + j b, a - j b. */
const sumTurned = (a: Pair, b: Pair): Pair => ({ re: a.re - b.im, im: a.im + b.re });
const differenceTurned = (a: Pair, b: Pair): Pair => ({ re: a.re + b.im, im: a.im - b.re });

/** Half of it, rounded down. */
export const halved = ({ re, im }: Pair): Pair => ({ re: re >> 1, im: im >> 1 });
export const saturated = ({ re, im }: Pair): Pair => ({ re: saturate16(re), im: saturate16(im) });

const rounded = (product: number): number => (product + 0x8000) >> 16;

/** z (c - j s) / 2, with the turn c, s in Q15. */
export const turnedBack = ({ re, im }: Pair, { re: c, im: s }: Pair): Pair => ({
  re: rounded(re * c + im * s),
  im: rounded(im * c - re * s),
});

/** z (c + j s) / 2. */
export const turned = ({ re, im }: Pair, { re: c, im: s }: Pair): Pair => ({
  re: rounded(re * c - im * s),
  im: rounded(im * c + re * s),
});

/** cos and sin of 72 and 144 degrees, which a transform of five points is made of. */
export const FIFTHS = {
  cos: [q15(Math.cos((2 * Math.PI) / 5)), q15(Math.cos((4 * Math.PI) / 5))],
  sin: [q15(Math.sin((2 * Math.PI) / 5)), q15(Math.sin((4 * Math.PI) / 5))],
} as const;

/**
 * cos + j sin of 2 pi j q / span in Q15, for j = `first` to span / radix - 1 and within it q = 1 to radix - 1: what a
 * stage turns by. The outermost stage, whose span is the whole, begins at j = 0, the others at 1.
 */
export function stageTurns(radix: number, span: number, first: 0 | 1): Pairs {
  const turns = createPairs((span / radix - first) * (radix - 1));
  let at = 0;
  for (let j = first; j < span / radix; j++) {
    for (let q = 1; q < radix; q++, at++) putPair(turns, at, turnOf((j * q) / span));
  }
  return turns;
}

/** What output or input q of butterfly j is turned by; null where a stage halves it instead. */
function turnAt({ radix, span, turns }: Stage, points: number, j: number, q: number): Pair | null {
  const first = span === points ? 0 : 1;
  if (j < first || q === 0) return null;
  return pairAt(turns, (j - first) * (radix - 1) + q - 1);
}

/** cos + j sin of a part of a whole turn, Q15. */
export function turnOf(part: number): Pair {
  return { re: q15(Math.cos(2 * Math.PI * part)), im: q15(Math.sin(2 * Math.PI * part)) };
}

/** A transform's stages in forward order: the points that one butterfly joins, and those of its part of the data. */
export interface Stage {
  readonly radix: 2 | 4 | 5;
  /** Points of the sub-transforms that the stage begins with. */
  readonly span: number;
  /** Those of the stage; empty where span = radix. */
  readonly turns: Pairs;
}

/** The five outputs of five points, forward with sign -1 and back with 1; each half. */
function fivePoints(x: readonly Pair[], sign: 1 | -1): Pair[] {
  const [x0, x1, x2, x3, x4] = x as [Pair, Pair, Pair, Pair, Pair];
  const [t1, t2] = [saturated(sum(x1, x4)), saturated(sum(x2, x3))];
  const [t3, t4] = [saturated(difference(x1, x4)), saturated(difference(x2, x3))];
  const [c1, c2] = FIFTHS.cos;
  const [s1, s2] = FIFTHS.sin;
  const mixed = (a: Pair, b: Pair, wa: number, wb: number): Pair => ({
    re: rounded(a.re * wa + b.re * wb),
    im: rounded(a.im * wa + b.im * wb),
  });
  const first = halved(x0);
  const m1 = saturated(sum(first, mixed(t1, t2, c1, c2)));
  const m2 = saturated(sum(first, mixed(t1, t2, c2, c1)));
  const n1 = mixed(t3, t4, s1, s2);
  const n2 = mixed(t3, t4, s2, -s1);
  const plus = sign > 0 ? sumTurned : differenceTurned;
  const minus = sign > 0 ? differenceTurned : sumTurned;
  return [
    saturated(sum(halved(sum(t1, t2)), first)),
    saturated(plus(m1, n1)),
    saturated(plus(m2, n2)),
    saturated(minus(m2, n2)),
    saturated(minus(m1, n1)),
  ];
}

/**
 * The outputs of a forward butterfly before they are turned, twice as large as after it. The first stage's inputs are
 * halves already.
 */
function forwardPoints(x: readonly Pair[], halves: boolean): Pair[] {
  const scaled = halves ? (pair: Pair) => pair : halved;
  if (x.length === 5) return fivePoints(x, -1);
  if (x.length === 2) {
    const [a, b] = x as [Pair, Pair];
    return [sum(a, b), difference(a, b)];
  }
  const [a, b, c, d] = x as [Pair, Pair, Pair, Pair];
  const [p, m] = [scaled(sum(a, c)), scaled(difference(a, c))];
  const [q, r] = [scaled(sum(b, d)), scaled(difference(b, d))];
  return [sum(p, q), differenceTurned(m, r), difference(p, q), sumTurned(m, r)];
}

/** In place, natural order to digit-reversed. The first stage's inputs are at half their scale. */
export function forward(data: Pairs, stages: readonly Stage[]): void {
  const points = data.real.length;
  for (const stage of stages) {
    const step = stage.span / stage.radix;
    eachButterfly(points, stage, (j, at) => {
      const y = forwardPoints(
        at.map((place) => pairAt(data, place)),
        stage.span === points,
      );
      y.forEach((value, q) => {
        const turn = turnAt(stage, points, j, q);
        const scaled = turn === null ? halved(value) : turnedBack(value, turn);
        putPair(data, at[q] as number, step === 1 ? value : scaled);
      });
    });
  }
}

/** In place, digit-reversed order to natural, the forward stages from the last to the first. */
export function inverse(data: Pairs, stages: readonly Stage[]): void {
  const points = data.real.length;
  for (const stage of [...stages].reverse()) {
    const step = stage.span / stage.radix;
    eachButterfly(points, stage, (j, at) => {
      // Without turns, sums are halved instead of what they are of.
      const isTurned = step > 1 && (j > 0 || stage.span === points);
      const x = at.map((place, q) => {
        const value = pairAt(data, place);
        const turn = turnAt(stage, points, j, q);
        return isTurned ? (turn === null ? halved(value) : turned(value, turn)) : value;
      });
      inversePoints(x, step > 1 && !isTurned).forEach((value, q) => {
        putPair(data, at[q] as number, value);
      });
    });
  }
}

/** Calls for each butterfly: its number within its span, and the places of its points. */
function eachButterfly(
  points: number,
  { radix, span }: Stage,
  butterfly: (j: number, places: readonly number[]) => void,
): void {
  const step = span / radix;
  for (let start = 0; start < points; start += span) {
    for (let j = 0; j < step; j++) {
      butterfly(
        j,
        Array.from({ length: radix }, (_, q) => start + j + q * step),
      );
    }
  }
}

function inversePoints(x: readonly Pair[], halves: boolean): Pair[] {
  const scaled = halves ? halved : saturated;
  if (x.length === 5) return fivePoints(x, 1);
  if (x.length === 2) {
    const [a, b] = x as [Pair, Pair];
    return [saturated(sum(a, b)), saturated(difference(a, b))];
  }
  const [a, b, c, d] = x as [Pair, Pair, Pair, Pair];
  const [p, m] = [scaled(sum(a, c)), scaled(difference(a, c))];
  const [q, r] = [scaled(sum(b, d)), scaled(difference(b, d))];
  return [
    saturated(sum(p, q)),
    saturated(sumTurned(m, r)),
    saturated(difference(p, q)),
    saturated(differenceTurned(m, r)),
  ];
}

/** Where each output of the forward stages lies, and each input of those back. @returns [size] */
export function digitReversed(stages: readonly Stage[]): Uint16Array {
  const size = stages[0]?.span ?? 1;
  return Uint16Array.from({ length: size }, (_, k) => {
    let [rest, place] = [k, 0];
    for (const { radix, span } of stages) {
      place += (rest % radix) * (span / radix);
      rest = Math.floor(rest / radix);
    }
    return place;
  });
}
