/**
 * Decides which of several choices are not beaten on two metrics at once.
 * What the metrics are is left to the callers, drawing them to report/.
 */
import { AnalysisError } from "./analysis-error.ts";

/** One metric of a choice. */
export interface ParetoAxis<T> {
  readonly name: string;
  readonly better: "lower" | "higher";
  /** Finite, or null where it is not known. */
  value(item: T): number | null;
}

export interface ParetoFront<T> {
  /** Not beaten: best x first, so y improves along it. Equal choices stand side by side. */
  readonly front: readonly T[];
  /** Beaten, each with a choice of the front that is at least as good on both and better on one; in order given. */
  readonly beaten: readonly { readonly item: T; readonly by: T }[];
  /** A metric is not known; in order given. */
  readonly unplaced: readonly T[];
}

/**
 * The Pareto front over any two metrics, in n log n time.
 * @throws AnalysisError TP-USE-261 without a choice, -262 for a metric that is not finite
 */
export function paretoFront<T>(
  items: readonly T[],
  x: ParetoAxis<T>,
  y: ParetoAxis<T>,
): ParetoFront<T> {
  if (items.length === 0) throw noChoice(x.name, y.name);
  const unplaced: T[] = [];
  const placed: Placed<T>[] = [];
  for (const [index, item] of items.entries()) {
    const cost = { x: costOf(x, item, index), y: costOf(y, item, index) };
    if (cost.x === null || cost.y === null) unplaced.push(item);
    else placed.push({ item, index, x: cost.x, y: cost.y });
  }
  const front: Placed<T>[] = [];
  const beaten: { readonly loser: Placed<T>; readonly by: T }[] = [];
  for (const next of [...placed].sort((a, b) => a.x - b.x || a.y - b.y || a.index - b.index)) {
    const last = front.at(-1);
    const equal = last !== undefined && last.x === next.x && last.y === next.y;
    if (last === undefined || next.y < last.y || equal) front.push(next);
    else beaten.push({ loser: next, by: last.item });
  }
  return {
    front: front.map(({ item }) => item),
    beaten: beaten
      .sort((a, b) => a.loser.index - b.loser.index)
      .map(({ loser, by }) => ({ item: loser.item, by })),
    unplaced,
  };
}

/** A choice with its metrics turned so that less is better. */
interface Placed<T> {
  readonly item: T;
  readonly index: number;
  readonly x: number;
  readonly y: number;
}

function costOf<T>(axis: ParetoAxis<T>, item: T, index: number): number | null {
  const value = axis.value(item);
  if (value === null) return null;
  if (Number.isFinite(value)) return axis.better === "lower" ? value : -value;
  throw new AnalysisError(
    "TP-USE-262",
    {
      what: `${axis.name} of choice ${index + 1} is ${value}`,
      why: "choices are compared by finite numbers",
      fix: "give a finite number, or leave the metric unknown (null)",
    },
    { axis: axis.name, index, value },
  );
}

function noChoice(x: string, y: string): AnalysisError {
  return new AnalysisError("TP-USE-261", {
    what: `there is no choice to compare by ${x} and ${y}`,
    why: "a Pareto front needs at least one",
    fix: "name a machine, a board or a platform",
  });
}
