/**
 * Decides the coefficients, none below zero, that come nearest to given sums: Lawson and Hanson's active sets.
 * Each set's own least squares are least-squares.ts's; what rows and sums mean is left to the callers.
 */
import { leastSquares } from "./least-squares.ts";

/** A column that could take off less than this part of the sums' length takes off nothing. */
const NOTHING = 1e-10;
/** Lawson and Hanson's bound: rounds for each column. */
const ROUNDS = 3;

/**
 * x >= 0 of the least |A x - b|, by C. Lawson and R. Hanson, Solving Least Squares Problems, 1974, chapter 23.
 * @param rows of A, one length
 * @throws RangeError when there are fewer rows than columns that are not held at zero
 */
export function nonNegativeLeastSquares(
  rows: readonly (readonly number[])[],
  b: readonly number[],
): number[] {
  const width = rows[0]?.length ?? 0;
  const lengths = Array.from({ length: width }, (_, j) =>
    Math.hypot(...rows.map((row) => row[j] as number)),
  );
  const least = NOTHING * Math.hypot(...b);
  let x = new Array<number>(width).fill(0);
  let free: readonly number[] = [];
  for (let round = 0; round < ROUNDS * width; round++) {
    const rest = rows.map((row, i) => (b[i] as number) - dot(row, x));
    const gains = lengths.map((length, j) =>
      length === 0 || free.includes(j)
        ? 0
        : rest.reduce((sum, value, i) => sum + value * (rows[i]?.[j] as number), 0) / length,
    );
    const best = Math.max(...gains);
    if (!(best > least)) return x;
    ({ x, free } = freed(rows, b, x, [...free, gains.indexOf(best)]));
  }
  return x;
}

/** The least squares of the free columns, on the way to which those that would fall below zero are held there. */
function freed(
  rows: readonly (readonly number[])[],
  b: readonly number[],
  from: readonly number[],
  columns: readonly number[],
): { readonly x: number[]; readonly free: readonly number[] } {
  const x = [...from];
  let free = columns;
  while (free.length > 0) {
    const wanted = leastSquares(
      rows.map((row) => free.map((j) => row[j] as number)),
      b,
    );
    // The part of the way on which each stays above zero.
    const parts = free.map((j, i) => {
      const [here, there] = [x[j] as number, wanted[i] as number];
      return there > 0 ? 1 : here > there ? here / (here - there) : 0;
    });
    const part = Math.min(...parts);
    for (const [i, j] of free.entries()) {
      const isHeld = part < 1 && parts[i] === part;
      x[j] = isHeld ? 0 : (x[j] as number) + part * ((wanted[i] as number) - (x[j] as number));
    }
    if (part === 1) break;
    free = free.filter((_, i) => parts[i] !== part);
  }
  return { x, free };
}

function dot(row: readonly number[], x: readonly number[]): number {
  return row.reduce((sum, value, j) => sum + value * (x[j] as number), 0);
}
