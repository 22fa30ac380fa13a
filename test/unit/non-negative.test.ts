import { describe, expect, test } from "vitest";
import { seededUniform } from "../../codegen/quantize/calibrate.ts";
import { nonNegativeLeastSquares } from "../../codegen/size/non-negative.ts";

describe("least squares without negative coefficients", () => {
  test("what would be negative is held at zero, and the rest is fitted without it, by hand", () => {
    // y = a + b x through (1, 3), (2, 2), (3, 1): b = -1; with b >= 0 the mean is nearest.
    const rows = [
      [1, 1],
      [1, 2],
      [1, 3],
    ];
    const [a, b] = nonNegativeLeastSquares(rows, [3, 2, 1]);
    expect(a).toBeCloseTo(2, 12);
    expect(b).toBe(0);
  });

  test("where nothing is negative it is plain least squares, by hand", () => {
    // Through (0, 1), (1, 2), (2, 4): b = 3/2, a = 7/3 - 3/2.
    const [a, b] = nonNegativeLeastSquares(
      [
        [1, 0],
        [1, 1],
        [1, 2],
      ],
      [1, 2, 4],
    );
    expect(b).toBeCloseTo(1.5, 12);
    expect(a).toBeCloseTo(5 / 6, 12);
  });

  test("a column of zeros gets nothing", () => {
    expect(
      nonNegativeLeastSquares(
        [
          [0, 2],
          [0, 4],
        ],
        [1, 2],
      ),
    ).toEqual([0, expect.closeTo(0.5, 12)]);
  });

  // The conditions of Karush, Kuhn and Tucker, which no other point meets: x >= 0, and no column's gain is above zero, that of
  // a column in use zero.
  test("100 random systems end at their optimum", () => {
    const uniform = seededUniform(3);
    let held = 0;
    for (let system = 0; system < 100; system++) {
      const rows = Array.from({ length: 12 }, () =>
        Array.from({ length: 7 }, () => uniform() - 0.3),
      );
      const b = Array.from({ length: 12 }, () => uniform());
      const x = nonNegativeLeastSquares(rows, b);
      const rest = rows.map(
        (row, i) => (b[i] as number) - row.reduce((s, v, j) => s + v * (x[j] as number), 0),
      );
      for (const [j, value] of x.entries()) {
        const gain = rows.reduce(
          (sum, row, i) => sum + (row[j] as number) * (rest[i] as number),
          0,
        );
        expect(value).toBeGreaterThanOrEqual(0);
        if (value > 0) expect(Math.abs(gain)).toBeLessThan(1e-9);
        else {
          expect(gain).toBeLessThan(1e-9);
          held++;
        }
      }
    }
    expect(held).toBeGreaterThan(50);
  });
});
