/**
 * Decides the coefficients that come nearest to given sums, by Householder's QR with column scaling.
 * What rows and sums mean is left to the callers.
 */

/** Columns that depend on others to this part of their length get no weight of their own. */
const DEPENDENT = 1e-9;

/**
 * x of the least |A x - b|. A column that others make up gets 0.
 * @param rows of A, one length
 * @throws RangeError when there are fewer rows than columns
 */
export function leastSquares(rows: readonly (readonly number[])[], b: readonly number[]): number[] {
  const height = rows.length;
  const width = rows[0]?.length ?? 0;
  if (height < width) throw new RangeError(`${height} sums for ${width} coefficients`);
  const scales = Array.from({ length: width }, (_, j) => {
    const length = Math.hypot(...rows.map((row) => row[j] as number));
    return length > 0 ? length : 1;
  });
  const a = rows.map((row) => row.map((value, j) => value / (scales[j] as number)));
  const at = (i: number, j: number): number => a[i]?.[j] as number;
  const y = [...b];
  const pivots: { readonly row: number; readonly column: number }[] = [];
  let row = 0;
  for (let column = 0; column < width; column++) {
    const length = Math.hypot(...a.slice(row).map((values) => values[column] as number));
    if (length < DEPENDENT) continue;
    reflect(a, y, row, column, at(row, column) > 0 ? -length : length);
    pivots.push({ row, column });
    row++;
  }
  const x = new Array<number>(width).fill(0);
  for (const { row: r, column } of pivots.reverse()) {
    let rest = y[r] as number;
    for (let j = column + 1; j < width; j++) rest -= at(r, j) * (x[j] as number);
    x[column] = rest / at(r, column);
  }
  return x.map((value, j) => value / (scales[j] as number));
}

/** Turns column's values from `row` on into (alpha, 0, 0, ...), and all that stands beside them with it. */
function reflect(a: number[][], y: number[], row: number, column: number, alpha: number): void {
  const v = a.slice(row).map((values) => values[column] as number);
  v[0] = (v[0] as number) - alpha;
  const square = v.reduce((sum, value) => sum + value * value, 0);
  if (square === 0) return;
  const apply = (get: (i: number) => number, set: (i: number, value: number) => void): void => {
    const dot = v.reduce((sum, value, i) => sum + value * get(i), 0);
    for (const [i, value] of v.entries()) set(i, get(i) - (2 * dot * value) / square);
  };
  const width = a[0]?.length ?? 0;
  for (let j = column; j < width; j++) {
    apply(
      (i) => a[row + i]?.[j] as number,
      (i, value) => {
        (a[row + i] as number[])[j] = value;
      },
    );
  }
  apply(
    (i) => y[row + i] as number,
    (i, value) => {
      y[row + i] = value;
    },
  );
}
