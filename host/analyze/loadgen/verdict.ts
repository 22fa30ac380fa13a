/**
 * Decides what a test has shown: LoadGen's four conditions, its metric and its early-stopping estimates.
 * Running the test is left to the scenarios, words and tables to report/.
 *
 * Source: mlcommons/inference, loadgen/results.cc.
 */
import {
  leastQueries,
  neededUnderBound,
  provenOverBound,
  provesPercentile,
} from "./early-stopping.ts";
import type {
  BringLatencies,
  LatencyStatistics,
  LatencySummary,
  TakeLatencies,
} from "./latencies.ts";
import { latencyStatistics } from "./latencies.ts";
import type { RunFacts } from "./run-facts.ts";
import type { EffectiveSettings, Scenario } from "./settings.ts";
import type { Steps } from "./steps.ts";

/** LoadGen's conditions; a test is valid when none is false. */
export interface Conditions {
  /** Server only: the judged percentile is within the bound. */
  readonly performance: boolean | null;
  readonly minDuration: boolean;
  readonly minQueries: boolean;
  readonly earlyStopping: boolean;
}

export interface EarlyStopping {
  readonly met: boolean;
  /** SingleStream, MultiStream: the judged percentile with 99 % confidence [ns]; null when too few queries ran. */
  readonly estimateNs: number | null;
  /** SingleStream: P99 with 99 % confidence, from which MultiStream is inferred [ns]. */
  readonly estimateP99Ns: number | null;
  /** Queries that were over the bound (Server), or that the estimate leaves above it. */
  readonly overBound: number | null;
  /** Further queries that would have been needed, all of them within the bound; 0 when met. */
  readonly missingQueries: number;
}

export interface ScenarioResult {
  readonly scenario: Scenario;
  readonly valid: boolean;
  /** One sentence for each condition that is not met. */
  readonly reasons: readonly string[];
  readonly conditions: Conditions;
  /** SingleStream, MultiStream: queries issued a second; Server: completed; Offline: samples. null when no time passed. */
  readonly qps: number | null;
  /** The judged percentile [ns]. */
  readonly targetPercentileNs: number;
  /** MultiStream: of queries, which are as slow as their slowest sample. Else of samples. */
  readonly latencyNs: LatencySummary;
  readonly earlyStopping: EarlyStopping;
  readonly queryCount: number;
  readonly sampleCount: number;
  /** Of the test, as its minimum is judged [ns]. */
  readonly durationNs: number;
  readonly facts: RunFacts;
}

/** Percentile that MultiStream would be judged by. */
const MULTI_STREAM_PERCENTILE = 0.99;

/**
 * @param run brings every latency (MultiStream: one a query) and gives the facts; it may be called several times
 * @throws AnalysisError TP-USE-222 for latencies that cannot be.
 */
export function* judgeTest(
  settings: EffectiveSettings,
  run: (take: TakeLatencies) => Steps<RunFacts>,
): Steps<ScenarioResult> {
  const { scenario, targetPercentile: p } = settings;
  const last: { facts?: RunFacts } = {};
  const bring: BringLatencies = function* (take) {
    last.facts = yield* run(take);
  };
  const boundNs = scenario === "server" ? settings.targetLatencyNs : Number.POSITIVE_INFINITY;
  const statistics = yield* latencyStatistics(bring, boundNs, (n) => [
    Math.trunc(n * p),
    estimateRank(n, p),
    estimateRank(n, MULTI_STREAM_PERCENTILE),
  ]);
  const facts = last.facts as RunFacts;
  const earlyStopping = stopEarly(settings, statistics);
  const [targetPercentileNs = 0] = statistics.atRanks;
  const durationNs = durationOf(scenario, facts, statistics.summary.max);
  const conditions: Conditions = {
    performance: scenario === "server" ? targetPercentileNs <= boundNs : null,
    minDuration: durationNs >= settings.minDurationMs * 1e6,
    minQueries:
      facts.queryCount >= settings.neededQueries && facts.sampleCount >= settings.neededSamples,
    earlyStopping: earlyStopping.met,
  };
  const valid = Object.values(conditions).every((met) => met !== false);
  const base = {
    scenario,
    valid,
    conditions,
    qps: rateOf(scenario, facts, durationNs),
    targetPercentileNs,
    latencyNs: statistics.summary,
    earlyStopping,
    queryCount: facts.queryCount,
    sampleCount: facts.sampleCount,
    durationNs,
    facts,
  };
  return { ...base, reasons: reasonsOf(settings, base) };
}

/** The 0-based rank of the estimate; any one when there is no estimate. */
function estimateRank(n: number, p: number): number {
  return n - Math.max(1, provenOverBound(n, p));
}

function stopEarly(settings: EffectiveSettings, statistics: LatencyStatistics): EarlyStopping {
  const { scenario, targetPercentile: p } = settings;
  const { count: n, overBound } = statistics;
  const [, estimateNs = 0, estimateP99Ns = 0] = statistics.atRanks;
  const none = { estimateNs: null, estimateP99Ns: null };
  if (scenario === "offline") return { met: true, ...none, overBound: null, missingQueries: 0 };
  if (scenario === "server") {
    const met = provesPercentile(n, overBound, p);
    const missingQueries = met ? 0 : neededUnderBound(overBound, p) + overBound - n;
    return { met, ...none, overBound, missingQueries };
  }
  const t = provenOverBound(n, p);
  if (t === 0) return { met: false, ...none, overBound: null, missingQueries: leastQueries(p) - n };
  const inferred = scenario === "single-stream" && provenOverBound(n, MULTI_STREAM_PERCENTILE) > 0;
  return {
    met: true,
    estimateNs,
    estimateP99Ns: inferred ? estimateP99Ns : null,
    overBound: t - 1,
    missingQueries: 0,
  };
}

function durationOf(scenario: Scenario, facts: RunFacts, longestNs: number): number {
  if (scenario === "offline") return longestNs;
  return scenario === "server" ? facts.lastScheduledNs : facts.lastIssuedNs;
}

/** n queries span n - 1 intervals: the last one only starts at the end of the time that counts. */
function rateOf(scenario: Scenario, facts: RunFacts, durationNs: number): number | null {
  const [count, timeNs] =
    scenario === "offline"
      ? [facts.sampleCount, durationNs]
      : [facts.queryCount - 1, scenario === "server" ? facts.lastDoneNs : facts.lastIssuedNs];
  return timeNs > 0 ? count / (timeNs / 1e9) : null;
}

/** To the nanosecond: a test may miss its bound by one. */
function exactly(value: number, unit: number): string {
  return String(Number((value / unit).toPrecision(15)));
}

const ENDINGS: Readonly<Record<RunFacts["ending"], string>> = {
  enough: "",
  "ran-out":
    ": the prepared queries ran out, because the expected latency is more than twice the real one",
  "max-queries": ": the largest number of queries was reached",
  "max-duration": ": the longest duration was reached",
  "too-many-outstanding": ": too many queries were waiting at once",
};

function reasonsOf(
  settings: EffectiveSettings,
  result: Omit<ScenarioResult, "reasons">,
): readonly string[] {
  const { conditions, earlyStopping, facts } = result;
  const percentile = `P${Number((settings.targetPercentile * 100).toPrecision(12))}`;
  const reasons: string[] = [];
  if (conditions.performance === false) {
    reasons.push(
      `${percentile} is ${exactly(result.targetPercentileNs, 1e6)} ms, over the bound of ${exactly(settings.targetLatencyNs, 1e6)} ms`,
    );
  }
  if (!conditions.minDuration) {
    reasons.push(
      `the test lasted ${exactly(result.durationNs, 1e9)} s of at least ${exactly(settings.minDurationMs, 1e3)} s${ENDINGS[facts.ending]}`,
    );
  }
  if (!conditions.minQueries) {
    reasons.push(
      `${facts.queryCount} queries with ${facts.sampleCount} samples ran, of at least ${settings.neededQueries} with ${settings.neededSamples}${ENDINGS[facts.ending]}`,
    );
  }
  if (!conditions.earlyStopping) {
    const over =
      earlyStopping.overBound === null
        ? ""
        : `, ${earlyStopping.overBound} of them over the bound,`;
    reasons.push(
      `${facts.queryCount} queries${over} do not prove ${percentile} with 99 % confidence: ${earlyStopping.missingQueries} more within the bound would`,
    );
  }
  return reasons;
}
