/**
 * Decides the bars of a histogram, linear and logarithmic, from the buckets that were counted.
 * Drawing them is left to report/.
 */
import { requireCount, requirePositive } from "../number-limits.ts";
import type { LatencyCounts } from "./latency-counts.ts";

/** low <= value < high, in the view's unit; the last bar holds the largest value too. */
export interface Bar {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export interface HistogramView {
  /** linear: bars equally wide. log: each bar wider than the last by the same factor. */
  readonly scale: "linear" | "log";
  readonly unit: string;
  readonly bars: readonly Bar[];
}

/**
 * @param ticksPerUnit recorded ticks in one unit of the view
 * @throws AnalysisError TP-USE-242 for options out of range
 */
export function histogramView(
  counts: LatencyCounts,
  scale: HistogramView["scale"],
  options: { readonly unit: string; readonly ticksPerUnit: number; readonly bars?: number },
): HistogramView {
  const { unit, ticksPerUnit, bars = 40 } = options;
  requirePositive("the ticks in a unit", ticksPerUnit);
  requireCount("the number of bars", bars);
  const edges = scale === "linear" ? linearEdges(counts, bars) : logEdges(counts, bars);
  const heights = new Float64Array(edges.length - 1);
  let bar = 0;
  for (const bucket of counts.buckets) {
    const middle = counts.middleOf(bucket);
    while (bar < heights.length - 1 && middle >= (edges[bar + 1] as number)) bar++;
    heights[bar] = (heights[bar] as number) + bucket.count;
  }
  return {
    scale,
    unit,
    bars: Array.from(heights, (count, i) => ({
      low: (edges[i] as number) / ticksPerUnit,
      high: (edges[i + 1] as number) / ticksPerUnit,
      count,
    })),
  };
}

/** From the smallest to the largest value; one bar for one value. */
function linearEdges({ min, max }: LatencyCounts, bars: number): readonly number[] {
  if (max === min) return [min, max + 1];
  return Array.from({ length: bars + 1 }, (_, i) => min + ((max - min) * i) / bars);
}

/** From the smallest value, or 1 tick when that is 0: a logarithmic axis has no 0. */
function logEdges({ min, max }: LatencyCounts, bars: number): readonly number[] {
  const low = Math.max(1, min);
  if (max <= low) return [low, low + 1];
  return Array.from({ length: bars + 1 }, (_, i) => low * (max / low) ** (i / bars));
}
