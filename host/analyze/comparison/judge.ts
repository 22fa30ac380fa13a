/**
 * Decides whether one number became worse: counts and models exactly, measured ones by statistics/gate.ts.
 * Which numbers there are is left to observations.ts, what follows for a build to document.ts.
 */
import type { Quantity } from "../quantity.ts";
import type { GateResult, Verdict } from "../statistics/gate.ts";
import { judgeSamples } from "../statistics/gate.ts";
import { fewestSamples } from "../statistics/runs-needed.ts";
import { median } from "../statistics/summary.ts";
import { digits } from "../wording.ts";
import type { Observations, Observed } from "./observations.ts";

export interface JudgeOptions {
  /** Change for the worse of an exact number that passes, relative. */
  readonly tolerance: number;
  /** Smallest change for the worse of a measured number that matters, relative. */
  readonly minEffect: number;
  /** Chance of a false "regression" in this one number. */
  readonly falseAlarm: number;
}

/** One number on both sides with its verdict. */
export interface ComparisonRow {
  readonly machine: string;
  readonly workload: string;
  readonly quantity: string;
  /** Which side is better. */
  readonly better: Observed["better"];
  /**
   * exact: any change for the worse above the tolerance counts. repetitions: statistics of one run's samples a side. runs: statistics of
   * the runs' numbers. none: too few of both.
   */
  readonly method: "exact" | "repetitions" | "runs" | "none";
  /** Medians, with the interval of the method. */
  readonly baseline: Quantity;
  readonly candidate: Quantity;
  /** candidate / baseline - 1; null where the baseline is 0. */
  readonly change: number | null;
  /** [low, high] of the change where it is estimated. */
  readonly interval: readonly [number, number] | null;
  /** Chance that the interval holds the true change. */
  readonly confidence: number | null;
  readonly verdict: Verdict;
  readonly why: string;
  /**
   * The whole statistical result: samples used, warm-up, power, runs needed, tail. Where more is better it is that of the
   * reciprocals: of a rate, the time it stands for.
   */
  readonly statistics: GateResult | null;
}

/** Relative: models compute in floating point, and a sum in another order is no rise. */
const ROUNDING = 1e-12;

export function judge(observed: Observed, options: JudgeOptions): ComparisonRow {
  if (observed.exact) return exactRow(observed, options.tolerance);
  const samples = samplesOf(observed);
  if (samples === null) {
    const runs = fewestSamples(options.falseAlarm);
    const why = `one run on each side, of which only a summary is known: ${runs} runs on each side can show something`;
    return { ...rowOf(observed), method: "none", verdict: "cannot tell", why };
  }
  if (samples.hasZero) {
    const why = "some of them are 0, which have no ratio: the instrument is too coarse";
    return { ...rowOf(observed), method: "none", verdict: "cannot tell", why };
  }
  return statisticalRow(observed, samples, options);
}

/** Whether judge() will spend a part of the false-alarm rate on it. */
export function isStatistical(observed: Observed): boolean {
  return !observed.exact && samplesOf(observed)?.hasZero === false;
}

interface Samples {
  readonly method: "repetitions" | "runs";
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly hasZero: boolean;
}

/** What the statistics are of: runs where a side has several, else repetitions; null where neither is known. */
function samplesOf({ baseline, candidate }: Observed): Samples | null {
  const several = baseline.values.length > 1 || candidate.values.length > 1;
  const [before, after] = several
    ? [baseline.values, candidate.values]
    : [baseline.samples, candidate.samples];
  if (before.length === 0 || after.length === 0) return null;
  const hasZero = before.includes(0) || after.includes(0);
  return { method: several ? "runs" : "repetitions", before, after, hasZero };
}

function exactRow(observed: Observed, tolerance: number): ComparisonRow {
  const row = rowOf(observed);
  const [before, after] = [row.baseline.value, row.candidate.value];
  const allowed = Math.abs(before) * Math.max(tolerance, ROUNDING);
  const worse = observed.better === "more" ? before - after : after - before;
  const verdict: Verdict =
    worse > allowed ? "regression" : -worse > allowed ? "improvement" : "same";
  const how = whyExact(row.baseline, row.candidate);
  const within = tolerance === 0 ? "" : `; ${digits(tolerance * 100)} % are tolerated`;
  const disagree = [observed.baseline, observed.candidate].some(({ values }) =>
    values.some((value) => value !== values[0]),
  );
  const why = `${how}${disagree ? ", though runs of one side differ: medians" : ""}${within}`;
  return { ...row, method: "exact", verdict, why };
}

function whyExact({ kind, source }: Quantity, candidate: Quantity): string {
  if (kind === "counted") return "counted, so exact";
  if (kind !== "modelled") return "the same whenever the program and its input are";
  const sameModel = source === candidate.source;
  return `exact ${sameModel ? "by the same model" : "too, but by another model than before"}`;
}

function statisticalRow(
  observed: Observed,
  { method, before, after }: Samples,
  { minEffect, falseAlarm }: JudgeOptions,
): ComparisonRow {
  const independent = method === "runs";
  const more = observed.better === "more";
  const costs = (values: readonly number[]) => (more ? values.map((value) => 1 / value) : values);
  const gate = { minEffect, falseAlarm, independent };
  const result = judgeSamples(costs(before), costs(after), gate);
  const row = rowOf(observed);
  const withInterval = (quantity: Quantity, { median }: GateResult["baseline"]): Quantity => ({
    ...quantity,
    value: more ? 1 / median.median : median.median,
    interval: more ? reciprocals(median.interval, 0) : median.interval,
  });
  return {
    ...row,
    method,
    baseline: withInterval(row.baseline, result.baseline),
    candidate: withInterval(row.candidate, result.candidate),
    change: more ? 1 / (1 + result.effect) - 1 : result.effect,
    interval: more && result.interval !== null ? reciprocals(result.interval, 1) : result.interval,
    confidence: result.confidence,
    verdict: result.verdict,
    why: result.why,
    statistics: result,
  };
}

function changeOf(before: number, after: number): number | null {
  if (before === after) return 0;
  return before === 0 ? null : after / before - 1;
}

/** [low, high] of what the reciprocal of `base` + each end is above `base`. */
function reciprocals(
  [low, high]: readonly [number, number],
  base: 0 | 1,
): readonly [number, number] {
  return [1 / (base + high) - base, 1 / (base + low) - base];
}

function rowOf({ pair, quantity, unit, better, baseline, candidate }: Observed) {
  const quantityOf = ({ values, kind, source }: Observations): Quantity => ({
    value: median(values),
    unit,
    kind,
    source,
  });
  const [before, after] = [quantityOf(baseline), quantityOf(candidate)];
  return {
    machine: pair.candidate.machine,
    workload: pair.baseline.workload,
    quantity,
    better,
    baseline: before,
    candidate: after,
    change: changeOf(before.value, after.value),
    interval: null,
    confidence: null,
    statistics: null,
  };
}
