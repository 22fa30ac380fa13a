/**
 * Decides the document of a scenario: the JSON that scripts rely on (schema 1), every number with its kind and source.
 * Judging the test is left to verdict.ts, showing the document to report/scenario.ts.
 */
import type { Kind, Quantity } from "../quantity.ts";
import type { LatencySummary } from "./latencies.ts";
import type { CarriedLoad } from "./search.ts";
import type { Scenario, TestSettings } from "./settings.ts";
import type { Conditions, EarlyStopping, ScenarioResult } from "./verdict.ts";

/** Where the latencies come from. */
export interface LatencyOrigin {
  readonly kind: Kind;
  readonly source: string;
}

export interface ScenarioDocument {
  readonly schema: 1;
  readonly scenario: Scenario;
  readonly valid: boolean;
  readonly reasons: readonly string[];
  readonly conditions: Conditions;
  /** What LoadGen reports: see ScenarioResult. null when no time passed. */
  readonly qps: Quantity | null;
  readonly latencyNs: LatencyOrigin & LatencySummary;
  readonly targetPercentile: number;
  readonly targetPercentileNs: number;
  /** Server: the bound; null elsewhere [ns]. */
  readonly targetLatencyNs: number | null;
  readonly earlyStopping: EarlyStopping;
  readonly queryCount: number;
  readonly sampleCount: number;
  readonly durationNs: number;
  /** What was searched for, and the tests it took; null when one test was made. */
  readonly found: {
    readonly what: "qps" | "streams";
    readonly load: Quantity;
    readonly tests: number;
  } | null;
  /** What ran, when the test was run on a device and not simulated; null otherwise. */
  readonly live: LiveTest | null;
  /** True when an emulator stood in for the board. */
  readonly simulated?: true;
  /** What LoadGen's own log says of the test; null for a simulated one. */
  readonly reported: ReportedVerdict | null;
}

/** A test that was run on a device. */
export interface LiveTest {
  readonly model: string;
  readonly format: string;
  /** Where it ran, and the real board it stood for. */
  readonly board: string;
  readonly as: string | null;
  readonly link: string;
  /** Every answer against the host twin's. */
  readonly verify: {
    readonly bitExact: boolean;
    readonly comparedFrames: number;
    readonly differingFrames: number;
  };
  /** The same queries on the device alone, without the link; null with the reason in `why`. */
  readonly device: DeviceLatency | null;
  readonly why?: string;
  readonly files: { readonly recording: string };
}

export interface DeviceLatency {
  readonly latencyNs: LatencyOrigin & LatencySummary;
}

export interface ReportedVerdict {
  readonly valid: boolean;
  /** Fields in which the judgement here differs from LoadGen's; empty when it agrees. */
  readonly differences: readonly string[];
}

const RATES: Readonly<Record<Scenario, readonly [unit: string, words: string]>> = {
  "single-stream": ["query/s", "(queries - 1) / time of the last issue"],
  "multi-stream": ["query/s", "(queries - 1) / time of the last issue"],
  server: ["query/s", "(queries - 1) / time when the last query issued was done"],
  offline: ["sample/s", "samples / longest latency"],
};

export function scenarioDocument(
  settings: TestSettings,
  result: ScenarioResult,
  origin: LatencyOrigin,
  extra: Partial<Pick<ScenarioDocument, "found" | "reported" | "live" | "simulated">> = {},
): ScenarioDocument {
  const [unit, words] = RATES[result.scenario];
  return {
    schema: 1,
    scenario: result.scenario,
    valid: result.valid,
    reasons: result.reasons,
    conditions: result.conditions,
    qps:
      result.qps === null
        ? null
        : { value: result.qps, unit, kind: origin.kind, source: `${words}; ${origin.source}` },
    latencyNs: { ...origin, ...result.latencyNs },
    targetPercentile: settings.targetPercentile,
    targetPercentileNs: result.targetPercentileNs,
    targetLatencyNs: result.scenario === "server" ? settings.targetLatencyNs : null,
    earlyStopping: result.earlyStopping,
    queryCount: result.queryCount,
    sampleCount: result.sampleCount,
    durationNs: result.durationNs,
    found: null,
    live: null,
    reported: null,
    ...extra,
  };
}

/** What a search found, as the document says it. */
export function foundLoad(
  what: "qps" | "streams",
  { load, tests }: CarriedLoad,
  origin: LatencyOrigin,
): NonNullable<ScenarioDocument["found"]> {
  const [unit, words] =
    what === "qps"
      ? ["query/s", "largest rate whose test was valid, to 0.1 %"]
      : ["stream", "most streams whose frames were served within the interval"];
  return {
    what,
    load: { value: load, unit, kind: origin.kind, source: `${words}; ${origin.source}` },
    tests,
  };
}
