/**
 * Decides where a series changes its level or its spread, without assuming a distribution.
 * Which of the changes ends a warm-up is left to warm-up.ts.
 *
 * ED-PELT: K. Haynes, P. Fearnhead and I. A. Eckley, "A computationally efficient nonparametric approach for changepoint
 * detection", Statistics and Computing 27, 2017; the search is PELT by Killick, Fearnhead and Eckley, JASA 107, 2012.
 * A segment costs minus its log-likelihood under its own empirical distribution, taken at some quantiles of the series.
 */
import { requirePositive } from "../number-limits.ts";
import { requireSamples } from "./samples.ts";
import { ascending, median, medianOfSorted } from "./summary.ts";

/** Shortest segment. */
const SHORTEST = 5;
/** Longer series are searched as medians of so many blocks, which bounds time and memory. */
const MOST_POINTS = 2000;
/** Penalty of a change in units of ln n: at most 3 of 100 steady noisy series of 20 to 1000 samples show one. */
const PENALTY = 5;

export interface ChangePoint {
  /** First sample after the change, counted from 0. */
  readonly at: number;
  /** Medians of the segments before and after, in the unit of the series. */
  readonly before: number;
  readonly after: number;
  /** after / before - 1; null where before is 0. */
  readonly change: number | null;
}

export interface Segment {
  /** Samples start..end-1. */
  readonly start: number;
  readonly end: number;
  readonly median: number;
}

/**
 * The stretches between changes, in order; one when nothing changed.
 * @param penalty in units of ln n; more finds fewer changes
 * @throws AnalysisError TP-USE-240 without a sample, -241 for one not finite, -242 for a penalty not above 0
 */
export function segmentsOf(values: ArrayLike<number>, penalty = PENALTY): readonly Segment[] {
  requireSamples(values, { name: "the series" });
  requirePositive("the penalty", penalty);
  const block = Math.ceil(values.length / MOST_POINTS);
  const points = block === 1 ? Float64Array.from(values) : blockMedians(values, block);
  const starts = points.length < 2 * SHORTEST ? [0] : search(points, penalty);
  return starts.map((start, i) => {
    const from = start * block;
    const next = starts[i + 1];
    const end = next === undefined ? values.length : next * block;
    return { start: from, end, median: median(sliceOf(values, from, end)) };
  });
}

/** Where the series changes. @throws AnalysisError as segmentsOf() */
export function changePoints(values: ArrayLike<number>, penalty = PENALTY): readonly ChangePoint[] {
  const segments = segmentsOf(values, penalty);
  return segments.slice(1).map(({ start, median: after }, i) => {
    const before = (segments[i] as Segment).median;
    return { at: start, before, after, change: before === 0 ? null : after / before - 1 };
  });
}

function sliceOf(values: ArrayLike<number>, start: number, end: number): Float64Array {
  return Float64Array.from({ length: end - start }, (_, i) => values[start + i] as number);
}

/** Medians of whole blocks; what is left at the end belongs to the last one. */
function blockMedians(values: ArrayLike<number>, block: number): Float64Array {
  const blocks = Math.floor(values.length / block);
  return Float64Array.from({ length: blocks }, (_, i) => {
    const end = i === blocks - 1 ? values.length : (i + 1) * block;
    return medianOfSorted(sliceOf(values, i * block, end).sort());
  });
}

/** Starts of the cheapest segmentation. */
function search(points: Float64Array, penalty: number): readonly number[] {
  const count = points.length;
  const costOf = segmentCost(points);
  const price = penalty * Math.log(count);
  const best = new Float64Array(count + 1);
  const previous = new Uint32Array(count + 1);
  best[0] = -price;
  let open = [0];
  for (let end = SHORTEST; end <= count; end++) {
    const newest = end - SHORTEST;
    if (newest >= SHORTEST) open.push(newest);
    const costs = open.map((start) => (best[start] as number) + costOf(start, end));
    let cheapest = Number.POSITIVE_INFINITY;
    for (const [i, cost] of costs.entries()) {
      if (cost >= cheapest) continue;
      cheapest = cost;
      previous[end] = open[i] as number;
    }
    best[end] = cheapest + price;
    // A start that costs more than a new change would, costs more for every later end too.
    open = open.filter((_, i) => (costs[i] as number) <= (best[end] as number));
  }
  const starts: number[] = [];
  for (let end = count; end > 0; end = previous[end] as number)
    starts.push(previous[end] as number);
  return starts.reverse();
}

/**
 * Cost of points start..end-1. Below each of K quantiles lie a of them, counted twice so that equal values count half;
 * the binomial log-likelihood needs only k ln k of whole numbers, which a table holds.
 */
function segmentCost(points: Float64Array): (start: number, end: number) => number {
  const count = points.length;
  const levels = Math.min(count, Math.ceil(4 * Math.log(count)));
  const spread = Math.log(2 * count - 1);
  const sorted = ascending(points);
  const below = Array.from({ length: levels }, (_, level) => {
    const z = -1 + (2 * level + 1) / levels;
    const share = 1 / (1 + Math.exp(-spread * z));
    const limit = sorted[Math.min(count - 1, Math.trunc(count * share))] as number;
    const sums = new Uint32Array(count + 1);
    for (const [i, value] of points.entries()) {
      sums[i + 1] = (sums[i] as number) + (value < limit ? 2 : value === limit ? 1 : 0);
    }
    return sums;
  });
  const table = Float64Array.from({ length: 2 * count + 1 }, (_, k) =>
    k < 2 ? 0 : k * Math.log(k),
  );
  return (start, end) => {
    const double = 2 * (end - start);
    const whole = table[double] as number;
    let likelihood = 0;
    for (const sums of below) {
      const inside = (sums[end] as number) - (sums[start] as number);
      likelihood += (table[inside] as number) + (table[double - inside] as number) - whole;
    }
    // Counted twice: half of it is the log-likelihood, whose weight is 2 ln(2n - 1) / K.
    return (-spread / levels) * likelihood;
  };
}
