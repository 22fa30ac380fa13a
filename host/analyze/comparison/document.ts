/**
 * Decides the document of a comparison: every number with its verdict, and the one verdict of all of them.
 * Reading sides is left to workflow/, showing the document to report/.
 */
import { AnalysisError } from "../analysis-error.ts";
import { outOfRange, requireFiniteIn, requirePositive, requireShare } from "../number-limits.ts";
import type { Verdict } from "../statistics/gate.ts";
import type { ComparisonRow } from "./judge.ts";
import { isStatistical, judge } from "./judge.ts";
import { observedOf } from "./observations.ts";
import type { ComparisonWarning, Pair } from "./pairing.ts";
import { pairSides } from "./pairing.ts";
import type { ComparisonSide } from "./side.ts";

export interface ComparisonOptions {
  /** Rise of exact numbers that passes, relative; 0 without it. */
  readonly tolerance?: number;
  /** Smallest rise of measured numbers that matters, relative; 0.02 without it. */
  readonly minEffect?: number;
  /** Chance of a false "regression" in the whole comparison; 0.05 without it. */
  readonly falseAlarm?: number;
  /** True: the same workload is compared on whatever machines. */
  readonly anyMachine?: boolean;
}

/** A setting that differs between the sides, such as the compiler's flags. */
export interface ChangedSetting {
  readonly workload: string;
  readonly name: string;
  readonly baseline: string | null;
  readonly candidate: string | null;
}

export interface ComparisonDocument {
  readonly schema: 1;
  readonly baseline: { readonly name: string; readonly runs: number };
  readonly candidate: { readonly name: string; readonly runs: number };
  /** regression when there is one; else cannot tell when that is so of any number; else improvement or same. */
  readonly verdict: Verdict;
  readonly regressions: number;
  readonly tolerance: number;
  readonly minEffect: number;
  /** Chance of a false "regression" in the whole comparison, shared evenly (Bonferroni) by so many tests. */
  readonly falseAlarm: number;
  readonly tests: number;
  readonly rows: readonly ComparisonRow[];
  /** What is not the same on both sides beside the numbers. */
  readonly changed: readonly ChangedSetting[];
  readonly warnings: readonly ComparisonWarning[];
}

/** @throws AnalysisError TP-USE-320 to -325 for sides that cannot be compared, -240 to -242 for numbers or options */
export function compareSides(
  baseline: ComparisonSide,
  candidate: ComparisonSide,
  options: ComparisonOptions = {},
): ComparisonDocument {
  requireFiniteIn("the sides", [baseline, candidate]);
  const { tolerance = 0, minEffect = 0.02, falseAlarm = 0.05, anyMachine = false } = options;
  if (!(Number.isFinite(tolerance) && tolerance >= 0)) {
    throw outOfRange("the tolerance", tolerance, "finite and at least 0");
  }
  requirePositive("the smallest effect", minEffect);
  requireShare("the false-alarm rate", falseAlarm);
  const { pairs, warnings } = pairSides(baseline, candidate, anyMachine);
  const observed = pairs.flatMap(observedOf);
  if (observed.length === 0) throw nothingShared(baseline, candidate);
  const tests = observed.filter(isStatistical).length;
  const each = { tolerance, minEffect, falseAlarm: falseAlarm / Math.max(1, tests) };
  const rows = observed.map((one) => judge(one, each));
  return {
    schema: 1,
    baseline: { name: baseline.name, runs: baseline.runs.length },
    candidate: { name: candidate.name, runs: candidate.runs.length },
    verdict: overall(rows),
    regressions: rows.filter(({ verdict }) => verdict === "regression").length,
    tolerance,
    minEffect,
    falseAlarm,
    tests,
    rows,
    changed: pairs.flatMap(changedSettings),
    warnings: [...warnings, ...unseenVariation(rows), ...unsteady(rows)],
  };
}

function overall(rows: readonly ComparisonRow[]): Verdict {
  const order: readonly Verdict[] = ["regression", "cannot tell", "improvement"];
  return order.find((verdict) => rows.some((row) => row.verdict === verdict)) ?? "same";
}

/** Of the first run on either side. */
function changedSettings({ baseline, candidate }: Pair): readonly ChangedSetting[] {
  const before = baseline.records[0]?.setup ?? {};
  const after = candidate.records[0]?.setup ?? {};
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => ({
      workload: baseline.workload,
      name,
      baseline: before[name] ?? null,
      candidate: after[name] ?? null,
    }));
}

/** What one run a side cannot show: Kalibera and Jones, "Rigorous Benchmarking in Reasonable Time", ISMM 2013. */
function unseenVariation(rows: readonly ComparisonRow[]): readonly ComparisonWarning[] {
  if (!rows.some(({ method }) => method === "repetitions")) return [];
  const text =
    "one run on each side: what differs from run to run (placement, temperature, other work) is not seen; several runs a side show it";
  return [{ code: "TP-USE-326", text }];
}

function unsteady(rows: readonly ComparisonRow[]): readonly ComparisonWarning[] {
  return rows.flatMap(({ workload, statistics }) =>
    (["baseline", "candidate"] as const).flatMap((side) => {
      const warmUp = statistics?.[side].warmUp;
      if (warmUp?.state !== "not steady" && warmUp?.state !== "slowdown") return [];
      const text = `${workload}, ${side}: ${warmUp.state}, ${warmUp.why}`;
      return [{ code: "TP-USE-327" as const, text }];
    }),
  );
}

function nothingShared(baseline: ComparisonSide, candidate: ComparisonSide): AnalysisError {
  return new AnalysisError(
    "TP-USE-325",
    {
      what: `${baseline.name} and ${candidate.name} share no number that can be compared`,
      why: "a time, count, energy or power of the same workload has to be known on both sides",
      fix: "give boards a clock with --as ID, or time both runs",
    },
    { baseline: baseline.name, candidate: candidate.name },
  );
}
