/**
 * Decides what LoadGen itself said of a recorded test: its settings and its result, from the entries of its logs.
 * Reading the logs is left to import/loadgen-log.ts, judging again to replay.ts.
 */
import { AnalysisError } from "../analysis-error.ts";
import type { LatencySummary } from "./latencies.ts";
import type { Scenario, TestSettings } from "./settings.ts";
import { LIBRARY_DEFAULTS } from "./settings.ts";
import type { Conditions } from "./verdict.ts";

/** Entries of one log by key, as they stand. */
export type Entries = ReadonlyMap<string, string>;

/** A result as LoadGen reports it; null where the log does not say. */
export interface ReportedResult {
  readonly scenario: Scenario;
  readonly valid: boolean;
  readonly conditions: Conditions;
  readonly qps: number | null;
  /** MultiStream: of queries. */
  readonly latencyNs: LatencySummary | null;
  /** SingleStream: of the judged percentile; MultiStream: of P99. */
  readonly estimateNs: number | null;
  /** SingleStream: of P99. */
  readonly estimateP99Ns: number | null;
  readonly queryCount: number | null;
  /** Server: queries over the bound. */
  readonly overBound: number | null;
}

const NAMES: Readonly<Record<string, Scenario>> = {
  SingleStream: "single-stream",
  MultiStream: "multi-stream",
  Server: "server",
  Offline: "offline",
};

/** The scenario that an entry names. @throws AnalysisError TP-USE-224 for none that is known. */
export function scenarioNamed(name: string | undefined): Scenario {
  const scenario = NAMES[(name ?? "").replace(" ", "")];
  if (scenario !== undefined) return scenario;
  throw unreadable("effective_scenario", name, "one of SingleStream, MultiStream, Server, Offline");
}

/**
 * The settings in a detail log. LoadGen prints rates with six digits.
 * @throws AnalysisError TP-USE-224 for an entry that is missing or is no number.
 */
export function settingsOf(detail: Entries): TestSettings {
  const scenario = scenarioNamed(detail.get("effective_scenario"));
  const number = (key: string) => needed(detail, key);
  const expected = {
    "single-stream": "requested_single_stream_expected_latency_ns",
    "multi-stream": "requested_multi_stream_expected_latency_ns",
  } as Readonly<Record<string, string>>;
  const expectedKey = expected[scenario];
  const base = LIBRARY_DEFAULTS[scenario];
  return {
    scenario,
    minDurationMs: number("requested_min_duration_ms"),
    maxDurationMs: number("requested_max_duration_ms"),
    minQueryCount: number("requested_min_query_count"),
    maxQueryCount: number("requested_max_query_count"),
    targetPercentile: number("effective_target_latency_percentile"),
    targetQps: number("effective_target_qps"),
    targetLatencyNs:
      scenario === "server" ? number("effective_target_latency_ns") : base.targetLatencyNs,
    expectedLatencyNs: expectedKey === undefined ? base.expectedLatencyNs : number(expectedKey),
    samplesPerQuery: scenario === "multi-stream" ? number("effective_samples_per_query") : 1,
    scheduleSeed: seedOf(detail),
  };
}

/** @throws AnalysisError TP-USE-224 when the log holds no result. */
export function resultInDetail(detail: Entries): ReportedResult {
  const scenario = scenarioNamed(detail.get("effective_scenario"));
  const ofQueries = scenario === "multi-stream";
  const name = (which: string) => `result_${which}${ofQueries ? "_query" : ""}_latency_ns`;
  const percentile = (p: string) =>
    `result_${p}_percentile${ofQueries ? "_per_query" : ""}_latency_ns`;
  const rates: Readonly<Record<Scenario, string>> = {
    "single-stream": "result_qps_with_loadgen_overhead",
    "multi-stream": "",
    server: "result_completed_samples_per_sec",
    offline: "result_samples_per_second",
  };
  const estimated = detail.get("early_stopping_met") === "true" && scenario !== "server";
  const estimate = (key: string) => (estimated ? aboveZero(numberAt(detail, key)) : null);
  return {
    scenario,
    valid: validity(detail.get("result_validity"), "result_validity"),
    conditions: {
      performance: scenario === "server" ? truth(detail, "result_perf_constraints_met") : null,
      minDuration: truth(detail, "result_min_duration_met"),
      minQueries: truth(detail, "result_min_queries_met"),
      earlyStopping: truth(detail, "early_stopping_met"),
    },
    qps: numberAt(detail, rates[scenario]),
    latencyNs: summaryOf(detail, name, percentile),
    estimateNs: estimate(ofQueries ? "early_stopping_latency_ms" : "early_stopping_latency_ss"),
    estimateP99Ns: ofQueries ? null : estimate("early_stopping_latency_ms"),
    queryCount: numberAt(detail, "result_query_count"),
    overBound: numberAt(detail, "result_overlatency_query_count"),
  };
}

/** @throws AnalysisError TP-USE-224 when the summary holds no result. */
export function resultInSummary(summary: Entries): ReportedResult {
  const scenario = scenarioNamed(summary.get("scenario"));
  const yes = (key: string) => summary.get(key) === "Yes";
  const rates: Readonly<Record<Scenario, string>> = {
    "single-stream": "qps w/ loadgen overhead",
    "multi-stream": "",
    server: "completed samples per second",
    offline: "samples per second",
  };
  // Of the judged percentile first, then of P99.
  const estimates = [...summary].flatMap(([key, value]) =>
    key.startsWith("estimate ") ? [[Number(key.slice("estimate ".length)), Number(value)]] : [],
  );
  const [[, estimateNs = null] = []] = estimates;
  const [, estimateP99Ns = null] = estimates.find(([percentile]) => percentile === 99) ?? [];
  return {
    scenario,
    valid: validity(summary.get("result is"), "Result is"),
    conditions: {
      performance: scenario === "server" ? yes("performance constraints satisfied") : null,
      minDuration: yes("min duration satisfied"),
      minQueries: yes("min queries satisfied"),
      earlyStopping: yes("early stopping satisfied"),
    },
    qps: numberAt(summary, rates[scenario]),
    latencyNs: summaryOf(
      summary,
      (which) => `${which} latency (ns)`,
      (p) => `${p} percentile latency (ns)`,
    ),
    estimateNs,
    estimateP99Ns: scenario === "single-stream" ? estimateP99Ns : null,
    queryCount: null,
    overBound: null,
  };
}

function summaryOf(
  entries: Entries,
  name: (which: string) => string,
  percentile: (p: string) => string,
): LatencySummary | null {
  const [p50, p90, p95, p97, p99, p999, mean, min, max] = [
    ...["50.00", "90.00", "95.00", "97.00", "99.00", "99.90"].map(percentile),
    ...["mean", "min", "max"].map(name),
  ].map((key) => numberAt(entries, key));
  const all = { p50, p90, p95, p97, p99, p999, mean, min, max };
  return Object.values(all).every((value) => typeof value === "number")
    ? (all as LatencySummary)
    : null;
}

/** A finite number, or null. */
function numberAt(entries: Entries, key: string): number | null {
  const text = entries.get(key);
  const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

function aboveZero(value: number | null): number | null {
  return value !== null && value > 0 ? value : null;
}

function needed(entries: Entries, key: string): number {
  const value = numberAt(entries, key);
  if (value === null) throw unreadable(key, entries.get(key), "a number");
  return value;
}

function seedOf(detail: Entries): bigint {
  const text = detail.get("effective_schedule_rng_seed") ?? "";
  if (/^\d{1,20}$/.test(text)) return BigInt.asUintN(64, BigInt(text));
  throw unreadable("effective_schedule_rng_seed", text, "a whole number of 64 bits");
}

function truth(entries: Entries, key: string): boolean {
  return entries.get(key) === "true";
}

function validity(text: string | undefined, key: string): boolean {
  if (text === "VALID" || text === "INVALID") return text === "VALID";
  throw unreadable(key, text, "VALID or INVALID");
}

function unreadable(key: string, value: string | undefined, expected: string): AnalysisError {
  return new AnalysisError(
    "TP-USE-224",
    {
      what:
        value === undefined
          ? `the LoadGen log has no ${key}`
          : `${key} of the LoadGen log is "${value.slice(0, 80)}"`,
      why: `it has to be ${expected}: the test was cut off, or another program wrote the file`,
      fix: "let LoadGen finish, and name its mlperf_log_detail.txt",
    },
    { key },
  );
}
