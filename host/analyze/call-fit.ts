/**
 * Decides what a machine's call costs by itself, a byte and an operation, from timed calls of several sizes:
 * t = overhead + bytes / bandwidth + ops / rate. Timing the calls is left to whoever can.
 */
import { AnalysisError } from "./analysis-error.ts";
import type { Quantity } from "./quantity.ts";
import { modelled } from "./quantity.ts";
import { digits, duration } from "./wording.ts";

/** One timed size of call. */
export interface CallPoint {
  readonly name: string;
  /** At least 0. */
  readonly ops: number;
  readonly bytesMoved: number;
  /** Typical time, above 0 [s]. */
  readonly seconds: number;
}

/** How far the fit is from one point. */
export interface CallResidual {
  readonly name: string;
  readonly measuredSeconds: number;
  readonly fittedSeconds: number;
  /** (fitted - measured) / measured. */
  readonly relative: number;
}

export interface CallFit {
  /** Time of a call with nothing in it [s]. */
  readonly overhead: Quantity;
  /** Bytes a second; null where bytes cost nothing, or cannot be told from the other terms. */
  readonly bandwidth: Quantity | null;
  /** Operations a second; null likewise. */
  readonly rate: Quantity | null;
  readonly residuals: readonly CallResidual[];
  /** The largest residual without its sign. */
  readonly worst: number;
  /** The fit in words, and what it cannot tell. */
  readonly why: string;
}

type Term = "overhead" | "bytes" | "ops";
/** In the order preferred where two explain the times equally well. */
const CHOICES: readonly (readonly Term[])[] = [
  ["overhead", "bytes", "ops"],
  ["overhead", "ops"],
  ["overhead", "bytes"],
  ["bytes", "ops"],
  ["overhead"],
  ["ops"],
  ["bytes"],
];
/** Columns of unit length whose elimination leaves less than this are one column. */
const SINGULAR = 1e-9;
/** A choice has to explain so much more than one before it. */
const BETTER = 1e-9;

/**
 * Least squares of the relative errors, no term below 0: of all choices of terms, the one that leaves the least. Three
 * terms need points in which bytes and operations do not grow together.
 * @throws AnalysisError TP-USE-390 without two points, or for one that is not finite or out of range
 */
export function fitCalls(points: readonly CallPoint[]): CallFit {
  check(points);
  const columns: Readonly<Record<Term, readonly number[]>> = {
    overhead: points.map(({ seconds }) => 1 / seconds),
    bytes: points.map(({ bytesMoved, seconds }) => bytesMoved / seconds),
    ops: points.map(({ ops, seconds }) => ops / seconds),
  };
  let best: { readonly costs: ReadonlyMap<Term, number>; readonly left: number } | null = null;
  for (const terms of CHOICES) {
    if (terms.length > points.length) continue;
    const solved = leastSquares(terms.map((term) => columns[term]));
    if (solved === null || solved.some((cost) => cost < 0)) continue;
    const costs = new Map(terms.map((term, index) => [term, solved[index] as number]));
    const left = points.reduce((sum, point) => sum + relativeError(point, costs) ** 2, 0);
    if (best === null || left < best.left - BETTER) best = { costs, left };
  }
  if (best === null) throw unusable("no term explains them", "times that grow with the work");
  return described(points, best.costs);
}

function described(points: readonly CallPoint[], costs: ReadonlyMap<Term, number>): CallFit {
  const source = `least squares over ${points.length} sizes of call: t = overhead + bytes / bandwidth + ops / rate`;
  const inverse = (term: Term, unit: string) => {
    const cost = costs.get(term) ?? 0;
    return cost > 0 ? modelled(1 / cost, unit, source) : null;
  };
  const residuals = points.map((point) => ({
    name: point.name,
    measuredSeconds: point.seconds,
    fittedSeconds: fitted(point, costs),
    relative: relativeError(point, costs),
  }));
  const worst = Math.max(...residuals.map(({ relative }) => Math.abs(relative)));
  const overhead = costs.get("overhead") ?? 0;
  const bandwidth = inverse("bytes", "byte/s");
  const rate = inverse("ops", "op/s");
  const absent = [
    ...(bandwidth === null ? ["bytes"] : []),
    ...(rate === null ? ["operations"] : []),
    ...(overhead === 0 ? ["the call itself"] : []),
  ];
  return {
    overhead: modelled(overhead, "s", source),
    bandwidth,
    rate,
    residuals,
    worst,
    why: [
      `a call takes ${duration(overhead, "s")}`,
      ...(bandwidth === null ? [] : [`its bytes move at ${digits(bandwidth.value / 1e9)} GB/s`]),
      ...(rate === null ? [] : [`its operations run at ${digits(rate.value / 1e9)} Gop/s`]),
      ...(absent.length === 0
        ? []
        : [`${absent.join(" and ")} cost nothing that can be told from the rest`]),
      `the times lie within ${digits(worst * 100)} % of that`,
    ].join(", "),
  };
}

function fitted(point: CallPoint, costs: ReadonlyMap<Term, number>): number {
  const cost = (term: Term) => costs.get(term) ?? 0;
  return cost("overhead") + cost("bytes") * point.bytesMoved + cost("ops") * point.ops;
}

function relativeError(point: CallPoint, costs: ReadonlyMap<Term, number>): number {
  return fitted(point, costs) / point.seconds - 1;
}

/**
 * The coefficients x for which the columns times x come nearest to 1 in every row, by the normal equations of columns
 * scaled to unit length. @returns null where a column is a sum of others
 */
function leastSquares(columns: readonly (readonly number[])[]): readonly number[] | null {
  const lengths = columns.map((column) => Math.hypot(...column));
  if (lengths.some((length) => length === 0)) return null;
  const units = columns.map((column, j) => column.map((value) => value / (lengths[j] as number)));
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  const rows = units.map((unit) => [
    ...units.map((other) => dot(unit, other)),
    unit.reduce((sum, value) => sum + value, 0),
  ]);
  // The matrix is symmetric and not negative, so elimination needs no exchange of rows.
  for (const [k, pivotRow] of rows.entries()) {
    const pivot = pivotRow[k] as number;
    if (pivot < SINGULAR) return null;
    for (const [i, row] of rows.entries()) {
      if (i === k) continue;
      const factor = (row[k] as number) / pivot;
      for (const [j, value] of pivotRow.entries()) row[j] = (row[j] as number) - factor * value;
    }
  }
  return rows.map((row, k) => {
    const solution = (row.at(-1) as number) / (row[k] as number);
    return solution / (lengths[k] as number);
  });
}

function check(points: readonly CallPoint[]): void {
  if (points.length < 2) {
    throw unusable(`${points.length} of them were given`, "at least two sizes of call");
  }
  for (const { name, ops, bytesMoved, seconds } of points) {
    const sound =
      Number.isFinite(seconds) &&
      seconds > 0 &&
      [ops, bytesMoved].every((n) => n >= 0 && n < 1e300);
    if (sound) continue;
    throw unusable(
      `"${name}" has ${ops} op, ${bytesMoved} byte and ${seconds} s`,
      "finite work of at least 0 and times above 0",
    );
  }
}

function unusable(what: string, expected: string): AnalysisError {
  return new AnalysisError("TP-USE-390", {
    what: `timed calls cannot be fitted: ${what}`,
    why: `the fit needs ${expected}`,
    fix: "time calls of several sizes: pioneer bench host hearable --batch 1,8,64,256",
  });
}
