/**
 * Turns the options of the `scenario` verb into LoadGen's settings and a system under test.
 * Running the test is left to scenario.ts, reading LoadGen's own logs to scenario-log.ts.
 */
import { UsageError } from "../../codegen/index.ts";
import { ratedBoard } from "../analyze/facts.ts";
import type { LatencyOrigin } from "../analyze/loadgen/document.ts";
import type { SystemUnderTest } from "../analyze/loadgen/service.ts";
import { constantService, recordedService } from "../analyze/loadgen/service.ts";
import type { Scenario, TestSettings } from "../analyze/loadgen/settings.ts";
import { MLPERF_DEFAULTS, SCENARIOS } from "../analyze/loadgen/settings.ts";
import { timingOf } from "../analyze/timing.ts";
import { loadCapture } from "../capture/file.ts";
import { judgeRecording } from "./judge.ts";

export interface ScenarioOptions {
  readonly qps?: number;
  readonly seconds?: number;
  readonly serviceUs?: number;
  readonly capture?: string;
  /** A model that is really run. */
  readonly model?: string;
  readonly detailLog?: string;
  readonly servers?: number;
  readonly targetLatencyMs?: number;
  readonly percentile?: number;
  readonly minQueries?: number;
  readonly samplesPerQuery?: number;
  readonly seed?: string;
  /** Path of one field of the document. */
  readonly explain?: string;
  readonly findQps?: boolean;
  /** Milliseconds between two frames of a stream. */
  readonly findStreams?: number;
}

/** @throws UsageError TP-USE-226 for a name that is no scenario */
export function parseScenario(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario === name);
  if (found !== undefined) return found;
  throw new UsageError(
    "TP-USE-226",
    {
      what: `there is no scenario "${name}"`,
      why: `MLPerf has ${SCENARIOS.join(", ")}`,
      fix: "pioneer scenario server --qps 1000 --service-us 300",
    },
    { name },
  );
}

/** @throws UsageError TP-USE-227 for options that contradict each other or the scenario */
export function checkOptions(scenario: Scenario, options: ScenarioOptions): void {
  const sources = [options.serviceUs, options.capture, options.detailLog, options.model];
  if (sources.filter((source) => source !== undefined).length !== 1) {
    throw refusal(
      "the test needs one source of times",
      "--service-us, --capture, --detail-log and --model exclude each other, and one is needed",
    );
  }
  if (options.model !== undefined) checkLive(options);
  const only = (option: string, given: unknown, ...scenarios: readonly Scenario[]) => {
    if (given === undefined || scenarios.includes(scenario)) return;
    throw refusal(`${option} means nothing in ${scenario}`, `it is for ${scenarios.join(" and ")}`);
  };
  only("--qps", options.qps, "server", "offline");
  only("--target-latency-ms", options.targetLatencyMs, "server");
  only("--samples-per-query", options.samplesPerQuery, "multi-stream");
  only("--find-qps", options.findQps, "server");
  only("--find-streams", options.findStreams, "multi-stream");
  if (scenario !== "server" || options.detailLog !== undefined || options.model !== undefined) {
    return;
  }
  if ((options.qps === undefined) === (options.findQps === undefined)) {
    throw refusal(
      "the Server scenario needs its rate",
      "--qps gives it, --find-qps searches for the largest valid one",
    );
  }
}

/** @throws UsageError TP-USE-227 for what only a simulated test has */
function checkLive(options: ScenarioOptions): void {
  if (options.servers !== undefined || options.findStreams !== undefined) {
    throw refusal(
      "a live test has one device, and issues what it issues",
      "--servers and --find-streams are for simulated tests: record the run, then --capture FILE",
    );
  }
}

/** The settings of mlperf.conf with what the options say, for a test that really runs. */
export function liveSettings(scenario: Scenario, options: ScenarioOptions): TestSettings {
  // Nothing is prepared ahead by the time that a sample is expected to take, so any will do.
  return settingsFor(scenario, options, { meanNs: 1e6, servers: 1 });
}

/** The settings of mlperf.conf with what the options say; what LoadGen's user estimates is taken from the system. */
export function settingsFor(
  scenario: Scenario,
  options: ScenarioOptions,
  system: Pick<SystemUnderTest, "meanNs" | "servers">,
): TestSettings {
  const defaults = MLPERF_DEFAULTS[scenario];
  const { seconds, percentile, targetLatencyMs } = options;
  const samplesPerQuery = options.samplesPerQuery ?? defaults.samplesPerQuery;
  const rounds = Math.ceil(samplesPerQuery / system.servers);
  return {
    ...defaults,
    minDurationMs: seconds === undefined ? defaults.minDurationMs : Math.round(seconds * 1000),
    minQueryCount: options.minQueries ?? defaults.minQueryCount,
    targetPercentile: percentile === undefined ? defaults.targetPercentile : percentile / 100,
    targetQps: options.qps ?? (system.servers * 1e9) / system.meanNs,
    targetLatencyNs:
      targetLatencyMs === undefined ? defaults.targetLatencyNs : Math.round(targetLatencyMs * 1e6),
    expectedLatencyNs: Math.max(2, system.meanNs * rounds),
    samplesPerQuery,
    scheduleSeed: options.seed === undefined ? defaults.scheduleSeed : parseSeed(options.seed),
  };
}

/** @throws UsageError TP-USE-228 for a capture without times; AnalysisError TP-USE-221 for times that cannot be */
export async function systemFor(
  options: ScenarioOptions,
): Promise<{ readonly system: SystemUnderTest; readonly origin: LatencyOrigin }> {
  const servers = options.servers ?? 1;
  const among = `${servers} server${servers === 1 ? "" : "s"}, first come, first served`;
  if (options.capture === undefined) {
    const serviceUs = options.serviceUs as number;
    return {
      system: constantService(serviceUs * 1000, servers),
      origin: { kind: "modelled", source: `simulated: ${serviceUs} us a sample, ${among}` },
    };
  }
  const { times, source } = await captureTimes(options.capture);
  return {
    system: recordedService(times, servers),
    origin: {
      kind: "modelled",
      source: `simulated: the times of ${times.length} frame${times.length === 1 ? "" : "s"} of ${options.capture} over and over, ${source}; ${among}`,
    },
  };
}

/** The time of every frame of a recording [ns]. */
async function captureTimes(
  path: string,
): Promise<{ readonly times: readonly number[]; readonly source: string }> {
  const { facts } = judgeRecording(await loadCapture(path), { recording: path });
  const why: Record<string, string> = {};
  const timing = timingOf(facts, ratedBoard(facts), why);
  if (timing === null) {
    throw new UsageError(
      "TP-USE-228",
      {
        what: `${path} does not say how long its frames took`,
        why: why.latencyMs ?? "it has no frames",
        fix: "record it with a real board's clock: pioneer run MODEL --board qemu-m4 --as ID --record FILE",
      },
      { path },
    );
  }
  const kind = facts.deviceCycles?.kind ?? "modelled";
  return {
    times: timing.perFrameMs.map((ms) => ms * 1e6),
    source: `${kind} as ${timing.source}`,
  };
}

function parseSeed(text: string): bigint {
  if (/^\d{1,20}$/.test(text) && BigInt(text) < 1n << 64n) return BigInt(text);
  throw new UsageError(
    "TP-USE-229",
    {
      what: `--seed was given "${text.slice(0, 80)}"`,
      why: "it takes a whole number from 0 to 2^64 - 1",
      fix: "leave it out for the seed of mlperf.conf",
    },
    { text },
  );
}

function refusal(what: string, why: string): UsageError {
  return new UsageError("TP-USE-227", { what, why, fix: "pioneer scenario --help" });
}
