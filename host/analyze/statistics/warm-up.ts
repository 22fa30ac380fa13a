/**
 * Decides where a series becomes steady, and what it did before: warmed up, slowed down, or never settled.
 * Finding the changes is left to change-points.ts.
 *
 * The classes are those of Barrett, Bolz-Tereick, Killick, Mount and Tratt, "Virtual Machine Warmup Blows Hot and Cold",
 * OOPSLA 2017, who segment with PELT too.
 */
import type { Segment } from "./change-points.ts";
import { segmentsOf } from "./change-points.ts";
import { requireSamples } from "./samples.ts";
import { stepDeviation } from "./summary.ts";

/** Fewer samples show no warm-up. */
const FEWEST = 20;
/** Segments are alike when their medians are closer than this, relative... */
const ALIKE = 0.01;
/** ...or closer than so many deviations of the noise. */
const ALIKE_DEVIATIONS = 0.5;
/** The steady part has to be at least so much of the series. */
const STEADY_SHARE = 0.5;

export interface WarmUp {
  /**
   * flat: steady from the start. warm-up: slower before. slowdown: faster before, as when a device throttles. not
   * steady: no half of the series at its end is. too few: nothing can be said.
   */
  readonly state: "flat" | "warm-up" | "slowdown" | "not steady" | "too few";
  /** First steady sample, counted from 0; 0 unless the state is warm-up or slowdown. */
  readonly steadyFrom: number;
  /** Median of the steady part, or of all when there is none. */
  readonly steadyMedian: number;
  readonly segments: readonly Segment[];
  /** In words. */
  readonly why: string;
}

/** @throws AnalysisError TP-USE-240 without a sample, -241 for one not finite */
export function detectWarmUp(values: ArrayLike<number>): WarmUp {
  requireSamples(values, { name: "the series" });
  const segments = segmentsOf(values);
  const last = segments.at(-1) as Segment;
  const base = { steadyFrom: 0, steadyMedian: last.median, segments };
  if (values.length < FEWEST) {
    const why = `${values.length} samples; a warm-up shows in ${FEWEST} or more`;
    return { ...base, state: "too few", why };
  }
  const near = Math.max(ALIKE * Math.abs(last.median), ALIKE_DEVIATIONS * stepDeviation(values));
  const unlike = segments.findLastIndex(({ median }) => Math.abs(median - last.median) > near);
  if (unlike < 0) return { ...base, state: "flat", why: "steady from the first sample" };
  const steadyFrom = (segments[unlike] as Segment).end;
  if (values.length - steadyFrom < STEADY_SHARE * values.length) {
    const why = `its level still changes at sample ${steadyFrom} of ${values.length}`;
    return { ...base, state: "not steady", why };
  }
  const slower = excessBefore(segments.slice(0, unlike + 1), last.median) > 0;
  return {
    ...base,
    steadyFrom,
    state: slower ? "warm-up" : "slowdown",
    why: `the first ${steadyFrom} of ${values.length} samples are ${slower ? "slower" : "faster"}`,
  };
}

/** Time lost before the steady part; negative when it was faster. */
function excessBefore(segments: readonly Segment[], steady: number): number {
  return segments.reduce(
    (sum, { start, end, median }) => sum + (end - start) * (median - steady),
    0,
  );
}
