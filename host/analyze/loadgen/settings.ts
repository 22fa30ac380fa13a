/**
 * Decides what a test asks for: LoadGen's settings, the defaults of its mlperf.conf, and what LoadGen makes of them.
 * Running a test is left to the scenarios, judging it to verdict.ts.
 *
 * Source: mlcommons/inference, loadgen/test_settings.h, mlperf.conf and test_settings_internal.cc.
 */
import { AnalysisError } from "../analysis-error.ts";

export type Scenario = "single-stream" | "multi-stream" | "server" | "offline";

export const SCENARIOS: readonly Scenario[] = [
  "single-stream",
  "multi-stream",
  "server",
  "offline",
];

export interface TestSettings {
  readonly scenario: Scenario;
  /** The test lasts at least so long [ms], whole. */
  readonly minDurationMs: number;
  /** ... and stops, invalid or not, after so long [ms]; 0: never. */
  readonly maxDurationMs: number;
  /** At least so many queries; Offline: so many samples in its one query. */
  readonly minQueryCount: number;
  /** At most so many; 0: no limit. */
  readonly maxQueryCount: number;
  /** Fraction of the judged percentile, in (0, 1): 0.99 for P99. */
  readonly targetPercentile: number;
  /** Server: rate of arrival [1/s]. Offline: rate the query is sized for [1/s]. */
  readonly targetQps: number;
  /** Server: a query may take so long [ns]. */
  readonly targetLatencyNs: number;
  /** SingleStream, MultiStream: what the number of queries made beforehand is worked out from [ns]. */
  readonly expectedLatencyNs: number;
  /** MultiStream: samples of one query. */
  readonly samplesPerQuery: number;
  /** Server: seed of the arrivals, 64 bits. */
  readonly scheduleSeed: bigint;
}

/** Seed of the arrivals in mlperf.conf. */
export const SCHEDULE_SEED = 16159082839903944936n;

const COMMON = {
  minDurationMs: 600_000,
  maxDurationMs: 0,
  minQueryCount: 100,
  maxQueryCount: 0,
  targetPercentile: 0.99,
  targetQps: 1,
  targetLatencyNs: 10e6,
  expectedLatencyNs: 10e6,
  samplesPerQuery: 1,
  scheduleSeed: SCHEDULE_SEED,
} as const;

/** mlperf.conf, the values for every model; its 100 queries come from the library itself. */
export const MLPERF_DEFAULTS: Readonly<Record<Scenario, TestSettings>> = {
  "single-stream": { ...COMMON, scenario: "single-stream", targetPercentile: 0.9 },
  "multi-stream": {
    ...COMMON,
    scenario: "multi-stream",
    minQueryCount: 662,
    samplesPerQuery: 8,
    expectedLatencyNs: 80e6,
  },
  server: { ...COMMON, scenario: "server" },
  offline: { ...COMMON, scenario: "offline" },
};

/** The library's own values, where no configuration file is read. */
export const LIBRARY_DEFAULTS: Readonly<Record<Scenario, TestSettings>> = {
  "single-stream": library({ expectedLatencyNs: 1e6, targetPercentile: 0.9 }, "single-stream"),
  "multi-stream": library({ expectedLatencyNs: 8e6, samplesPerQuery: 8 }, "multi-stream"),
  server: library({ targetLatencyNs: 100e6 }, "server"),
  offline: library({}, "offline"),
};

function library(own: Partial<TestSettings>, scenario: Scenario): TestSettings {
  return { ...COMMON, minDurationMs: 10_000, scheduleSeed: 0n, ...own, scenario };
}

/** What LoadGen works with once it has read the settings. */
export interface EffectiveSettings extends TestSettings {
  /** Queries the test must have issued: 1 in Offline. */
  readonly neededQueries: number;
  /** Samples it must have completed. */
  readonly neededSamples: number;
  /** Samples of each query: all of them in Offline. */
  readonly querySamples: number;
}

/** Offline makes a tenth more samples than its rate needs. */
const OFFLINE_SLACK = 1.1;

/** @throws AnalysisError TP-USE-220 for a setting out of its range. */
export function effectiveSettings(settings: TestSettings): EffectiveSettings {
  check(settings);
  const { scenario, minQueryCount } = settings;
  if (scenario === "offline") {
    const wanted = OFFLINE_SLACK * (settings.minDurationMs / 1000) * settings.targetQps;
    const samples = Math.max(minQueryCount, Math.trunc(wanted));
    return { ...settings, neededQueries: 1, neededSamples: samples, querySamples: samples };
  }
  const querySamples = scenario === "multi-stream" ? settings.samplesPerQuery : 1;
  return {
    ...settings,
    neededQueries: minQueryCount,
    neededSamples: minQueryCount * querySamples,
    querySamples,
  };
}

/**
 * Queries made before SingleStream and MultiStream start: twice what the expected latency asks for. A test that is
 * faster than that runs out of queries and is invalid.
 */
export function generatedQueries(settings: EffectiveSettings): number {
  const periodNs = Math.trunc((1 / (1e9 / settings.expectedLatencyNs)) * 1e9);
  const untilNs = 2 * settings.minDurationMs * 1e6;
  return Math.max(settings.neededQueries, untilNs === 0 ? 0 : Math.ceil(untilNs / periodNs) + 1);
}

const LIMITS: readonly (readonly [keyof TestSettings, number, number, "whole" | "real"])[] = [
  ["minDurationMs", 0, 104 * 86_400_000, "whole"],
  ["maxDurationMs", 0, 104 * 86_400_000, "whole"],
  ["minQueryCount", 1, 2 ** 31, "whole"],
  ["maxQueryCount", 0, 2 ** 31, "whole"],
  ["samplesPerQuery", 1, 1e6, "whole"],
  ["targetPercentile", 0.01, 0.99999, "real"],
  ["targetQps", 1e-6, 1e9, "real"],
  ["targetLatencyNs", 1, 1e15, "real"],
  ["expectedLatencyNs", 2, 1e15, "real"],
];

function check(settings: TestSettings): void {
  for (const [name, least, most, kind] of LIMITS) {
    const value = settings[name] as number;
    const fits = value >= least && value <= most && (kind === "real" || Number.isInteger(value));
    if (!fits) {
      throw new AnalysisError(
        "TP-USE-220",
        {
          what: `the scenario's ${name} is ${value}`,
          why: `it has to be ${kind === "whole" ? "a whole number" : "a number"} from ${least} to ${most}`,
          fix: "give another value: pioneer scenario --help",
        },
        { name, value },
      );
    }
  }
}
